// The tokens of a session, and when to replace them.

import type { SessionEndReason, TokenPair } from './schema.js';

/** The claims of an access token that a frontend needs. They are not verified here: only a server can do that. */
export interface Claims {
  /** The user's id. */
  sub: string;
  /** The session's id. */
  sid: string;
  username: string;
  /** The active organization. */
  org?: { id: string; slug: string };
  org_role?: 'OWNER' | 'ADMIN' | 'MEMBER';
  /** When the user last proved who they are in this session, in seconds, by the server's clock. */
  auth_time?: number;
  /**
   * How they did so since the login: `pwd`, a password; `otp`, a code of an app; `rec`, a recovery code; `hwk`, a passkey; `user`,
   * a PIN or a fingerprint for that. `mfa` if it was two factors.
   */
  amr?: string[];
  /** In seconds, by the server's clock. Do not compare it with this machine's clock. */
  exp: number;
}

/** Why and when a session ended. */
export interface SessionEnd {
  /** UNKNOWN: the service does not know the refresh token, so it cannot say. */
  reason: SessionEndReason | 'UNKNOWN';
  endedAt: string | null;
}

export interface Tokens {
  sid: string;
  access: string;
  /** Empty in cookie mode. */
  refresh: string;
  /** The time of the request for them, by this machine's clock, in milliseconds. */
  askedAt: number;
  /** The lifetime of the access token from then on, in seconds. */
  life: number;
  /** Rises with all new tokens of a session, so that the newer of two is known even if a clock was set in between. */
  serial: number;
}

/** A session that has ended. It is kept, so that late messages and responses do not restore it. */
export interface EndedSession {
  /** Empty if it is not known. */
  sid: string;
  end: SessionEnd;
  /** Whether the service has yet to receive the logout. Until then, the cookie would log the user in again. */
  logoutPending?: boolean;
}

/** The message between tabs, and the item in storage. */
export type SavedSession = Tokens | EndedSession;

const MAX_CLOCK_SKEW = 5000; // milliseconds
const SERIALS_PER_REFRESH = 1024; // more than the organization switches between two refreshes

type IssuedToken = Pick<TokenPair, 'accessToken' | 'expiresIn'> & { refreshToken?: string };

export function tokensOf(given: IssuedToken, askedAt: number, previous: Tokens | null): Tokens {
  const { sid } = claimsOf(given.accessToken);
  const serial = previous?.sid === sid ? previous.serial : 0;
  return {
    sid,
    access: given.accessToken,
    refresh: given.refreshToken ?? previous?.refresh ?? '',
    askedAt,
    life: given.expiresIn,
    // A refresh outranks all organization switches since the previous refresh, because it has the newer refresh token.
    serial: given.refreshToken === undefined ? serial + 1 : serial - (serial % SERIALS_PER_REFRESH) + SERIALS_PER_REFRESH,
  };
}

/**
 * Whether to replace the access token: `ahead` seconds before it expires, or half of its lifetime if that is less. Clocks that are
 * corrected, and the clocks of tabs, differ a little: tokens that another tab received just now are not from the future.
 */
export function isDue(tokens: Tokens, now: number, ahead: number): boolean {
  return now >= dueAt(tokens, ahead) || now < tokens.askedAt - MAX_CLOCK_SKEW;
}

/**
 * Whether the access token has expired. This is measured from its request, since the clocks of browsers may be wrong by any amount.
 * If this clock was set back, the token counts as expired.
 */
export function isExpired(tokens: Tokens, now: number): boolean {
  return isDue(tokens, now, 0);
}

export function dueAt({ askedAt, life }: Tokens, ahead: number): number {
  return askedAt + (life - Math.min(ahead, life / 2)) * 1000;
}

export function claimsOf(accessToken: string): Claims {
  return JSON.parse(decoded(accessToken.split('.')[1] ?? ''));
}

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Decodes Base64url of UTF-8. React Native has neither `atob` nor `TextDecoder`. */
function decoded(text: string): string {
  let escaped = '';
  let bits = 0;
  let count = 0;
  for (const character of text) {
    bits = (bits << 6) | BASE64URL.indexOf(character);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    escaped += `%${((bits >> count) & 255).toString(16).padStart(2, '0')}`;
  }
  return decodeURIComponent(escaped);
}
