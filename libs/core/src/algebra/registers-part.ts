import { hash } from 'node:crypto';
import type { Scalar } from '../events/data-type.js';
import { highestBitSql } from './highest-bit.js';
import type { HeldState, PartAlgebra, Present } from './part-algebra.js';
import type { Part } from './part.js';

/** Bits of a hash that say which register. 4,096 registers: standard error 1.04 ÷ √4096 = 1.63 %. */
export const REGISTER_BITS = 12;
export const REGISTERS = 1 << REGISTER_BITS;
/** Bits of a hash after those: 52, so that a number holds them. The rank is that of the first that is set, else one more. */
export const RANK_BITS = 52;

/** 64 characters in the order of ASCII, so that the text of ascending registers ascends. */
const ALPHABET = '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz';
/** By character code. */
const DIGITS = new Uint8Array(128);
for (const [digit, character] of [...ALPHABET].entries()) DIGITS[character.charCodeAt(0)] = digit;
/** Characters of an entry: two for the register, one for its rank. */
const ENTRY_LENGTH = 3;
/** Entries up to which a map takes less memory than all registers. */
const MAX_SPARSE = 128;

/** Pairs of a register (0 to 4,095) and its rank (1 to 53). */
export type Registers = Iterable<readonly [register: number, rank: number]>;

/** Canonical text: the registers that have a rank, ascending, three characters each. Of several ranks of one the greatest stays. */
export function encodeRegisters(registers: Registers): string {
  const ranks = new Uint8Array(REGISTERS);
  for (const [register, rank] of registers) if (rank > (ranks[register] ?? 0)) ranks[register] = rank;
  return textOf(ranks);
}

export function decodeRegisters(state: string): readonly (readonly [register: number, rank: number])[] {
  const registers: (readonly [number, number])[] = [];
  for (let index = 0; index < state.length; index += ENTRY_LENGTH) {
    registers.push([digitAt(state, index) * 64 + digitAt(state, index + 1), digitAt(state, index + 2)]);
  }
  return registers;
}

function textOf(ranks: Uint8Array): string {
  let text = '';
  for (let register = 0; register < ranks.length; register++) {
    const rank = ranks[register] ?? 0;
    if (rank > 0) text += entryOf(register, rank);
  }
  return text;
}

const entryOf = (register: number, rank: number): string =>
  `${ALPHABET[register >> 6]}${ALPHABET[register & 63]}${ALPHABET[rank]}`;

const digitAt = (state: string, index: number): number => DIGITS[state.charCodeAt(index)] ?? 0;

/**
 * Which register a value raises, and to which rank: by the first 64 bits of md5 over the UTF-8 of its text (of an int its
 * digits, of a decimal those of its units, true or false). md5, because every engine has the same one.
 */
export function registerOf(value: Present): readonly [register: number, rank: number] {
  const digest = hash('md5', String(value), 'hex');
  const high = Number.parseInt(digest.slice(3, 8), 16);
  const rank = high !== 0 ? Math.clz32(high) - 32 + 21 : Math.clz32(Number.parseInt(digest.slice(8, 16), 16)) + 20 + 1;
  return [Number.parseInt(digest.slice(0, 3), 16), rank];
}

/** HyperLogLog: of each register the greatest rank (Flajolet, Fusy, Gandouet, Meunier 2007). */
export const registersPart: PartAlgebra<Part & { readonly kind: 'registers' }> = {
  identity: '',
  lift: (_part, value) => entryOf(...registerOf(value)),
  combine(_part, states) {
    const [first = '', ...others] = states.filter((state) => state !== '');
    return others.length === 0
      ? first
      : encodeRegisters([first, ...others].flatMap((state) => decodeRegisters(String(state))));
  },
  inFold: { kind: 'held', hold: () => (state) => new HeldRegisters(state) },
  sql: {
    // entries of register·64 + rank: as many different ones as a few for each register
    duckdb: (_part, of) => `list(DISTINCT ${entrySql(`${of}`)}) FILTER (${of} IS NOT NULL)`,
  },
  stateFromSql: (_part, found) =>
    found === null
      ? ''
      : encodeRegisters((found as readonly number[]).map((entry) => [Math.floor(entry / 64), entry % 64] as const)),
};

/** {@link registerOf} in DuckDB. */
function entrySql(of: string): string {
  const bits = `CAST('0x' || left(md5(CAST(${of} AS VARCHAR)), 16) AS UBIGINT)`;
  const register = `(${bits} >> ${RANK_BITS})`;
  const rest = `(${bits} & ${2n ** BigInt(RANK_BITS) - 1n})`;
  return `CAST(${register} * 64 AS INTEGER) + ${RANK_BITS} - ${highestBitSql(rest)}`;
}

/** Few registers as a map, many as an array of all. */
class HeldRegisters implements HeldState {
  private sparse: Map<number, number> | null;
  private dense: Uint8Array | null = null;
  private text: string | null;

  constructor(state: Scalar) {
    this.text = String(state);
    this.sparse = new Map();
    for (const [register, rank] of decodeRegisters(this.text)) this.raise(register, rank);
  }

  take(value: Present): void {
    const [register, rank] = registerOf(value);
    if (this.raise(register, rank)) this.text = null;
  }

  state(): Scalar {
    this.text ??= this.dense === null ? encodeRegisters(this.sparse ?? []) : textOf(this.dense);
    return this.text;
  }

  private raise(register: number, rank: number): boolean {
    const { sparse, dense } = this;
    if (rank <= (sparse?.get(register) ?? dense?.[register] ?? 0)) return false;
    if (dense !== null) dense[register] = rank;
    sparse?.set(register, rank);
    if (sparse !== null && sparse.size > MAX_SPARSE) this.becomeDense(sparse);
    return true;
  }

  private becomeDense(sparse: ReadonlyMap<number, number>): void {
    this.dense = new Uint8Array(REGISTERS);
    for (const [register, rank] of sparse) this.dense[register] = rank;
    this.sparse = null;
  }
}
