import type { EventBatch } from '@twofold/ports';
import type { Actor } from './actor.js';
import type { Scheduler } from './scheduler.js';

const MAX_TEXT = 220;

/** What happened, a line each, for a person who looks into a seed. */
export class Trace {
  readonly lines: string[] = [];

  constructor(private readonly scheduler: Scheduler) {}

  say(line: string): void {
    this.lines.push(`${this.scheduler.nowMs.toFixed(2).padStart(9)} ms  ${line}`);
  }

  called(actor: Actor, store: string, method: string, args: readonly unknown[], result: unknown): void {
    const told = args.map(textOf).join(', ').slice(0, MAX_TEXT);
    this.say(`${actor.name}  ${store}.${method}(${told}) → ${textOf(result).slice(0, MAX_TEXT)}`);
  }

  failed(actor: Actor, store: string, method: string, how: string): void {
    this.say(`${actor.name}  ${store}.${method} fails: ${how}`);
  }
}

/** Not told where it is 0. */
const ASIDE = ['deadLetters', 'duplicates', 'held'];
/** Not told: it is the same everywhere, or says nothing to a person. */
const LEFT_OUT = ['signal', 'selection', 'having', 'order', 'appliedAtMs', 'publishedAtMs', 'maxBytes', 'waitMs'];

/** Short, for a person. */
function textOf(value: unknown): string {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (isBatch(value)) return `${value.recordCount} records, next ${value.nextOffset}`;
  const text = JSON.stringify(value, (key, inner: unknown) => {
    if (LEFT_OUT.includes(key) || typeof inner === 'function' || (ASIDE.includes(key) && inner === 0)) return undefined;
    if (typeof inner === 'bigint') return `${inner}`;
    if (typeof inner === 'object' && inner !== null) {
      if ('definition' in inner) return undefined;
      if ('headers' in inner) return (inner.headers as Readonly<Record<string, string>>)['ce_id'];
      if ('name' in inner && 'version' in inner) return inner.name;
      if ('stream' in inner && 'partition' in inner && Object.keys(inner).length === 2) return `p${inner.partition}`;
      if (inner instanceof Map) return [...inner.values()];
    }
    return inner;
  });
  return (text ?? '').replaceAll('"', '');
}

const isBatch = (value: unknown): value is EventBatch =>
  typeof value === 'object' && value !== null && 'recordCount' in value && 'nextOffset' in value;
