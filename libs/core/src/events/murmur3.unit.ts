import { describe, expect, it } from '@jest/globals';
import { murmur3 } from './murmur3.js';

/** As the reference implementation has them (SMHasher), by seed. */
const VECTORS: readonly (readonly [text: string, seed: number, hash: string])[] = [
  ['', 0, '00000000000000000000000000000000'],
  ['a', 0, '3c9394a71bb056551bb056551bb05655'],
  ['ab', 0, 'df5184151030be251030be251030be25'],
  ['abc', 0, 'd1c6cd75a506b0a2a506b0a2a506b0a2'],
  ['abcd', 0, 'aaccb6962ec6af452ec6af452ec6af45'],
  ['abcde', 0, 'fb2e40c5bcc5245d7701725a7701725a'],
  ['hello, world', 0, '5c60218b1e8ab9b9833a2793c75759eb'],
  ['The quick brown fox jumps over the lazy dog', 0, 'c383152f672ceeec6cf67b5d2c1de9e5'],
  ['0123456789abcdef', 0, '09447dfb0ad3ae369b1dad48fd3b2b57'],
  ['0123456789abcdefg', 0, '36981f7f76386b5130c029ac74f3d6f9'],
  ['ü€😀', 0, '8ca0cc8f2fab71eb8533e712fbfbe737'],
  ['', 123, '4552dcfe99e7f32699e7f32699e7f326'],
  ['abc', 123, 'bbd16a0708855fad08855fad08855fad'],
  ['hello, world', 123, '9989dd768baa5f9bdec94749892ade74'],
  ['The quick brown fox jumps over the lazy dog', 123, 'e6666404893376e4853e16cd52e77493'],
  ['0123456789abcdefg', 123, 'dd0b4768d750751670be4735b503c2ee'],
];

describe('murmur3', () => {
  it.each(VECTORS)('of %j with seed %i is as in the reference', (text, seed, hash) => {
    const bytes = Buffer.from(`xy${text}z`);
    const lanes = new Int32Array(4).fill(seed);
    murmur3(bytes, 2, bytes.length - 1, lanes);
    const found = Buffer.alloc(16);
    lanes.forEach((lane, index) => found.writeInt32LE(lane, index * 4));
    expect(found.toString('hex')).toBe(hash);
  });
});
