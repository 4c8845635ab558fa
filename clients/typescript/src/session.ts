// The session, as a page shows it.

import type { Latchkey } from './latchkey.js';
import type { LatchkeyState } from './state.js';
import type { Claims, SessionEnd } from './tokens.js';

/** The session of a client. `claims` name the user and the active organization. */
export type Session =
  | { readonly status: 'loading'; readonly claims: null; readonly end?: never }
  | { readonly status: 'signedOut'; readonly claims: null; /** Why and when the last session ended. */ readonly end?: SessionEnd }
  | { readonly status: 'signedIn'; readonly claims: Claims; readonly end?: never };

/** Returns the session of a client: in its present state, unless another one is given. */
export function sessionOf(latchkey: Latchkey, state: LatchkeyState = latchkey.state): Session {
  const claims = state.status === 'signedIn' ? latchkey.claims : null;
  return { ...state, claims } as Session;
}
