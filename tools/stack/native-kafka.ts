import { randomUUID } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchJars, missingJava } from './native-jars.ts';
import { freePort, running, start, stop } from './process.ts';
import type { Provider } from './server.ts';

const LOGGING = `<Configuration status="WARN"><Appenders><Console name="out"><PatternLayout pattern="%d %p %m (%c)%n"/></Console></Appenders>
<Loggers><Root level="WARN"><AppenderRef ref="out"/></Root></Loggers></Configuration>`;

/** Apache Kafka from Maven Central: one process that is broker and controller (KRaft). */
export const nativeKafka: Provider = {
  unavailable: async () => missingJava(),
  async up(place, tell) {
    const took = 'Apache Kafka 4.1.1 from Maven Central, for there is Java and Maven';
    const found = await running(place, 'kafka');
    if (found !== null) return { url: `127.0.0.1:${found.port}`, took: `${took} (it ran already)` };
    fetchJars(place, tell);
    const home = join(place.data, 'kafka');
    mkdirSync(home, { recursive: true });
    const config = join(home, 'server.properties');
    const [port, controllerPort] = existsSync(config)
      ? portsIn(readFileSync(config, 'utf8'))
      : [await freePort(), await freePort()];
    const logging = join(home, 'log4j2.xml');
    writeFileSync(logging, LOGGING);
    const java = (...rest: string[]): string[] => [
      `-Dlog4j2.configurationFile=${logging}`,
      '-cp',
      `${place.jars}/*`,
      ...rest,
    ];
    if (!existsSync(config)) {
      writeFileSync(config, properties(home, port, controllerPort));
      const id = Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
      const format = spawnSync('java', java('kafka.tools.StorageTool', 'format', `--cluster-id=${id}`, '-c', config), {
        encoding: 'utf8',
      });
      if (format.status !== 0) {
        rmSync(config);
        throw new Error(`Kafka's storage could not be made:\n${format.stdout}${format.stderr}`);
      }
    }
    await start(place, 'kafka', port, 'java', ['-Xmx768m', ...java('kafka.Kafka', config)]);
    return { url: `127.0.0.1:${port}`, took };
  },
  down: (place) => stop(place, 'kafka'),
};

const properties = (home: string, port: number, controllerPort: number): string =>
  [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
    `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    `advertised.listeners=PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names=CONTROLLER',
    'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    `log.dirs=${join(home, 'logs')}`,
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

function portsIn(text: string): readonly [number, number] {
  const ports = /listeners=PLAINTEXT:\/\/127\.0\.0\.1:(\d+),CONTROLLER:\/\/127\.0\.0\.1:(\d+)/.exec(text);
  return [Number(ports?.[1]), Number(ports?.[2])];
}
