// The tabs of an origin: one at a time does what may be done once only, and all hear of it.

import type { Saved } from './tokens.js';

/** `who`: a tab that just opened asks what the others hold. */
export type Message = { kind: 'saved'; saved: Saved } | { kind: 'who' };

export class Tabs {
  readonly #name: string;
  readonly #channel: BroadcastChannel | null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(name: string, hear: (message: Message) => void) {
    this.#name = name;
    this.#channel = typeof BroadcastChannel === 'function' ? new BroadcastChannel(name) : null;
    if (this.#channel) {
      this.#channel.onmessage = ({ data }) => hear(data);
      (this.#channel as { unref?: () => void }).unref?.(); // or Node.js would wait for it
    }
  }

  tell(message: Message) {
    this.#channel?.postMessage(message);
  }

  /**
   * Does the work while no other tab does any; without Web Locks, while nothing else in this tab does. The
   * work is told whether it had to wait for somebody, who then may have done it already.
   */
  async exclusive<Done>(work: (waited: boolean) => Promise<Done>): Promise<Done> {
    const locks = globalThis.navigator?.locks; // missing on plain http, other than on this machine
    if (!locks) {
      const turn = this.#last.then(() => work(false));
      this.#last = turn.catch(() => {});
      return turn;
    }
    const atOnce = await locks.request(this.#name, { ifAvailable: true }, async (lock) =>
      lock ? { done: await work(false) } : null,
    );
    return atOnce ? atOnce.done : locks.request(this.#name, () => work(true));
  }

  close() {
    this.#channel?.close();
  }
}
