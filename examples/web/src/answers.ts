// Answers that are still true. A query that is under way while something is changed may be answered with what was before
// the change; and urql's cache, which forgets answers and asks again, knows nothing yet of one that is still to come.

import { makeOperation, type Exchange, type Operation } from '@urql/core';
import { fromArray, fromValue, makeSubject, merge, mergeMap, pipe, tap } from 'wonka';

/** Asks again what was under way when a change was answered. Of several requests for the same, only the last counts. */
export const answersAfterChanges: Exchange =
  ({ forward }) =>
  (operations) => {
    const underWay = new Map<number, Operation>();
    const again = makeSubject<Operation>();
    return pipe(
      merge([operations, again.source]),
      mergeMap((operation) => {
        if (operation.kind === 'teardown') underWay.delete(operation.key);
        if (operation.kind !== 'query') return fromValue(operation);
        const replaced = underWay.has(operation.key);
        underWay.set(operation.key, operation);
        return replaced ? fromArray([makeOperation('teardown', operation), operation]) : fromValue(operation);
      }),
      forward,
      tap(({ operation, hasNext }) => {
        if (operation.kind === 'query' && !hasNext) underWay.delete(operation.key);
        if (operation.kind === 'mutation') [...underWay.values()].forEach(again.next);
      }),
    );
  };
