const refuse = (what: string) => (): never => {
  throw new Error(`${what} is not the same when events are folded again: a projection has only its events`);
};

/** `Date` without the present. */
const StillDate = new Proxy(Date, {
  construct: (target, given: readonly unknown[], newTarget) =>
    given.length === 0 ? refuse('new Date()')() : (Reflect.construct(target, given, newTarget) as object),
  apply: refuse('Date()'),
  get: (target, name) => (name === 'now' ? refuse('Date.now()') : (Reflect.get(target, name) as unknown)),
});

/** Of each object the functions that are not to be called meanwhile, with what stands there instead. */
const STAND_INS: readonly (readonly [owner: () => object, name: string, standIn: unknown])[] = [
  [() => globalThis, 'Date', StillDate],
  [() => Math, 'random', refuse('Math.random()')],
  [() => globalThis.crypto, 'randomUUID', refuse('crypto.randomUUID()')],
  [() => globalThis.crypto, 'getRandomValues', refuse('crypto.getRandomValues()')],
  [() => globalThis.performance, 'now', refuse('performance.now()')],
];

/**
 * Runs something that waits for nothing. Meanwhile clock and chance throw, as far as they are globals: what a module has imported or
 * put aside is not seen.
 */
export function withoutClock<T>(run: () => T): T {
  const before = STAND_INS.map(([owner, name]) => Object.getOwnPropertyDescriptor(owner(), name));
  for (const [owner, name, value] of STAND_INS)
    Object.defineProperty(owner(), name, { value, configurable: true, writable: true, enumerable: false });
  try {
    return run();
  } finally {
    STAND_INS.forEach(([owner, name], index) => {
      const was = before[index];
      if (was === undefined) Reflect.deleteProperty(owner(), name);
      else Object.defineProperty(owner(), name, was);
    });
  }
}
