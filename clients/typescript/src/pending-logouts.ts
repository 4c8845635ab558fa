// The sessions that logins on this device replaced, until the service has ended them.

import { read, write, type TokenStore } from './stores.js';
import { claimsOf, type Tokens } from './tokens.js';

export interface PendingLogout {
  sid: string;
  /** The user. Any other session of theirs can end this one. */
  sub: string;
  /** The session's own, which can end it, too. Stored only where tokens are. */
  tokens?: Tokens;
}

export class PendingLogouts {
  readonly #store: TokenStore;
  readonly #key: string;
  #here: PendingLogout[] = [];

  constructor(store: TokenStore, key: string) {
    this.#store = store;
    this.#key = `${key}:replaced`;
  }

  /** Lists those of this tab, and those that are stored. */
  list(): PendingLogout[] {
    const stored = read<PendingLogout[]>(this.#store.storage, this.#key) ?? [];
    return [...this.#here, ...stored.filter(({ sid }) => !this.#here.some((here) => here.sid === sid))];
  }

  add(tokens: Tokens) {
    const { sid, sub } = claimsOf(tokens.access);
    this.#save([...this.list(), { sid, sub, tokens }]);
  }

  remove(ended: string) {
    this.#save(this.list().filter(({ sid }) => sid !== ended));
  }

  #save(pending: PendingLogout[]) {
    this.#here = pending;
    const { kind, storage } = this.#store;
    const stored = kind === 'browser' ? pending : pending.map(({ sid, sub }) => ({ sid, sub }));
    write(storage, this.#key, stored.length ? stored : null);
  }
}
