// Tabs with a simulated service that follows docs/security/refresh-protocol.md, and with simulated time.

import { locks } from './browser.mjs';
import { packageIn } from './context.mjs';

const RACE_WINDOW = 10_000;
const LIFE = 1800; // seconds
const { AbortController, Headers, Request, URL } = globalThis;

let worlds = 0;

export class World {
  now = Date.now();
  // The requests in order: { tab, field, generation }.
  asked = [];
  // The state of the session at the service.
  generation = 0;
  receivedAt = null;
  isOver = false;
  #logins = 0;
  // In cookie mode: the generation of the browser's refresh token, and whether a response restored an older one.
  cookie = null;
  wentBack = false;
  // The maximum number of concurrent refreshes.
  mostAtOnce = 0;
  // Returns the milliseconds that a request and its response take (there, back), and the error of the service, if any
  // (code, retryAfter).
  network = () => ({});
  #atOnce = 0;
  #timers = new Map();
  #suspended = new Set();
  #tabs = [];

  constructor(hasLocks = true) {
    this.url = `http://scripted-${(worlds += 1)}.example/graphql`;
    this.hasLocks = hasLocks;
  }

  // Opens a page of the browser. `tokens` creates its store with the package.
  async tab(name, tokens) {
    const client = await packageIn({
      AbortController,
      Headers,
      Request,
      URL,
      ...(this.hasLocks && { navigator: { locks } }),
      setTimeout: (work, delay = 0) => {
        const timer = {};
        this.#timers.set(timer, { work, at: this.now + delay, tab: name });
        return timer;
      },
      clearTimeout: (timer) => void this.#timers.delete(timer),
    });
    const tab = client.createLatchkey({
      url: this.url,
      tokens: tokens(client),
      device: { id: 'browser' },
      share: true,
      fetch: (_, init) => this.#send(name, init),
      now: () => this.now,
    });
    this.#tabs.push(tab);
    return tab;
  }

  // Lets this many milliseconds pass, and runs all timers that are due.
  async pass(milliseconds) {
    const end = this.now + milliseconds;
    for (;;) {
      await settled();
      const isDue = ([, { at, tab }]) => at <= end && !this.#suspended.has(tab);
      const [next] = [...this.#timers].filter(isDue).sort(([, one], [, other]) => one.at - other.at);
      if (!next) break;
      const [timer, { work, at }] = next;
      this.#timers.delete(timer);
      this.now = Math.max(this.now, at);
      work();
    }
    this.now = end;
  }

  // A suspended tab runs its timers only after it is resumed.
  suspend(name) {
    this.#suspended.add(name);
  }

  resume(name) {
    this.#suspended.delete(name);
  }

  // Returns the result of the promise; throws if that takes more than this many simulated milliseconds.
  async within(milliseconds, promise) {
    let outcome;
    promise.then(
      (value) => (outcome = { value }),
      (error) => (outcome = { error }),
    );
    for (let left = milliseconds; !outcome && left > 0; left -= 50) await this.pass(50);
    if (!outcome) throw new Error(`no result after ${milliseconds} ms`);
    if (outcome.error) throw outcome.error;
    return outcome.value;
  }

  // Lets the access tokens expire.
  outlive() {
    this.now += (LIFE + 1) * 1000; // like a machine that slept: timers are late
  }

  // Takes the lock of the tabs; returns the function that releases it.
  async takeLock(kind) {
    let release;
    const kept = new Promise((resolve) => (release = resolve));
    await new Promise((granted) => void locks.request(`latchkey:${kind}:${this.url}`, {}, () => (granted(), kept)));
    return release;
  }

  close() {
    for (const tab of this.#tabs) tab.dispose();
  }

  async #send(tab, { body, headers, signal }) {
    const { query, variables } = JSON.parse(body);
    const field = /\{\s*(\w+)/.exec(query)[1];
    const bearer = headers.get('Authorization')?.slice('Bearer '.length);
    const isCookie = headers.get('X-Token-Delivery') === 'cookie';
    const isRefresh = field === 'refresh';
    const shown = isRefresh ? (isCookie ? this.cookie : generationIn(variables.input.refreshToken)) : null;
    const { there = 0, back = 0, code, retryAfter } = this.network(tab, field);
    if (isRefresh) this.mostAtOnce = Math.max(this.mostAtOnce, (this.#atOnce += 1));
    try {
      await this.#travel(there, signal);
      this.asked.push({ tab, field, generation: shown });
      const answer = code ? refusal(code, { retryAfter }) : this.#answer(field, shown, bearer, isCookie);
      await this.#travel(back, signal);
      if (answer.cookie) {
        this.wentBack ||= answer.cookie < this.cookie;
        this.cookie = answer.cookie;
      }
      return Response.json(answer.body);
    } finally {
      if (isRefresh) this.#atOnce -= 1;
    }
  }

  #travel(milliseconds, signal) {
    return new Promise((resolve, reject) => {
      const abort = () => reject(new DOMException('aborted', 'AbortError'));
      if (signal?.aborted) return abort();
      signal?.addEventListener('abort', abort);
      if (milliseconds) this.#timers.set({}, { work: resolve, at: this.now + milliseconds });
      else resolve();
    });
  }

  #answer(field, shown, bearer, isCookie) {
    if (field === 'login') {
      this.generation += 1;
      this.#logins += 1;
      this.receivedAt = this.now;
      const { user, session } = { user: { id: 'ada', username: 'ada' }, session: { id: 'session' } };
      return this.#given(isCookie, (token) => ({ login: { token, user, session } }));
    }
    if (this.isOver) return refusal('AUTH_SESSION_ENDED', { reason: 'REFRESH_TOKEN_REUSED' });
    if (field === 'refresh') {
      if (shown === null) return refusal('AUTH_REFRESH_TOKEN_INVALID');
      const isUsed = this.receivedAt !== null && this.now - this.receivedAt > RACE_WINDOW;
      const isRaced = shown === this.generation - 1 && !isUsed;
      this.isOver = shown !== this.generation && !isRaced;
      if (this.isOver) return refusal('AUTH_SESSION_ENDED', { reason: 'REFRESH_TOKEN_REUSED' });
      if (shown === this.generation) {
        this.generation += 1;
        this.receivedAt = null;
      }
      return this.#given(isCookie, (token) => ({ refresh: { token } }));
    }
    if (!bearer) return refusal('AUTH_UNAUTHENTICATED');
    const generation = generationIn(bearer);
    if (field === 'switchOrganization') {
      return { body: { data: { switchOrganization: { accessToken: this.#accessToken(generation), expiresIn: LIFE } } } };
    }
    if (generation === this.generation) this.receivedAt ??= this.now;
    return { body: { data: { [field]: { id: 'ada' } } } };
  }

  #given(isCookie, data) {
    const token = {
      accessToken: this.#accessToken(this.generation),
      refreshToken: isCookie ? '' : jwt({ gen: this.generation }),
      expiresIn: LIFE,
    };
    return { body: { data: data(token) }, cookie: isCookie && this.generation };
  }

  #accessToken(gen) {
    return jwt({ sub: 'ada', sid: `session ${this.#logins}`, username: 'ada', gen, jti: Math.random() });
  }
}

function jwt(claims) {
  return `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;
}

export function generationIn(token) {
  return JSON.parse(Buffer.from(token.split('.')[1], 'base64url')).gen;
}

function refusal(code, more = {}) {
  return { body: { data: null, errors: [{ message: code, extensions: { code, ...more } }] } };
}

// Waits until all work without a timer is done.
function settled() {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
