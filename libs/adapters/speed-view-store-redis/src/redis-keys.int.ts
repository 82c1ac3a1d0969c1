import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SpeedRecordId } from '@twofold/ports';
import { testServers } from '@twofold/testkit';
import { createClient } from 'redis';
import { RedisSpeedViewStore } from './index.js';

/** More than two steps of a sweep take. */
const GROUPS = 1_200;

const id: SpeedRecordId = { view: { name: 'things', version: '1' }, partition: { stream: 'things', partition: 3 } };
const rows = Array.from({ length: GROUPS }, (_, group) => ({
  dimensions: [`A${group}`, 'x{y}'],
  window: 0,
  parts: [1],
}));
/** The record, the open epoch's index, its groups. */
const KEYS_OF_ONE_EPOCH = 2 + GROUPS;

describe('the keys of RedisSpeedViewStore', () => {
  const admin = createClient({ url: testServers().redisUrl });
  let options: { readonly url: string; readonly namespace: string };
  let store: RedisSpeedViewStore;
  beforeEach(async () => {
    options = { url: testServers().redisUrl, namespace: `test-${randomUUID()}` };
    store = await RedisSpeedViewStore.connect(options);
    await admin.connect();
    await store.reset(id, null, 0);
  });
  afterEach(async () => {
    const left = await keys();
    if (left.length > 0) await admin.unlink([...left]);
    await store.close();
    await admin.close();
  });

  const keys = async (): Promise<readonly string[]> => {
    const found: string[] = [];
    for await (const page of admin.scanIterator({ MATCH: `${options.namespace}:*`, COUNT: 5_000 })) found.push(...page);
    return found;
  };
  const fold = (applied: number, openStart: number): Promise<boolean> =>
    store.commit(
      id,
      { applied, openStart },
      { applied: applied + 1, appliedAtMs: 1, deadLetters: 0, duplicates: 0, held: 0, rows },
    );
  const sealThrice = async (): Promise<void> => {
    for (const at of [0, 1, 2]) {
      await fold(at, at);
      await store.seal(id, { applied: at + 1, openStart: at });
    }
    await fold(3, 3);
  };

  it('stand in one hash slot, and never expire', async () => {
    await sealThrice();
    await store.dropSealed(id, 1);
    const found = await keys();
    expect(found).toHaveLength(1 + 4 * (1 + GROUPS) + 1);
    for (const key of found) expect(/\{(.*?)\}/.exec(key)?.[1]).toBe('things:3');
    expect(new Set(await Promise.all(found.map((key) => admin.ttl(key))))).toEqual(new Set([-1]));
  });

  it('are freed by a sweep, when sealed epochs were dropped', async () => {
    await sealThrice();
    expect(await store.dropSealed(id, 2)).toBe(2);
    await store.sweep(id);
    expect(await keys()).toHaveLength(1 + 2 * (1 + GROUPS));
    await store.dropSealed(id, 3);
    await store.sweep(id);
    expect(await keys()).toHaveLength(KEYS_OF_ONE_EPOCH);
  });

  it('are freed by a sweep, when the record was replaced', async () => {
    await sealThrice();
    await store.reset(id, { applied: 4, openStart: 3 }, 0);
    await store.sweep(id);
    expect(await keys()).toHaveLength(1);
    await fold(0, 0);
    expect(await keys()).toHaveLength(KEYS_OF_ONE_EPOCH);
  });

  it('are none when a record was taken away and swept', async () => {
    await sealThrice();
    await store.dropSealed(id, 1);
    await store.remove(id);
    await store.sweep(id);
    expect(await keys()).toEqual([]);
  });

  it('are freed by the next one, when whoever dropped the epochs was killed before or while sweeping', async () => {
    await sealThrice();
    const killed = await RedisSpeedViewStore.connect(options);
    await killed.dropSealed(id, 3);
    const sweeping = killed.sweep(id);
    await killed.close();
    await expect(sweeping).rejects.toMatchObject({ code: 'store-unavailable' });
    expect((await keys()).length).toBeGreaterThan(KEYS_OF_ONE_EPOCH);
    await store.sweep(id);
    expect(await keys()).toHaveLength(KEYS_OF_ONE_EPOCH);
    expect((await store.load(id))?.openRows).toHaveLength(GROUPS);
  });
});
