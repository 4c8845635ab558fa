// Outdated results of queries. A query in flight during a mutation may return the state before it. urql's cache loads cached results
// again after a mutation, but it does not know a result that is yet to arrive.

import { makeOperation, type Exchange, type Operation } from '@urql/core';
import { fromArray, fromValue, makeSubject, merge, mergeMap, pipe, tap } from 'wonka';

/** Repeats queries that are in flight when a mutation completes. Of several requests of one query, only the last one counts. */
export const refetchAfterMutations: Exchange =
  ({ forward }) =>
  (operations) => {
    const inFlight = new Map<number, Operation>();
    const again = makeSubject<Operation>();
    return pipe(
      merge([operations, again.source]),
      mergeMap((operation) => {
        if (operation.kind === 'teardown') inFlight.delete(operation.key);
        if (operation.kind !== 'query') return fromValue(operation);
        const replaced = inFlight.has(operation.key);
        inFlight.set(operation.key, operation);
        return replaced ? fromArray([makeOperation('teardown', operation), operation]) : fromValue(operation);
      }),
      forward,
      tap(({ operation, hasNext }) => {
        if (operation.kind === 'query' && !hasNext) inFlight.delete(operation.key);
        if (operation.kind === 'mutation') [...inFlight.values()].forEach(again.next);
      }),
    );
  };
