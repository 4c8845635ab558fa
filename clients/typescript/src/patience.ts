// What an error of a refresh means: that the session is over, or that it may work later.

import { LatchkeyError } from './errors.js';
import type { SessionEnd } from './tokens.js';

const MOST_WAIT = 5; // seconds that a request is held up for a server that sheds load

/** How the session ended, if that is what the error says. Nothing else ever signs anybody out. */
export function endIn(error: unknown): SessionEnd | null {
  if (!(error instanceof LatchkeyError)) return null;
  const { reason = 'UNKNOWN', endedAt = null } = error.extensions;
  if (error.code === 'AUTH_SESSION_ENDED') return { reason, endedAt };
  if (error.code === 'AUTH_REFRESH_TOKEN_INVALID') return { reason: 'UNKNOWN', endedAt: null };
  return null;
}

/** Whether there was an answer, of the service or of something before it. Another answer may just be lost. */
export function isAnswer(error: unknown): error is LatchkeyError {
  return error instanceof LatchkeyError && error.code !== 'UNREACHABLE';
}

/** Whether the same may work another time. */
export function isPassing(error: unknown): boolean {
  if (!isAnswer(error)) return true;
  return error.code === 'RATE_LIMITED' || error.code === 'OVERLOADED' || error.code === 'UNAVAILABLE';
}

/** In how many milliseconds to try once more before giving up; null: give up now. */
export function secondTry(error: unknown, tries: number): number | null {
  if (!isPassing(error) || tries > 2) return null;
  if (!isAnswer(error)) return tries === 1 ? 100 : null;
  const seconds = error.retryAfter ?? 0.5;
  return seconds <= MOST_WAIT ? seconds * 1000 : null;
}
