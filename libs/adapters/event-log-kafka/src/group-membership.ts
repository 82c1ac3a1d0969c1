import { setTimeout as pause } from 'node:timers/promises';
import type { Consumer, ConsumerGroupJoinEvent, ConsumerRunConfig } from 'kafkajs';
import { deferred } from './deferred.js';
import { kafkaJsOf } from './kafka-clients.js';
import type { KafkaSettings } from './kafka-options.js';

/** Pause before a group is joined anew after a failure, milliseconds. */
export const REJOIN_PAUSE_MS = 1_000;

export type GroupMember = {
  readonly groupId: string;
  readonly topics: readonly string[];
  /** How long kafkajs lets the broker wait for events, milliseconds; where all is paused, how long it sleeps between heartbeats. */
  readonly maxWaitMs: number;
  readonly run: ConsumerRunConfig;
  /** Before each time that the group is joined. */
  readonly prepare?: () => Promise<void>;
  readonly onJoined: (consumer: Consumer, event: ConsumerGroupJoinEvent['payload']) => void;
  readonly onLost: (cause: unknown) => void;
};

/** Is in a consumer group until the signal is aborted: whatever kafkajs gives up at, the group is joined anew. */
export async function stayInGroup(settings: KafkaSettings, member: GroupMember, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await membership(settings, member, signal);
    } catch (cause) {
      member.onLost(cause);
    }
    await pause(REJOIN_PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** From joining to leaving; rejects when the membership breaks. */
async function membership(settings: KafkaSettings, member: GroupMember, signal: AbortSignal): Promise<void> {
  await member.prepare?.();
  const consumer = consumerOf(settings, member);
  const ended = deferred<void>();
  const onAbort = (): void => ended.resolve();
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => member.onJoined(consumer, payload));
  consumer.on(consumer.events.CRASH, ({ payload }) => ended.reject(payload.error));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [...member.topics] });
    await consumer.run(member.run);
    if (!signal.aborted) await ended.promise;
  } finally {
    signal.removeEventListener('abort', onAbort);
    await consumer.disconnect().catch(() => undefined);
  }
}

const consumerOf = (settings: KafkaSettings, { groupId, maxWaitMs }: GroupMember): Consumer =>
  kafkaJsOf(settings).consumer({
    groupId,
    sessionTimeout: settings.sessionTimeoutMs,
    rebalanceTimeout: settings.sessionTimeoutMs,
    heartbeatInterval: settings.heartbeatMs,
    maxWaitTimeInMs: maxWaitMs,
    allowAutoTopicCreation: false,
    // By itself it joins anew after some failures, and after others (a coordinator that is not found) never again.
    retry: { retries: 5, restartOnFailure: async () => false },
  });
