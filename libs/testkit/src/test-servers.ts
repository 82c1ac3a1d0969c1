import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type TestServers = {
  readonly kafkaBrokers: readonly string[];
  readonly redisUrl: string;
  readonly databaseUrl: string;
};

/**
 * The real servers that tests run against: from the environment (KAFKA_BROKERS, REDIS_URL, DATABASE_URL), else those
 * of the local stack (`.twofold/local.json`, as `npm run stack up` writes it).
 */
export function testServers(): TestServers {
  const local = localStack();
  const need = (variable: string, fromStack: string | undefined): string => {
    const value = process.env[variable] ?? fromStack;
    if (value === undefined) throw new Error(`${variable} is not set and no local stack runs: npm run stack up`);
    return value;
  };
  return {
    kafkaBrokers: need('KAFKA_BROKERS', local['KAFKA_BROKERS']).split(','),
    redisUrl: need('REDIS_URL', local['REDIS_URL']),
    databaseUrl: need('DATABASE_URL', local['DATABASE_URL']),
  };
}

/** `environment` of .twofold/local.json, found from here upwards; empty where there is none. */
function localStack(): Readonly<Record<string, string>> {
  for (let directory = process.cwd(); ; directory = dirname(directory)) {
    const file = join(directory, '.twofold', 'local.json');
    if (existsSync(file))
      return (JSON.parse(readFileSync(file, 'utf8')) as { environment: Record<string, string> }).environment;
    if (dirname(directory) === directory) return {};
  }
}
