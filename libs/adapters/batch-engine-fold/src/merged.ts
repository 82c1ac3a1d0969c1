type Step<T> =
  | { readonly kind: 'result'; readonly of: AsyncIterator<T>; readonly result: IteratorResult<T> }
  | { readonly kind: 'failed'; readonly error: unknown };

/**
 * What several sources give, as it comes: each makes its next item while one of it is used, and no more. The first that fails
 * ends it. When it ends, and not all have, `leave` is called: they are to end soon, and are waited for.
 */
export async function* merged<T>(
  sources: readonly AsyncIterable<T>[],
  leave: () => void,
): AsyncGenerator<T, void, undefined> {
  const arrived: Step<T>[] = [];
  let wake = (): void => undefined;
  const arrive = (step: Step<T>): void => {
    arrived.push(step);
    wake();
  };
  const pull = (of: AsyncIterator<T>): void =>
    void of.next().then(
      (result) => arrive({ kind: 'result', of, result }),
      (error: unknown) => arrive({ kind: 'failed', error }),
    );
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  iterators.forEach(pull);
  try {
    for (let running = iterators.length; running > 0;) {
      const step = arrived.shift();
      if (step === undefined) {
        await new Promise<void>((resolve) => (wake = resolve));
        continue;
      }
      if (step.kind === 'failed') throw step.error;
      if (step.result.done === true) {
        running -= 1;
        continue;
      }
      pull(step.of);
      yield step.result.value;
    }
  } finally {
    leave();
    await Promise.allSettled(iterators.map((iterator) => iterator.return?.()));
  }
}
