import { endpointsOf } from './stack/given-server.ts';
import { readStack, stackDown, stackUp } from './stack/local-stack.ts';
import { placeOf } from './stack/place.ts';
import { answers } from './stack/process.ts';
import { ROLE_SERVERS, roleServers } from './stack/role-servers.ts';

const USAGE = `npm run stack -- <up | down | status>

up      brings up Kafka, Redis and Postgres where they are not up yet, and says what it took for each and why:
        a URL in the environment (KAFKA_BROKERS, REDIS_URL, DATABASE_URL), else Docker Compose where an engine runs,
        else native servers (Kafka and Redis from Maven Central: Java 17 and Maven; Postgres from npm)
        --brokers 3: native Kafka as a cluster of three, each record on all and confirmed by two (KAFKA_REPLICATION_FACTOR=3)
down    stops what up started; the data stays in .twofold/data
status  says what runs, and whether it answers (exit code 1 if not); the same stands in .twofold/local.json
`;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(command: string | undefined, options: readonly string[]): Promise<number> {
  switch (command) {
    case 'up': {
      const brokers = options.join(' ') === '--brokers 3' ? 3 : 1;
      if (brokers === 1 && options.length > 0) throw new Error(`unknown option ${options.join(' ')}`);
      const { stack } = await stackUp(say, placeOf(), roleServers(brokers));
      for (const [variable, url] of Object.entries(stack.environment)) say(`${variable}=${url}`);
      return 0;
    }
    case 'down':
      await stackDown();
      say('the local stack is down');
      return 0;
    case 'status':
      return status();
    case 'help':
    case '--help':
      say(USAGE);
      return 0;
    default:
      process.stderr.write(USAGE);
      return 2;
  }
}

async function status(): Promise<number> {
  const stack = readStack();
  if (stack === null) {
    say('no local stack runs');
    return 1;
  }
  let isWhole = true;
  for (const { role, variable } of ROLE_SERVERS) {
    const endpoints = endpointsOf(stack.environment[variable]);
    const isUp = (await Promise.all(endpoints.map(({ host, port }) => answers(port, host)))).includes(true);
    isWhole &&= isUp || endpoints.length === 0;
    const told = endpoints.map(({ host, port }) => `${host}:${port}`).join(', ');
    say(`${role}: ${stack.roles[role]} ${isUp ? 'answers' : 'does NOT answer'} at ${told}`);
  }
  for (const [app, url] of Object.entries(stack.apps)) say(`${app}: ${url}`);
  return isWhole ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv[2], process.argv.slice(3));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
