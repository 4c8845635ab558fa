// GraphQL over HTTP.

import { LatchkeyError, type ErrorEntry } from './errors.js';

export interface GraphQLResponse<Data> {
  data?: Data | null;
  errors?: ErrorEntry[];
}

export function graphqlPost(query: string, variables: unknown): RequestInit {
  return {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify({ query, variables }),
  };
}

/** Returns the base headers, overridden by the others. */
export function mergeHeaders(base: HeadersInit | undefined, overrides: Record<string, string>): Headers {
  const merged = new Headers(base);
  for (const [name, value] of Object.entries(overrides)) merged.set(name, value);
  return merged;
}

/** Returns the data of the response from this URL; throws its first error. */
export async function readData<Data>(url: string, responding: Promise<Response>): Promise<Data> {
  let response, result;
  try {
    response = await responding;
    result = await parseResponse<Data>(response);
  } catch (error) {
    throw error instanceof LatchkeyError ? error : unreachable(url, error); // a LatchkeyError comes from the refresh before the request
  }
  const error = result?.errors?.[0];
  if (error) throw new LatchkeyError(error);
  if (!result?.data) throw notLatchkey(url, response);
  return result.data;
}

/** Returns the errors in a response, without using up its body; none if it is not JSON. */
export async function readErrors(response: Response): Promise<ErrorEntry[]> {
  return (await parseResponse(response.clone()))?.errors ?? [];
}

async function parseResponse<Data>(response: Response): Promise<GraphQLResponse<Data> | null> {
  if (!/^application\/(graphql-response\+)?json\b/.test(response.headers.get('Content-Type') ?? '')) return null;
  try {
    return JSON.parse(await response.text());
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error; // the connection broke while the body was read
  }
}

/** The error for a response that a proxy or another server made. */
function notLatchkey(url: string, { status, headers }: Response): LatchkeyError {
  const retryAfter = Number(headers.get('Retry-After'));
  const [code, hint] =
    status === 429
      ? (['RATE_LIMITED', 'try again later'] as const)
      : status >= 500
        ? (['UNAVAILABLE', 'check the service'] as const)
        : (['NOT_LATCHKEY', 'check the URL'] as const);
  const extensions = retryAfter > 0 ? { code, retryAfter } : { code };
  return new LatchkeyError({ message: `${url} answered HTTP ${status}, but is not Latchkey: ${hint}`, extensions });
}

/**
 * The error for a request without a response. A browser does not tell scripts the cause. It also hides responses of other origins
 * that do not allow the page.
 */
function unreachable(url: string, cause: unknown): LatchkeyError {
  const page = globalThis.location?.origin;
  const isCrossOrigin = page && !url.startsWith(`${page}/`);
  const more = isCrossOrigin ? `, and that CORS_ORIGINS of the service has ${page}` : '';
  const message = `No answer from ${url}: check the network, the service and the URL${more}`;
  return new LatchkeyError({ message, extensions: { code: 'UNREACHABLE' } }, { cause });
}
