// For urql: an exchange to put before `fetchExchange`.

import { makeOperation, mapExchange, type Exchange } from '@urql/core';
import type { Latchkey } from './latchkey.js';

/** Sends requests with the access token, and repeats a request once if its token had expired. */
export function latchkeyExchange(latchkey: Latchkey): Exchange {
  const plainFetch: typeof fetch = (...request) => fetch(...request);
  const wrapped = new WeakMap<typeof fetch, typeof fetch>();
  const wrapFetch = (inner: typeof fetch) => {
    const outer = wrapped.get(inner) ?? latchkey.wrapFetch(inner);
    wrapped.set(inner, outer).set(outer, outer); // an operation may pass this exchange again
    return outer;
  };
  return mapExchange({
    onOperation(operation) {
      if (operation.kind === 'teardown') return operation;
      const { context } = operation;
      return makeOperation(operation.kind, operation, { ...context, fetch: wrapFetch(context.fetch ?? plainFetch) });
    },
  });
}
