// A lock for the tabs of an origin, so that one of them at a time works on the session.

import { abortAfter } from './environment.js';

/**
 * Browsers suspend tabs, also those that hold a lock, so a tab goes on without the lock after this time. Where scripts hold the
 * tokens, that is safe: the service gives two tabs that refresh within ten seconds the same successor, and each tab keeps the
 * newest tokens of all.
 */
const LOCK_TIMEOUT = 5000;
const NEXT_LOCK_TIMEOUT = 500; // after a lock that was not released
// In cookie mode, a late answer would replace a newer cookie. So a tab waits for the lock for longer than the tab that has it waits
// for an answer: see REQUEST_TIMEOUT.
const COOKIE_LOCK_TIMEOUT = 10_000;

/**
 * Does the work while no other tab does any; without Web Locks, while nothing else in this tab does any. `waited` says that
 * another tab had the lock before, and may have done the work already.
 */
export type Exclusive = <Done>(work: (waited: boolean) => Promise<Done>) => Promise<Done>;

/** Without `share`, other tabs are not considered. */
export function createLock(name: string, share: boolean, isCookieMode: boolean): Exclusive {
  let isOverdue = false;
  let last: Promise<unknown> = Promise.resolve();

  /** Takes the lock and returns the function that releases it; null if it is not available. */
  const acquire = (options: LockOptions) =>
    new Promise<(() => void) | null>((resolve, reject) => {
      const locks = share && globalThis.navigator?.locks;
      if (!locks) return reject();
      const hold = (lock: Lock | null) => new Promise<void>((release) => resolve(lock && release));
      locks.request(name, options, hold).catch(reject);
    });

  return async (work) => {
    let waited = false;
    let release: (() => void) | null = null;
    try {
      release = await acquire({ ifAvailable: true });
      waited = !release;
      const timeout = isCookieMode ? COOKIE_LOCK_TIMEOUT : isOverdue ? NEXT_LOCK_TIMEOUT : LOCK_TIMEOUT;
      release ??= await acquire({ signal: abortAfter(timeout) });
      isOverdue = false;
    } catch {
      isOverdue = true; // or locks are denied, or missing, as on plain http
    }
    const done = last.then(() => work(waited));
    last = done.catch(() => {});
    return done.finally(() => release?.());
  };
}
