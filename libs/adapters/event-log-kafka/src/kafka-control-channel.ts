import { setTimeout as pause } from 'node:timers/promises';
import type { Admin as PlatformaticAdmin } from '@platformatic/kafka';
import type { EachMessagePayload } from 'kafkajs';
import type { ControlChannel, ControlEvent } from '@twofold/ports';
import { ClusterMetadata } from './cluster-metadata.js';
import { fromRecord, toRecord } from './control-record.js';
import { deferred } from './deferred.js';
import { ensureTopic } from './ensure-topic.js';
import { REJOIN_PAUSE_MS, stayInGroup, type GroupMember } from './group-membership.js';
import { placeGroupAtEnd } from './group-start.js';
import { kafkaJsOf, platformaticAdminOf } from './kafka-clients.js';
import { controlTopicOf, groupOf, settingsOf, type KafkaOptions, type KafkaSettings } from './kafka-options.js';
import { messageOfEvent } from './outgoing-message.js';
import { retryUntilUnavailable, unavailable } from './retry-until-unavailable.js';
import { TopicWriter } from './topic-writer.js';

/** A week: control events only hasten what Postgres knows, so an older one is of no use. */
const CONTROL_CONFIG = { 'cleanup.policy': 'delete', 'retention.ms': String(7 * 24 * 60 * 60 * 1_000) };
/** How often an event whose handler rejected comes again, and the pause before, milliseconds. */
const MAX_REDELIVERIES = 3;
const REDELIVERY_PAUSE_MS = 200;
/** How long kafkajs lets the broker wait for events, milliseconds: also what `close` may take. */
const FETCH_WAIT_MS = 500;

type Handle = (event: ControlEvent) => Promise<void>;

/** Control events over the topic `<namespace>.control`, one partition, so in one order for all. */
export class KafkaControlChannel implements ControlChannel {
  private readonly settings: KafkaSettings;
  private readonly topic: string;
  private readonly metadata: ClusterMetadata;
  private readonly groups: PlatformaticAdmin;
  private readonly writer: TopicWriter;
  private readonly subscriptions = new Set<{ close(): Promise<void> }>();
  private ready: Promise<void> | null = null;

  constructor(options: KafkaOptions) {
    this.settings = settingsOf(options);
    this.topic = controlTopicOf(this.settings);
    this.metadata = new ClusterMetadata(this.settings);
    this.groups = platformaticAdminOf(this.settings);
    this.writer = new TopicWriter(this.settings, this.topic, this.metadata);
  }

  async publish(event: ControlEvent): Promise<void> {
    await this.ensureTopicStands();
    await this.writer.append([messageOfEvent(toRecord(event))]);
  }

  async subscribe(group: string, handle: Handle): Promise<{ close(): Promise<void> }> {
    await this.ensureTopicStands();
    const groupId = groupOf(this.settings, group);
    const joined = deferred<void>();
    const closing = new AbortController();
    const givenUpAt = performance.now() + this.settings.unavailableAfterMs;
    const member: GroupMember = {
      ...{ groupId, topics: [this.topic], maxWaitMs: FETCH_WAIT_MS },
      // The threshold commits each event as soon as it is handled.
      run: { autoCommitThreshold: 1, eachMessage: (payload) => this.deliver(payload, handle) },
      prepare: () => placeGroupAtEnd(this.groups, this.metadata, groupId, this.topic),
      onJoined: () => joined.resolve(),
      onLost: (cause) => {
        this.settings.report(`control group ${groupId} was lost and is joined anew`, cause);
        if (performance.now() + REJOIN_PAUSE_MS > givenUpAt) joined.reject(cause);
      },
    };
    const listening = stayInGroup(this.settings, member, closing.signal);
    const subscription = {
      close: async () => {
        this.subscriptions.delete(subscription);
        closing.abort();
        await listening;
      },
    };
    this.subscriptions.add(subscription);
    try {
      await joined.promise;
      return subscription;
    } catch (cause) {
      await subscription.close();
      throw unavailable(`joining ${groupId}`, cause);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.subscriptions].map((subscription) => subscription.close()));
    await this.writer.close();
    await Promise.all([this.metadata.close(), this.groups.close()]);
  }

  /** Once per process; after a failure the next call tries again. */
  private ensureTopicStands(): Promise<void> {
    this.ready ??= this.createTopic().catch((error: unknown) => {
      this.ready = null;
      throw error;
    });
    return this.ready;
  }

  private createTopic(): Promise<void> {
    return retryUntilUnavailable(`creating ${this.topic}`, this.settings.unavailableAfterMs, async () => {
      const admin = kafkaJsOf(this.settings).admin();
      try {
        await admin.connect();
        await ensureTopic(admin, this.topic, 1, this.settings.replicationFactor, CONTROL_CONFIG);
      } finally {
        await admin.disconnect().catch(() => undefined);
      }
    });
  }

  private async deliver({ message, heartbeat }: EachMessagePayload, handle: Handle): Promise<void> {
    const event = fromRecord(message);
    if (event === null) {
      this.settings.report(`control record ${message.offset} is no control event and was passed over`);
      return;
    }
    for (let redeliveries = 0; ; redeliveries++) {
      try {
        return await handle(event);
      } catch (cause) {
        if (redeliveries === MAX_REDELIVERIES) {
          this.settings.report(`control event ${event.type} ${event.id} was passed over`, cause);
          return;
        }
        await pause(REDELIVERY_PAUSE_MS);
        await heartbeat();
      }
    }
  }
}
