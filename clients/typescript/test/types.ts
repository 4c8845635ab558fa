// What the compiler has to accept, and what it has to refuse. Never run.

import { createLatchkey, errorCode, type ErrorCode, type SessionEndReason } from 'latchkey-client';

const latchkey = createLatchkey({ url: 'http://127.0.0.1:8000/graphql' });

// A switch over one of these exhausts it, or does not compile.
export function inWords(reason: SessionEndReason | 'UNKNOWN'): string {
  switch (reason) {
    case 'LOGOUT':
    case 'LOGOUT_ALL':
      return 'You have logged out.';
    case 'REVOKED':
    case 'PASSWORD_CHANGED':
    case 'PASSWORD_RESET':
    case 'REFRESH_TOKEN_REUSED':
    case 'ACCOUNT_DELETED':
      return 'Somebody ended the session.';
    case 'IDLE':
    case 'EXPIRED':
    case 'LOST':
    case 'UNKNOWN':
      return 'It was too long ago.';
  }
}

// @ts-expect-error: one is missing, so that the function may return nothing
export function misses(code: Extract<ErrorCode, `AUTH_TOKEN_${string}`>): string {
  switch (code) {
    case 'AUTH_TOKEN_EXPIRED':
      return 'expired';
  }
}

export function missesOfAll(code: ErrorCode): string {
  switch (code) {
    case 'RATE_LIMITED':
      return 'later';
    default: {
      // @ts-expect-error: what is left is not nothing
      const nothing: never = code;
      return nothing;
    }
  }
}

// @ts-expect-error: there is no such code
export const mistyped: ErrorCode = 'AUTH_TOKEN_EXPIRD';

export const code: ErrorCode | undefined = errorCode(new Error());

// Documents of the client preset bring their types along.
declare const me: { toString(): string; __apiType?: (variables: { id: string }) => { name: string } };
export const named: Promise<{ name: string }> = latchkey.request(me, { id: '1' });
// @ts-expect-error: the variables are missing
export const incomplete = latchkey.request<{ name: string }, { id: string }>(me);
export const unnamed: Promise<unknown> = latchkey.request('{ me { id } }', { more: 1 });
export const untyped: Promise<{ me: { id: string } }> = latchkey.request<{ me: { id: string } }>('{ me { id } }');

// @ts-expect-error: a state is not to be written
latchkey.state.status = 'signedOut';
