/**
 * Sends what GraphiQL wants to know to the address that the page came from.
 *
 * Plain `fetch` instead of GraphiQL's `createGraphiQLFetcher`: there are no subscriptions and no
 * multipart answers here.
 */
import { performCeremony } from './ceremony.js';
import { HEADER_PLACEHOLDER } from './documents.js';
import { getAccessToken, takeTokens } from './tokens.js';

export async function fetcher(params, options) {
  const headers = new Headers({
    'Content-Type': 'application/json',
    Accept: 'application/graphql-response+json, application/json',
  });
  const token = getAccessToken();
  if (token) headers.set('Authorization', `Bearer ${token}`);
  for (const [name, value] of Object.entries(options?.headers ?? {})) {
    if (!String(value).includes(HEADER_PLACEHOLDER)) headers.set(name, value);
  }

  const response = await fetch(location.pathname, {
    method: 'POST',
    headers,
    body: JSON.stringify(params),
    cache: 'no-store',
  });
  const result = await readJson(response);
  takeTokens(result);
  void performCeremony(result, params.variables);
  return result;
}

/** An error that is not GraphQL's (from a proxy, say) is shown with its status, not as a syntax error. */
async function readJson(response) {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`HTTP ${response.status} ${response.statusText}: ${text.slice(0, 300)}`);
  }
}
