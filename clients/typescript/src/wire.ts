// One GraphQL request, as plain as can be.

import { LatchkeyError, type ErrorEntry } from './errors.js';

export interface Answer<Data> {
  data?: Data | null;
  errors?: ErrorEntry[];
}

export function asPost(query: string, variables: unknown): RequestInit {
  return {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify({ query, variables }),
  };
}

/** These headers, over those that are given. */
export function withHeaders(given: HeadersInit | undefined, more: Record<string, string>): Headers {
  const all = new Headers(given);
  for (const [name, value] of Object.entries(more)) all.set(name, value);
  return all;
}

/** The data that this address answers with; throws the first error. */
export async function dataFrom<Data>(url: string, asked: Promise<Response>): Promise<Data> {
  let response, answer;
  try {
    response = await asked;
    answer = await answerOf<Data>(response);
  } catch (error) {
    throw error instanceof LatchkeyError ? error : unreachable(url, error); // of the refresh before it
  }
  const error = answer?.errors?.[0];
  if (error) throw new LatchkeyError(error);
  if (!answer?.data) throw notLatchkey(url, response);
  return answer.data;
}

/** The errors of an answer that stays readable; none if it is not one in JSON. */
export async function errorsOf(response: Response): Promise<ErrorEntry[]> {
  return (await answerOf(response.clone()))?.errors ?? [];
}

async function answerOf<Data>(response: Response): Promise<Answer<Data> | null> {
  if (!/^application\/(graphql-response\+)?json\b/.test(response.headers.get('Content-Type') ?? '')) return null;
  try {
    return JSON.parse(await response.text());
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error; // cut off while it was read, as if there were no answer
  }
}

/** What a proxy in front says by itself, or somebody else's server. */
function notLatchkey(url: string, { status, headers }: Response): LatchkeyError {
  const retryAfter = Number(headers.get('Retry-After'));
  const [code, hint] =
    status === 429
      ? (['RATE_LIMITED', 'try again later'] as const)
      : status >= 500
        ? (['UNAVAILABLE', 'does the service run?'] as const)
        : (['NOT_LATCHKEY', 'check the URL'] as const);
  const extensions = retryAfter > 0 ? { code, retryAfter } : { code };
  return new LatchkeyError({ message: `${url} answered HTTP ${status}, and not as Latchkey does: ${hint}`, extensions });
}

/** Which of these it was, a browser tells no script. It hides the answers of other origins, too, unless they allow the page. */
function unreachable(url: string, cause: unknown): LatchkeyError {
  const page = globalThis.location?.origin;
  const isForeign = page && !url.startsWith(`${page}/`);
  const more = isForeign ? `, or the path is wrong, or CORS_ORIGINS of the service lacks ${page}` : '';
  const message = `No answer from ${url}: there is no network, or nothing listens there${more}`;
  return new LatchkeyError({ message, extensions: { code: 'UNREACHABLE' } }, { cause });
}
