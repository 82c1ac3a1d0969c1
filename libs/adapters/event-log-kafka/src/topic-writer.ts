import type { Message } from 'kafkajs';
import { TwofoldError, impossible } from '@twofold/core';
import type { Appended } from '@twofold/ports';
import { withinMs } from './bounded-wait.js';
import type { ClusterMetadata } from './cluster-metadata.js';
import { deferred } from './deferred.js';
import type { KafkaSettings } from './kafka-options.js';
import type { OutgoingMessage } from './outgoing-message.js';
import { partitionOfKey } from './murmur2.js';
import { ProducerSession } from './producer-session.js';
import { retryUntilUnavailable, unavailable } from './retry-until-unavailable.js';

/** Events in one produce request: kafkajs encodes them in one go, about 40 µs each, and nothing else runs meanwhile. */
const MAX_REQUEST_EVENTS = 2_000;
/** A session's sequence numbers are 32-bit and kafkajs wraps them wrongly: begin a new session long before. */
const MAX_SESSION_EVENTS = 1_000_000_000;

/** One `append` on its way. */
type Call = {
  readonly events: readonly OutgoingMessage[];
  readonly bytes: number;
  readonly places: Appended[];
  /** Events put into requests so far; events placed so far. */
  taken: number;
  placed: number;
  readonly deadline: number;
  readonly resolve: (places: readonly Appended[]) => void;
  readonly reject: (error: TwofoldError) => void;
};

/** Which event of which call a message is. */
type Slot = { readonly call: Call; readonly index: number };
type Request = {
  readonly messages: Message[];
  readonly slots: ReadonlyMap<number, readonly Slot[]>;
  readonly calls: ReadonlySet<Call>;
};

/**
 * Writes to one topic, in the order of the calls, one request at a time; what arrives meanwhile shares the next one.
 * A failed request fails every call that has an event in it, and its producer session.
 */
export class TopicWriter {
  private queue: Call[] = [];
  private queuedBytes = 0;
  private running: Promise<void> | null = null;
  private session: ProducerSession | null = null;
  private sessionEvents = 0;
  private partitions: number | null = null;
  private closed = false;

  constructor(
    private readonly settings: KafkaSettings,
    private readonly topic: string,
    private readonly metadata: ClusterMetadata,
  ) {}

  /** See `EventLogWriter.append`. */
  append(events: readonly OutgoingMessage[]): Promise<readonly Appended[]> {
    if (events.length === 0) return Promise.resolve([]);
    const sizes = events.map(({ sizeBytes }) => sizeBytes);
    const refusal = this.refusalOf(sizes);
    if (refusal !== null) return Promise.reject(refusal);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    const { promise, resolve, reject } = deferred<readonly Appended[]>();
    const deadline = performance.now() + this.settings.unavailableAfterMs;
    this.queue.push({ events, bytes, places: [], taken: 0, placed: 0, deadline, resolve, reject });
    this.queuedBytes += bytes;
    this.running ??= this.drain();
    return promise;
  }

  /** Waits for what was taken on, then lets go of the connection. */
  async close(): Promise<void> {
    this.closed = true;
    await this.running;
    await this.session?.close();
  }

  private refusalOf(sizes: readonly number[]): TwofoldError | null {
    if (this.closed) return new TwofoldError('log-unavailable', `the writer of ${this.topic} is closed`);
    const { maxEventBytes, maxQueuedBytes } = this.settings;
    const tooLarge = sizes.findIndex((size) => size > maxEventBytes);
    if (tooLarge >= 0) {
      const message = `an event of ${sizes[tooLarge]} bytes is larger than the ${maxEventBytes} that the log takes`;
      return new TwofoldError('body-too-large', message, `/${tooLarge}`);
    }
    if (this.queuedBytes < maxQueuedBytes) return null;
    return new TwofoldError('overloaded', `${this.queuedBytes} bytes wait to be written to ${this.topic} already`);
  }

  private async drain(): Promise<void> {
    // Calls made in the same turn share the first request.
    await Promise.resolve();
    for (let head = this.queue[0]; head !== undefined; head = this.queue[0]) {
      try {
        const partitions = await this.partitionCount(head.deadline);
        await this.write(this.takeRequest(partitions), head.deadline);
      } catch (cause) {
        // Not known how many partitions there are: nothing of the head was sent, and there was no time left to find out.
        this.fail([head], cause);
      }
    }
    this.running = null;
  }

  /** Fixed for the life of a topic, so asked once. */
  private async partitionCount(deadline: number): Promise<number> {
    this.partitions ??= await retryUntilUnavailable(`writing to ${this.topic}`, deadline - performance.now(), () =>
      this.metadata.partitionCountOf(this.topic),
    );
    return this.partitions;
  }

  /** The longest run of events at the head of the queue that fits one request: at least one event. */
  private takeRequest(partitions: number): Request {
    const messages: Message[] = [];
    const slots = new Map<number, Slot[]>();
    const bytes = new Array<number>(partitions).fill(0);
    const calls = new Set<Call>();
    let done = 0;
    filling: for (const call of this.queue) {
      while (call.taken < call.events.length) {
        const event = call.events[call.taken] ?? impossible('an event beyond the end of its call');
        const partition = event.partition ?? partitionOfKey(String(event.key), partitions);
        const inPartition = (bytes[partition] ?? 0) + event.sizeBytes;
        const full = messages.length >= MAX_REQUEST_EVENTS || inPartition > this.settings.maxBatchBytes;
        if (full && messages.length > 0) break filling;
        bytes[partition] = inPartition;
        calls.add(call);
        const { key, value, headers } = event;
        messages.push({ partition, key, value, headers });
        const slot = { call, index: call.taken++ };
        const others = slots.get(partition);
        if (others === undefined) slots.set(partition, [slot]);
        else others.push(slot);
      }
      done++;
    }
    this.queue.splice(0, done);
    return { messages, slots, calls };
  }

  private async write(request: Request, deadline: number): Promise<void> {
    try {
      const session = this.sessionFor(request.messages.length);
      const offsets = await withinMs(session.send(request.messages), Math.max(0, deadline - performance.now()));
      // kafkajs loses track of a partition whose leader moves between two attempts.
      for (const partition of request.slots.keys()) {
        if (!offsets.has(partition)) throw new Error(`partition ${partition} was not confirmed`);
      }
      this.place(request, offsets);
    } catch (cause) {
      this.session?.abandon();
      this.session = null;
      this.fail(request.calls, cause);
    }
  }

  private sessionFor(events: number): ProducerSession {
    if (this.sessionEvents + events > MAX_SESSION_EVENTS) {
      void this.session?.close();
      this.session = null;
    }
    if (this.session === null) this.sessionEvents = 0;
    this.sessionEvents += events;
    return (this.session ??= new ProducerSession(this.settings, this.topic));
  }

  private place({ slots, calls }: Request, offsets: ReadonlyMap<number, number>): void {
    for (const [partition, ofPartition] of slots) {
      const base = offsets.get(partition) ?? impossible(`partition ${partition} was not confirmed`);
      ofPartition.forEach(({ call, index }, position) => {
        call.places[index] = { partition, offset: base + position };
        call.placed++;
      });
    }
    for (const call of calls) {
      if (call.placed < call.events.length) continue;
      this.queuedBytes -= call.bytes;
      call.resolve(call.places);
    }
  }

  private fail(calls: Iterable<Call>, cause: unknown): void {
    const failed = new Set(calls);
    this.queue = this.queue.filter((call) => !failed.has(call));
    const error = cause instanceof TwofoldError ? cause : unavailable(`writing to ${this.topic}`, cause);
    for (const call of failed) {
      this.queuedBytes -= call.bytes;
      call.reject(error);
    }
  }
}
