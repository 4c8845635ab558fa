// What a signed-in browser holds, and when it wants replacing.

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
  /** Counts what a session was given, so that of two the newer is known whatever a clock did in between. */
  serial: number;
}

/** A session that is over. It is kept, so that nothing that arrives late brings it back. */
export interface Ended {
  /** Empty if it was never known. */
  sid: string;
  end: SessionEnd;
  /** The server has yet to be told: until then, its cookie would sign in again. */
  owed?: boolean;
}

/** What tabs tell each other, and storage keeps. */
export type Saved = Tokens | Ended;

const CLOCKS_DIFFER = 5000; // milliseconds at most

type Given = Pick<TokenPair, 'accessToken' | 'expiresIn'> & { refreshToken?: string };

export function tokensOf(given: Given, askedAt: number, before: Tokens | null): Tokens {
  const { sid } = claimsOf(given.accessToken);
  return {
    sid,
    access: given.accessToken,
    refresh: given.refreshToken ?? before?.refresh ?? '',
    askedAt,
    life: given.expiresIn,
    serial: before?.sid === sid ? before.serial + 1 : 1,
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
  const payload = accessToken.split('.')[1] ?? '';
  const bytes = atob(payload.replace(/-/g, '+').replace(/_/g, '/'));
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0))));
}
