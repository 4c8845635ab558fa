// Keeps one session: restores it, refreshes it, shares it with the other tabs, and sees it end.

import { LatchkeyError, type ErrorEntry } from './errors.js';
import { LOGIN, LOGOUT, REFRESH, SWITCH } from './operations.js';
import type { LoggedIn, LoginAnswer, RefreshAnswer, SwitchAnswer } from './operations.js';
import { endIn, isAnswer, isPassing, secondTry } from './patience.js';
import { PendingLogouts } from './pending-logouts.js';
import type { LoginInput } from './schema.js';
import { abortAfter, unref } from './page.js';
import type { TokenStore } from './stores.js';
import { Tabs, type Message } from './tabs.js';
import { claimsOf, dueAt, isDead, isDue, tokensOf } from './tokens.js';
import type { Claims, Ended, Saved, SessionEnd, Tokens } from './tokens.js';
import { asPost, dataFrom, withHeaders } from './wire.js';

/** Frozen; another object whenever somebody else is logged in, or acts for something else. */
export interface LatchkeyState {
  readonly status: 'loading' | 'signedOut' | 'signedIn';
  /** Why and when the last session ended. */
  readonly end?: SessionEnd;
}

/** The first state, which servers render: nobody knows yet who is logged in. */
export const LOADING: LatchkeyState = Object.freeze({ status: 'loading' });

export interface Setting {
  url: string;
  /** `url`, or throws if no request can be made there. */
  endpoint: () => string;
  store: TokenStore;
  /** About the device. */
  headers: () => Record<string, string>;
  share: boolean;
  ahead: number;
  fetch: typeof fetch;
  now: () => number;
}

// A tab that opens asks the others for their tokens, and waits for an answer several times: in a page that was busy, a timer fires
// before messages that came earlier are handled.
const LISTEN_AT_START = 3;
const LISTEN_FOR = 50; // milliseconds
// Milliseconds in which the tab that had the lock tells the others what it got.
const HEAR_AFTER_WAIT = 500;
// A request is aborted after this time, and so is a refresh together with its repetitions. The service takes a refresh token for a
// copy if it arrives more than 10 s after its successor was first used. A tab without the lock may use the successor right after
// this one has sent its request. So the request arrives within 9 s or never; one second is left for the network.
const MAX_ANSWER_TIME = 9_000;
const LONGEST_TIMER = 2 ** 31 - 1;

export class Keeper {
  readonly #setting: Setting;
  readonly #key: string;
  readonly #tabs: Tabs;
  readonly #pendingLogouts: PendingLogouts;
  readonly #listeners = new Set<(state: LatchkeyState) => void>();
  #starting: Promise<void> | undefined;
  #state = LOADING;
  #held: Tokens | null = null;
  #claims: Claims | null = null;
  #ended: Ended | null = null;
  #refreshing: Promise<Tokens | null> | null = null;
  #heard: (() => void) | null = null;
  #unknown: string | null = null;
  #refusal: { error: LatchkeyError; until: number } | null = null;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #disposed = false;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#key = `latchkey:${setting.store.kind}:${setting.url}`;
    this.#tabs = new Tabs(this.#key, setting.share, this.#isCookie, (message) => this.#hear(message));
    this.#pendingLogouts = new PendingLogouts(setting.store, this.#key);
    this.#adopt();
    // A cookie takes a request, which is made for somebody who wants to know: not while a module loads on a server.
    if (!this.#isCookie) void this.#started;
    this.#watch(globalThis.addEventListener);
  }

  get state(): LatchkeyState {
    return this.#state;
  }

  get claims(): Claims | null {
    return this.#claims;
  }

  subscribe(listener: (state: LatchkeyState) => void): () => void {
    void this.#started;
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  dispose() {
    this.#disposed = true;
    clearTimeout(this.#timer);
    this.#watch(globalThis.removeEventListener);
    this.#listeners.clear();
    this.#tabs.close();
  }

  // --- what requests need

  /**
   * The access token to send along; null if nobody is logged in. One that has time left is sent while the next
   * is fetched, unless it has to be `fresh`.
   */
  async token(fresh = false): Promise<string | null> {
    await this.#started;
    if (this.#state.status === 'loading') await this.refresh();
    this.#adopt(); // a page that was asleep has heard nothing
    const held = this.#held;
    if (!held || !this.#isDue(held)) return held?.access ?? null;
    const next = this.refresh(held.access);
    if (!this.#isAlive(held)) return (await next)?.access ?? null;
    const orThis = next.catch((error) => {
      if (isPassing(error)) return held;
      throw error;
    });
    if (fresh) return (await orThis)?.access ?? null;
    orThis.catch(() => {}); // the next request meets it
    return held.access;
  }

  /** What errors say about the token that was sent: whether the request is worth repeating with another. */
  async judge(errors: readonly ErrorEntry[], token: string | null | undefined, isRepeated = false): Promise<boolean> {
    if (!token) return false;
    for (const error of errors) {
      const code = error.extensions?.code;
      if (code === 'AUTH_SESSION_ENDED') {
        const { sid, sub } = claimsOf(token);
        this.#adopt();
        if (sid !== this.#held?.sid) return !isRepeated && sub === this.#claims?.sub; // replaced by a login
        const end = endIn(new LatchkeyError(error));
        if (end) this.#end({ sid, end });
        return false;
      }
      // A key may have been replaced, so that the service does not know the token any more. If it does not know the next one
      // either, there is no use in asking for more.
      const isUnknown = code === 'AUTH_UNAUTHENTICATED';
      if (isUnknown && isRepeated) this.#unknown = token;
      if ((isUnknown && token !== this.#unknown) || code === 'AUTH_TOKEN_EXPIRED' || code === 'AUTH_TOKEN_STALE') {
        return !isRepeated && (await this.refresh(token)) !== null;
      }
    }
    return false;
  }

  /**
   * Tokens whose access token is another than the one that will not do: one refresh for all who ask
   * meanwhile, in all tabs.
   */
  async refresh(useless?: string): Promise<Tokens | null> {
    if (this.#refreshing) {
      const tokens = await this.#refreshing;
      // Whoever began it may have had an older one in hand.
      return tokens && tokens.access === useless ? this.refresh(useless) : tokens;
    }
    this.#refreshing = this.#tabs
      .exclusive((waited) => this.#refreshAlone(useless, waited))
      .finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  // --- what people do

  async login(input: LoginInput): Promise<LoggedIn> {
    await this.#started;
    const loggedIn = await this.#tabs.exclusive(async () => {
      await this.#look();
      if (this.#isCookie) await this.#useCookie();
      const askedAt = this.#setting.now();
      const { login } = await this.#ask<LoginAnswer>(LOGIN, { input });
      const { token, user, session } = login;
      await this.#look();
      if (this.#held) this.#pendingLogouts.add(this.#held);
      this.#keep(tokensOf(token, askedAt, null));
      return { user, session };
    });
    await this.#endPending();
    return loggedIn;
  }

  /** Uses the cookie before a login replaces it: makes a logout good, or gets the access token that ends its session. */
  async #useCookie() {
    try {
      if (this.#ended?.owed) await this.#endOwed();
      else if (!this.#isAlive(this.#held)) await this.#rotate();
    } catch {
      // The login says whether the service can be reached.
    }
  }

  /** Ends the sessions that logins replaced: as the same person, or else by their own tokens. Tries again if that fails. */
  async #endPending() {
    for (const { sid, sub, tokens } of this.#pendingLogouts.list()) {
      const held = this.#held;
      try {
        if (sub === this.#claims?.sub && this.#isAlive(held)) {
          await this.#ask(LOGOUT, { input: { sessionId: sid } }, held.access);
        } else if (tokens && (tokens.refresh || this.#isAlive(tokens))) {
          await this.#endThere(tokens, false);
        } else {
          continue; // waits for a refresh, or for the person to log in here
        }
        this.#pendingLogouts.remove(sid);
      } catch (error) {
        if (error instanceof LatchkeyError && error.code === 'SESSION_NOT_FOUND') this.#pendingLogouts.remove(sid);
        else this.#later();
      }
    }
  }

  async logout(everywhere: boolean): Promise<void> {
    await this.#started;
    await this.#look();
    if (everywhere && this.#state.status === 'loading') await this.refresh();
    const held = this.#held;
    if (!held && !this.#mayHaveCookie) return;
    // A login waits for it, whose cookie a late answer would take away.
    const endThere = () =>
      this.#tabs.exclusive(async () => {
        await this.#look();
        return this.#endThere(held?.sid === this.#held?.sid ? this.#held : held, everywhere);
      });
    if (everywhere) await endThere();
    if (held?.sid !== this.#held?.sid) return;
    const endedAt = new Date(this.#setting.now()).toISOString();
    const end: SessionEnd = { reason: everywhere ? 'LOGOUT_ALL' : 'LOGOUT', endedAt };
    const owed = this.#isCookie && !everywhere;
    if (held && owed) this.#pendingLogouts.add(held); // a login may come first
    this.#end({ sid: held?.sid ?? '', end, owed });
    if (everywhere) return;
    try {
      await endThere();
      this.#settle();
    } catch {
      // It ends there when nobody refreshes it; one in a cookie, when the server can be asked again.
      this.#later();
    }
  }

  async switchOrganization(organizationId: string | null): Promise<void> {
    for (let isRepeated = false; ; isRepeated = true) {
      await this.token();
      let token: string | undefined;
      const change = async () => {
        await this.#look();
        const held = this.#held;
        token = held?.access;
        const askedAt = this.#setting.now();
        const answer = await this.#ask<SwitchAnswer>(SWITCH, { input: { organizationId } }, token);
        await this.#look();
        if (held && held.sid === this.#held?.sid) this.#keep(tokensOf(answer.switchOrganization, askedAt, this.#held));
      };
      try {
        return await this.#tabs.exclusive(change);
      } catch (error) {
        // Judged after the lock is released, since a refresh takes it, too.
        if (!(await this.judge([error as ErrorEntry], token, isRepeated))) throw error;
      }
    }
  }

  // --- starting

  get #started(): Promise<void> {
    return (this.#starting ??= this.#start());
  }

  async #start(): Promise<void> {
    const { kind, load } = this.#setting.store;
    if (load) {
      await load();
      this.#adopt(); // and go on at once, before whoever waits for the state
    }
    if (!this.#held && kind !== 'browser') {
      let turns = this.#tabs.tell({ kind: 'who' }) ? LISTEN_AT_START : 0;
      for (; turns && !this.#held; turns -= 1) await this.#hearing(LISTEN_FOR);
    }
    if (!this.#held && kind !== 'cookie') this.#show('signedOut');
    this.#check(); // whether there is a cookie, only the server can see
  }

  /** Logs out whom the network kept from it, before the cookie logs in again. */
  #payDebt() {
    if (this.#state.status === 'loading') this.#show('signedOut');
    const pay = async () => {
      const stored = this.#stored();
      if (!stored || !('end' in stored) || !stored.owed) return; // another tab did, or somebody logged in
      await this.#endOwed();
    };
    this.#tabs.exclusive(pay).catch(() => this.#later());
  }

  async #endOwed() {
    await this.#endThere(null, false);
    this.#settle();
  }

  #settle() {
    if (!this.#ended?.owed) return;
    const { sid, end } = this.#ended;
    this.#pendingLogouts.remove(sid);
    this.#ended = { sid, end };
    this.#setting.store.write(this.#key, this.#ended);
  }

  // --- refreshing

  async #refreshAlone(useless: string | undefined, waited: boolean): Promise<Tokens | null> {
    const will = async () => {
      await this.#look();
      return this.#held !== null && this.#held.access !== useless && !this.#isDue(this.#held);
    };
    if (waited && !(await will())) await this.#hearing(HEAR_AFTER_WAIT);
    return (await will()) ? this.#held : this.#rotate();
  }

  async #rotate(): Promise<Tokens | null> {
    const { now } = this.#setting;
    const held = this.#held;
    if (!held && !this.#mayHaveCookie) return null;
    if (this.#refusal && now() < this.#refusal.until) throw this.#refusal.error;
    const signal = abortAfter(MAX_ANSWER_TIME);
    for (let tries = 1; ; tries += 1) {
      const askedAt = now();
      try {
        const token = await this.#exchange(held, signal);
        await this.#look();
        // Somebody may have logged out or in meanwhile.
        const isWanted = held ? held.sid === this.#held?.sid : this.#mayHaveCookie;
        const next = tokensOf(token, askedAt, held);
        // A tab that was suspended meanwhile is late with its own.
        if (isWanted && next.serial >= (this.#held?.serial ?? 0)) this.#keep(next);
        return this.#held;
      } catch (error) {
        const wait = secondTry(error, tries);
        if (wait === null || this.#disposed) return this.#giveUp(error, held);
        await sleep(wait);
        await this.#hearing(LISTEN_FOR);
        await this.#look();
        if (this.#held !== held) return this.#held; // another tab went on without the lock
        if (signal.aborted) return this.#giveUp(error, held);
      }
    }
  }

  #giveUp(error: unknown, held: Tokens | null): null {
    const end = endIn(error);
    this.#adopt();
    if (held?.sid !== this.#held?.sid) throw error; // somebody logged out or in meanwhile
    if (end && held) {
      this.#end({ sid: held.sid, end });
    } else if (end) {
      this.#findNobody(end);
      return null;
    } else if (held || isPassing(error)) {
      if (error instanceof LatchkeyError && error.retryAfter) {
        this.#refusal = { error, until: this.#setting.now() + error.retryAfter * 1000 };
      }
      this.#later();
    } else {
      this.#show('signedOut'); // the page may not ask for cookies: `login` will say why
    }
    throw error;
  }

  /** A cookie that is over, or none. That it is over is told once, not at each start. */
  #findNobody(end: SessionEnd) {
    const told = this.#ended?.end.endedAt === end.endedAt;
    if (told || end.reason === 'UNKNOWN') this.#show('signedOut');
    else this.#end({ sid: '', end });
  }

  async #exchange(held: Tokens | null, signal?: AbortSignal) {
    const input = held?.refresh ? { refreshToken: held.refresh } : {};
    return (await this.#ask<RefreshAnswer>(REFRESH, { input }, undefined, signal)).refresh.token;
  }

  /** Ends the session at the server: of the tokens, or else of the cookie. */
  async #endThere(held: Tokens | null, revokeAllSessions: boolean): Promise<void> {
    const leave = (token: string) => this.#ask(LOGOUT, { input: { revokeAllSessions } }, token);
    try {
      if (this.#isAlive(held)) return void (await leave(held.access));
    } catch (error) {
      if (endIn(error)) return;
      if (!isAnswer(error)) return void (await leave(held!.access)); // once more
      if (error.code !== 'AUTH_TOKEN_EXPIRED') throw error;
    }
    try {
      const sid = held?.sid ?? this.#ended?.sid;
      const { accessToken } = await this.#exchange(held);
      if (!sid || sid === claimsOf(accessToken).sid) await leave(accessToken);
    } catch (error) {
      if (!endIn(error)) throw error;
    }
  }

  async #ask<Data>(
    query: string,
    variables: unknown,
    token?: string,
    signal = abortAfter(MAX_ANSWER_TIME),
  ): Promise<Data> {
    const { endpoint, fetch } = this.#setting;
    const url = endpoint();
    const post = asPost(query, variables);
    const headers = withHeaders(post.headers, this.headers(token));
    return dataFrom(url, fetch(url, { ...post, headers, ...this.credentials, signal }));
  }

  headers(token?: string | null): Record<string, string> {
    const headers = this.#setting.headers();
    return token ? { ...headers, Authorization: `Bearer ${token}` } : headers;
  }

  get credentials(): { credentials?: RequestCredentials } {
    return this.#isCookie ? { credentials: 'include' } : {};
  }

  get #isCookie(): boolean {
    return this.#setting.store.kind === 'cookie';
  }

  /** Whether there may be a session that only the browser knows of. */
  get #mayHaveCookie(): boolean {
    return this.#isCookie && this.#state.status === 'loading';
  }

  // --- what is held

  #stored(): Saved | null {
    return this.#setting.store.read(this.#key);
  }

  /** Takes over what is stored. A tab may be suspended whenever it waits, and then has not heard what others did. */
  async #look() {
    await this.#setting.store.load?.();
    this.#adopt();
  }

  /** Keeps what this tab was given. */
  #keep(tokens: Tokens) {
    this.#hold(tokens);
    this.#share(tokens);
  }

  /** Ends what this tab saw end. */
  #end(ended: Ended) {
    this.#release(ended);
    this.#share(ended);
  }

  #share(saved: Saved) {
    this.#setting.store.write(this.#key, saved);
    this.#tabs.tell({ kind: 'saved', saved });
  }

  /** Takes over what another tab did. */
  #adopt(saved = this.#stored()) {
    if (!saved) return;
    const held = this.#held;
    if ('end' in saved) {
      if (held && held.sid === saved.sid) this.#release(saved);
      else if (!held && !this.#ended) this.#ended = saved;
    } else if (saved.sid !== this.#ended?.sid) {
      if (held?.sid !== saved.sid || saved.serial > held.serial) this.#hold(saved);
    }
  }

  #hear(message: Message) {
    if (this.#disposed) return;
    if (message.kind === 'saved') this.#adopt(message.saved);
    else if (this.#held) this.#tabs.tell({ kind: 'saved', saved: this.#held });
  }

  /** Until another tab's tokens come, or so many milliseconds are over. */
  #hearing(patience: number): Promise<void> {
    return Promise.race([new Promise<void>((resolve) => (this.#heard = resolve)), sleep(patience)]);
  }

  #hold(tokens: Tokens) {
    const before = this.#claims;
    this.#failures = 0;
    this.#refusal = null;
    if (this.#ended) this.#ended = { sid: this.#ended.sid, end: this.#ended.end }; // the cookie is another's now
    this.#held = tokens;
    this.#claims = claimsOf(tokens.access);
    this.#heard?.();
    if (this.#pendingLogouts.list().length) this.#later();
    else this.#schedule(dueAt(tokens, this.#setting.ahead) - this.#setting.now());
    if (this.#state.status !== 'signedIn' || who(before) !== who(this.#claims)) this.#show('signedIn');
  }

  #release(ended: Ended) {
    this.#ended = ended;
    this.#held = this.#claims = null;
    clearTimeout(this.#timer);
    this.#show('signedOut', ended.end);
  }

  #show(status: LatchkeyState['status'], end?: SessionEnd) {
    this.#state = Object.freeze(end ? { status, end } : { status });
    for (const listener of [...this.#listeners]) listener(this.#state);
  }

  // --- time

  #isDue(tokens: Tokens): boolean {
    return isDue(tokens, this.#setting.now(), this.#setting.ahead);
  }

  #isAlive(tokens: Tokens | null | undefined): tokens is Tokens {
    return !!tokens && !isDead(tokens, this.#setting.now());
  }

  /** A timer is a hint: a machine that slept is late, so requests and the events below look for themselves. */
  #schedule(delay: number) {
    clearTimeout(this.#timer);
    if (this.#disposed) return;
    this.#timer = setTimeout(this.#check, Math.min(Math.max(delay, 0), LONGEST_TIMER));
    unref(this.#timer);
  }

  #later() {
    const { until = 0 } = this.#refusal ?? {};
    this.#failures += 1;
    this.#schedule(Math.max(until - this.#setting.now(), Math.min(2 ** this.#failures, 60) * 1000));
  }

  readonly #check = () => {
    if (this.#disposed) return;
    // Nobody needs a fresh token on a page that nobody sees.
    if (this.#held && globalThis.document?.visibilityState === 'hidden') return;
    this.#adopt();
    if (this.#ended?.owed) return this.#payDebt();
    void this.#endPending();
    const wanted = this.#held ? this.#isDue(this.#held) : this.#state.status === 'loading';
    if (wanted) this.refresh(this.#held?.access).catch(() => {}); // told by the state, or tried again later
    else if (this.#held) this.#schedule(dueAt(this.#held, this.#setting.ahead) - this.#setting.now());
  };

  #watch(way: typeof addEventListener | undefined) {
    for (const event of ['online', 'pageshow', 'visibilitychange']) {
      way?.call(event === 'visibilitychange' ? globalThis.document : globalThis, event, this.#check);
    }
  }
}

/** Who acts, and for what: what a page shows. */
function who(claims: Claims | null): string {
  return JSON.stringify([claims?.sid, claims?.username, claims?.org, claims?.org_role]);
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
