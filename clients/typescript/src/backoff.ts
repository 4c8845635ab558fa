// When to try again after an error, and when an error means that the session has ended.

import { LatchkeyError } from './errors.js';
import type { SessionEnd } from './tokens.js';

const MAX_RETRY_DELAY = 5; // seconds that a request waits for an overloaded service

/** Returns how the session ended, if the error says so. Only these errors sign a user out. */
export function sessionEndOf(error: unknown): SessionEnd | null {
  if (!(error instanceof LatchkeyError)) return null;
  const { reason = 'UNKNOWN', endedAt = null } = error.extensions;
  if (error.code === 'AUTH_SESSION_ENDED') return { reason, endedAt };
  if (error.code === 'AUTH_REFRESH_TOKEN_INVALID') return { reason: 'UNKNOWN', endedAt: null };
  return null;
}

/** Whether the service, or a proxy in front of it, answered. Without an answer, the request may still have taken effect. */
export function isResponse(error: unknown): error is LatchkeyError {
  return error instanceof LatchkeyError && error.code !== 'UNREACHABLE';
}

/** Whether the same request may succeed later. */
export function isTemporary(error: unknown): boolean {
  if (!isResponse(error)) return true;
  return error.code === 'RATE_LIMITED' || error.code === 'OVERLOADED' || error.code === 'UNAVAILABLE';
}

/** Returns the milliseconds until the next try; null to give up. */
export function retryDelay(error: unknown, tries: number): number | null {
  if (!isTemporary(error) || tries > 2) return null;
  if (!isResponse(error)) return tries === 1 ? 100 : null;
  const seconds = error.retryAfter ?? 0.5;
  return seconds <= MAX_RETRY_DELAY ? seconds * 1000 : null;
}
