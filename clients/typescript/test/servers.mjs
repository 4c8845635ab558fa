// A Node.js server with several visitors, each with their own client.

import assert from 'node:assert/strict';
import { browserStorage, cookieMode, createLatchkey, memoryStorage } from 'latchkey-client';
import { build } from 'esbuild';
import { createElement, useSyncExternalStore } from 'react';
import { renderToString } from 'react-dom/server';
import { until } from '../../../tests/async.mjs';
import { CookieJar } from './browser.mjs';
import { packageIn } from './context.mjs';
import { programs, SERVERS } from './programs.mjs';
import { ME, PASSWORD } from './stage.mjs';

// Each call returns the options of one visitor.
const modes = {
  'no mode given': () => ({ tokens: undefined }),
  browserStorage: () => ({ tokens: browserStorage() }),
  memoryStorage: () => ({ tokens: memoryStorage() }),
  cookieMode: () => ({ tokens: cookieMode(), fetch: new CookieJar().fetch }),
};

const isSignedIn = (client) => client.state.status === 'signedIn';
const credentials = ({ username }) => ({ identifier: username, password: PASSWORD });

const cookieOf = (line, name) => (line.startsWith(`${name}=`) ? { value: line.slice(name.length + 1) } : undefined);

// Replaces the frameworks in the bundles.
const frameworks = {
  name: 'frameworks',
  setup(setUp) {
    const parts = {
      'next/headers': 'export const cookies = async () => globalThis.requestOfNext;',
      'react-router': 'export const useLoaderData = () => globalThis.loadedByRemix;',
    };
    setUp.onResolve({ filter: /^(next\/headers|react-router)$/ }, ({ path }) => ({ path, namespace: 'framework' }));
    setUp.onLoad({ filter: /.*/, namespace: 'framework' }, ({ path }) => ({ contents: parts[path] }));
  },
};

async function importProgram(path) {
  const outfile = `${path}.mjs`;
  await build({
    entryPoints: [path],
    bundle: true,
    format: 'esm',
    jsx: 'automatic',
    external: ['react', 'react/jsx-runtime', '@urql/core', 'latchkey-client'],
    plugins: [frameworks],
    outfile,
    logLevel: 'error',
  });
  return import(outfile);
}

export const servers = {};
for (const [mode, options] of Object.entries(modes)) {
  servers[`${mode}: visitors share no session, state, response or logout, and send no device id`] = async (stage) => {
    const devices = new Set();
    const visitor = () => {
      const { fetch: send = fetch, ...rest } = options();
      return stage.client({
        ...rest,
        device: {},
        fetch(input, init) {
          devices.add(new Headers(init.headers).get('X-Device-ID'));
          return send(input, init);
        },
      });
    };
    const people = [];
    for (let count = 0; count < 3; count += 1) people.push(await stage.service.registerVerified());
    const [ada, bob, stranger] = [visitor(), visitor(), visitor()];
    // Two clients that do share. When one has received the other's session, all could have received it.
    const { fetch: jar } = options();
    const pair = [1, 2].map(() => stage.client({ ...options(), ...(jar && { fetch: jar }), share: true }));

    await ada.login(credentials(people[0]));
    await pair[0].login(credentials(people[2]));
    await until('signed in', () => isSignedIn(pair[1]));
    await assert.rejects(bob.request(ME), { code: 'AUTH_UNAUTHENTICATED' });
    assert.equal(bob.state.status, 'signedOut');
    assert.equal(bob.claims, null);
    assert.equal(await bob.accessToken(), null);

    await bob.login(credentials(people[1]));
    const late = visitor();
    assert.deepEqual(await late.ready, { status: 'signedOut' });
    assert.equal((await ada.request(ME)).me.username, people[0].username);
    assert.equal((await bob.request(ME)).me.username, people[1].username);
    stage.expire();
    assert.equal((await ada.request(ME)).me.username, people[0].username);

    await ada.logout();
    await pair[0].logout();
    await until('signed out', () => !isSignedIn(pair[1]));
    assert.equal((await bob.request(ME)).me.username, people[1].username);
    for (const client of [stranger, late]) {
      assert.ok(!client.seen.some(({ status }) => status === 'signedIn'), JSON.stringify(client.seen));
    }
    await assert.rejects(stranger.request(ME), { code: 'AUTH_UNAUTHENTICATED' });
    assert.deepEqual([...devices], [null]); // an id could not be stored
  };

  servers[`${mode}: with a relative URL, requests fail with the reason`] = async () => {
    let requests = 0;
    const fetch = () => Promise.reject((requests += 1));
    const client = createLatchkey({ ...options(), url: '/graphql', fetch });
    try {
      const why = /'\/graphql' is relative/;
      await assert.rejects(client.request(ME), why);
      await assert.rejects(client.login({ identifier: 'ada', password: PASSWORD }), why);
      await assert.rejects(client.fetch('/graphql'), why);
      assert.notEqual(client.state.status, 'signedIn');
      assert.equal(requests, 0);
    } finally {
      client.dispose();
    }
  };
}

Object.assign(servers, {
  async 'a module that creates a client sends no request while it loads'(stage) {
    let requests = 0;
    const fetch = () => Promise.reject((requests += 1));
    stage.unwatched({ tokens: cookieMode(), fetch });
    const { fetch: jar } = modes.cookieMode();
    await stage.client({ tokens: cookieMode(), fetch: jar }).ready; // resolves later than all steps of a start
    assert.equal(requests, 0);
  },

  async 'a server renders the state loading, even if a client there is signed in'(stage) {
    const { tab } = await stage.signedIn();
    const Status = () =>
      useSyncExternalStore(tab.subscribe, () => tab.state.status, () => tab.getServerSnapshot().status);
    assert.equal(tab.state.status, 'signedIn');
    assert.equal(renderToString(createElement(Status)), 'loading');
    assert.equal(tab.getServerSnapshot(), tab.getServerSnapshot());
  },

  async 'the programs in docs/client-on-a-server.md recognise the visitor, and use no refresh token'(stage) {
    const folder = `servers-of-${new URL(stage.proxy.url).port}`;
    const adapt = (program) => program.replaceAll('http://127.0.0.1:8000/graphql', stage.proxy.url);
    const paths = await programs(SERVERS, folder, adapt);
    const load = (name) => importProgram(paths.find((path) => path.endsWith(`/${folder}/${name}`)));
    const { person, tab } = await stage.signedIn();
    const username = `Hello ${person.username}`;
    const [next, nextSession, remix, remixSession, svelte, svelteSession] = await Promise.all(
      ['app/page.tsx', 'app/session/route.ts', 'routes/home.tsx', 'routes/session.ts', 'routes/+page.server.ts',
        'routes/session/+server.ts'].map(load),
    );
    const { clientFor } = await load('as-visitor.ts');
    const { latchkeyState } = await load('state.ts');
    const states = [];
    latchkeyState.subscribe(({ status }) => states.push(status))();
    assert.deepEqual(states, ['loading']);

    const post = (token) => {
      const headers = token ? { Authorization: `Bearer ${token}` } : {};
      return new Request('http://app.example/session', { method: 'POST', headers });
    };
    // Renders each framework's page for a browser with this cookie.
    const render = async (cookie) => {
      const request = new Request('http://app.example/', { headers: { Cookie: `theme=dark; ${cookie}` } });
      globalThis.requestOfNext = { get: (name) => cookieOf(cookie, name) };
      globalThis.loadedByRemix = await remix.loader({ request });
      return [
        renderToString(await next.default()),
        renderToString(createElement(remix.default)),
        (await svelte.load({ request })).visitor?.username,
      ];
    };
    const refreshes = stage.proxy.count('refresh');
    const accessToken = await tab.accessToken();
    for (const answer of [nextSession.POST, (request) => remixSession.action({ request }), (request) =>
      svelteSession.POST({ request })]) {
      const copy = (await answer(post(accessToken))).headers.get('Set-Cookie');
      assert.match(copy, /; HttpOnly; Secure; SameSite=Lax$/);
      assert.deepEqual(await render(copy.split(';')[0]), [`<p>${username}</p>`, `<p>${username}</p>`, person.username]);
    }
    const { data } = await clientFor(accessToken).query(ME, {}).toPromise();
    assert.equal(data.me.username, person.username);
    assert.equal(stage.proxy.count('refresh'), refreshes);
    await tab.logout();
    const loading = '<p>Loading…</p>';
    assert.deepEqual(await render(`access-token=${accessToken}`), [loading, loading, undefined]);
    assert.match((await nextSession.POST(post(accessToken))).headers.get('Set-Cookie'), /^access-token=; Max-Age=0/);
    assert.match((await nextSession.POST(post(null))).headers.get('Set-Cookie'), /^access-token=; Max-Age=0/);
  },

  async 'only a page shares a channel and a storage by default'() {
    // Returns the shared resources that a client uses in this environment.
    const used = async (environment, options = {}) => {
      const resources = new Set();
      class BroadcastChannel {
        constructor() {
          resources.add('channel');
        }
        postMessage() {}
        close() {}
      }
      const localStorage = { getItem: () => void resources.add('storage'), setItem() {} };
      const { URL, crypto } = globalThis;
      const { createLatchkey } = await packageIn({ BroadcastChannel, localStorage, URL, crypto, ...environment });
      createLatchkey({ url: 'http://127.0.0.1:9/graphql', ...options }).dispose();
      return [...resources].sort().join(' and ');
    };
    const document = { addEventListener() {}, removeEventListener() {} };
    const process = { versions: { node: '24.0.0' } };
    const renderer = { ...process, type: 'renderer' };
    assert.equal(await used({ document }), 'channel and storage');
    assert.equal(await used({ document, process: { versions: {} } }), 'channel and storage'); // as bundlers simulate it
    assert.equal(await used({ document, process: renderer }), 'channel and storage'); // a window of Electron
    assert.equal(await used({ document }, { share: false }), 'storage');
    assert.equal(await used({}), ''); // Deno, Bun, workers
    assert.equal(await used({ process }), '');
    assert.equal(await used({ process, document }), ''); // a page that Node.js simulates for rendering
    assert.equal(await used({ process }, { share: true }), 'channel');
  },
});
