import { partitionName, type Offset, type Partition } from '@twofold/core';
import type { EventBatch, EventLogReader, ReadOptions } from '@twofold/ports';
import { AbortedTransactions } from './aborted-transactions.js';
import { BrokerConnections } from './broker-connections.js';
import { ClusterMetadata, type TopicBounds } from './cluster-metadata.js';
import { fetchOver, type FetchResponse } from './fetch-request.js';
import { FetchedBatch } from './fetched-batch.js';
import { connectionOptionsOf } from './kafka-clients.js';
import { settingsOf, topicOf, type KafkaOptions, type KafkaSettings } from './kafka-options.js';
import { outOfRange } from './out-of-range.js';
import { recordRunsIn } from './record-runs.js';
import { retryUntilUnavailable } from './retry-until-unavailable.js';
import { untilAborted, withinMs } from './bounded-wait.js';

/** Kafka's error code for a fetch below a log's start or beyond its end. Every other code may pass: it is tried again. */
const OFFSET_OUT_OF_RANGE = 1;
const DEFAULT_MAX_BYTES = 1024 * 1024;
const DEFAULT_WAIT_MS = 500;
/** A broker holds a request at most this long; a longer wait comes as an empty batch before its time. */
const MAX_WAIT_MS = 30_000;

/** Reads record batches as the broker has them, and takes them apart in place (docs/decisions/0003). */
export class KafkaRawReader implements EventLogReader {
  private readonly settings: KafkaSettings;
  private readonly metadata: ClusterMetadata;
  private readonly connections: BrokerConnections;

  constructor(options: KafkaOptions) {
    this.settings = settingsOf(options);
    this.metadata = new ClusterMetadata(this.settings);
    this.connections = new BrokerConnections(this.settings.clientId, connectionOptionsOf(this.settings, MAX_WAIT_MS));
  }

  async read(partition: Partition, options: ReadOptions): Promise<EventBatch> {
    const { from, below = Number.MAX_SAFE_INTEGER, signal } = options;
    const empty = (): EventBatch => new FetchedBatch(partition, { runs: [], nextOffset: from }, from, below);
    if (signal?.aborted || from >= below) return empty();
    const fetched = await untilAborted(this.fetch(partition, options), signal);
    if (fetched === null) return empty();
    const runs = recordRunsIn(fetched.records, from, below, new AbortedTransactions(fetched.aborted));
    return new FetchedBatch(partition, runs, from, below);
  }

  bounds(stream: string): Promise<TopicBounds> {
    return retryUntilUnavailable(`bounds of stream ${stream}`, this.settings.unavailableAfterMs, () =>
      this.metadata.boundsOf(topicOf(this.settings, stream)),
    );
  }

  async close(): Promise<void> {
    await Promise.all([this.connections.close(), this.metadata.close()]);
  }

  /** null: they cannot be asked for now. */
  private async boundsNow(
    topic: string,
    { partition }: Partition,
  ): Promise<{ readonly start: Offset; readonly end: Offset } | null> {
    const bounds = await this.metadata.boundsOf(topic).catch(() => null);
    const [start, end] = [bounds?.start[partition], bounds?.end[partition]];
    return start === undefined || end === undefined ? null : { start, end };
  }

  private fetch(partition: Partition, options: ReadOptions): Promise<FetchResponse> {
    const { from, maxBytes = DEFAULT_MAX_BYTES, waitMs = DEFAULT_WAIT_MS, signal } = options;
    const topic = topicOf(this.settings, partition.stream);
    const request = {
      topic,
      partition: partition.partition,
      from,
      maxBytes,
      waitMs: Math.min(waitMs, MAX_WAIT_MS),
    };
    const attempt = async (attemptNumber: number): Promise<FetchResponse> => {
      const leader = await this.metadata.leaderOf(topic, partition.partition, attemptNumber > 0);
      const response = await this.connections.use(leader, (connection) =>
        withinMs(fetchOver(connection, request), request.waitMs + this.settings.requestTimeoutMs),
      );
      if (response.errorCode === OFFSET_OUT_OF_RANGE)
        throw outOfRange(partition, from, await this.boundsNow(topic, partition));
      if (response.errorCode !== 0) throw new Error(`Kafka's error code ${response.errorCode}`);
      return response;
    };
    const what = `reading ${partitionName(partition)}`;
    return retryUntilUnavailable(what, this.settings.unavailableAfterMs, attempt, signal);
  }
}
