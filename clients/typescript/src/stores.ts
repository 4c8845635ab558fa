// Where the tokens are kept.

import { isPage } from './page.js';
import type { Saved } from './tokens.js';

/** One of `browserStorage()`, `memoryStorage()`, `cookieMode()` and `asyncStorage()`. */
export interface TokenStore {
  readonly kind: 'browser' | 'memory' | 'cookie';
  /** What outlives the page, if anything does: for the id of the device, too. */
  readonly storage: KeyValue | null;
  /** Reads what is stored, where that takes time; `read` then answers from a copy. */
  load?(): Promise<void>;
  read(key: string): Saved | null;
  write(key: string, saved: Saved): void;
}

/** The part of `Storage` that is used. */
export type KeyValue = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** The tokens stay logged in when the browser is closed, and any script of the page can read them. */
export function browserStorage(storage: KeyValue | null = localStorageOrNone()): TokenStore {
  return {
    kind: 'browser',
    storage,
    read: (key) => read(storage, key),
    write: (key, saved) => write(storage, key, saved),
  };
}

/** The tokens go with the last tab; open tabs share them. The storage keeps the id of the device. */
export function memoryStorage(storage: KeyValue | null = localStorageOrNone()): TokenStore {
  return { kind: 'memory', storage, read: () => null, write: () => {} };
}

/**
 * The refresh token stays in a cookie that no script can read, the access token in memory. What is kept here
 * holds no secret: that a session ended, so that its reason is not told at each start.
 */
export function cookieMode(storage: KeyValue | null = localStorageOrNone()): TokenStore {
  return {
    kind: 'cookie',
    storage,
    read: (key) => read(storage, key),
    write: (key, saved) => write(storage, key, 'end' in saved ? saved : null),
  };
}

export function read<Value>(storage: KeyValue | null, key: string): Value | null {
  try {
    return JSON.parse(storage?.getItem(key) ?? 'null');
  } catch {
    return null; // somebody else's, or a browser that keeps nothing
  }
}

export function write(storage: KeyValue | null, key: string, value: unknown) {
  try {
    if (value) return storage?.setItem(key, JSON.stringify(value));
  } catch {
    // Full, or forbidden: the page still has it. What is stored is out of date, and the service would take it for a copy.
  }
  try {
    storage?.removeItem(key);
  } catch {
    // Forbidden.
  }
}

function localStorageOrNone(): KeyValue | null {
  try {
    return (isPage() && globalThis.localStorage) || null; // throws where the user forbids it
  } catch {
    return null;
  }
}
