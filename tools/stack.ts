import { readStack, stackDown, stackUp } from './stack/local-stack.ts';

const USAGE = `npm run stack <up | down | status>

up      brings up Kafka, Redis and Postgres where they are not up yet, and says what it took for each and why:
        a URL in the environment (KAFKA_BROKERS, REDIS_URL, DATABASE_URL), else Docker Compose where an engine runs,
        else native servers (Kafka and Redis from Maven Central: Java 17 and Maven; Postgres from npm)
down    stops what up started; the data stays in .twofold/data
status  says what runs; the same stands in .twofold/local.json
`;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(command: string | undefined): Promise<number> {
  switch (command) {
    case 'up': {
      const { environment } = await stackUp(say);
      for (const [variable, url] of Object.entries(environment)) say(`${variable}=${url}`);
      return 0;
    }
    case 'down':
      await stackDown();
      say('the local stack is down');
      return 0;
    case 'status':
      say(JSON.stringify(readStack() ?? 'no local stack runs', null, 2));
      return 0;
    case 'help':
    case '--help':
      say(USAGE);
      return 0;
    default:
      process.stderr.write(USAGE);
      return 2;
  }
}

try {
  process.exitCode = await main(process.argv[2]);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
