import { describe, expect, it } from '@jest/globals';
import { Metrics } from './metrics.js';

const linesOf = async (metrics: Metrics, name: string): Promise<readonly string[]> =>
  (await metrics.text()).split('\n').filter((line) => line.includes(name));

describe('metrics', () => {
  it('tell counters and gauges with their labels, and nothing of a series before it was counted', async () => {
    const metrics = new Metrics();
    const folded = metrics.counter('twofold_things_total', 'Things.', ['stream', 'partition']);
    const drift = metrics.gauge('twofold_drift_rows', 'Drift.', ['view']);
    expect(await linesOf(metrics, 'twofold_things_total{')).toEqual([]);
    folded({ stream: 'a', partition: '0' });
    folded({ stream: 'a', partition: '0' }, 4);
    folded({ stream: 'b', partition: '0' }, 2);
    drift({ view: 'v "1"' }, 3);
    drift({ view: 'v "1"' }, 1);
    expect(await linesOf(metrics, 'twofold_')).toEqual([
      '# HELP twofold_things_total Things.',
      '# TYPE twofold_things_total counter',
      'twofold_things_total{stream="a",partition="0"} 5',
      'twofold_things_total{stream="b",partition="0"} 2',
      '# HELP twofold_drift_rows Drift.',
      '# TYPE twofold_drift_rows gauge',
      'twofold_drift_rows{view="v \\"1\\""} 1',
    ]);
  });

  it('tell those of the process', async () => {
    expect(await linesOf(new Metrics(), 'process_resident_memory_bytes ')).not.toEqual([]);
  });

  it('are of each app alone, and each name is given once', async () => {
    const [one, other] = [new Metrics(), new Metrics()];
    one.counter('twofold_things_total', 'Things.', [])({});
    expect(await linesOf(other, 'twofold_things_total')).toEqual([]);
    expect(() => one.counter('twofold_things_total', 'Other things.', [])).toThrow('twofold_things_total');
  });
});
