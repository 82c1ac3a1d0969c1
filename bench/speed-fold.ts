import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';
import { contestant } from './contestants/contestant.ts';
import { STREAM, loadFlights } from './load-flights.ts';
import { median, ratioOf } from './median.ts';

export type SpeedFoldOptions = {
  readonly brokers: string;
  readonly redisUrl: string;
  readonly partitions: number;
  readonly events: number;
  readonly rounds: number;
};

type Outcome = {
  readonly events: number;
  readonly cpuMs: number;
  readonly rows?: Readonly<Record<string, readonly (number | string)[]>>;
};

/** Events per second of the process's own CPU, from one loaded topic, the same result from all who compute one. */
export async function speedFold(options: SpeedFoldOptions): Promise<void> {
  const namespace = `bench-${Date.now()}`;
  const topic = `${namespace}.events.${STREAM}`;
  const streams = buildKafkaStreams();
  await loadFlights(options, namespace);

  const outcomes: Record<string, number[]> = {
    twofold: [],
    'kafkajs, counting only': [],
    'Kafka Streams, exactly once': [],
  };
  const redisCpuMs: number[] = [];
  for (let round = 0; round < options.rounds; round++) {
    const redisBefore = await cpuOfRedis(options.redisUrl);
    const twofold = await contestant<Outcome>('node', [
      'bench/contestants/twofold.ts',
      options.brokers,
      namespace,
      `${options.events}`,
      options.redisUrl,
      `${namespace}-${round}`,
    ]);
    redisCpuMs.push((await cpuOfRedis(options.redisUrl)) - redisBefore);
    const kafkaJs = await contestant<Outcome>('node', [
      'bench/contestants/kafkajs-count.ts',
      options.brokers,
      topic,
      `${options.events}`,
      `${namespace}-count-${round}`,
    ]);
    const state = mkdtempSync(join(tmpdir(), 'twofold-bench-'));
    const kafkaStreams = await contestant<Outcome>('java', [
      '-Xmx1g',
      '-cp',
      streams,
      'twofold.DelaysByAirport',
      options.brokers,
      topic,
      `${options.events}`,
      `${namespace}-streams-${round}`,
      state,
    ]);
    rmSync(state, { recursive: true, force: true });

    expectSame(twofold, kafkaStreams);
    for (const [name, outcome] of [
      ['twofold', twofold],
      ['kafkajs, counting only', kafkaJs],
      ['Kafka Streams, exactly once', kafkaStreams],
    ] as const) {
      outcomes[name]?.push((outcome.events / outcome.cpuMs) * 1000);
    }
    process.stdout.write(
      `round ${round + 1} of ${options.rounds}: results equal, ${Object.keys(twofold.rows ?? {}).length} rows\n`,
    );
  }

  const ours = outcomes['twofold'] ?? [];
  process.stdout.write(
    `\nspeed-fold, ${options.events} events, ${options.partitions} partitions: events per CPU second of the process, medians of ${options.rounds}\n`,
  );
  for (const [name, rates] of Object.entries(outcomes)) {
    process.stdout.write(
      `  ${name.padEnd(30)} ${Math.round(median(rates)).toLocaleString('en').padStart(12)}   twofold is ${ratioOf(ours, rates)} ×\n`,
    );
  }
  process.stdout.write(`  Redis spent ${Math.round(median(redisCpuMs))} ms of CPU on twofold's commits\n`);
}

/** The class path of the built program. */
function buildKafkaStreams(): string {
  const { status } = spawnSync('mvn', ['-q', 'package'], { cwd: 'bench/kafka-streams', stdio: 'inherit' });
  if (status !== 0) throw new Error('Kafka Streams cannot be built: Java 17 and Maven are needed');
  return 'bench/kafka-streams/target/classes:bench/kafka-streams/target/libs/*';
}

function expectSame(a: Outcome, b: Outcome): void {
  const [rowsOfA, rowsOfB] = [a.rows ?? {}, b.rows ?? {}];
  for (const key of new Set([...Object.keys(rowsOfA), ...Object.keys(rowsOfB)])) {
    if (String(rowsOfA[key]) !== String(rowsOfB[key]))
      throw new Error(`${key}: ${String(rowsOfA[key])} is not ${String(rowsOfB[key])}`);
  }
}

async function cpuOfRedis(url: string): Promise<number> {
  const client = await createClient({ url }).connect();
  const info = await client.info('cpu');
  client.destroy();
  const seconds = ['used_cpu_sys', 'used_cpu_user'].map((name) =>
    Number(new RegExp(`${name}:([0-9.]+)`).exec(info)?.[1] ?? 0),
  );
  return seconds.reduce((a, b) => a + b, 0) * 1000;
}
