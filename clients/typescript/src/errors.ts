// Errors, and their codes in the errors of any GraphQL client.

import type { ErrorCode, Organization, ReauthenticationMethod, SecondFactorMethod, SessionEndReason } from './schema.js';

/**
 * The codes that the client adds to those of the service. `UNREACHABLE`: there is no response. `NOT_LATCHKEY`: another server
 * responded. The client also uses `UNAVAILABLE` and `RATE_LIMITED` when a proxy responds with 5xx or 429.
 *
 * Of passkeys, `PASSKEY_UNSUPPORTED`: this browser has none. `PASSKEY_CANCELLED`: the user closed the dialog, waited too long, or
 * has no passkey; browsers do not tell which. `PASSKEY_FAILED`: the browser refused for another reason, which is the `cause`. The
 * client also uses `PASSKEY_EXISTS` when the browser finds that the authenticator is registered already.
 */
export type ClientErrorCode =
  | 'UNREACHABLE'
  | 'NOT_LATCHKEY'
  | 'PASSKEY_UNSUPPORTED'
  | 'PASSKEY_CANCELLED'
  | 'PASSKEY_FAILED';

/** One of the `fields` of VALIDATION_FAILED. */
export interface InvalidField {
  path: string;
  message: string;
}

/** The `extensions` of an error. The code determines which members there are. */
export interface ErrorExtensions {
  code?: ErrorCode | ClientErrorCode;
  /** Of VALIDATION_FAILED. */
  fields?: InvalidField[];
  /** Of RATE_LIMITED and OVERLOADED: the seconds until the next try. */
  retryAfter?: number;
  /** Of AUTH_SESSION_ENDED. */
  reason?: SessionEndReason;
  /** Of AUTH_SESSION_ENDED. */
  endedAt?: string;
  /** Of AUTH_EMAIL_EXISTS, if the address belonged to another account until recently: when it becomes available. */
  availableAt?: string;
  /** Of INTERNAL: identifies the request in the service's log. */
  requestId?: string;
  /** Of ORGANIZATION_LAST_OWNER. */
  organizations?: Pick<Organization, 'id' | 'name' | 'slug'>[];
  /** Of AUTH_SECOND_FACTOR_REQUIRED: for `completeLogin`, until `expiresAt`. */
  challenge?: string;
  /** Of AUTH_SECOND_FACTOR_REQUIRED. */
  expiresAt?: string;
  /** Of AUTH_SECOND_FACTOR_REQUIRED and AUTH_REAUTHENTICATION_REQUIRED: the ways to prove who the user is. */
  methods?: ReauthenticationMethod[] | SecondFactorMethod[];
  /** Of AUTH_REAUTHENTICATION_REQUIRED: the seconds for which a session is fresh. */
  maxAge?: number;
  [more: string]: unknown;
}

/** An entry of `errors` in a response. */
export interface ErrorEntry {
  message: string;
  path?: readonly (string | number)[] | undefined;
  extensions?: ErrorExtensions | undefined;
}

/** The details that the service always sends with some codes. */
type Details =
  | { readonly code: 'VALIDATION_FAILED'; readonly fields: InvalidField[] }
  | { readonly code: 'AUTH_SESSION_ENDED'; readonly extensions: { reason: SessionEndReason; endedAt: string } }
  | { readonly code: 'ORGANIZATION_LAST_OWNER'; readonly extensions: Required<Pick<ErrorExtensions, 'organizations'>> }
  | {
      readonly code: 'AUTH_SECOND_FACTOR_REQUIRED';
      readonly extensions: { challenge: string; methods: SecondFactorMethod[]; expiresAt: string };
    }
  | {
      readonly code: 'AUTH_REAUTHENTICATION_REQUIRED';
      readonly extensions: { methods: ReauthenticationMethod[]; maxAge: number };
    }
  | { readonly code: Exclude<ErrorCode | ClientErrorCode, DetailedCode> };

type DetailedCode =
  | 'VALIDATION_FAILED'
  | 'AUTH_SESSION_ENDED'
  | 'ORGANIZATION_LAST_OWNER'
  | 'AUTH_SECOND_FACTOR_REQUIRED'
  | 'AUTH_REAUTHENTICATION_REQUIRED';

/**
 * Thrown by `request`, `login` and the other methods when the service refuses, or cannot be reached. `code` determines which details
 * there are.
 */
export type LatchkeyError = Refusal & Details;

interface Refusal extends Error {
  readonly name: 'LatchkeyError';
  readonly code: ErrorCode | ClientErrorCode;
  readonly extensions: ErrorExtensions;
  readonly path?: readonly (string | number)[];
  /** Of VALIDATION_FAILED. */
  readonly fields?: InvalidField[];
  /** Of RATE_LIMITED and OVERLOADED: the seconds until the next try. Optional, since a proxy may not send it. */
  readonly retryAfter?: number;
}

// A class cannot be a union type, so the type is declared beside it.
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
 * Returns the code of an error or result of a GraphQL client: a LatchkeyError, Apollo's errors, urql's CombinedError, a
 * GraphQLError, or a result with `errors`. Undefined for everything else, such as an error of another client's `fetch`.
 */
export function errorCode(error: unknown): ErrorCode | ClientErrorCode | undefined {
  return errorExtensions(error)?.code;
}

/** Returns the extensions in which `errorCode` finds the code. */
export function errorExtensions(error: unknown): ErrorExtensions | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { extensions, graphQLErrors, errors, networkError, cause } = error as Record<string, unknown>;
  if (typeof (extensions as ErrorExtensions | undefined)?.code === 'string') return extensions as ErrorExtensions;
  const entries = graphQLErrors ?? errors;
  const nested = Array.isArray(entries) ? entries : [];
  for (const inner of [...nested, networkError, cause]) {
    const innerExtensions = errorExtensions(inner);
    if (innerExtensions) return innerExtensions;
  }
  return undefined;
}
