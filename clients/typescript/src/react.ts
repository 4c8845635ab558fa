// A hook for React, 18 and later.

import { useMemo, useSyncExternalStore } from 'react';
import type { Latchkey } from './latchkey.js';
import { sessionOf, type Session } from './session.js';

export type { Session };

/**
 * Returns the session of this client. Renders again when a user logs in or out, the session ends, or the active organization
 * changes, in this tab or another. On a server, and until a page is hydrated, `status` is `loading`.
 */
export function useSession(latchkey: Latchkey): Session {
  const state = useSyncExternalStore(latchkey.subscribe, () => latchkey.state, latchkey.getServerSnapshot);
  return useMemo(() => sessionOf(latchkey, state), [latchkey, state]);
}
