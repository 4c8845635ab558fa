// The sessions that logins on this device replaced, and that the service has not ended yet.

import { read, write, type TokenStore } from './stores.js';
import { claimsOf, type Tokens } from './tokens.js';

interface PendingLogout {
  sid: string;
  /** The user's id. Any other session of the user can end this one. */
  sub: string;
  /** The session's own tokens, which can end it, too. Stored only where tokens are stored. */
  tokens?: Tokens;
}

export type PendingLogouts = ReturnType<typeof createPendingLogouts>;

export function createPendingLogouts(store: TokenStore, sessionKey: string) {
  const { kind, storage } = store;
  const key = `${sessionKey}:replaced`;
  let inMemory: PendingLogout[] = [];

  /** Returns those of this tab, and those that are stored. */
  const list = (): PendingLogout[] => {
    const stored = read<PendingLogout[]>(storage, key) ?? [];
    return [...inMemory, ...stored.filter(({ sid }) => !inMemory.some((own) => own.sid === sid))];
  };
  const save = (pending: PendingLogout[]) => {
    inMemory = pending;
    const stored = kind === 'browser' ? pending : pending.map(({ sid, sub }) => ({ sid, sub }));
    write(storage, key, stored.length ? stored : null);
  };
  return {
    list,
    add(tokens: Tokens) {
      const { sid, sub } = claimsOf(tokens.access);
      save([...list(), { sid, sub, tokens }]);
    },
    remove(sid: string) {
      save(list().filter((pending) => pending.sid !== sid));
    },
  };
}
