import { randomUUID } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchJars, missingJava } from './native-jars.ts';
import { freePort, portOf, running, start, stop } from './process.ts';
import type { Provider } from './server.ts';

const LOGGING = `<Configuration status="WARN"><Appenders><Console name="out"><PatternLayout pattern="%d %p %m (%c)%n"/></Console></Appenders>
<Loggers><Root level="WARN"><AppenderRef ref="out"/></Root></Loggers></Configuration>`;

/** Enough for millions of events in a few topics; a laptop has other things to do. */
const HEAP = '-Xmx768m';

/** Apache Kafka from Maven Central: one process that is broker and controller (KRaft). */
export const nativeKafka: Provider = {
  unavailable: async () => missingJava(),
  async up(place, tell) {
    const took = 'Apache Kafka 4.1.1 from Maven Central, for there is Java and Maven';
    const found = await running(place, 'kafka');
    if (found !== null) return { url: urlOf(found.port), took, ranAlready: true };
    const port = await portOf(place, 'kafka');
    await stop(place, 'kafka'); // one that does not answer any more
    const jars = fetchJars(place, tell);
    const home = join(place.data, 'kafka');
    mkdirSync(home, { recursive: true });
    const logs = join(home, 'logs');
    const logging = join(home, 'log4j2.xml');
    const config = join(home, 'server.properties');
    writeFileSync(logging, LOGGING);
    writeFileSync(config, properties(logs, port, await freePort()));
    const java = (...rest: string[]): string[] => [
      HEAP,
      `-Dlog4j2.configurationFile=${logging}`,
      '-cp',
      `${jars}/*`,
      ...rest,
    ];
    if (!existsSync(join(logs, 'meta.properties'))) format(logs, java, config);
    await start(place, 'kafka', port, { file: 'java', args: java('kafka.Kafka', config) });
    return { url: urlOf(port), took, ranAlready: false };
  },
  down: (place) => stop(place, 'kafka'),
};

const urlOf = (port: number): string => `127.0.0.1:${port}`;

function format(logs: string, java: (...rest: string[]) => string[], config: string): void {
  rmSync(logs, { recursive: true, force: true }); // of an attempt that was interrupted
  const id = Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
  const args = java('kafka.tools.StorageTool', 'format', `--cluster-id=${id}`, '-c', config);
  const outcome = spawnSync('java', args, { encoding: 'utf8' });
  if (outcome.status !== 0) throw new Error(`Kafka's storage could not be made:\n${outcome.stdout}${outcome.stderr}`);
}

const properties = (logs: string, port: number, controllerPort: number): string =>
  [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
    `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    `advertised.listeners=PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names=CONTROLLER',
    'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    `log.dirs=${logs}`,
    'auto.create.topics.enable=false',
    'offsets.topic.replication.factor=1',
    'offsets.topic.num.partitions=4',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'transaction.state.log.num.partitions=4',
    'group.initial.rebalance.delay.ms=0',
    'log.retention.ms=-1',
    '',
  ].join('\n');
