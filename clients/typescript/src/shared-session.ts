// The session as this tab knows it, shared with storage and with the other tabs.

import { sleep, unref } from './environment.js';
import { LOADING, type LatchkeyState } from './state.js';
import type { TokenStore } from './stores.js';
import { claimsOf, type Claims, type EndedSession, type SavedSession, type SessionEnd, type Tokens } from './tokens.js';

/** `request`: a tab that just opened asks the others for their tokens. */
type Message = { kind: 'saved'; saved: SavedSession } | { kind: 'request' };

export class SharedSession {
  state = LOADING;
  tokens: Tokens | null = null;
  claims: Claims | null = null;
  ended: EndedSession | null = null;
  readonly #store: TokenStore;
  readonly #key: string;
  readonly #onChange: () => void;
  readonly #listeners = new Set<(state: LatchkeyState) => void>();
  #notifyWaiter: (() => void) | null = null;
  #channel: BroadcastChannel | null = null;

  /** `onChange` is called when there are new tokens, or none any more, before the listeners are. */
  constructor(store: TokenStore, key: string, share: boolean, onChange: () => void) {
    this.#store = store;
    this.#key = key;
    this.#onChange = onChange;
    if (!share) return;
    try {
      this.#channel = new BroadcastChannel(key);
      this.#channel.onmessage = ({ data }) => this.#onMessage(data);
      unref(this.#channel);
    } catch {
      // BroadcastChannel is missing, or denied, as in frames whose cookies are blocked.
    }
  }

  subscribe(listener: (state: LatchkeyState) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close() {
    this.#listeners.clear();
    this.#channel?.close();
    this.#channel = null;
  }

  stored(): SavedSession | null {
    return this.#store.read(this.#key);
  }

  /** Applies a change that another tab made: the one that is stored, unless given. */
  apply(saved = this.stored()) {
    if (!saved) return;
    const { tokens } = this;
    if ('end' in saved) {
      if (tokens && tokens.sid === saved.sid) this.#setEnded(saved);
      else if (!tokens && !this.ended) this.ended = saved;
    } else if (saved.sid !== this.ended?.sid) {
      if (tokens?.sid !== saved.sid || saved.serial > tokens.serial) this.#setTokens(saved);
    }
  }

  /** Reads the store again. A tab may be suspended whenever it waits, and then misses the messages of the other tabs. */
  async reload() {
    await this.#store.load?.();
    this.apply();
  }

  /** Keeps new tokens, or the end of the session, and shares them. */
  save(saved: SavedSession) {
    if ('end' in saved) this.#setEnded(saved);
    else this.#setTokens(saved);
    this.#store.write(this.#key, saved);
    this.#send({ kind: 'saved', saved });
  }

  /** Records that the service has ended a session whose logout was pending. */
  completeLogout(ended: EndedSession) {
    this.ended = withoutLogout(ended);
    this.#store.write(this.#key, this.ended);
  }

  setState(status: LatchkeyState['status'], end?: SessionEnd) {
    this.state = Object.freeze(end ? { status, end } : { status });
    for (const listener of [...this.#listeners]) listener(this.state);
  }

  /** Asks the other tabs for their tokens; false if that is not possible. */
  askTabs(): boolean {
    this.#send({ kind: 'request' });
    return this.#channel !== null;
  }

  /** Waits until another tab's tokens arrive, or this many milliseconds have passed. */
  waitForTokens(timeout: number): Promise<void> {
    return Promise.race([new Promise<void>((resolve) => (this.#notifyWaiter = resolve)), sleep(timeout)]);
  }

  /** Sends the message to the other tabs. */
  #send(message: Message) {
    this.#channel?.postMessage(message);
  }

  #onMessage(message: Message) {
    if (!this.#channel) return; // closed
    if (message.kind === 'saved') this.apply(message.saved);
    else if (this.tokens) this.#send({ kind: 'saved', saved: this.tokens });
  }

  #setTokens(tokens: Tokens) {
    const previous = this.claims;
    if (this.ended) this.ended = withoutLogout(this.ended); // the cookie belongs to the new session now
    this.tokens = tokens;
    this.claims = claimsOf(tokens.access);
    this.#notifyWaiter?.();
    this.#onChange();
    if (this.state.status !== 'signedIn' || identityOf(previous) !== identityOf(this.claims)) this.setState('signedIn');
  }

  #setEnded(ended: EndedSession) {
    this.ended = ended;
    this.tokens = this.claims = null;
    this.#onChange();
    this.setState('signedOut', ended.end);
  }
}

/** The parts of the claims that a page shows. */
function identityOf(claims: Claims | null): string {
  return JSON.stringify([claims?.sid, claims?.username, claims?.org, claims?.org_role]);
}

function withoutLogout({ sid, end }: EndedSession): EndedSession {
  return { sid, end };
}
