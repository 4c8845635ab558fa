// Who is logged in, as a page shows it.

import type { LatchkeyState } from './keeper.js';
import type { Latchkey } from './latchkey.js';
import type { Claims, SessionEnd } from './tokens.js';

/** Who is logged in. `claims` says who, and for which organization they act. */
export type Session =
  | { readonly status: 'loading'; readonly claims: null; readonly end?: never }
  | { readonly status: 'signedOut'; readonly claims: null; /** Why and when the last session ended. */ readonly end?: SessionEnd }
  | { readonly status: 'signedIn'; readonly claims: Claims; readonly end?: never };

/** The session of a client now, or in a state that it was in a moment ago. */
export function sessionOf(latchkey: Latchkey, state: LatchkeyState = latchkey.state): Session {
  const claims = state.status === 'signedIn' ? latchkey.claims : null;
  return { ...state, claims } as Session;
}
