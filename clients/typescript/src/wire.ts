// One GraphQL request, as plain as can be.

import { LatchkeyError, type ErrorEntry } from './errors.js';
import type { ErrorCode } from './schema.js';

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

/** The data; throws the first error. */
export async function dataOf<Data>(response: Response): Promise<Data> {
  const answer = await answerOf<Data>(response);
  const error = answer?.errors?.[0];
  if (error) throw new LatchkeyError(error);
  if (!answer?.data) throw notGraphQL(response);
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

/** What a proxy in front says by itself. */
function notGraphQL(response: Response): LatchkeyError {
  const { status } = response;
  const retryAfter = Number(response.headers.get('Retry-After'));
  const code: ErrorCode = status === 429 ? 'RATE_LIMITED' : status >= 500 ? 'UNAVAILABLE' : 'INTERNAL';
  const extensions = retryAfter > 0 ? { code, retryAfter } : { code };
  return new LatchkeyError({ message: `HTTP ${status}, and no answer of the service`, extensions });
}
