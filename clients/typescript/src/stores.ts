// The places where tokens are kept.

import { isPage } from './environment.js';
import type { SavedSession } from './tokens.js';

/** One of `browserStorage()`, `memoryStorage()`, `cookieMode()` and `asyncStorage()`. */
export interface TokenStore {
  readonly kind: 'browser' | 'memory' | 'cookie';
  /** Outlives the page, if there is one; keeps the device's id, too. */
  readonly storage: KeyValue | null;
  /** Reads an asynchronous storage into a copy, which `read` uses. */
  load?(): Promise<void>;
  read(key: string): SavedSession | null;
  write(key: string, saved: SavedSession): void;
}

/** The part of `Storage` that is used. */
export type KeyValue = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** Keeps the tokens when the browser is closed. Any script of the page can read them. */
export function browserStorage(storage: KeyValue | null = localStorageOrNone()): TokenStore {
  return {
    kind: 'browser',
    storage,
    read: (key) => read(storage, key),
    write: (key, saved) => write(storage, key, saved),
  };
}

/** Keeps the tokens in memory until the last tab is closed; open tabs share them. The storage keeps the device's id. */
export function memoryStorage(storage: KeyValue | null = localStorageOrNone()): TokenStore {
  return { kind: 'memory', storage, read: () => null, write: () => {} };
}

/**
 * Keeps the refresh token in a cookie that no script can read, and the access token in memory. The storage holds no secret: it
 * keeps the end of a session, so that its reason is not reported at each start.
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
    return null; // not written by this client, or the browser denies the storage
  }
}

export function write(storage: KeyValue | null, key: string, value: unknown) {
  try {
    if (value) return storage?.setItem(key, JSON.stringify(value));
  } catch {
    // Full, or denied. The page still has the value. The stored one is out of date: the service would take it for a stolen copy.
  }
  try {
    storage?.removeItem(key);
  } catch {
    // Denied.
  }
}

function localStorageOrNone(): KeyValue | null {
  try {
    return (isPage() && globalThis.localStorage) || null; // throws where the user denies it
  } catch {
    return null;
  }
}
