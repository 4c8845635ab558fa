// The client.

import { deviceHeaders, type DeviceOptions } from './device.js';
import type { ErrorEntry } from './errors.js';
import { isPage } from './environment.js';
import type { LoggedIn } from './operations.js';
import type { CompleteLoginInput, CompletePasskeyLoginInput, LoginInput } from './schema.js';
import { createService } from './service.js';
import { SessionManager } from './session-manager.js';
import { LOADING, type LatchkeyState } from './state.js';
import { browserStorage, type TokenStore } from './stores.js';
import type { Claims } from './tokens.js';
import { graphqlPost, mergeHeaders, readData, readErrors } from './transport.js';

export interface LatchkeyOptions {
  /** The endpoint: `https://auth.example.com/graphql`. A page may also give `/graphql`; on a server, requests then fail. */
  url: string;
  /** Defaults to `browserStorage()`. */
  tokens?: TokenStore;
  device?: DeviceOptions;
  /**
   * Whether the clients of one origin share their session, by BroadcastChannel and Web Locks. Defaults to true in a page, and to
   * false elsewhere, since one process of a server has many visitors. Set it to true in a web worker or the background script of
   * an extension.
   */
  share?: boolean;
  /** The seconds before its expiry at which an access token is replaced. Defaults to 60; at most half of its lifetime. */
  refreshAhead?: number;
  /** For tests. */
  fetch?: typeof fetch;
  /** For tests: returns the time in milliseconds. */
  now?: () => number;
}

/**
 * A document: a string, or an object that becomes one. A document that `@graphql-codegen/client-preset` generates with
 * `documentMode: 'string'` carries the types of its data and variables.
 */
export interface TypedDocumentString<Data, Variables> {
  toString(): string;
  __apiType?: (variables: Variables) => Data;
}

/** The headers and credentials of a request to the service. */
export interface Authorization {
  /** The bearer token, if a user is logged in, and the description of the device. */
  headers: Record<string, string>;
  /** Set in cookie mode. */
  credentials?: RequestCredentials;
  /** The access token, for `shouldRetry`. */
  token: string | null;
}

export interface Latchkey {
  readonly state: LatchkeyState;
  /** For `useSyncExternalStore`: returns a state that is `loading`, which servers and hydration render. */
  getServerSnapshot(): LatchkeyState;
  /** Calls the listener when `state` changes; returns a function that unsubscribes. */
  subscribe(listener: (state: LatchkeyState) => void): () => void;
  /** Resolves when it is known whether a user is logged in. */
  readonly ready: Promise<LatchkeyState>;
  /** The claims of the access token. */
  readonly claims: Claims | null;

  /** Refused with AUTH_SECOND_FACTOR_REQUIRED if the account has a second factor: then ask for it, and call `completeLogin`. */
  login(input: Pick<LoginInput, 'identifier' | 'password' | 'organizationId'>): Promise<LoggedIn>;
  /** Finishes a login with the `challenge` in the `extensions` of AUTH_SECOND_FACTOR_REQUIRED, and one answer. */
  completeLogin(input: Pick<CompleteLoginInput, 'challenge' | 'totpCode' | 'recoveryCode' | 'passkey'>): Promise<LoggedIn>;
  /** Logs in with the answer of a passkey: see `signInWithPasskey` in `latchkey-client/passkeys`, which asks for that. */
  completePasskeyLogin(
    input: Pick<CompletePasskeyLoginInput, 'ceremony' | 'credential' | 'organizationId'>,
  ): Promise<LoggedIn>;
  /**
   * Ends the session at the service, and here even without a network. `everywhere` ends all sessions of the account. If that
   * fails, it throws, and this session goes on, too.
   */
  logout(options?: { everywhere?: boolean }): Promise<void>;
  /** Changes the active organization; null for none. */
  switchOrganization(organizationId: string | null): Promise<void>;
  /** Returns a valid access token for other services; null if no user is logged in. */
  accessToken(): Promise<string | null>;

  /** `fetch`, which adds the access token to requests to the service, and leaves all others as they are. */
  readonly fetch: typeof fetch;
  /** Sends a request to the service; throws a LatchkeyError if the response has errors, or there is no response. */
  request<Data = unknown, Variables = Record<string, unknown>>(
    document: TypedDocumentString<Data, Variables>,
    ...variables: {} extends Variables ? [Variables?] : [Variables]
  ): Promise<Data>;

  /** Ends the timers and channels of the client. */
  dispose(): void;

  /** For adapters: returns the headers for a request. Waits for a refresh if the access token has expired. */
  authorize(): Promise<Authorization>;
  /** For adapters: handles the errors of a request; returns whether to send it again, once, with a new `authorize`. */
  shouldRetry(errors: readonly ErrorEntry[], token: string | null, isRepeated?: boolean): Promise<boolean>;
  /** For adapters: wraps a `fetch`, so that it adds the access token to all requests. */
  wrapFetch(fetch: typeof globalThis.fetch): typeof globalThis.fetch;
}

export function createLatchkey(options: LatchkeyOptions): Latchkey {
  const store = options.tokens ?? browserStorage();
  const plainFetch: typeof fetch = options.fetch ?? ((...request) => globalThis.fetch(...request));
  if (!/^(https?:\/)?\//i.test(options.url)) {
    throw new TypeError(`The url '${options.url}' must begin with https://, http:// or /`);
  }
  const address = absolute(options.url);
  const endpoint = () => {
    if (address) return address;
    throw new TypeError(`The url '${options.url}' is relative: outside a page, give the whole URL`);
  };
  const isCookieMode = store.kind === 'cookie';
  let device: Record<string, string> | undefined; // read after the storage is loaded
  const headers = () =>
    (device ??= {
      ...deviceHeaders(options.device ?? {}, store.storage),
      ...(isCookieMode && { 'X-Token-Delivery': 'cookie' }),
    });
  const { share = isPage(), refreshAhead = 60, now = Date.now } = options;
  const credentials: Pick<Authorization, 'credentials'> = isCookieMode ? { credentials: 'include' } : {};
  const service = createService(endpoint, headers, credentials, plainFetch);
  const manager = new SessionManager({ url: address ?? options.url, service, store, share, refreshAhead, now });

  const authorize = async (): Promise<Authorization> => {
    const token = await manager.token();
    return { headers: service.headers(token), token, ...credentials };
  };

  const wrapFetch =
    (inner: typeof fetch): typeof fetch =>
    async (input, init) => {
      const ownHeaders = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
      if (ownHeaders.has('Authorization')) return inner(input, init); // the app's own token
      const send = async () => {
        const { headers, token, ...credentials } = await authorize();
        const target = input instanceof Request ? input.clone() : input; // a body can be read only once
        const merged = { ...init, headers: mergeHeaders(ownHeaders, headers), ...credentials };
        return { token, response: await inner(target, merged) };
      };
      const isStream = 'getReader' in Object(init?.body); // can be sent only once; React Native has no ReadableStream
      for (let isRepeated = isStream; ; isRepeated = true) {
        const { response, token } = await send();
        const errors = token ? await readErrors(response) : [];
        if (!(await manager.shouldRetry(errors, token, isRepeated))) return response;
      }
    };

  const authorizedFetch = wrapFetch(plainFetch);
  const sessionFetch: typeof fetch = async (input, init) =>
    isFor(endpoint(), input) ? authorizedFetch(input, init) : plainFetch(input, init);
  let ready: Promise<LatchkeyState> | undefined;

  return {
    get state() {
      return manager.state;
    },
    get claims() {
      return manager.claims;
    },
    getServerSnapshot: () => LOADING,
    subscribe: (listener) => manager.subscribe(listener),
    get ready() {
      return (ready ??= whenReady(manager));
    },
    login: (input) => manager.login('login', input),
    completeLogin: (input) => manager.login('completeLogin', input),
    completePasskeyLogin: (input) => manager.login('completePasskeyLogin', input),
    logout: ({ everywhere = false } = {}) => manager.logout(everywhere),
    switchOrganization: (id) => manager.switchOrganization(id),
    accessToken: () => manager.token(true),
    fetch: sessionFetch,
    async request<Data>(document: { toString(): string }, ...variables: unknown[]) {
      const url = endpoint();
      return readData<Data>(url, authorizedFetch(url, graphqlPost(document.toString(), variables[0])));
    },
    dispose: () => manager.dispose(),
    authorize,
    shouldRetry: (errors, token, isRepeated) => manager.shouldRetry(errors, token, isRepeated),
    wrapFetch,
  };
}

/** Returns the absolute URL; null if it is relative and there is no page. */
function absolute(address: string): string | null {
  const page = globalThis.location?.href;
  if (!page) return /^https?:/i.test(address) ? address : null; // unparsed: URL of React Native would change it
  return new URL(address, page).href;
}

/** Compares without the query, which GET requests have. */
function isFor(endpoint: string, input: RequestInfo | URL): boolean {
  const target = absolute(input instanceof Request ? input.url : String(input));
  return target?.split(/[?#]/)[0] === endpoint.split(/[?#]/)[0];
}

function whenReady(manager: SessionManager): Promise<LatchkeyState> {
  return new Promise((resolve) => {
    if (manager.state.status !== 'loading') return resolve(manager.state);
    const stop = manager.subscribe((state) => {
      if (state.status === 'loading') return;
      stop();
      resolve(state);
    });
  });
}
