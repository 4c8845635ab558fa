// The tabs of an origin: one at a time does what may be done once only, and all hear of it.

import { abortAfter, unref } from './page.js';
import type { Saved } from './tokens.js';

/** `who`: a tab that just opened asks what the others hold. */
export type Message = { kind: 'saved'; saved: Saved } | { kind: 'who' };

/** Whether another tab had the lock before, and what gives it back. */
interface Turn {
  waited: boolean;
  release: () => void;
}

/**
 * Browsers suspend tabs, also those that hold a lock, so a tab goes on without it after a while. Where scripts hold the tokens,
 * that is safe: the service gives two tabs that refresh within ten seconds the same successor, and each tab keeps the newest
 * of what all of them got.
 */
const LOCK_TIMEOUT = 5000;
const NEXT_LOCK_TIMEOUT = 500; // after one that was not given back
// In cookie mode, a late answer would replace a newer cookie. So a tab waits longer than the tab before it waits for an answer:
// see MAX_ANSWER_TIME.
const COOKIE_LOCK_TIMEOUT = 10_000;

export class Tabs {
  readonly #name: string;
  readonly #share: boolean;
  readonly #isCookie: boolean;
  #channel: BroadcastChannel | null = null;
  #wasKept = false;
  #last: Promise<unknown> = Promise.resolve();

  /** Without `share`, this tab is on its own. */
  constructor(name: string, share: boolean, isCookie: boolean, hear: (message: Message) => void) {
    this.#name = name;
    this.#share = share;
    this.#isCookie = isCookie;
    if (!share) return;
    try {
      this.#channel = new BroadcastChannel(name);
      this.#channel.onmessage = ({ data }) => hear(data);
      unref(this.#channel);
    } catch {
      // There is none, or it is denied, as it is to frames whose cookies are blocked.
    }
  }

  /** Tells the other tabs; false if there is no way to. */
  tell(message: Message): boolean {
    this.#channel?.postMessage(message);
    return this.#channel !== null;
  }

  /**
   * Does the work while no other tab does any; without Web Locks, while nothing else in this tab does. The
   * work is told whether it had to wait for somebody, who then may have done it already.
   */
  async exclusive<Done>(work: (waited: boolean) => Promise<Done>): Promise<Done> {
    const { waited, release } = await this.#turn();
    const done = this.#last.then(() => work(waited));
    this.#last = done.catch(() => {});
    return done.finally(release);
  }

  close() {
    this.#channel?.close();
    this.#channel = null;
  }

  async #turn(): Promise<Turn> {
    let waited = false;
    try {
      let release = await this.#lock({ ifAvailable: true });
      waited = !release;
      const timeout = this.#isCookie ? COOKIE_LOCK_TIMEOUT : this.#wasKept ? NEXT_LOCK_TIMEOUT : LOCK_TIMEOUT;
      release ??= await this.#lock({ signal: abortAfter(timeout) });
      this.#wasKept = false;
      return { waited, release: release! };
    } catch {
      this.#wasKept = true; // for too long; or the lock is denied, or missing, as on plain http
      return { waited, release() {} };
    }
  }

  /** Takes the lock and returns what releases it; null if it is not available. */
  #lock(options: LockOptions): Promise<(() => void) | null> {
    return new Promise((resolve, reject) => {
      const locks = this.#share && globalThis.navigator?.locks;
      if (!locks) return reject();
      const hold = (lock: Lock | null) => new Promise<void>((release) => resolve(lock && release));
      locks.request(this.#name, options, hold).catch(reject);
    });
  }
}
