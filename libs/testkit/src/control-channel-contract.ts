import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ControlChannel, ControlEvent } from '@twofold/ports';
import { eventually } from './eventually.js';

/** `open` gives a channel as one process has it; all of them are of the same stream. */
export type ControlChannelUnderTest = { open(): ControlChannel };

/** Every sentence of the port in control-channel.ts, on one implementation. */
export function controlChannelContract(name: string, setup: () => Promise<ControlChannelUnderTest>): void {
  describe(`control channel: ${name}`, () => {
    let stream: ControlChannelUnderTest;
    let one: ControlChannel;
    let other: ControlChannel;
    let groups = 0;
    beforeAll(async () => {
      stream = await setup();
      one = stream.open();
      other = stream.open();
    }, 60_000);
    afterAll(() => Promise.all([one.close(), other.close()]), 60_000);

    const newGroup = (): string => `group-${++groups}`;

    test('hands over what is published after subscribe resolved, as it was, in order, and nothing from before', async () => {
      await one.publish(eventOf('before'));
      const heard: ControlEvent[] = [];
      await other.subscribe(newGroup(), async (event) => void heard.push(event));
      const published = Array.from({ length: 20 }, (_, n) => eventOf(`after-${n}`));
      for (const event of published) await one.publish(event);
      await eventually('all are heard', () => heard.length >= 20);
      expect(heard).toEqual(published);
    }, 60_000);

    test('hands every group everything', async () => {
      const heard: string[][] = [[], [], []];
      await Promise.all(
        heard.map((ids, n) => (n === 0 ? one : other).subscribe(newGroup(), async ({ id }) => void ids.push(id))),
      );
      await Promise.all(['a', 'b', 'c'].map((id) => one.publish(eventOf(id))));
      await eventually('all groups heard all', () => heard.every((ids) => ids.length === 3));
      for (const ids of heard) expect(ids.sort()).toEqual(['a', 'b', 'c']);
    }, 60_000);

    test('hands an event to one member of a group', async () => {
      const group = newGroup();
      const heard: string[] = [];
      await Promise.all([one, other].map((channel) => channel.subscribe(group, async ({ id }) => void heard.push(id))));
      for (const id of ['a', 'b', 'c']) await one.publish(eventOf(id));
      await eventually('all are heard', () => new Set(heard).size === 3);
      expect(heard).toEqual(['a', 'b', 'c']);
    }, 60_000);

    test('waits for the handler before the next event', async () => {
      const ends: string[] = [];
      let release: () => void = () => undefined;
      await one.subscribe(newGroup(), async ({ id }) => {
        ends.push(`${id} begins`);
        if (id === 'slow') await new Promise<void>((resolve) => (release = resolve));
        ends.push(`${id} ends`);
      });
      await Promise.all([one.publish(eventOf('slow')), one.publish(eventOf('next'))]);
      await eventually('the first has begun', () => ends.length > 0);
      expect(ends).toEqual(['slow begins']);
      release();
      await eventually('both have ended', () => ends.length === 4);
      expect(ends).toEqual(['slow begins', 'slow ends', 'next begins', 'next ends']);
    }, 60_000);

    test('brings an event again when its handler rejected, at most three times, then goes on', async () => {
      const heard: string[] = [];
      await one.subscribe(newGroup(), async ({ id }) => {
        heard.push(id);
        const times = heard.filter((earlier) => earlier === id).length;
        if (id === 'never' || (id === 'second time' && times < 2)) throw new Error('not now');
      });
      for (const id of ['second time', 'never', 'last']) await one.publish(eventOf(id));
      await eventually('the last is heard', () => heard.includes('last'));
      expect(heard).toEqual(['second time', 'second time', 'never', 'never', 'never', 'never', 'last']);
    }, 60_000);

    test('hands a group what was published while nobody of it listened', async () => {
      const group = newGroup();
      const first: string[] = [];
      const subscription = await one.subscribe(group, async ({ id }) => void first.push(id));
      await one.publish(eventOf('heard'));
      await eventually('the first is heard', () => first.length === 1);
      await subscription.close();
      await one.publish(eventOf('missed'));
      const second: string[] = [];
      await other.subscribe(group, async ({ id }) => void second.push(id));
      await eventually('the missed one is heard', () => second.includes('missed'));
      expect(first).toEqual(['heard']);
      expect(second).toEqual(['missed']);
    }, 60_000);
  });
}

const eventOf = (id: string): ControlEvent => ({
  id,
  type: 'view.cut-requested',
  version: 1,
  timeMs: Date.UTC(2026, 10, 21, 12, 0, 0, 123),
  subject: 'delays-by-airport',
  data: { cut: 7, note: 'ä✈' },
});
