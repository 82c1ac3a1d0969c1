import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { parseSettings, type Environment } from './parse-settings.js';
import { appSettings, kafkaSettings, platformSettings, postgresSettings, redisSettings } from './settings.js';

const schema = z.object({
  ...appSettings(4001),
  ...platformSettings,
  ...kafkaSettings,
  ...redisSettings,
  ...postgresSettings,
});
const enough = {
  KAFKA_BROKERS: '127.0.0.1:9092, [::1]:9093',
  REDIS_URL: 'redis://127.0.0.1',
  DATABASE_URL: 'postgresql://me:secret@db/twofold',
};
const problemsOf = (environment: Environment): readonly string[] => {
  try {
    parseSettings(schema, environment);
    return [];
  } catch (error) {
    expect(error).toMatchObject({ code: 'invalid-configuration' });
    return (error as Error).message.split('\n');
  }
};

describe('settings', () => {
  it('have defaults for all but the servers', () => {
    expect(parseSettings(schema, { ...enough, PORT: '' })).toEqual({
      HOST: '127.0.0.1',
      PORT: 4001,
      LOG_LEVEL: 'info',
      SHUTDOWN_GRACE_MS: 20_000,
      TWOFOLD_NAMESPACE: 'twofold',
      TWOFOLD_PARTITIONS: 4,
      KAFKA_SESSION_TIMEOUT_MS: 15_000,
      KAFKA_REPLICATION_FACTOR: 1,
      ...enough,
      KAFKA_BROKERS: ['127.0.0.1:9092', '[::1]:9093'],
    });
  });

  it('tell every problem at once', () => {
    const wrong = {
      PORT: '70000',
      LOG_LEVEL: 'loud',
      TWOFOLD_NAMESPACE: 'Two Fold',
      TWOFOLD_PARTITIONS: '1.5',
      KAFKA_BROKERS: 'localhost',
      REDIS_URL: '',
      HOST: '0.0.0.0',
    };
    expect(problemsOf(wrong).map((line) => line.split(' ')[0])).toEqual([
      'PORT',
      'LOG_LEVEL',
      'TWOFOLD_NAMESPACE',
      'TWOFOLD_PARTITIONS',
      'KAFKA_BROKERS',
      'REDIS_URL',
      'DATABASE_URL',
      'HOST',
    ]);
  });

  it('say what a missing one is', () => {
    const [line] = problemsOf({ ...enough, REDIS_URL: undefined });
    expect(line).toBe('REDIS_URL is not set: the URL of the speed views, such as redis://127.0.0.1:6379');
  });

  it('are never printed', () => {
    const secret = 'hunter2';
    const lines = problemsOf({ ...enough, DATABASE_URL: `mysql://me:${secret}@db/x`, KAFKA_BROKERS: `${secret}@b` });
    expect(lines).toHaveLength(2);
    expect(lines.join()).not.toContain(secret);
  });

  it.each(['127.0.0.1', '127.8.0.1', '::1', 'localhost'])('may have an app listen on %s', (HOST) => {
    expect(problemsOf({ ...enough, HOST })).toEqual([]);
  });

  it.each(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.org'])(
    'do not have an app listen on %s while there is no authentication, unless that is allowed',
    (HOST) => {
      expect(problemsOf({ ...enough, HOST })).toEqual([expect.stringContaining('TWOFOLD_ALLOW_OPEN=true')]);
      expect(problemsOf({ ...enough, HOST, TWOFOLD_ALLOW_OPEN: 'true' })).toEqual([]);
    },
  );
});
