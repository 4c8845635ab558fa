// Asking the service, and what becomes of an answer: loading, refused, there.

import { cacheExchange, Client, fetchExchange, mapExchange, type TypedDocumentNode } from '@urql/core';
import { latchkeyExchange } from 'latchkey-client/urql';
import { useCallback, useEffect, useMemo, useRef, type ReactNode } from 'react';
import { useClient, useQuery, type AnyVariables, type UseQueryArgs } from 'urql';
import { answersAfterChanges } from './answers';
import { connectionLost, connectionWorks, useConnection } from './connection';
import { isPassing, problemOf, type Problem } from './errors';
import { latchkey, url } from './latchkey';
import { Loading, Refusal } from './ui';

// One for each login: nobody finds in the cache what another was told.
export function makeClient(): Client {
  return new Client({
    url,
    preferGetMethod: false,
    requestPolicy: 'cache-and-network',
    exchanges: [
      cacheExchange,
      mapExchange({
        onResult({ error }) {
          if (error && problemOf(error).code === 'UNREACHABLE') connectionLost();
          else connectionWorks();
        },
      }),
      answersAfterChanges,
      latchkeyExchange(latchkey),
      fetchExchange,
    ],
  });
}

export type Answer<Data> = { data: Data | null; problem: Problem | null; again: () => void };

// `touched` names types of which an answer may hold none yet, so that the first one to come is noticed.
export function useData<Data, Variables extends AnyVariables>(
  query: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  touched: string[] = [],
): Answer<Data> {
  const names = touched.join();
  const context = useMemo(() => ({ additionalTypenames: names ? names.split(',') : [] }), [names]);
  const asked = { query, variables, context } as UseQueryArgs<Variables, Data>;
  const [{ data, error, operation }, execute] = useQuery(asked);
  const again = useCallback(() => execute({ requestPolicy: 'network-only' }), [execute]);

  const { restored } = useConnection();
  const seen = useRef(restored);
  useEffect(() => {
    if (seen.current === restored) return;
    seen.current = restored;
    again();
  }, [restored, again]);

  const problem = useMemo(() => (error ? problemOf(error) : null), [error]);

  // What was loaded stays on the page while it cannot be loaded again.
  const kept = useRef<{ key: string; data: Data } | null>(null);
  const key = JSON.stringify(variables);
  const answered = JSON.stringify(operation?.variables);
  useEffect(() => {
    if (data && answered === key) kept.current = { key, data };
  }, [data, answered, key]);
  const before = problem && isPassing(problem) && kept.current?.key === key ? kept.current.data : null;
  return { data: data ?? before, problem, again };
}

export function Loaded<Data>({ from, children }: { from: Answer<Data>; children: (data: Data) => ReactNode }) {
  const { data, problem, again } = from;
  if (data) {
    return (
      <>
        {problem && problem.code !== 'UNREACHABLE' && <Refusal problem={problem} again={again} />}
        {children(data)}
      </>
    );
  }
  if (problem) return <Refusal problem={problem} again={again} />;
  return <Loading />;
}

// Changes something: returns what the service answered, and throws what it refused. `touches` names the types whose
// lists are to be asked for again.
export function useChange() {
  const client = useClient();
  return useCallback(
    async <Data, Variables extends AnyVariables>(
      mutation: TypedDocumentNode<Data, Variables>,
      variables: Variables,
      touches: string[] = [],
    ): Promise<Data> => {
      const result = await client.mutation(mutation, variables, { additionalTypenames: touches });
      if (result.error) throw result.error;
      return result.data as Data;
    },
    [client],
  );
}
