import { randomUUID } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brokerProperties, KAFKA_LOGGING, type BrokerPlan, type ClusterPlan } from './kafka-properties.ts';
import { fetchJars, missingJava } from './native-jars.ts';
import type { Place } from './place.ts';
import { answers, freePort, running, start, stop } from './process.ts';
import type { Provider } from './server.ts';

/** Enough for millions of events in a few topics; a laptop has other things to do. */
const HEAP = { one: '-Xmx768m', several: '-Xmx384m' };
/** As many as a place ever has: `down` stops them all, however many were asked for. */
const MAX_BROKERS = 3;

export type NativeKafkaOptions = {
  /** 1, or 3 for a cluster that bears the loss of one: each record on all, confirmed by two. */
  readonly brokers?: 1 | 3;
  /** For what the broker is to be known by, where that is not its own port: by its number, from 0. */
  readonly advertise?: (broker: number, port: number) => Promise<number>;
  /** Of the brokers' processes, beside ours. */
  readonly environment?: Readonly<Record<string, string>>;
};

/** The names under which a place knows its brokers. */
export const brokerNames = (brokers: number): readonly string[] =>
  brokers === 1 ? ['kafka'] : Array.from({ length: brokers }, (_, index) => `kafka-${index + 1}`);

/** Apache Kafka from Maven Central: processes that are broker and controller (KRaft). */
export function nativeKafka({ brokers = 1, advertise, environment = {} }: NativeKafkaOptions = {}): Provider {
  return {
    unavailable: async () => missingJava(),
    async up(place, tell) {
      const several = brokers === 1 ? '' : `${brokers} brokers of `;
      const took = `${several}Apache Kafka 4.1.1 from Maven Central, for there is Java and Maven`;
      const names = brokerNames(brokers);
      const jars = fetchJars(place, tell);
      const plan = await clusterPlan(place, brokers, advertise);
      const ranAlready = await Promise.all(
        plan.brokers.map(async (broker, index) => {
          const name = names[index] ?? '';
          if ((await running(place, name)) !== null) return true;
          await stop(place, name); // one that does not answer any more
          await startBroker(place, name, plan, broker, { jars, environment });
          return false;
        }),
      );
      const url = plan.brokers.map(({ advertisedPort }) => `127.0.0.1:${advertisedPort}`).join(',');
      return { url, took, ranAlready: !ranAlready.includes(false) };
    },
    async down(place) {
      await Promise.all([...brokerNames(1), ...brokerNames(MAX_BROKERS)].map((name) => stop(place, name)));
    },
  };
}

/** Every broker must know the ports of the others before the first one starts; and after a restart, clients find them again. */
async function clusterPlan(
  place: Place,
  brokers: number,
  advertise: NativeKafkaOptions['advertise'],
): Promise<ClusterPlan> {
  const home = join(place.data, brokerNames(brokers)[0] ?? '');
  const file = join(home, 'cluster.json');
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ClusterPlan) : null;
  if (before !== null && !(await isInTheWay(place, before))) return before;
  const planned: BrokerPlan[] = [];
  for (let index = 0; index < brokers; index++) {
    const [port, internalPort, controllerPort] = [await freePort(), await freePort(), await freePort()];
    const advertisedPort = (await advertise?.(index, port)) ?? port;
    planned.push({ id: index + 1, port, internalPort, controllerPort, advertisedPort });
  }
  const newId = (): string => Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
  const plan = { clusterId: before?.clusterId ?? newId(), brokers: planned };
  mkdirSync(home, { recursive: true });
  writeFileSync(file, JSON.stringify(plan));
  return plan;
}

/** Whether others took a port of the plan while none of its brokers ran. */
async function isInTheWay(place: Place, { brokers }: ClusterPlan): Promise<boolean> {
  const started = await Promise.all(brokerNames(brokers.length).map((name) => running(place, name)));
  if (started.some((broker) => broker !== null)) return false;
  const ports = brokers.flatMap(({ port, internalPort, controllerPort }) => [port, internalPort, controllerPort]);
  return (await Promise.all(ports.map((port) => answers(port)))).includes(true);
}

async function startBroker(
  place: Place,
  name: string,
  plan: ClusterPlan,
  broker: BrokerPlan,
  { jars, environment }: { readonly jars: string; readonly environment: Readonly<Record<string, string>> },
): Promise<void> {
  const home = join(place.data, name);
  mkdirSync(home, { recursive: true });
  const logs = join(home, 'logs');
  const logging = join(home, 'log4j2.xml');
  const config = join(home, 'server.properties');
  writeFileSync(logging, KAFKA_LOGGING);
  writeFileSync(config, brokerProperties(plan, broker, logs));
  const heap = plan.brokers.length === 1 ? HEAP.one : HEAP.several;
  const java = (...rest: string[]): string[] => [
    heap,
    `-Dlog4j2.configurationFile=${logging}`,
    '-cp',
    `${jars}/*`,
    ...rest,
  ];
  if (!existsSync(join(logs, 'meta.properties'))) format(logs, plan.clusterId, java, config);
  await start(place, name, broker.port, {
    file: 'java',
    args: java('kafka.Kafka', config),
    options: { env: { ...process.env, ...environment } },
  });
}

function format(logs: string, clusterId: string, java: (...rest: string[]) => string[], config: string): void {
  rmSync(logs, { recursive: true, force: true }); // of an attempt that was interrupted
  const args = java('kafka.tools.StorageTool', 'format', `--cluster-id=${clusterId}`, '-c', config);
  const outcome = spawnSync('java', args, { encoding: 'utf8' });
  if (outcome.status !== 0) throw new Error(`Kafka's storage could not be made:\n${outcome.stdout}${outcome.stderr}`);
}
