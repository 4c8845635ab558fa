// What an app sees.

import { deviceHeaders, type DeviceOptions } from './device.js';
import type { ErrorEntry } from './errors.js';
import { Keeper, LOADING, type LatchkeyState } from './keeper.js';
import type { LoggedIn } from './operations.js';
import { isPage } from './page.js';
import type { LoginInput } from './schema.js';
import { browserStorage, type TokenStore } from './stores.js';
import type { Claims } from './tokens.js';
import { asPost, dataFrom, errorsOf, withHeaders } from './wire.js';

export interface LatchkeyOptions {
  /** The endpoint: `https://auth.example.com/graphql`. In a page also `/graphql`; on a server, requests then fail. */
  url: string;
  /** `browserStorage()` unless given. */
  tokens?: TokenStore;
  device?: DeviceOptions;
  /**
   * Whether the clients of one origin share their session, by BroadcastChannel and Web Locks. In a page they do unless this
   * is false; elsewhere they do only if it is true, since one process of a server has many visitors. Set it in a web worker
   * or the background script of an extension.
   */
  share?: boolean;
  /** How many seconds before its time an access token is replaced: 60, and never more than half of its life. */
  refreshAhead?: number;
  /** For tests. */
  fetch?: typeof fetch;
  /** For tests: the time in milliseconds. */
  now?: () => number;
}

/**
 * A document: a string, or whatever becomes one, with the types of its data and variables if it is of those
 * that `@graphql-codegen/client-preset` makes with `documentMode: 'string'`.
 */
export interface TypedDocumentString<Data, Variables> {
  toString(): string;
  __apiType?: (variables: Variables) => Data;
}

/** What a request to the service is sent with. */
export interface Authorization {
  /** The bearer token, if somebody is logged in, and the headers about the device. */
  headers: Record<string, string>;
  /** In cookie mode. */
  credentials?: RequestCredentials;
  /** To give to `judge`. */
  token: string | null;
}

export interface Latchkey {
  readonly state: LatchkeyState;
  /** For `useSyncExternalStore`: a state that is `loading`, which servers and hydration render. */
  getServerSnapshot(): LatchkeyState;
  /** Calls the listener whenever `state` becomes another; returns what ends that. */
  subscribe(listener: (state: LatchkeyState) => void): () => void;
  /** Once it is known whether somebody is logged in. */
  readonly ready: Promise<LatchkeyState>;
  /** What the access token says. */
  readonly claims: Claims | null;

  login(input: Pick<LoginInput, 'identifier' | 'password' | 'organizationId'>): Promise<LoggedIn>;
  /**
   * Ends the session at the server, and here even if there is no network. `everywhere` ends all sessions of the
   * account, or throws: then this one goes on, too.
   */
  logout(options?: { everywhere?: boolean }): Promise<void>;
  /** Acts for another organization, or for none. */
  switchOrganization(organizationId: string | null): Promise<void>;
  /** For other services, with time left; null if nobody is logged in. */
  accessToken(): Promise<string | null>;

  /** `fetch` with the access token where it asks the service; to other addresses it is plain `fetch`. */
  readonly fetch: typeof fetch;
  /** Asks the service, and throws a LatchkeyError if it answers with errors, or not at all. */
  request<Data = unknown, Variables = Record<string, unknown>>(
    document: TypedDocumentString<Data, Variables>,
    ...variables: {} extends Variables ? [Variables?] : [Variables]
  ): Promise<Data>;

  dispose(): void;

  /** For adapters: what to send a request with. Waits for a refresh if the access token is past its time. */
  authorize(): Promise<Authorization>;
  /** For adapters: whether a request that met these errors is worth repeating, once, with a new `authorize`. */
  judge(errors: readonly ErrorEntry[], token: string | null, isRepeated?: boolean): Promise<boolean>;
  /** For adapters: `fetch` above, in front of another one, and for all addresses. */
  around(fetch: typeof globalThis.fetch): typeof globalThis.fetch;
}

export function createLatchkey(options: LatchkeyOptions): Latchkey {
  const store = options.tokens ?? browserStorage();
  const plainFetch: typeof fetch = options.fetch ?? ((...request) => globalThis.fetch(...request));
  if (!/^(https?:\/)?\//i.test(options.url)) {
    throw new TypeError(
      `'${options.url}' is no URL of the service: write it whole, such as http://127.0.0.1:8000/graphql, or in a page as /graphql`,
    );
  }
  const address = absolute(options.url);
  const endpoint = () => {
    if (address) return address;
    throw new TypeError(`'${options.url}' is relative to a page, and there is none: set the whole address`);
  };
  let device: Record<string, string> | undefined; // not before the storage is loaded
  const headers = () =>
    (device ??= {
      ...deviceHeaders(options.device ?? {}, store.storage),
      ...(store.kind === 'cookie' && { 'X-Token-Delivery': 'cookie' }),
    });
  const { share = isPage(), refreshAhead: ahead = 60, now = Date.now } = options;
  const url = address ?? options.url;
  const keeper = new Keeper({ url, endpoint, store, headers, share, ahead, fetch: plainFetch, now });

  const authorize = async (): Promise<Authorization> => {
    const token = await keeper.token();
    return { headers: keeper.headers(token), token, ...keeper.credentials };
  };

  const around =
    (inner: typeof fetch): typeof fetch =>
    async (input, init) => {
      const given = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
      if (given.has('Authorization')) return inner(input, init); // the app knows better
      const send = async () => {
        const { headers, token, ...credentials } = await authorize();
        const all = withHeaders(given, headers);
        const again = input instanceof Request ? input.clone() : input; // a body is read once
        return { token, response: await inner(again, { ...init, headers: all, ...credentials }) };
      };
      const isOnce = 'getReader' in Object(init?.body); // a stream; React Native has no ReadableStream
      for (let isRepeated = isOnce; ; isRepeated = true) {
        const { response, token } = await send();
        const errors = token ? await errorsOf(response) : [];
        if (!(await keeper.judge(errors, token, isRepeated))) return response;
      }
    };

  const signedIn = around(plainFetch);
  const sessionFetch: typeof fetch = async (input, init) =>
    isFor(endpoint(), input) ? signedIn(input, init) : plainFetch(input, init);
  let ready: Promise<LatchkeyState> | undefined;

  return {
    get state() {
      return keeper.state;
    },
    get claims() {
      return keeper.claims;
    },
    getServerSnapshot: () => LOADING,
    subscribe: (listener) => keeper.subscribe(listener),
    get ready() {
      return (ready ??= settled(keeper));
    },
    login: (input) => keeper.login(input),
    logout: ({ everywhere = false } = {}) => keeper.logout(everywhere),
    switchOrganization: (id) => keeper.switchOrganization(id),
    accessToken: () => keeper.token(true),
    fetch: sessionFetch,
    async request<Data>(document: { toString(): string }, ...variables: unknown[]) {
      const url = endpoint();
      return dataFrom<Data>(url, signedIn(url, asPost(document.toString(), variables[0])));
    },
    dispose: () => keeper.dispose(),
    authorize,
    judge: (errors, token, isRepeated) => keeper.judge(errors, token, isRepeated),
    around,
  };
}

/** The whole address; null if it is relative and there is no page. */
function absolute(address: string): string | null {
  const page = globalThis.location?.href;
  if (!page) return /^https?:/i.test(address) ? address : null; // as it stands: URL of React Native would change it
  return new URL(address, page).href;
}

/** GET requests carry a query. */
function isFor(endpoint: string, input: RequestInfo | URL): boolean {
  const asked = absolute(input instanceof Request ? input.url : String(input));
  return asked?.split(/[?#]/)[0] === endpoint.split(/[?#]/)[0];
}

function settled(keeper: Keeper): Promise<LatchkeyState> {
  return new Promise((resolve) => {
    if (keeper.state.status !== 'loading') return resolve(keeper.state);
    const stop = keeper.subscribe((state) => {
      if (state.status === 'loading') return;
      stop();
      resolve(state);
    });
  });
}
