// Queries and mutations, and their states: loading, failed, loaded.

import { cacheExchange, Client, fetchExchange, mapExchange, type TypedDocumentNode } from '@urql/core';
import { latchkeyExchange } from 'latchkey-client/urql';
import { useCallback, useEffect, useMemo, useRef, type ReactNode } from 'react';
import { useClient, useQuery, type AnyVariables, type UseQueryArgs } from 'urql';
import { refetchAfterMutations } from './refetch';
import { connectionLost, connectionWorks, useConnection } from './connection';
import { isTemporary, problemOf, type Problem } from './errors';
import { latchkey, url } from './latchkey';
import { Loading, Refusal } from './ui';

// Each login gets a new client, so that no user sees cached data of another.
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
      refetchAfterMutations,
      latchkeyExchange(latchkey),
      fetchExchange,
    ],
  });
}

export type Answer<Data> = { data: Data | null; problem: Problem | null; again: () => void };

// `touched` names types that a result may not contain yet, so that the query is loaded again when the first one is created.
export function useData<Data, Variables extends AnyVariables>(
  query: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  touched: string[] = [],
): Answer<Data> {
  const names = touched.join();
  const context = useMemo(() => ({ additionalTypenames: names ? names.split(',') : [] }), [names]);
  const args = { query, variables, context } as UseQueryArgs<Variables, Data>;
  const [{ data, error, operation }, execute] = useQuery(args);
  const again = useCallback(() => execute({ requestPolicy: 'network-only' }), [execute]);

  const { restored } = useConnection();
  const seen = useRef(restored);
  useEffect(() => {
    if (seen.current === restored) return;
    seen.current = restored;
    again();
  }, [restored, again]);

  const problem = useMemo(() => (error ? problemOf(error) : null), [error]);

  // Loaded data stay on the page while they cannot be loaded again.
  const kept = useRef<{ key: string; data: Data } | null>(null);
  const key = JSON.stringify(variables);
  const loadedKey = JSON.stringify(operation?.variables);
  useEffect(() => {
    if (data && loadedKey === key) kept.current = { key, data };
  }, [data, loadedKey, key]);
  const previous = problem && isTemporary(problem) && kept.current?.key === key ? kept.current.data : null;
  return { data: data ?? previous, problem, again };
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

// Returns a function that sends a mutation: it returns the data, or throws the error. `touches` names the types whose lists are
// loaded again.
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
