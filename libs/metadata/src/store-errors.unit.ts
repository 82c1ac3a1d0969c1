import { describe, expect, it } from '@jest/globals';
import { TwofoldError } from '@twofold/core';
import { isConstraintViolation, reachingStore } from './store-errors.js';

const failing = (error: unknown) => reachingStore(() => Promise.reject(error));
const coded = (code: string, message = 'said the server'): Error => Object.assign(new Error(message), { code });

describe('what the store fails with', () => {
  it.each(['ECONNREFUSED', 'P1001', '08006', '53300', '57P01', '57P03', '57014', '25P03', '25006'])(
    'is store-unavailable for %s',
    async (code) => {
      await expect(failing(coded(code))).rejects.toMatchObject({
        code: 'store-unavailable',
        message: expect.stringContaining('said the server'),
      });
    },
  );

  it('is store-unavailable for what is wrapped in other errors, several addresses at once too', async () => {
    const refused = new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')]);
    await expect(failing(new Error('query failed', { cause: refused }))).rejects.toMatchObject({
      code: 'store-unavailable',
    });
  });

  it.each(['42601', '22P02', '23505', 'P2002'])('stays what it is for %s', async (code) => {
    await expect(failing(coded(code))).rejects.toMatchObject({ code });
  });

  it('stays what it is for our own errors', async () => {
    const own = new TwofoldError('overflow', 'too much', undefined, { cause: coded('ECONNRESET') });
    await expect(failing(own)).rejects.toBe(own);
  });

  it('is a constraint violation whoever says it', () => {
    expect(isConstraintViolation(coded('23505'))).toBe(true);
    expect(isConstraintViolation(coded('P2002'))).toBe(true);
    expect(isConstraintViolation(new Error('outer', { cause: coded('23514') }))).toBe(true);
    expect(isConstraintViolation(coded('42601'))).toBe(false);
    expect(isConstraintViolation(null)).toBe(false);
  });
});
