// Every way in which the service refuses something, as a sentence. The switch is exhaustive: a code that joins the schema
// does not build before it has one.

import { CombinedError } from '@urql/core';
import { LatchkeyError, type ClientErrorCode, type ErrorCode } from 'latchkey-client';

// UNREACHABLE: no answer of the service at all. NOT_LATCHKEY: one of something else. UNKNOWN: one that this page does not understand.
export type ProblemCode = ErrorCode | ClientErrorCode | 'UNKNOWN';

export type Problem = {
  code: ProblemCode;
  // By the last part of their paths: `email` for `input.email`.
  fields: Record<string, string>;
  // In milliseconds since 1970: when to try again.
  retryAt: number | null;
  // Those that would be left without an owner.
  organizations: { id: string; name: string }[];
  requestId: string | null;
};

type Extensions = Record<string, unknown>;

export function problemOf(error: unknown): Problem {
  if (error instanceof LatchkeyError) return fromExtensions({ ...error.extensions, code: error.code });
  if (error instanceof CombinedError) {
    const first = error.graphQLErrors[0];
    if (first) return fromExtensions(first.extensions);
    // No connection, or what something in between answers that is not GraphQL.
    return error.networkError instanceof LatchkeyError ? problemOf(error.networkError) : problem('UNREACHABLE');
  }
  // What fetch throws when there is no connection, and when there is no answer in time.
  return problem(error instanceof TypeError || error instanceof DOMException ? 'UNREACHABLE' : 'UNKNOWN');
}

export const isProblem = (error: unknown, code: ProblemCode) => Boolean(error) && problemOf(error).code === code;

// What may be otherwise the next time, and says nothing about what was asked for.
export const isPassing = ({ code }: Problem) =>
  code === 'UNREACHABLE' || code === 'UNAVAILABLE' || code === 'OVERLOADED' || code === 'RATE_LIMITED';

// What was shown is not so any more. It is asked for again, and what was refused may be gone from the page then.
export const isOutdated = ({ code }: Problem) =>
  code === 'SESSION_NOT_FOUND' ||
  code === 'ORGANIZATION_NOT_FOUND' ||
  code === 'ORGANIZATION_ROLE_INSUFFICIENT' ||
  code === 'MEMBERSHIP_NOT_FOUND' ||
  code === 'INVITATION_NOT_FOUND';

export function problem(code: ProblemCode, fields: Record<string, string> = {}): Problem {
  return { code, fields, retryAt: null, organizations: [], requestId: null };
}

function fromExtensions(extensions: Extensions): Problem {
  const found = problem(typeof extensions.code === 'string' ? (extensions.code as ProblemCode) : 'UNKNOWN');
  for (const { path, message } of listOf<{ path: string; message: string }>(extensions.fields)) {
    found.fields[path.split('.').at(-1) ?? path] ??= message;
  }
  const retryAfter = extensions.retryAfter;
  if (typeof retryAfter === 'number') found.retryAt = Date.now() + retryAfter * 1000;
  found.organizations = listOf(extensions.organizations);
  if (typeof extensions.requestId === 'string') found.requestId = extensions.requestId;
  return found;
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
      return 'This link does not work any more: it is too old, incomplete, or was used before.';
    case 'SESSION_NOT_FOUND':
      return 'That session is not there any more.';
    case 'ORGANIZATION_NOT_FOUND':
      return 'There is no such organization, or you do not belong to it any more.';
    case 'ORGANIZATION_ROLE_INSUFFICIENT':
      return 'Your role in this organization does not let you do this. Ask one of its owners.';
    case 'ORGANIZATION_SLUG_EXISTS':
      return 'Another organization has this slug. Please choose another.';
    case 'MEMBERSHIP_NOT_FOUND':
      return 'They do not belong to this organization any more.';
    case 'MEMBERSHIP_EXISTS':
      return 'They belong to this organization already.';
    case 'INVITATION_NOT_FOUND':
      return 'This invitation is not open any more: it was answered, withdrawn, or has expired.';
    case 'INVITATION_EXISTS':
      return 'This address is invited already. Withdraw that invitation to send another.';
    case 'INVITATION_EMAIL_MISMATCH':
      return 'This invitation was sent to another address than that of your account. Log in with the account it was sent to.';
    case 'ORGANIZATION_LAST_OWNER':
      return 'An organization needs an owner, and there is no other one. Make another member an owner first, or delete the organization.';
    case 'VALIDATION_FAILED':
      return 'Please correct the marked fields.';
    case 'RATE_LIMITED':
      return 'Too many attempts.';
    case 'OVERLOADED':
      return 'The service is busy at the moment.';
    case 'UNAVAILABLE':
      return 'The service is not available at the moment. Please try again shortly.';
    case 'INTERNAL':
      return `Something went wrong in the service.${requestId ? ` If you report it, give this number: ${requestId}.` : ''}`;
    case 'UNREACHABLE':
      return 'The service could not be reached. Check your connection and try again.';
    case 'NOT_LATCHKEY':
      return 'Something else answered instead of the service. Please try again later.';
    case 'PERSISTED_QUERY_NOT_SUPPORTED':
    case 'UNKNOWN':
      return 'Something unexpected went wrong. Please try again.';
    default:
      return unknown(code);
  }
}

// A service that is newer than this page has more codes.
function unknown(code: never): string {
  return `Something unexpected went wrong (${String(code)}). Please try again.`;
}
