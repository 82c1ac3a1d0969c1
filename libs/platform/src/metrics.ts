import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';

/** A value for each label. What takes few values: each combination is a series that Prometheus keeps. */
export type Labels<Label extends string> = Readonly<Record<Label, string>>;
/** Counts up, by 1 if nothing is said. */
export type CountUp<Label extends string> = (labels: Labels<Label>, by?: number) => void;
export type SetGauge<Label extends string> = (labels: Labels<Label>, value: number) => void;

/**
 * What an app counts and measures, for Prometheus: a registry of its own, with those of the process. A name is given once:
 * the second time throws. A series is told from the first time on that it was counted or set.
 */
export class Metrics {
  private readonly registry = new Registry();
  readonly contentType: string = this.registry.contentType;

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** `name` ends in `_total`. */
  counter<Label extends string>(
    name: `twofold_${string}_total`,
    help: string,
    labels: readonly Label[],
  ): CountUp<Label> {
    const counter = new Counter({ name, help, labelNames: labels, registers: [this.registry] });
    return (of, by = 1) => counter.inc(of, by);
  }

  /** `name` ends in its unit. */
  gauge<Label extends string>(name: `twofold_${string}`, help: string, labels: readonly Label[]): SetGauge<Label> {
    const gauge = new Gauge({ name, help, labelNames: labels, registers: [this.registry] });
    return (of, value) => gauge.set(of, value);
  }

  /** As Prometheus reads it. */
  text(): Promise<string> {
    return this.registry.metrics();
  }
}
