// The requests of flows.

import type { Latchkey } from './latchkey.js';

export function request<Data>(latchkey: Latchkey, query: string, variables: object = {}): Promise<Data> {
  return latchkey.request<Data, object>(query, variables);
}

/**
 * For operations that may end the session of this client, too: sends a query that needs a session afterwards, so that `state`
 * shows the end at once.
 */
export async function requestAndCheck<Data>(latchkey: Latchkey, query: string, variables?: object): Promise<Data> {
  const data = await request<Data>(latchkey, query, variables);
  // `shouldRetry` sees the error.
  if (latchkey.state.status === 'signedIn') await request(latchkey, '{viewer{user{id}}}').catch(() => {});
  return data;
}
