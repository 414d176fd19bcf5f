/** What came of one batch, and whether it was the last one. */
export interface Computed<R> {
  readonly result: R;
  readonly last: boolean;
}

/** Computes batches one after the other, in their order; while one is computed, the next is made. */
export async function* overlap<B, R>(
  batches: Iterator<B>,
  compute: (batch: B) => Promise<R>,
): AsyncGenerator<Computed<R>, void, undefined> {
  for (let item = batches.next(); item.done !== true;) {
    const computed = compute(item.value);
    // Made after the computation has begun elsewhere (a worker, a GPU), which this thread would only wait for.
    const [result, next] = await Promise.all([computed, Promise.resolve().then(() => batches.next())]);
    yield { result, last: next.done === true };
    item = next;
  }
}
