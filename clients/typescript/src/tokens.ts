// What a logged-in browser holds, and when it wants replacing.

import type { SessionEndReason, TokenPair } from './schema.js';

/** The claims of an access token that a frontend has use for. Read, not verified: only a server can. */
export interface Claims {
  /** The user's id. */
  sub: string;
  /** The session's id. */
  sid: string;
  username: string;
  /** The organization that the session acts for. */
  org?: { id: string; slug: string };
  org_role?: 'OWNER' | 'ADMIN' | 'MEMBER';
  /** By the server's clock, in seconds. Do not compare it with this machine's. */
  exp: number;
}

/** Why and when a session ended. */
export interface SessionEnd {
  /** UNKNOWN: the refresh token was none of the service's, so that it could not say. */
  reason: SessionEndReason | 'UNKNOWN';
  endedAt: string | null;
}

export interface Tokens {
  sid: string;
  access: string;
  /** Empty where it is in a cookie. */
  refresh: string;
  /** When they were asked for, by this machine's clock, in milliseconds. */
  askedAt: number;
  /** The life of the access token from then on, in seconds. */
  life: number;
  /** Rises with whatever a session is given, so that of two the newer is known whatever a clock did in between. */
  serial: number;
}

/** A session that is over. It is kept, so that nothing that arrives late brings it back. */
export interface Ended {
  /** Empty if it was never known. */
  sid: string;
  end: SessionEnd;
  /** The server has yet to be told: until then, its cookie would log in again. */
  owed?: boolean;
}

/** What tabs tell each other, and storage keeps. */
export type Saved = Tokens | Ended;

const CLOCKS_DIFFER = 5000; // milliseconds at most
const REFRESH = 1024; // more than the changes of organization between two refreshes

type Given = Pick<TokenPair, 'accessToken' | 'expiresIn'> & { refreshToken?: string };

export function tokensOf(given: Given, askedAt: number, before: Tokens | null): Tokens {
  const { sid } = claimsOf(given.accessToken);
  const serial = before?.sid === sid ? before.serial : 0;
  return {
    sid,
    access: given.accessToken,
    refresh: given.refreshToken ?? before?.refresh ?? '',
    askedAt,
    life: given.expiresIn,
    // A refresh outranks any number of changes of organization since the one before: it has the newer refresh token.
    serial: given.refreshToken === undefined ? serial + 1 : serial - (serial % REFRESH) + REFRESH,
  };
}

/**
 * Whether the access token is worth replacing: so many seconds before its time, or half of its life. Clocks that
 * are corrected, and those of tabs, differ by a little: what another tab got just now is not from the future.
 */
export function isDue(tokens: Tokens, now: number, ahead: number): boolean {
  return now >= dueAt(tokens, ahead) || now < tokens.askedAt - CLOCKS_DIFFER;
}

/**
 * Whether the access token is past its time. Measured by how long it is here, since the clocks of browsers are
 * wrong by any amount; where this one was set back, nothing is known, and that is answered with yes.
 */
export function isDead(tokens: Tokens, now: number): boolean {
  return isDue(tokens, now, 0);
}

export function dueAt({ askedAt, life }: Tokens, ahead: number): number {
  return askedAt + (life - Math.min(ahead, life / 2)) * 1000;
}

export function claimsOf(accessToken: string): Claims {
  return JSON.parse(decoded(accessToken.split('.')[1] ?? ''));
}

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Base64url of UTF-8. React Native has neither `atob` nor `TextDecoder`. */
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
