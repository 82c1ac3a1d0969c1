import { impossible } from '../errors/twofold-error.js';
import type { Value } from '../events/data-type.js';
import type { EventType } from '../events/event-type.js';
import { leavesOf } from '../events/leaves.js';
import { upcastFrom } from '../events/upcast.js';
import { expressionCompiler } from './javascript-expression.js';
import { runtime } from './runtime.js';

/** Fills `target` with the leaves of the newest version, from those of an older one. @throws TwofoldError `overflow` */
export type CompiledUpcast = (values: readonly Value[], timeMs: number, target: Value[]) => void;

/** Compiles the way from a version of a type to its newest. `versions` are all, oldest first. */
export function compileUpcast(versions: readonly EventType[], version: number): CompiledUpcast {
  const old = versions.find((event) => event.version === version) ?? impossible(`version ${version}`);
  const paths = leavesOf(old).map(({ path }) => path);
  const compile = expressionCompiler({ field: (path) => `values[${paths.indexOf(path)}]`, eventType: old.type });
  const { prelude, values } = compile(upcastFrom(versions, version));
  const lines = [...prelude, ...values.map((value, index) => `target[${index}] = ${value};`)];
  const compiled = new Function(
    ...Object.keys(runtime),
    `return (values, timeMs, target) => { ${lines.join('\n')} };`,
  ) as (...given: readonly unknown[]) => CompiledUpcast;
  return compiled(...Object.values(runtime));
}
