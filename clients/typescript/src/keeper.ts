// Keeps one session: restores it, refreshes it, shares it with the other tabs, and sees it end.

import { LatchkeyError, type ErrorEntry } from './errors.js';
import { LOGIN, LOGOUT, REFRESH, SWITCH } from './operations.js';
import type { LoggedIn, LoginAnswer, RefreshAnswer, SwitchAnswer } from './operations.js';
import { endIn, isPassing, secondTry } from './patience.js';
import type { ErrorCode, LoginInput } from './schema.js';
import type { TokenStore } from './stores.js';
import { Tabs, type Message } from './tabs.js';
import { claimsOf, dueAt, isDead, isDue, tokensOf } from './tokens.js';
import type { Claims, Ended, Saved, SessionEnd, Tokens } from './tokens.js';
import { asPost, dataOf, withHeaders } from './wire.js';

/** Frozen; another object whenever somebody else is signed in, or acts for something else. */
export interface LatchkeyState {
  readonly status: 'loading' | 'signedOut' | 'signedIn';
  /** Why and when the last session ended. */
  readonly end?: SessionEnd;
}

export interface Setting {
  url: string;
  store: TokenStore;
  headers: Record<string, string>;
  ahead: number;
  fetch: typeof fetch;
  now: () => number;
}

// How often, for so many milliseconds each, a tab that opens listens for another to say what it holds. More than once,
// since a page that was held up meets the end of its patience before what it has missed meanwhile.
const LISTEN_AT_START = 3;
const LISTEN_FOR = 50;
const HEAR_AFTER_WAIT = 500; // in which the tab that was waited for says what it got
const LONGEST_ANSWER = 20_000;
const LONGEST_TIMER = 2 ** 31 - 1;

export class Keeper {
  readonly #setting: Setting;
  readonly #key: string;
  readonly #tabs: Tabs;
  readonly #listeners = new Set<(state: LatchkeyState) => void>();
  readonly #started: Promise<void>;
  #state: LatchkeyState = Object.freeze({ status: 'loading' });
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
    this.#tabs = new Tabs(this.#key, (message) => this.#hear(message));
    this.#adopt(this.#stored());
    this.#started = this.#start();
    this.#watch(globalThis.addEventListener);
  }

  get state(): LatchkeyState {
    return this.#state;
  }

  get claims(): Claims | null {
    return this.#claims;
  }

  subscribe(listener: (state: LatchkeyState) => void): () => void {
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
   * The access token to send along; null if nobody is signed in. One that has time left is sent while the next
   * is fetched, unless it has to be `fresh`.
   */
  async token(fresh = false): Promise<string | null> {
    await this.#started;
    if (this.#state.status === 'loading') await this.refresh();
    this.#adopt(this.#stored()); // a page that was asleep has heard nothing
    const held = this.#held;
    if (!held || !this.#isDue(held)) return held?.access ?? null;
    const next = this.refresh(held.access);
    if (isDead(held, this.#setting.now())) return (await next)?.access ?? null;
    const orThis = next.catch((error) => {
      if (isPassing(error)) return held;
      throw error;
    });
    if (fresh) return (await orThis)?.access ?? null;
    orThis.catch(() => {}); // the next request meets it
    return held.access;
  }

  /** What errors say about the token that was sent: whether the request is worth repeating with another. */
  async judge(errors: readonly ErrorEntry[], token: string | null, isRepeated = false): Promise<boolean> {
    if (!token) return false;
    for (const error of errors) {
      const code = error.extensions?.code;
      if (code === 'AUTH_SESSION_ENDED') {
        const { sid } = claimsOf(token);
        const end = endIn(new LatchkeyError(error));
        if (end && sid === this.#held?.sid) this.#end({ sid, end });
        return false;
      }
      if (code === 'AUTH_UNAUTHENTICATED') {
        // It knew this token once. A key may have been replaced: then another one does, unless that is unknown, too.
        if (isRepeated) this.#unknown = token;
        else if (token !== this.#unknown) return (await this.refresh(token)) !== null;
      }
      if (isUseless(code)) return !isRepeated && (await this.refresh(token)) !== null;
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
    return this.#tabs.exclusive(async () => {
      const askedAt = this.#setting.now();
      const { login } = await this.#ask<LoginAnswer>(LOGIN, { input });
      const { token, user, session } = login;
      this.#keep(tokensOf(token, askedAt, null));
      return { user, session };
    });
  }

  async logout(everywhere: boolean): Promise<void> {
    await this.#started;
    this.#adopt(this.#stored());
    if (everywhere && this.#state.status === 'loading') await this.refresh();
    const held = this.#held;
    if (!held && !this.#mayHaveCookie) return;
    // A login waits for it, whose cookie a late answer would take away.
    const endThere = () => this.#tabs.exclusive(() => this.#endThere(held, everywhere));
    if (everywhere) await endThere();
    if (held?.sid !== this.#held?.sid) return;
    const endedAt = new Date(this.#setting.now()).toISOString();
    const end: SessionEnd = { reason: everywhere ? 'LOGOUT_ALL' : 'LOGOUT', endedAt };
    this.#end({ sid: held?.sid ?? '', end, owed: this.#isCookie && !everywhere });
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
    await this.#started;
    await this.#tabs.exclusive(async () => {
      this.#adopt(this.#stored());
      const ask = async () => {
        const askedAt = this.#setting.now();
        const held = this.#held;
        const answer = await this.#ask<SwitchAnswer>(SWITCH, { input: { organizationId } }, held?.access);
        if (held && held.sid === this.#held?.sid) this.#keep(tokensOf(answer.switchOrganization, askedAt, held));
      };
      if (!this.#held || isDead(this.#held, this.#setting.now())) await this.#rotate();
      const token = this.#held?.access ?? null;
      await ask().catch(async (error) => {
        if (!(error instanceof LatchkeyError)) throw error;
        if (!isUseless(error.code)) {
          await this.judge([error], token);
          throw error;
        }
        await this.#rotate();
        return ask();
      });
    });
  }

  // --- starting

  async #start(): Promise<void> {
    const { kind } = this.#setting.store;
    if (this.#held) {
      this.#check();
    } else if (kind === 'browser') {
      this.#show('signedOut');
    } else {
      this.#tabs.tell({ kind: 'who' });
      for (let turns = LISTEN_AT_START; turns && !this.#held; turns -= 1) await this.#hearing(LISTEN_FOR);
      if (this.#held) this.#check();
      else if (kind === 'memory') this.#show('signedOut');
      else if (this.#ended?.owed) this.#payDebt();
      else this.#check(); // whether there is a cookie, only the server can see
    }
  }

  /** Logs out whom the network kept from it, before the cookie signs in again. */
  #payDebt() {
    if (this.#state.status === 'loading') this.#show('signedOut');
    const pay = async () => {
      const stored = this.#stored();
      if (!stored || !('end' in stored) || !stored.owed) return; // another tab did, or somebody logged in
      await this.#endThere(null, false);
      this.#settle();
    };
    this.#tabs.exclusive(pay).catch(() => this.#later());
  }

  #settle() {
    if (!this.#ended?.owed) return;
    const { sid, end } = this.#ended;
    this.#ended = { sid, end };
    this.#setting.store.write(this.#key, this.#ended);
  }

  // --- refreshing

  async #refreshAlone(useless: string | undefined, waited: boolean): Promise<Tokens | null> {
    this.#adopt(this.#stored());
    const will = () => this.#held !== null && this.#held.access !== useless && !this.#isDue(this.#held);
    if (waited && !will()) await this.#hearing(HEAR_AFTER_WAIT);
    return will() ? this.#held : this.#rotate();
  }

  async #rotate(): Promise<Tokens | null> {
    const { now } = this.#setting;
    const held = this.#held;
    if (!held && !this.#mayHaveCookie) return null;
    if (this.#refusal && now() < this.#refusal.until) throw this.#refusal.error;
    for (let tries = 1; ; tries += 1) {
      const askedAt = now();
      try {
        const token = await this.#exchange(held);
        this.#adopt(this.#stored());
        // Somebody may have logged out or in meanwhile.
        const isWanted = held ? held.sid === this.#held?.sid : this.#mayHaveCookie;
        if (isWanted) this.#keep(tokensOf(token, askedAt, held));
        return this.#held;
      } catch (error) {
        const wait = secondTry(error, tries);
        if (wait === null || this.#disposed) return this.#giveUp(error, held);
        await sleep(wait);
      }
    }
  }

  #giveUp(error: unknown, held: Tokens | null): null {
    const end = endIn(error);
    if (held?.sid !== this.#held?.sid) throw error; // somebody logged out meanwhile
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

  async #exchange(held: Tokens | null) {
    const input = held?.refresh ? { refreshToken: held.refresh } : {};
    return (await this.#ask<RefreshAnswer>(REFRESH, { input })).refresh.token;
  }

  /** Ends the session at the server: of the tokens, or else of the cookie. */
  async #endThere(held: Tokens | null, revokeAllSessions: boolean): Promise<void> {
    const leave = (token: string) => this.#ask(LOGOUT, { input: { revokeAllSessions } }, token);
    try {
      if (held && !isDead(held, this.#setting.now())) return void (await leave(held.access));
    } catch (error) {
      if (endIn(error)) return;
      if (!(error instanceof LatchkeyError)) return void (await leave(held!.access)); // once more
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

  #ask<Data>(query: string, variables: unknown, token?: string): Promise<Data> {
    const { url, fetch } = this.#setting;
    const post = asPost(query, variables);
    const headers = withHeaders(post.headers, this.headers(token ?? null));
    const signal = AbortSignal.timeout(LONGEST_ANSWER);
    return fetch(url, { ...post, headers, ...this.credentials, signal }).then(dataOf<Data>);
  }

  headers(token: string | null): Record<string, string> {
    const { headers } = this.#setting;
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
  #adopt(saved: Saved | null) {
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
    this.#schedule(dueAt(tokens, this.#setting.ahead) - this.#setting.now());
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

  /** A timer is a hint: a machine that slept is late, so requests and the events below look for themselves. */
  #schedule(delay: number) {
    clearTimeout(this.#timer);
    if (this.#disposed) return;
    this.#timer = setTimeout(this.#check, Math.min(Math.max(delay, 0), LONGEST_TIMER));
    (this.#timer as { unref?: () => void }).unref?.(); // or Node.js would wait for it
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
    this.#adopt(this.#stored());
    if (this.#ended?.owed) return this.#payDebt();
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

function isUseless(code: ErrorCode | undefined): boolean {
  return code === 'AUTH_TOKEN_EXPIRED' || code === 'AUTH_TOKEN_STALE';
}

/** Who acts, and for what: what a page shows. */
function who(claims: Claims | null): string {
  return JSON.stringify([claims?.sid, claims?.username, claims?.org, claims?.org_role]);
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
