import { randomUUID } from 'node:crypto';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Appended, OutgoingEvent } from '@twofold/ports';
import { eventually, testServers } from '@twofold/testkit';
import { KafkaAdmin } from './kafka-admin.js';
import { KafkaControlChannel } from './kafka-control-channel.js';
import { KafkaJsReader } from './kafka-js-reader.js';
import type { KafkaOptions } from './kafka-options.js';
import { KafkaPartitionAssigner } from './kafka-partition-assigner.js';
import { KafkaRawReader } from './kafka-raw-reader.js';
import { KafkaWriter } from './kafka-writer.js';

/** A port at which nobody listens. */
const NOBODY = 1;

/** The way to the broker, which can be cut. Addresses that the broker advertises are changed so that all go this way. */
class Wire {
  private readonly sockets = new Set<Socket>();
  private readonly server = createServer((client) => this.connect(client));
  /** Nothing comes through any more from the broker; what goes to it still arrives. */
  deafToBroker = false;
  /** The broker seems to say that it is where nobody is: so the coordinator of a group is known, and not found. */
  misled = false;
  /** New connections are closed at once. */
  down = false;
  /** Called with what goes to the broker. */
  onRequest: () => void = () => undefined;

  private constructor(private readonly broker: { readonly host: string; readonly port: number }) {}

  static async open(address: string): Promise<Wire> {
    const [host = '', port = ''] = address.split(':');
    const wire = new Wire({ host, port: Number(port) });
    await new Promise<void>((resolve) => wire.server.listen(0, host, resolve));
    return wire;
  }

  get address(): string {
    return `${this.broker.host}:${this.port}`;
  }

  cut(): void {
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
  }

  close(): Promise<void> {
    this.cut();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  private connect(client: Socket): void {
    if (this.down) return void client.destroy();
    const broker = connect(this.broker.port, this.broker.host);
    for (const [from, to] of [
      [client, broker],
      [broker, client],
    ] as const) {
      this.sockets.add(from);
      from.on('error', () => undefined);
      from.on('close', () => to.destroy());
      from.on('data', (bytes) => {
        if (from === client) this.onRequest();
        else if (this.deafToBroker) return;
        else this.readdress(bytes);
        if (!to.destroyed) to.write(bytes);
      });
    }
  }

  private readdress(bytes: Buffer): void {
    const address = (port: number): Buffer => {
      const end = Buffer.alloc(4);
      end.writeInt32BE(port);
      return Buffer.concat([Buffer.from(this.broker.host), end]);
    };
    const [advertised, ours] = [address(this.broker.port), address(this.misled ? NOBODY : this.port)];
    for (let at = bytes.indexOf(advertised); at >= 0; at = bytes.indexOf(advertised, at + 1)) ours.copy(bytes, at);
  }
}

const numbered = (from: number, count: number): OutgoingEvent[] =>
  Array.from({ length: count }, (_, n) => ({ key: 'one key', headers: {}, value: String(from + n) }));

describe('over a wire that breaks', () => {
  const namespace = `test-${randomUUID()}`;
  const direct: KafkaOptions = { brokers: testServers().kafkaBrokers, namespace };
  let wire: Wire;
  let options: KafkaOptions;
  let admin: KafkaAdmin;
  let reader: KafkaRawReader;
  let streams = 0;
  beforeAll(async () => {
    wire = await Wire.open(testServers().kafkaBrokers[0] ?? '');
    options = { ...direct, brokers: [wire.address], requestTimeoutMs: 1_000, unavailableAfterMs: 8_000 };
    admin = new KafkaAdmin(direct);
    reader = new KafkaRawReader(direct);
  });
  afterAll(() => Promise.all([admin.close(), reader.close(), wire.close()]), 30_000);

  const newStream = async (): Promise<string> => {
    Object.assign(wire, { deafToBroker: false, misled: false, down: false });
    const stream = `faults-${++streams}`;
    await admin.ensureStream(stream, 1);
    return stream;
  };
  const valuesOf = async (stream: string): Promise<string[]> => {
    const end = (await reader.bounds(stream)).end[0] ?? 0;
    const values: string[] = [];
    for (let from = 0; from < end;) {
      const batch = await reader.read({ stream, partition: 0 }, { from });
      batch.forEach((record) => values.push(record.valueText() ?? ''));
      from = batch.nextOffset;
    }
    return values;
  };

  test('a writer that never hears the confirmation does not write twice, nor out of order', async () => {
    const stream = await newStream();
    const writer = new KafkaWriter(options);
    await writer.append(stream, numbered(0, 1));
    let next = 1;
    const calls: Promise<readonly Appended[]>[] = [];
    for (let round = 0; round < 4; round++) {
      const end = (await reader.bounds(stream)).end[0] ?? 0;
      wire.deafToBroker = true;
      for (let n = 0; n < 5; n++, next += 10) calls.push(writer.append(stream, numbered(next, 10)));
      // They are on the log, and the writer has not heard of it.
      await eventually('the events arrive', async () => ((await reader.bounds(stream)).end[0] ?? 0) > end);
      wire.cut();
      wire.deafToBroker = false;
      await Promise.all(calls);
    }
    const places = (await Promise.all(calls)).flat();
    const wanted = Array.from({ length: next }, (_, n) => String(n));
    expect(await valuesOf(stream)).toEqual(wanted);
    expect(places.map(({ offset }) => offset)).toEqual(wanted.slice(1).map(Number));
    await writer.close();
  }, 60_000);

  test('a writer rejects within its bound, writes nothing of it later, and goes on when the log is back', async () => {
    const stream = await newStream();
    const writer = new KafkaWriter({ ...options, unavailableAfterMs: 2_000 });
    await writer.append(stream, numbered(0, 1));
    wire.down = true;
    wire.cut();
    const began = performance.now();
    const lost = [writer.append(stream, numbered(100, 1)), writer.append(stream, numbered(200, 1))];
    const outcomes = await Promise.allSettled(lost);
    const unavailable = { status: 'rejected', reason: { code: 'log-unavailable' } };
    expect(outcomes).toMatchObject([unavailable, unavailable]);
    expect(performance.now() - began).toBeLessThan(4_000);
    wire.down = false;
    await eventually('the log takes events again', () =>
      writer.append(stream, numbered(1, 1)).then(
        () => true,
        () => false,
      ),
    );
    await writer.append(stream, numbered(2, 1));
    await writer.close();
    expect(await valuesOf(stream)).toEqual(['0', '1', '2']);
  }, 60_000);

  test.each([
    ['raw', (given: KafkaOptions) => new KafkaRawReader(given)],
    ['kafkajs', (given: KafkaOptions) => new KafkaJsReader(given)],
  ] as const)(
    'the %s reader goes on after cuts, missing and repeating nothing',
    async (_name, open) => {
      const stream = await newStream();
      const writer = new KafkaWriter(direct);
      const faulty = open(options);
      const values: string[] = [];
      let from = 0;
      for (let end = 10; end <= 30; end += 10) {
        await writer.append(stream, numbered(end - 10, 10));
        const waiting = faulty.read({ stream, partition: 0 }, { from: end, waitMs: 300 });
        wire.cut();
        expect((await waiting).recordCount).toBe(0);
        while (from < end) {
          const batch = await faulty.read({ stream, partition: 0 }, { from });
          batch.forEach((record) => values.push(record.valueText() ?? ''));
          from = batch.nextOffset;
        }
      }
      expect(values).toEqual(Array.from({ length: 30 }, (_, n) => String(n)));
      await Promise.all([writer.close(), faulty.close()]);
    },
    60_000,
  );

  test('a reader that the broker does not answer rejects within its bound', async () => {
    const stream = await newStream();
    const faulty = new KafkaRawReader({ ...options, requestTimeoutMs: 500, unavailableAfterMs: 1_500 });
    await faulty.read({ stream, partition: 0 }, { from: 0, waitMs: 10 });
    wire.deafToBroker = true;
    const began = performance.now();
    const refused = faulty.read({ stream, partition: 0 }, { from: 0, waitMs: 10 });
    await expect(refused).rejects.toMatchObject({ code: 'log-unavailable' });
    expect(performance.now() - began).toBeLessThan(5_000);
    wire.deafToBroker = false;
    wire.cut();
    expect((await faulty.read({ stream, partition: 0 }, { from: 0, waitMs: 10 })).nextOffset).toBe(0);
    await faulty.close();
  }, 30_000);

  test('an assigner releases what it held when the group is out of reach, and joins again', async () => {
    const stream = await newStream();
    const stop = new AbortController();
    const problems: string[] = [];
    const assigner = new KafkaPartitionAssigner({
      ...options,
      heartbeatMs: 200,
      report: (problem) => problems.push(problem),
    });
    const released: AbortSignal[] = [];
    const following = assigner.follow('workers', [stream], (given) => released.push(given.released), stop.signal);
    await eventually('it holds the partition', () => released.length === 1);
    wire.down = true;
    wire.cut();
    await eventually('it has let go of it', () => released[0]?.aborted === true, 40_000);
    wire.down = false;
    await eventually('it holds it again', () => released.length === 2, 40_000);
    expect(problems.length).toBeGreaterThan(0);
    stop.abort();
    await following;
    expect(released[1]?.aborted).toBe(true);
  }, 120_000);

  test('a control channel hears on after a cut, each event at least once', async () => {
    const channel = new KafkaControlChannel({ ...options, heartbeatMs: 200, report: () => undefined });
    const publisher = new KafkaControlChannel(direct);
    const heard = new Set<string>();
    await channel.subscribe('cut', async ({ id }) => void heard.add(id));
    const publish = (id: string): Promise<void> =>
      publisher.publish({ id, type: 'view.cut-requested', version: 1, timeMs: 0, subject: 's', data: {} });
    for (const id of ['a', 'b', 'c']) {
      await publish(id);
      wire.cut();
    }
    await eventually('all are heard', () => heard.size === 3, 40_000);
    await Promise.all([channel.close(), publisher.close()]);
  }, 60_000);

  test.each([
    { failure: 'the broker is away for long', broken: { down: true } },
    { failure: "the group's coordinator is not found", broken: { misled: true } },
  ])(
    'a control channel joins anew where kafkajs gives up: $failure',
    async ({ broken }) => {
      await newStream();
      const problems: string[] = [];
      const channel = new KafkaControlChannel({
        ...options,
        heartbeatMs: 200,
        report: (problem, cause) => problems.push(`${problem}: ${String(cause)}`),
      });
      const publisher = new KafkaControlChannel(direct);
      const heard: string[] = [];
      await channel.subscribe(`away-${randomUUID()}`, async ({ id }) => void heard.push(id));
      Object.assign(wire, broken);
      wire.cut();
      await eventually('it was lost twice', () => problems.length >= 2, 60_000);
      Object.assign(wire, { down: false, misled: false });
      await publisher.publish({ id: 'a', type: 'view.cut-requested', version: 1, timeMs: 0, subject: 's', data: {} });
      await eventually('it is heard', () => heard.length > 0, 40_000);
      await Promise.all([channel.close(), publisher.close()]);
    },
    120_000,
  );
});

describe('where no Kafka is', () => {
  const options: KafkaOptions = { brokers: ['127.0.0.1:1'], unavailableAfterMs: 800, connectTimeoutMs: 500 };

  test('every call rejects with log-unavailable, within its bound', async () => {
    const [writer, raw, plain, admin, control] = [
      new KafkaWriter(options),
      new KafkaRawReader(options),
      new KafkaJsReader(options),
      new KafkaAdmin(options),
      new KafkaControlChannel(options),
    ];
    const event = { id: 'a', type: 'view.cut-requested', version: 1, timeMs: 0, subject: 's', data: {} };
    const calls = [
      writer.append('flights', numbered(0, 1)),
      raw.read({ stream: 'flights', partition: 0 }, { from: 0 }),
      raw.bounds('flights'),
      plain.read({ stream: 'flights', partition: 0 }, { from: 0 }),
      plain.bounds('flights'),
      admin.ensureStream('flights', 4),
      admin.partitionCount('flights'),
      control.publish(event),
      control.subscribe('group', async () => undefined),
    ];
    const began = performance.now();
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.code)).toEqual(
      calls.map(() => 'log-unavailable'),
    );
    expect(performance.now() - began).toBeLessThan(10_000);
    await Promise.all([writer, raw, plain, admin, control].map((part) => part.close()));
  }, 30_000);
});

describe('a writer’s bounds', () => {
  const options: KafkaOptions = { brokers: testServers().kafkaBrokers, namespace: `test-${randomUUID()}` };

  test('an event that is too large is refused, and nothing of its call is written', async () => {
    const admin = new KafkaAdmin(options);
    const writer = new KafkaWriter({ ...options, maxEventBytes: 1_000 });
    const reader = new KafkaRawReader(options);
    await admin.ensureStream('bounds', 1);
    const large = { key: 'k', headers: {}, value: 'x'.repeat(1_001) };
    const refused = writer.append('bounds', [...numbered(0, 2), large]);
    await expect(refused).rejects.toMatchObject({ code: 'body-too-large', pointer: '/2' });
    expect((await reader.bounds('bounds')).end).toEqual([0]);
    await Promise.all([admin.close(), writer.close(), reader.close()]);
  }, 30_000);

  test('calls beyond what may wait are refused, and those before are written', async () => {
    const admin = new KafkaAdmin(options);
    const writer = new KafkaWriter({ ...options, maxQueuedBytes: 10_000 });
    await admin.ensureStream('queue', 1);
    const event = { key: 'k', headers: {}, value: 'x'.repeat(4_000) };
    const calls = Array.from({ length: 5 }, () => writer.append('queue', [event]));
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    expect(outcomes[4]).toMatchObject({ reason: { code: 'overloaded' } });
    await writer.append('queue', [event]);
    await Promise.all([admin.close(), writer.close()]);
  }, 30_000);
});
