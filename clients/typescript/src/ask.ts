// How a flow asks the service.

import type { Latchkey } from './latchkey.js';

export function ask<Data>(latchkey: Latchkey, query: string, variables: object = {}): Promise<Data> {
  return latchkey.request<Data, object>(query, variables);
}

/** For what may end the session of this client, too: asks for something that needs one, so that `state` says so at once. */
export async function askAndLook<Data>(latchkey: Latchkey, query: string, variables?: object): Promise<Data> {
  const data = await ask<Data>(latchkey, query, variables);
  if (latchkey.state.status === 'signedIn') await ask(latchkey, '{viewer{user{id}}}').catch(() => {}); // seen by `judge`
  return data;
}
