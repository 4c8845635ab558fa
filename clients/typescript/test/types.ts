// Programs that the compiler has to accept, and others that it has to reject. Never executed.

import { createLatchkey, errorCode, LatchkeyError } from 'latchkey-client';
import type { ClientErrorCode, ErrorCode, ReauthenticationMethod, SecondFactorMethod, SessionEndReason } from 'latchkey-client';
import { checkPassword, me, organization, passwordPolicy, register, renewRecoveryCodes, sessions, startPasskeyLogin } from 'latchkey-client/flows';
import { withFreshSession, type StepUp } from 'latchkey-client/fresh';
import { addPasskey, createPasskey, offerPasskeys, reauthenticateWithPasskey, signInWithPasskey } from 'latchkey-client/passkeys';
import { useSession } from 'latchkey-client/react';

const latchkey = createLatchkey({ url: 'http://127.0.0.1:8000/graphql' });

// A switch over one of these unions has to be exhaustive to compile.
export function inWords(reason: SessionEndReason | 'UNKNOWN'): string {
  switch (reason) {
    case 'LOGOUT':
    case 'LOGOUT_ALL':
      return 'You have logged out.';
    case 'REVOKED':
    case 'PASSWORD_CHANGED':
    case 'PASSWORD_RESET':
    case 'REFRESH_TOKEN_REUSED':
    case 'ACCOUNT_SECURED':
    case 'ACCOUNT_DELETED':
      return 'Somebody ended the session.';
    case 'IDLE':
    case 'EXPIRED':
    case 'LOST':
    case 'UNKNOWN':
      return 'It was too long ago.';
  }
}

// @ts-expect-error: a code is missing, so the function may return nothing
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
      // @ts-expect-error: other codes are left
      const nothing: never = code;
      return nothing;
    }
  }
}

// @ts-expect-error: there is no such code
export const mistyped: ErrorCode = 'AUTH_TOKEN_EXPIRD';

export const code: ErrorCode | ClientErrorCode | undefined = errorCode(new Error());

// Documents of the client preset carry their types.
declare const named: { toString(): string; __apiType?: (variables: { id: string }) => { name: string } };
export const typed: Promise<{ name: string }> = latchkey.request(named, { id: '1' });
// @ts-expect-error: the variables are missing
export const incomplete = latchkey.request<{ name: string }, { id: string }>(named);
export const unnamed: Promise<unknown> = latchkey.request('{ me { id } }', { more: 1 });
export const untyped: Promise<{ me: { id: string } }> = latchkey.request<{ me: { id: string } }>('{ me { id } }');

// @ts-expect-error: a state is read-only
latchkey.state.status = 'signedOut';

// The code determines which details there are.
export function details(error: unknown): string {
  if (!(error instanceof LatchkeyError)) return '';
  switch (error.code) {
    case 'VALIDATION_FAILED':
      return error.fields.map(({ path, message }) => `${path}: ${message}`).join();
    case 'AUTH_SESSION_ENDED':
      return inWords(error.extensions.reason);
    case 'ORGANIZATION_LAST_OWNER':
      return error.extensions.organizations.map(({ name }) => name).join();
    case 'AUTH_SECOND_FACTOR_REQUIRED': {
      const { challenge, methods, expiresAt } = error.extensions;
      const all: SecondFactorMethod[] = methods;
      // @ts-expect-error: a password is no second factor
      void methods.includes('PASSWORD');
      return `${challenge} until ${new Date(expiresAt).getTime()}: ${all.map((method) => method.toLowerCase()).join()}`;
    }
    case 'AUTH_REAUTHENTICATION_REQUIRED': {
      const { methods, maxAge } = error.extensions;
      const all: ReauthenticationMethod[] = methods;
      // @ts-expect-error: there is no challenge to answer
      const challenge: string = error.extensions.challenge;
      return `${all.map((method) => method.toLowerCase()).join()} for ${maxAge.toFixed()} s${challenge}`;
    }
    case 'RATE_LIMITED': {
      const wait: number | undefined = error.retryAfter;
      // @ts-expect-error: there may be none
      return `${wait}${error.fields.length}`;
    }
    default:
      return error.message;
  }
}

// A login has two steps if the account has a second factor.
export const completed: Promise<{ user: { username: string } }> = latchkey.completeLogin({ challenge: 'lkc_', totpCode: '123456' });
// @ts-expect-error: the challenge is missing
export const unchallenged = latchkey.completeLogin({ recoveryCode: 'AAAA-BBBB-CCCC-DDDD' });

// Passkeys, and what a browser may answer.
export const keyName: Promise<string> = addPasskey(latchkey, 'My key').then(({ name }) => name);
export const signedIn: Promise<{ user: { username: string } }> = signInWithPasskey(latchkey, { organizationId: '1' });
export const stepUpByPasskey: StepUp = () => reauthenticateWithPasskey(latchkey);
export const stopOffering: () => void = offerPasskeys(latchkey, (error: unknown) => console.log(error));
export const started = [startPasskeyLogin(latchkey), startPasskeyLogin(latchkey, { challenge: 'lkc_' })];
// @ts-expect-error: the options are missing
export const unceremonious = createPasskey({ token: 'lkc_' });
// @ts-expect-error: the credential is an object, not the text of one
export const asText = latchkey.completePasskeyLogin({ ceremony: 'lkc_', credential: '{}' });
export function missesCancelling(code: Extract<ErrorCode | ClientErrorCode, `PASSKEY_${string}`>): string {
  switch (code) {
    case 'PASSKEY_NOT_FOUND':
    case 'PASSKEY_EXISTS':
    case 'PASSKEY_UNSUPPORTED':
    case 'PASSKEY_FAILED':
      return 'no';
    default: {
      // @ts-expect-error: PASSKEY_CANCELLED is left
      const nothing: never = code;
      return nothing;
    }
  }
}

// The result is that of the action.
const stepUp: StepUp = async ({ methods, maxAge }) => methods.includes('PASSWORD') && maxAge > 0;
export const renewed: Promise<{ recoveryCodes: string[] }> = withFreshSession(() => renewRecoveryCodes(latchkey), stepUp);
// @ts-expect-error: nobody is asked
export const unasked = withFreshSession(() => renewRecoveryCodes(latchkey));

// Flows have the arguments and results of their fields.
export const registered: Promise<{ user: { id: string; displayName: string | null } }> = register(latchkey, {
  email: 'ada@example.com',
  username: 'ada',
  password: 'secret',
});
// @ts-expect-error: the password is missing
export const unregistered = register(latchkey, { email: 'ada@example.com', username: 'ada' });
export const policy: Promise<{ minLength: number }> = passwordPolicy(latchkey);
export const all: Promise<{ totalCount: number }> = sessions(latchkey);
export const some = sessions(latchkey, { first: 10, includeExpired: true });
// @ts-expect-error: the id is missing
export const none = organization(latchkey);
export const maybe: Promise<{ members: { nodes: { user: { username: string } }[] } } | null> = organization(latchkey, { id: '1' });
// @ts-expect-error: no such problem
export const problems: Promise<{ problems: 'UGLY'[] }> = checkPassword(latchkey, { password: '' });
export const roles: Promise<string[]> = me(latchkey).then(({ memberships }) => memberships.map(({ role }) => role));

// The status determines whether there are claims.
export function Name(): string {
  const session = useSession(latchkey);
  // @ts-expect-error: there may be no claims
  void session.claims.username;
  const { claims, end } = session;
  return session.status === 'signedIn' ? session.claims.username : (end?.reason ?? claims?.sub ?? '');
}
