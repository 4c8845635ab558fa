// Manages one session: restores it, refreshes it, and ends it.

import { isResponse, isTemporary, retryDelay, sessionEndOf } from './backoff.js';
import { abortAfter, sleep, unref } from './environment.js';
import { LatchkeyError, type ErrorEntry } from './errors.js';
import { createLock, type Exclusive } from './lock.js';
import { loginBy, LOGOUT, SWITCH_ORGANIZATION } from './operations.js';
import type { LoggedIn, LoginData, LoginInputs, SwitchOrganizationData } from './operations.js';
import { createPendingLogouts, type PendingLogouts } from './pending-logouts.js';
import { REQUEST_TIMEOUT, type Service } from './service.js';
import { SharedSession } from './shared-session.js';
import type { LatchkeyState } from './state.js';
import type { TokenStore } from './stores.js';
import { claimsOf, dueAt, isDue, isExpired, tokensOf } from './tokens.js';
import type { Claims, SessionEnd, Tokens } from './tokens.js';

export interface SessionManagerOptions {
  url: string;
  service: Service;
  store: TokenStore;
  share: boolean;
  refreshAhead: number;
  now: () => number;
}

// A tab that opens asks the other tabs for their tokens, and waits for an answer several times: in a page that was busy, a timer
// fires before messages that came earlier are handled.
const STARTUP_WAITS = 3;
const TAB_ANSWER_TIMEOUT = 50; // milliseconds
// The milliseconds in which the tab that had the lock sends its new tokens to the others.
const LOCK_HANDOVER_TIMEOUT = 500;
const MAX_TIMER_DELAY = 2 ** 31 - 1;

export class SessionManager {
  readonly #options: SessionManagerOptions;
  readonly #service: Service;
  readonly #session: SharedSession;
  readonly #exclusive: Exclusive;
  readonly #pendingLogouts: PendingLogouts;
  #starting: Promise<void> | undefined;
  #refreshing: Promise<Tokens | null> | null = null;
  #unknownToken: string | null = null;
  #refusal: { error: LatchkeyError; until: number } | null = null;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isDisposed = false;

  constructor(options: SessionManagerOptions) {
    const { service, store, url, share } = options;
    const key = `latchkey:${store.kind}:${url}`;
    this.#options = options;
    this.#service = service;
    this.#session = new SharedSession(store, key, share, () => this.#onChange());
    this.#exclusive = createLock(key, share, this.#isCookieMode);
    this.#pendingLogouts = createPendingLogouts(store, key);
    this.#session.apply();
    // A cookie needs a request, so it waits until the app asks for the state. A module that loads on a server makes no request.
    if (!this.#isCookieMode) void this.#started;
    this.#updateWakeListeners(globalThis.addEventListener);
  }

  get state(): LatchkeyState {
    return this.#session.state;
  }

  get claims(): Claims | null {
    return this.#session.claims;
  }

  subscribe(listener: (state: LatchkeyState) => void): () => void {
    void this.#started;
    return this.#session.subscribe(listener);
  }

  dispose() {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
    this.#updateWakeListeners(globalThis.removeEventListener);
    this.#session.close();
  }

  // --- access tokens

  /**
   * Returns the access token to send; null if no user is logged in. A token that is due but still valid is returned while the
   * next one is fetched, unless it has to be `fresh`.
   */
  async token(fresh = false): Promise<string | null> {
    await this.#started;
    if (this.state.status === 'loading') await this.refresh();
    this.#session.apply(); // a page that was suspended has missed messages
    const { tokens } = this.#session;
    if (!tokens || !this.#isDue(tokens)) return tokens?.access ?? null;
    const next = this.refresh(tokens.access);
    if (!this.#isAlive(tokens)) return (await next)?.access ?? null;
    const nextOrCurrent = next.catch((error) => {
      if (isTemporary(error)) return tokens;
      throw error;
    });
    if (fresh) return (await nextOrCurrent)?.access ?? null;
    nextOrCurrent.catch(() => {}); // the next request gets this error
    return tokens.access;
  }

  /**
   * Handles the errors of a request that was sent with this token: records that the session has ended, or refreshes the tokens.
   * Returns whether to send the request again.
   */
  async shouldRetry(errors: readonly ErrorEntry[], token: string | null | undefined, isRepeated = false): Promise<boolean> {
    if (!token) return false;
    for (const error of errors) {
      const code = error.extensions?.code;
      if (code === 'AUTH_SESSION_ENDED') {
        const { sid, sub } = claimsOf(token);
        this.#session.apply();
        if (sid !== this.#session.tokens?.sid) return !isRepeated && sub === this.claims?.sub; // replaced by a login
        const end = sessionEndOf(new LatchkeyError(error));
        if (end) this.#session.save({ sid, end });
        return false;
      }
      // The service does not know a token whose signing key was replaced. If it does not know the next token either, another
      // refresh would not help.
      const isUnknown = code === 'AUTH_UNAUTHENTICATED';
      if (isUnknown && isRepeated) this.#unknownToken = token;
      if ((isUnknown && token !== this.#unknownToken) || code === 'AUTH_TOKEN_EXPIRED' || code === 'AUTH_TOKEN_STALE') {
        return !isRepeated && (await this.refresh(token)) !== null;
      }
    }
    return false;
  }

  /** Returns tokens other than the `rejected` one. Concurrent callers, in all tabs, share one refresh. */
  async refresh(rejected?: string): Promise<Tokens | null> {
    if (this.#refreshing) {
      const tokens = await this.#refreshing;
      // It may have begun for an older token, and returned the one that was rejected since.
      return tokens && tokens.access === rejected ? this.refresh(rejected) : tokens;
    }
    this.#refreshing = this.#exclusive((waited) => this.#refreshLocked(rejected, waited))
      .finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  // --- login, logout and the active organization

  /** Logs a user in by one of the fields that create a session. A refusal leaves the present session as it is. */
  async login<Field extends keyof LoginInputs>(field: Field, input: LoginInputs[Field]): Promise<LoggedIn> {
    await this.#started;
    const loggedIn = await this.#exclusive(async () => {
      await this.#session.reload();
      if (this.#isCookieMode) await this.#retireCookie();
      const askedAt = this.#options.now();
      const data = await this.#service.request<LoginData>(loginBy(field), { input });
      const { token, user, session } = data[field];
      await this.#session.reload();
      if (this.#session.tokens) this.#pendingLogouts.add(this.#session.tokens);
      this.#session.save(tokensOf(token, askedAt, null));
      return { user, session };
    });
    await this.#flushPendingLogouts();
    return loggedIn;
  }

  /** Uses the cookie before a login replaces it: completes a pending logout, or gets the access token that can end its session. */
  async #retireCookie() {
    try {
      if (this.#session.ended?.logoutPending) await this.#sendPendingLogout();
      else if (!this.#isAlive(this.#session.tokens)) await this.#rotate();
    } catch {
      // The login reports whether the service can be reached.
    }
  }

  /** Ends the sessions that logins replaced: as the same user, or else with their own tokens. Tries again later if that fails. */
  async #flushPendingLogouts() {
    for (const { sid, sub, tokens } of this.#pendingLogouts.list()) {
      const current = this.#session.tokens;
      try {
        if (sub === this.claims?.sub && this.#isAlive(current)) {
          await this.#service.request(LOGOUT, { input: { sessionId: sid } }, current.access);
        } else if (tokens && (tokens.refresh || this.#isAlive(tokens))) {
          await this.#endAtService(tokens, false);
        } else {
          continue; // waits for a refresh, or for the user to log in here
        }
        this.#pendingLogouts.remove(sid);
      } catch (error) {
        if (error instanceof LatchkeyError && error.code === 'SESSION_NOT_FOUND') this.#pendingLogouts.remove(sid);
        else this.#retryLater();
      }
    }
  }

  async logout(everywhere: boolean): Promise<void> {
    await this.#started;
    await this.#session.reload();
    if (everywhere && this.state.status === 'loading') await this.refresh();
    const { tokens } = this.#session;
    if (!tokens && !this.#mayHaveCookie) return;
    // Takes the lock, so that a login waits: a late answer to this logout would remove the cookie of that login.
    const endAtService = () =>
      this.#exclusive(async () => {
        await this.#session.reload();
        const latest = this.#session.tokens;
        return this.#endAtService(tokens?.sid === latest?.sid ? latest : tokens, everywhere);
      });
    if (everywhere) await endAtService();
    if (tokens?.sid !== this.#session.tokens?.sid) return;
    const endedAt = new Date(this.#options.now()).toISOString();
    const end: SessionEnd = { reason: everywhere ? 'LOGOUT_ALL' : 'LOGOUT', endedAt };
    const logoutPending = this.#isCookieMode && !everywhere;
    if (tokens && logoutPending) this.#pendingLogouts.add(tokens); // a login may come first
    this.#session.save({ sid: tokens?.sid ?? '', end, logoutPending });
    if (everywhere) return;
    try {
      await endAtService();
      this.#clearPendingLogout();
    } catch {
      // In cookie mode the logout is sent again later. Elsewhere, the session ends when it is not refreshed for its lifetime.
      this.#retryLater();
    }
  }

  async switchOrganization(organizationId: string | null): Promise<void> {
    for (let isRepeated = false; ; isRepeated = true) {
      await this.token();
      let token: string | undefined;
      const change = async () => {
        await this.#session.reload();
        const { tokens } = this.#session;
        token = tokens?.access;
        const askedAt = this.#options.now();
        const input = { organizationId };
        const data = await this.#service.request<SwitchOrganizationData>(SWITCH_ORGANIZATION, { input }, token);
        await this.#session.reload();
        const latest = this.#session.tokens;
        if (tokens && tokens.sid === latest?.sid) {
          this.#session.save(tokensOf(data.switchOrganization, askedAt, latest));
        }
      };
      try {
        return await this.#exclusive(change);
      } catch (error) {
        // After the lock is released, because a refresh takes it, too.
        if (!(await this.shouldRetry([error as ErrorEntry], token, isRepeated))) throw error;
      }
    }
  }

  // --- starting

  get #started(): Promise<void> {
    return (this.#starting ??= this.#start());
  }

  async #start(): Promise<void> {
    const { kind, load } = this.#options.store;
    const session = this.#session;
    if (load) {
      await load();
      session.apply(); // not `reload`: the code that waits for the state would run before the rest of this function
    }
    if (!session.tokens && kind !== 'browser') {
      let waits = session.askTabs() ? STARTUP_WAITS : 0;
      for (; waits && !session.tokens; waits -= 1) await session.waitForTokens(TAB_ANSWER_TIMEOUT);
    }
    if (!session.tokens && !this.#isCookieMode) session.setState('signedOut');
    this.#check(); // only the service can see whether there is a cookie
  }

  /** Sends the logout that the network prevented, before the cookie logs the user in again. */
  #flushLogout() {
    if (this.state.status === 'loading') this.#session.setState('signedOut');
    const flush = async () => {
      const stored = this.#session.stored();
      if (!stored || !('end' in stored) || !stored.logoutPending) return; // another tab sent it, or a user logged in
      await this.#sendPendingLogout();
    };
    this.#exclusive(flush).catch(() => this.#retryLater());
  }

  async #sendPendingLogout() {
    await this.#endAtService(null, false);
    this.#clearPendingLogout();
  }

  #clearPendingLogout() {
    const { ended } = this.#session;
    if (!ended?.logoutPending) return;
    this.#pendingLogouts.remove(ended.sid);
    this.#session.completeLogout(ended);
  }

  // --- refreshing

  async #refreshLocked(rejected: string | undefined, waited: boolean): Promise<Tokens | null> {
    const isRefreshed = async () => {
      await this.#session.reload();
      const { tokens } = this.#session;
      return tokens !== null && tokens.access !== rejected && !this.#isDue(tokens);
    };
    if (waited && !(await isRefreshed())) await this.#session.waitForTokens(LOCK_HANDOVER_TIMEOUT);
    return (await isRefreshed()) ? this.#session.tokens : this.#rotate();
  }

  async #rotate(): Promise<Tokens | null> {
    const { now } = this.#options;
    const session = this.#session;
    const { tokens } = session;
    if (!tokens && !this.#mayHaveCookie) return null;
    if (this.#refusal && now() < this.#refusal.until) throw this.#refusal.error;
    const signal = abortAfter(REQUEST_TIMEOUT);
    for (let tries = 1; ; tries += 1) {
      const askedAt = now();
      try {
        const token = await this.#service.refresh(tokens, signal);
        await session.reload();
        // A user may have logged out or in meanwhile.
        const isCurrent = tokens ? tokens.sid === session.tokens?.sid : this.#mayHaveCookie;
        const next = tokensOf(token, askedAt, tokens);
        // A tab that was suspended meanwhile may have received older tokens than the other tabs.
        if (isCurrent && next.serial >= (session.tokens?.serial ?? 0)) session.save(next);
        return session.tokens;
      } catch (error) {
        const delay = retryDelay(error, tries);
        if (delay === null || this.#isDisposed) return this.#failRefresh(error, tokens);
        await sleep(delay);
        await session.waitForTokens(TAB_ANSWER_TIMEOUT);
        await session.reload();
        if (session.tokens !== tokens) return session.tokens; // another tab went on without the lock
        if (signal.aborted) return this.#failRefresh(error, tokens);
      }
    }
  }

  #failRefresh(error: unknown, tokens: Tokens | null): null {
    const end = sessionEndOf(error);
    this.#session.apply();
    if (tokens?.sid !== this.#session.tokens?.sid) throw error; // a user logged out or in meanwhile
    if (end && tokens) {
      this.#session.save({ sid: tokens.sid, end });
    } else if (end) {
      this.#handleDeadCookie(end);
      return null;
    } else if (tokens || isTemporary(error)) {
      if (error instanceof LatchkeyError && error.retryAfter) {
        this.#refusal = { error, until: this.#options.now() + error.retryAfter * 1000 };
      }
      this.#retryLater();
    } else {
      this.#session.setState('signedOut'); // the page may not use cookies: `login` will report why
    }
    throw error;
  }

  /** Signs out after a refresh without a live cookie. The end of a session is reported once, not at each start. */
  #handleDeadCookie(end: SessionEnd) {
    const isReported = this.#session.ended?.end.endedAt === end.endedAt;
    if (isReported || end.reason === 'UNKNOWN') this.#session.setState('signedOut');
    else this.#session.save({ sid: '', end });
  }

  /** Ends the session of the tokens at the service; without tokens, the session of the cookie. */
  async #endAtService(tokens: Tokens | null, revokeAllSessions: boolean): Promise<void> {
    const logout = (token: string) => this.#service.request(LOGOUT, { input: { revokeAllSessions } }, token);
    try {
      if (this.#isAlive(tokens)) return void (await logout(tokens.access));
    } catch (error) {
      if (sessionEndOf(error)) return;
      if (!isResponse(error)) return void (await logout(tokens!.access)); // once more
      if (error.code !== 'AUTH_TOKEN_EXPIRED') throw error;
    }
    try {
      const sid = tokens?.sid ?? this.#session.ended?.sid;
      const { accessToken } = await this.#service.refresh(tokens);
      if (!sid || sid === claimsOf(accessToken).sid) await logout(accessToken);
    } catch (error) {
      if (!sessionEndOf(error)) throw error;
    }
  }

  get #isCookieMode(): boolean {
    return this.#options.store.kind === 'cookie';
  }

  /** Whether there may be a session in a cookie that was not used yet. */
  get #mayHaveCookie(): boolean {
    return this.#isCookieMode && this.state.status === 'loading';
  }

  // --- time

  #isDue(tokens: Tokens): boolean {
    return isDue(tokens, this.#options.now(), this.#options.refreshAhead);
  }

  #isAlive(tokens: Tokens | null | undefined): tokens is Tokens {
    return !!tokens && !isExpired(tokens, this.#options.now());
  }

  #onChange() {
    const { tokens } = this.#session;
    if (!tokens) return clearTimeout(this.#timer);
    this.#failures = 0;
    this.#refusal = null;
    if (this.#pendingLogouts.list().length) this.#retryLater();
    else this.#scheduleRefresh(tokens);
  }

  #scheduleRefresh(tokens: Tokens) {
    this.#schedule(dueAt(tokens, this.#options.refreshAhead) - this.#options.now());
  }

  /** Sets the timer. It may fire late on a machine that slept, so requests and the events below check the time, too. */
  #schedule(delay: number) {
    clearTimeout(this.#timer);
    if (this.#isDisposed) return;
    this.#timer = setTimeout(this.#check, Math.min(Math.max(delay, 0), MAX_TIMER_DELAY));
    unref(this.#timer);
  }

  #retryLater() {
    const { until = 0 } = this.#refusal ?? {};
    this.#failures += 1;
    this.#schedule(Math.max(until - this.#options.now(), Math.min(2 ** this.#failures, 60) * 1000));
  }

  readonly #check = () => {
    if (this.#isDisposed) return;
    const session = this.#session;
    // A hidden page needs no fresh token.
    if (session.tokens && globalThis.document?.visibilityState === 'hidden') return;
    session.apply();
    if (session.ended?.logoutPending) return this.#flushLogout();
    void this.#flushPendingLogouts();
    const { tokens, state } = session;
    const needsRefresh = tokens ? this.#isDue(tokens) : state.status === 'loading';
    if (needsRefresh) this.refresh(tokens?.access).catch(() => {}); // shown by the state, or tried again later
    else if (tokens) this.#scheduleRefresh(tokens);
  };

  #updateWakeListeners(update: typeof addEventListener | undefined) {
    for (const event of ['online', 'pageshow', 'visibilitychange']) {
      update?.call(event === 'visibilitychange' ? globalThis.document : globalThis, event, this.#check);
    }
  }
}
