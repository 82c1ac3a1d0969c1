import { composeServer } from './compose-servers.ts';
import { nativeKafka } from './native-kafka.ts';
import { nativePostgres } from './native-postgres.ts';
import { nativeRedis } from './native-redis.ts';
import type { RoleServer } from './server.ts';

const KAFKA_IN_COMPOSE = composeServer({
  service: 'kafka',
  containerPort: 9092,
  portVariable: 'KAFKA_PORT',
  urlOf: (port) => `127.0.0.1:${port}`,
});

/** The three servers that Twofold stands on, and the ways to have each, in order. A cluster of three brokers is native only. */
export const roleServers = (brokers: 1 | 3 = 1): readonly RoleServer[] => [
  {
    role: 'log',
    name: 'Kafka',
    variable: 'KAFKA_BROKERS',
    ways: [...(brokers === 1 ? [KAFKA_IN_COMPOSE] : []), nativeKafka({ brokers })],
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
      nativeRedis(),
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

export const ROLE_SERVERS = roleServers();
