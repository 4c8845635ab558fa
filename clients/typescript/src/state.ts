// The state of a client, as the app sees it.

import type { SessionEnd } from './tokens.js';

/** Frozen. It is a new object whenever the user, the session or the active organization changes. */
export interface LatchkeyState {
  readonly status: 'loading' | 'signedOut' | 'signedIn';
  /** Why and when the last session ended. */
  readonly end?: SessionEnd;
}

/** The first state, which servers render: it is not known yet whether a user is logged in. */
export const LOADING: LatchkeyState = Object.freeze({ status: 'loading' });
