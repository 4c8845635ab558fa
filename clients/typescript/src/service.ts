// Requests of the client to the service.

import { abortAfter } from './environment.js';
import { REFRESH, type RefreshData } from './operations.js';
import type { Tokens } from './tokens.js';
import { graphqlPost, mergeHeaders, readData } from './transport.js';

// A request is aborted after this time, and so is a refresh together with its retries. The service takes a refresh token for a
// stolen copy if it arrives more than 10 s after its successor was first used, and a tab without the lock may use the successor
// right after this tab has sent its request. So the request arrives within 9 s or never; one second is left for the network.
export const REQUEST_TIMEOUT = 9_000;

export type Service = ReturnType<typeof createService>;

/** `endpoint` returns the URL, or throws if no request can be made from here; `deviceHeaders` returns the device's headers. */
export function createService(
  endpoint: () => string,
  deviceHeaders: () => Record<string, string>,
  credentials: { credentials?: RequestCredentials },
  send: typeof fetch,
) {
  const headers = (token?: string | null): Record<string, string> => {
    const headers = deviceHeaders();
    return token ? { ...headers, Authorization: `Bearer ${token}` } : headers;
  };
  const request = async <Data>(
    query: string,
    variables: unknown,
    token?: string,
    signal = abortAfter(REQUEST_TIMEOUT),
  ): Promise<Data> => {
    const url = endpoint();
    const post = graphqlPost(query, variables);
    const init = { ...post, headers: mergeHeaders(post.headers, headers(token)), ...credentials, signal };
    return readData(url, send(url, init));
  };
  /** Exchanges the refresh token, or else the one in the cookie, for new tokens. */
  const refresh = async (tokens: Tokens | null, signal?: AbortSignal) => {
    const input = tokens?.refresh ? { refreshToken: tokens.refresh } : {};
    return (await request<RefreshData>(REFRESH, { input }, undefined, signal)).refresh.token;
  };
  return { headers, request, refresh };
}
