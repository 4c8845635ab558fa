// What goes wrong, and how to tell which of the service's codes it was, whichever client met it.

import type { ErrorCode, Organization, SessionEndReason } from './schema.js';

/**
 * What the client says itself, where the service does not: `UNREACHABLE` that there is no answer, `NOT_LATCHKEY` that the answer is
 * another's. Where a proxy says so, `UNAVAILABLE` and `RATE_LIMITED` are the client's, too.
 */
export type ClientErrorCode = 'UNREACHABLE' | 'NOT_LATCHKEY';

/** One of the `fields` of VALIDATION_FAILED. */
export interface InvalidField {
  path: string;
  message: string;
}

/** What stands beside `code` in `extensions`; which of it does depends on the code. */
export interface ErrorExtensions {
  code?: ErrorCode | ClientErrorCode;
  /** Of VALIDATION_FAILED. */
  fields?: InvalidField[];
  /** Of RATE_LIMITED and OVERLOADED: in how many seconds to try again. */
  retryAfter?: number;
  /** Of AUTH_SESSION_ENDED. */
  reason?: SessionEndReason;
  /** Of AUTH_SESSION_ENDED. */
  endedAt?: string;
  /** Of AUTH_EMAIL_EXISTS, if the address was another account's until lately: when it is free. */
  availableAt?: string;
  /** Of INTERNAL: finds it in the service's log. */
  requestId?: string;
  /** Of ORGANIZATION_LAST_OWNER. */
  organizations?: Pick<Organization, 'id' | 'name' | 'slug'>[];
  [more: string]: unknown;
}

/** An entry of `errors` in an answer. */
export interface ErrorEntry {
  message: string;
  path?: readonly (string | number)[] | undefined;
  extensions?: ErrorExtensions | undefined;
}

/** Of some codes, what the service always tells with them. */
type Details =
  | { readonly code: 'VALIDATION_FAILED'; readonly fields: InvalidField[] }
  | { readonly code: 'AUTH_SESSION_ENDED'; readonly extensions: { reason: SessionEndReason; endedAt: string } }
  | { readonly code: 'ORGANIZATION_LAST_OWNER'; readonly extensions: Required<Pick<ErrorExtensions, 'organizations'>> }
  | { readonly code: Exclude<ErrorCode | ClientErrorCode, 'VALIDATION_FAILED' | 'AUTH_SESSION_ENDED' | 'ORGANIZATION_LAST_OWNER'> };

/**
 * Thrown by `request`, `login` and the others when the service says no, or cannot be asked. `code` tells which details there are.
 */
export type LatchkeyError = Refusal & Details;

interface Refusal extends Error {
  readonly name: 'LatchkeyError';
  readonly code: ErrorCode | ClientErrorCode;
  readonly extensions: ErrorExtensions;
  readonly path?: readonly (string | number)[];
  /** Of VALIDATION_FAILED. */
  readonly fields?: InvalidField[];
  /** Of RATE_LIMITED and OVERLOADED: in how many seconds to try again. A proxy in front may say so, too, or not. */
  readonly retryAfter?: number;
}

// The type is wider than the class: a class is no union.
export const LatchkeyError = class extends Error implements Refusal {
  override readonly name = 'LatchkeyError';
  readonly code: ErrorCode | ClientErrorCode;
  readonly extensions: ErrorExtensions;
  readonly path?: readonly (string | number)[];
  readonly fields?: InvalidField[];
  readonly retryAfter?: number;

  constructor({ message, path, extensions = {} }: ErrorEntry, options?: ErrorOptions) {
    super(message, options);
    this.code = extensions.code ?? 'INTERNAL';
    this.extensions = extensions;
    if (path) this.path = path;
    if (extensions.fields) this.fields = extensions.fields;
    if (extensions.retryAfter !== undefined) this.retryAfter = extensions.retryAfter;
  }
} as new (entry: ErrorEntry, options?: ErrorOptions) => LatchkeyError;

/**
 * The code of whatever a GraphQL client threw or returned: a LatchkeyError, Apollo's errors, urql's
 * CombinedError, a GraphQLError, or a result with `errors`. Undefined for everything else, such as what another client's `fetch`
 * threw.
 */
export function errorCode(error: unknown): ErrorCode | ClientErrorCode | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const it = error as Record<string, unknown>;
  const code = (it.extensions as ErrorExtensions | undefined)?.code;
  if (typeof code === 'string') return code;
  const entries = it.graphQLErrors ?? it.errors;
  const inside = Array.isArray(entries) ? entries : [];
  for (const part of [...inside, it.networkError, it.cause]) {
    const found = errorCode(part);
    if (found) return found;
  }
  return undefined;
}
