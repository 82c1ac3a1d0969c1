import { describe, expect, it } from '@jest/globals';
import { ALL_FLIGHTS, readOptions, type DemoOptions } from './options.ts';

const options = (...args: string[]): DemoOptions => readOptions(args) as DemoOptions;

describe('the options of npm start', () => {
  it('play most flights as fast as it goes and the last ones live, for some seconds', () => {
    expect(options('--once')).toMatchObject({
      once: true,
      events: 200_000,
      history: 190_000,
      rate: 1_000,
      partitions: 4,
    });
    expect(options('--once', '--events', '1000')).toMatchObject({ events: 1_000, history: 900 });
    expect(options('--once', '--events', '1000', '--history', '0')).toMatchObject({ history: 0 });
    expect(options('--once', '--events', '1000', '--history', '1')).toMatchObject({ history: 1_000 });
  });

  it('go on live to the end of all flights without --once', () => {
    expect(options('--events', '50000')).toMatchObject({ once: false, events: ALL_FLIGHTS, history: 45_000 });
  });

  it('say where the apps listen', () => {
    expect(options().ports).toEqual({
      'serving-gateway': 4000,
      ingest: 4001,
      'replay-orchestrator': 4002,
      'speed-view-builder': 4003,
      'batch-view-builder': 4004,
    });
    expect(options('--gateway-port', '5000', '--batch-port', '5004').ports).toMatchObject({
      'serving-gateway': 5000,
      'batch-view-builder': 5004,
    });
  });

  it.each([
    ['--events', '0'],
    ['--events', '3000001'],
    ['--rate', 'fast'],
    ['--history', '2'],
    ['--history', 'all'],
    ['--partitions', '0'],
    ['--gateway-port', '65536'],
  ])('refuse %s %s and say so', (name, value) => {
    expect(() => options(name, value)).toThrow(name);
  });

  it('ask for help', () => {
    expect(readOptions(['--help'])).toBe('help');
  });
});
