// Parts of a browser that Node.js lacks: locks, storage, cookies.

// navigator.locks: exclusive locks by name, granted in order.
class Locks {
  #queues = new Map();
  // The number of requests that had to wait.
  waits = 0;

  async request(name, options, work = options) {
    const queue = this.#queues.get(name) ?? [];
    if (options.ifAvailable && queue.length > 0) return work(null);
    const before = queue.at(-1);
    if (before) this.waits += 1;
    let release;
    const mine = new Promise((resolve) => (release = resolve));
    this.#queues.set(name, [...queue, mine]);
    const leave = () => {
      this.#queues.set(name, this.#queues.get(name).filter((queued) => queued !== mine));
      release();
    };
    try {
      await Promise.race([before, aborted(options.signal)]);
    } catch (error) {
      void Promise.resolve(before).then(leave);
      throw error;
    }
    try {
      return await work({ name });
    } finally {
      leave();
    }
  }
}

function aborted(signal) {
  return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
}

export class MemoryStorage {
  #items = new Map();
  getItem(key) {
    return this.#items.get(key) ?? null;
  }
  setItem(key, value) {
    this.#items.set(key, String(value));
  }
  removeItem(key) {
    this.#items.delete(key);
  }
  get text() {
    return JSON.stringify([...this.#items]);
  }
}

const plainFetch = globalThis.fetch;

// `fetch` of a page, with an origin and with cookies that its scripts cannot read.
export class CookieJar {
  cookie = null;
  fetch = async (input, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set('Origin', new URL(input).origin);
    if (init.credentials === 'include' && this.cookie) headers.set('Cookie', this.cookie);
    const response = await plainFetch(input, { ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      this.cookie = /Max-Age=0/i.test(line) ? null : line.split(';')[0];
    }
    return response;
  };
}

export const locks = new Locks();

export function installBrowserGlobals() {
  globalThis.localStorage = new MemoryStorage();
  Object.defineProperty(globalThis, 'navigator', { value: { locks, userAgent: 'Node.js' }, configurable: true });
}
