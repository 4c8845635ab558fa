// For React, 18 and 19.

import { useMemo, useSyncExternalStore } from 'react';
import type { Latchkey } from './latchkey.js';
import type { Claims, SessionEnd } from './tokens.js';

/** Who is signed in. `claims` says who, and for which organization they act. */
export type Session =
  | { readonly status: 'loading'; readonly claims: null }
  | { readonly status: 'signedOut'; readonly claims: null; /** Why and when the last session ended. */ readonly end?: SessionEnd }
  | { readonly status: 'signedIn'; readonly claims: Claims };

/**
 * The session of this client. Renders again when somebody logs in or out, a session ends, or the organization changes, in this
 * tab or another. On a server, and until a page is hydrated, `status` is `loading`.
 */
export function useSession(latchkey: Latchkey): Session {
  const state = useSyncExternalStore(latchkey.subscribe, () => latchkey.state, latchkey.getServerSnapshot);
  return useMemo(() => {
    const claims = state.status === 'signedIn' ? latchkey.claims : null;
    return { ...state, claims } as Session;
  }, [latchkey, state]);
}
