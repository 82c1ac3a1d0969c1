import { composeServer } from './compose-servers.ts';
import { nativeKafka } from './native-kafka.ts';
import { nativePostgres } from './native-postgres.ts';
import { nativeRedis } from './native-redis.ts';
import type { RoleServer } from './server.ts';

/** The three servers that Twofold stands on, and the ways to have each, in order. */
export const ROLE_SERVERS: readonly RoleServer[] = [
  {
    role: 'log',
    name: 'Kafka',
    variable: 'KAFKA_BROKERS',
    ways: [
      composeServer({
        service: 'kafka',
        containerPort: 9092,
        portVariable: 'KAFKA_PORT',
        urlOf: (port) => `127.0.0.1:${port}`,
      }),
      nativeKafka,
    ],
    remedy: 'start Docker, or install Java 17 and Maven',
  },
  {
    role: 'speed views',
    name: 'Redis',
    variable: 'REDIS_URL',
    ways: [
      composeServer({
        service: 'redis',
        containerPort: 6379,
        portVariable: 'REDIS_PORT',
        urlOf: (port) => `redis://127.0.0.1:${port}`,
      }),
      nativeRedis,
    ],
    remedy: 'start Docker, or install Java 17 and Maven',
  },
  {
    role: 'batch views',
    name: 'Postgres',
    variable: 'DATABASE_URL',
    ways: [
      composeServer({
        service: 'postgres',
        containerPort: 5432,
        portVariable: 'POSTGRES_PORT',
        urlOf: (port) => `postgresql://twofold@127.0.0.1:${port}/twofold`,
      }),
      nativePostgres,
    ],
    remedy: 'start Docker, or install PostgreSQL',
  },
];
