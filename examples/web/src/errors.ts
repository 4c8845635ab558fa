// A message for every error code. The switch is exhaustive: it does not compile until a new code of the schema has a message.

import { CombinedError } from '@urql/core';
import { LatchkeyError, type ClientErrorCode, type ErrorCode } from 'latchkey-client';

// UNREACHABLE: no response. NOT_LATCHKEY: another server responded. UNKNOWN: an error that this page does not know.
export type ProblemCode = ErrorCode | ClientErrorCode | 'UNKNOWN';

export type Problem = {
  code: ProblemCode;
  // Messages, by the last part of the field's path: `email` for `input.email`.
  fields: Record<string, string>;
  // The time of the next try, in milliseconds since 1970.
  retryAt: number | null;
  // The organizations that would be left without an owner.
  organizations: { id: string; name: string }[];
  requestId: string | null;
};

type Extensions = Record<string, unknown>;

export function problemOf(error: unknown): Problem {
  if (error instanceof LatchkeyError) return fromExtensions({ ...error.extensions, code: error.code });
  if (error instanceof CombinedError) {
    const first = error.graphQLErrors[0];
    if (first) return fromExtensions(first.extensions);
    // No connection, or a response of a proxy that is not GraphQL.
    return error.networkError instanceof LatchkeyError ? problemOf(error.networkError) : problem('UNREACHABLE');
  }
  // `fetch` throws a TypeError without a connection, and a DOMException after a timeout.
  return problem(error instanceof TypeError || error instanceof DOMException ? 'UNREACHABLE' : 'UNKNOWN');
}

export const isProblem = (error: unknown, code: ProblemCode) => Boolean(error) && problemOf(error).code === code;

// Whether the same request may succeed later.
export const isTemporary = ({ code }: Problem) =>
  code === 'UNREACHABLE' || code === 'UNAVAILABLE' || code === 'OVERLOADED' || code === 'RATE_LIMITED';

// Whether the page shows outdated data. They are loaded again, and the element that caused the error may disappear.
export const isOutdated = ({ code }: Problem) =>
  code === 'SESSION_NOT_FOUND' ||
  code === 'SECOND_FACTOR_NOT_FOUND' ||
  code === 'PASSKEY_NOT_FOUND' ||
  code === 'ORGANIZATION_NOT_FOUND' ||
  code === 'ORGANIZATION_ROLE_INSUFFICIENT' ||
  code === 'MEMBERSHIP_NOT_FOUND' ||
  code === 'INVITATION_NOT_FOUND';

export function problem(code: ProblemCode, fields: Record<string, string> = {}): Problem {
  return { code, fields, retryAt: null, organizations: [], requestId: null };
}

function fromExtensions(extensions: Extensions): Problem {
  const result = problem(typeof extensions.code === 'string' ? (extensions.code as ProblemCode) : 'UNKNOWN');
  for (const { path, message } of listOf<{ path: string; message: string }>(extensions.fields)) {
    result.fields[path.split('.').at(-1) ?? path] ??= message;
  }
  const retryAfter = extensions.retryAfter;
  if (typeof retryAfter === 'number') result.retryAt = Date.now() + retryAfter * 1000;
  result.organizations = listOf(extensions.organizations);
  if (typeof extensions.requestId === 'string') result.requestId = extensions.requestId;
  return result;
}

const listOf = <T>(value: unknown): T[] => (Array.isArray(value) ? value : []);

export type Sentences = Partial<Record<ProblemCode, string>>;

export function sentenceFor(problem: Problem, special: Sentences = {}): string {
  return special[problem.code] ?? sentence(problem);
}

function sentence({ code, requestId }: Problem): string {
  switch (code) {
    case 'AUTH_EMAIL_EXISTS':
      return 'Another account has this email address. If it is yours, log in instead.';
    case 'AUTH_USERNAME_EXISTS':
      return 'Another account has this username. Please choose another.';
    case 'AUTH_REGISTRATION_CLOSED':
      return 'Registration is closed, or needs an invitation.';
    case 'AUTH_INVALID_CREDENTIALS':
      return 'There is no account with this username or email address and password.';
    case 'AUTH_SECOND_FACTOR_REQUIRED':
      return 'Your account also needs a code of your authenticator app, or a passkey. Log in to use it.';
    case 'AUTH_SECOND_FACTOR_INVALID':
      return 'This code is wrong, or was used before. Please enter another one.';
    case 'AUTH_CHALLENGE_INVALID':
      return 'This took too long, or there were too many wrong codes. Please start again.';
    case 'AUTH_REAUTHENTICATION_REQUIRED':
      return 'Nothing has changed, because you did not confirm that it is you. Please try again.';
    case 'SECOND_FACTOR_NOT_FOUND':
      return 'Your account has no authenticator app any more.';
    case 'PASSKEY_NOT_FOUND':
      return 'This passkey was removed from its account. Use another one.';
    case 'PASSKEY_EXISTS':
      return 'You have a passkey there already. Log in with it, or add one elsewhere.';
    case 'PASSKEY_CANCELLED':
      return 'No passkey was used. You can try again.';
    case 'PASSKEY_UNSUPPORTED':
      return 'This browser has no passkeys. Use another browser or device.';
    case 'PASSKEY_FAILED':
      return 'This browser refused the passkey. Try another browser or device.';
    case 'TOO_MANY_PASSKEYS':
      return 'You have as many passkeys as an account can have. Remove one that you do not need.';
    case 'LAST_SIGN_IN_METHOD':
      return 'This is your last way to log in. Add another passkey or a password first.';
    case 'AUTH_UNAUTHENTICATED':
    case 'AUTH_REFRESH_TOKEN_INVALID':
    case 'AUTH_SESSION_ENDED':
      return 'You are no longer logged in. Please log in again.';
    case 'AUTH_TOKEN_EXPIRED':
    case 'AUTH_TOKEN_STALE':
      return 'Your session could not be renewed just now. Please try again.';
    case 'AUTH_EMAIL_NOT_VERIFIED':
      return 'Your email address is not verified yet. Open the link that we mailed to you.';
    case 'AUTH_LINK_INVALID':
      return 'This link no longer works: it has expired, is incomplete, or was used before.';
    case 'SESSION_NOT_FOUND':
      return 'This session no longer exists.';
    case 'ORGANIZATION_NOT_FOUND':
      return 'This organization does not exist, or you are no longer a member.';
    case 'ORGANIZATION_ROLE_INSUFFICIENT':
      return 'Your role in this organization does not let you do this. Ask one of its owners.';
    case 'ORGANIZATION_SLUG_EXISTS':
      return 'Another organization has this slug. Please choose another.';
    case 'MEMBERSHIP_NOT_FOUND':
      return 'They are no longer a member of this organization.';
    case 'MEMBERSHIP_EXISTS':
      return 'They are already a member of this organization.';
    case 'INVITATION_NOT_FOUND':
      return 'This invitation is no longer open: it was answered or withdrawn, or has expired.';
    case 'INVITATION_EXISTS':
      return 'This address is already invited. Withdraw that invitation to send another.';
    case 'INVITATION_EMAIL_MISMATCH':
      return 'This invitation was sent to another address. Log in with the account of that address.';
    case 'ORGANIZATION_LAST_OWNER':
      return 'An organization needs an owner, and you are the last one. Make another member an owner first, or delete the organization.';
    case 'VALIDATION_FAILED':
      return 'Please correct the marked fields.';
    case 'RATE_LIMITED':
      return 'Too many attempts.';
    case 'OVERLOADED':
      return 'The service is busy at the moment.';
    case 'UNAVAILABLE':
      return 'The service is not available at the moment. Please try again shortly.';
    case 'INTERNAL':
      return `Something went wrong in the service.${requestId ? ` If you report it, include this number: ${requestId}.` : ''}`;
    case 'UNREACHABLE':
      return 'The service could not be reached. Check your connection and try again.';
    case 'NOT_LATCHKEY':
      return 'Another server answered instead of the service. Please try again later.';
    case 'PERSISTED_QUERY_NOT_SUPPORTED':
    case 'UNKNOWN':
      return 'Something unexpected went wrong. Please try again.';
    default:
      return unknown(code);
  }
}

// A service that is newer than this page may have more codes.
function unknown(code: never): string {
  return `Something unexpected went wrong (${String(code)}). Please try again.`;
}
