// Where the tokens are kept.

import type { Saved } from './tokens.js';

/** One of `browserStorage()`, `memoryStorage()` and `cookieMode()`. */
export interface TokenStore {
  readonly kind: 'browser' | 'memory' | 'cookie';
  /** What outlives the page, if anything does: for the id of the device, too. */
  readonly storage: KeyValue | null;
  read(key: string): Saved | null;
  write(key: string, saved: Saved): void;
}

/** The part of `Storage` that is used. */
export type KeyValue = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** The tokens stay signed in when the browser is closed, and any script of the page can read them. */
export function browserStorage(storage: KeyValue | null = localStorageOrNone()): TokenStore {
  return {
    kind: 'browser',
    storage,
    read: (key) => read(storage, key),
    write: (key, saved) => write(storage, key, saved),
  };
}

/** The tokens go with the last tab; open tabs share them. */
export function memoryStorage(): TokenStore {
  return { kind: 'memory', storage: localStorageOrNone(), read: () => null, write: () => {} };
}

/**
 * The refresh token stays in a cookie that no script can read, the access token in memory. What is kept here
 * holds no secret: that a session ended, so that its reason is not told at each start.
 */
export function cookieMode(): TokenStore {
  const storage = localStorageOrNone();
  return {
    kind: 'cookie',
    storage,
    read: (key) => read(storage, key),
    write: (key, saved) => write(storage, key, 'end' in saved ? saved : null),
  };
}

function read(storage: KeyValue | null, key: string): Saved | null {
  try {
    return JSON.parse(storage?.getItem(key) ?? 'null');
  } catch {
    return null; // somebody else's, or a browser that keeps nothing
  }
}

function write(storage: KeyValue | null, key: string, saved: Saved | null) {
  try {
    if (saved) storage?.setItem(key, JSON.stringify(saved));
    else storage?.removeItem(key);
  } catch {
    // Full, or forbidden: the page still has them.
  }
}

function localStorageOrNone(): KeyValue | null {
  try {
    return globalThis.localStorage ?? null; // throws where the user forbids it
  } catch {
    return null;
  }
}
