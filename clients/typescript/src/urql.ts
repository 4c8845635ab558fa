// For urql: an exchange to put before `fetchExchange`.

import { makeOperation, mapExchange, type Exchange } from '@urql/core';
import type { Latchkey } from './latchkey.js';

/** Sends requests with the access token, and repeats once those that met one past its time. */
export function latchkeyExchange(latchkey: Latchkey): Exchange {
  const plainFetch: typeof fetch = (...request) => fetch(...request);
  const signedIn = new WeakMap<typeof fetch, typeof fetch>();
  const around = (inner: typeof fetch) => {
    const outer = signedIn.get(inner) ?? latchkey.around(inner);
    signedIn.set(inner, outer).set(outer, outer); // an operation may come by again
    return outer;
  };
  return mapExchange({
    onOperation(operation) {
      if (operation.kind === 'teardown') return operation;
      const { context } = operation;
      return makeOperation(operation.kind, operation, { ...context, fetch: around(context.fetch ?? plainFetch) });
    },
  });
}
