// Environments that lack or deny a feature.

import assert from 'node:assert/strict';
import { browserStorage, cookieMode, createLatchkey, memoryStorage } from 'latchkey-client';
import { asyncStorage } from 'latchkey-client/async-storage';
import { until, within } from '../../../tests/async.mjs';
import { CookieJar, locks, MemoryStorage } from './browser.mjs';
import { packageIn } from './context.mjs';
import { refusal } from './proxy.mjs';
import { ME, PASSWORD } from './stage.mjs';

const { AbortController, Headers, Request, fetch } = globalThis;

const modes = {
  browserStorage: ({ storage }) => ({ tokens: browserStorage(storage) }),
  memoryStorage: ({ storage }) => ({ tokens: memoryStorage(storage) }),
  cookieMode({ storage }) {
    const { fetch } = (this.jar ??= new CookieJar());
    return { tokens: cookieMode(storage), fetch };
  },
};

// A promise that is pending until `open` is called.
function gate() {
  let open;
  const opened = new Promise((resolve) => (open = resolve));
  return { opened, open };
}

// Holds the lock of a stage's clients, as another tab would; returns the function that releases it.
async function holdLock(stage, kind) {
  const { opened, open } = gate();
  const held = gate();
  void locks.request(`latchkey:${kind}:${stage.proxy.url}`, {}, () => (held.open(), opened));
  await held.opened;
  return open;
}

export const limitations = {};
for (const [mode, optionsOf] of Object.entries(modes)) {
  const seconds = mode === 'cookieMode' ? 40 : 10; // in cookie mode, each waits for longer than a response may take
  limitations[`${mode}: another tab never releases the lock: requests and a login go on within ${seconds} s`] = async (stage) => {
    const options = optionsOf.bind({}, stage);
    const { person, tab } = await stage.signedIn(options());
    const other = stage.tab(options());
    await other.ready;
    const letGo = await holdLock(stage, options().tokens.kind);
    stage.expire();
    const next = await stage.service.registerVerified();
    const logIn = async () => {
      await tab.request(ME);
      return tab.login({ identifier: next.username, password: PASSWORD });
    };
    const [{ me }] = await within(seconds * 1000, 'an answer', Promise.all([other.request(ME), logIn()]));
    assert.ok([person.username, next.username].includes(me.username));
    await until('the login', () => other.claims.username === next.username);
    letGo();
    stage.expire();
    for (const each of [tab, other]) assert.equal((await each.request(ME)).me.username, next.username);
  };
}

Object.assign(limitations, {
  async 'a suspended tab that wakes up with an old response does not replace the newer tokens of other tabs'(stage) {
    const { tab: suspended } = await stage.signedIn();
    const awake = stage.tab();
    await awake.ready;
    const answer = gate();
    let isFirst = true;
    stage.proxy.fate = (name) => {
      if (name !== 'refresh' || !isFirst) return 'pass';
      isFirst = false;
      return { after: answer.opened };
    };
    const stored = () => JSON.parse(stage.storage.getItem(`latchkey:browser:${stage.proxy.url}`));
    stage.expire();
    const asleep = suspended.request(ME);
    await until('a refresh', () => stage.proxy.count('refresh') === 1);
    await awake.request(ME);
    stage.expire();
    await awake.request(ME);
    assert.equal(stage.proxy.count('refresh'), 3);
    const newest = stored();
    answer.open();
    await asleep;
    assert.deepEqual(stored(), newest);
    assert.equal(await suspended.accessToken(), newest.access);
    stage.expire();
    await Promise.all([suspended.request(ME), awake.request(ME)]);
    assert.deepEqual([...suspended.seen, ...awake.seen], []);
  },

  async 'localStorage that throws on access: the client works'() {
    let touches = 0;
    const environment = {
      document: {},
      get localStorage() {
        touches += 1;
        throw new DOMException('no', 'SecurityError');
      },
    };
    const { browserStorage, cookieMode, memoryStorage } = await packageIn(environment);
    for (const mode of [browserStorage, memoryStorage, cookieMode]) assert.equal(mode().storage, null);
    assert.equal(touches, 3);
  },

  async 'React Native, without a page, crypto, atob, TextDecoder, streams, AbortSignal.timeout and a complete URL: the client works'(stage) {
    class HalfURL {
      constructor(address) {
        this.href = `${address}/`;
      }
      get pathname() {
        throw new Error('not implemented');
      }
    }
    const storage = slowStorage();
    const environment = { AbortController, Headers, Request, URL: HalfURL, fetch, navigator: { product: 'ReactNative' } };
    const { asyncStorage, createLatchkey } = await packageIn(environment);
    const seen = [];
    const open = () => {
      const now = () => Date.now() + stage.later;
      const device = { name: '😀 Zoë’s phone\u0007\ud800', type: 'mobile' };
      const client = createLatchkey({ url: stage.proxy.url, tokens: asyncStorage(storage), device, refreshAhead: 0, now });
      client.subscribe((state) => seen.push(state.status));
      return client;
    };
    const person = await stage.service.registerVerified();
    const app = open();
    await app.login({ identifier: person.username, password: PASSWORD });
    const { sessions } = await app.request('{ sessions { nodes { device { name } } } }');
    assert.ok(sessions.nodes.some(({ device }) => device.name === '😀 Zoë’s phone'), JSON.stringify(sessions));
    stage.expire();
    const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ query: ME }) };
    const answer = await app.fetch(stage.proxy.url, init);
    assert.equal((await answer.json()).data.me.username, person.username);
    assert.equal(stage.proxy.count('refresh'), 1);
    app.dispose();

    const again = open();
    assert.equal((await again.ready).status, 'signedIn');
    assert.equal((await again.request(ME)).me.username, person.username);
    await again.logout();
    again.dispose();
    assert.deepEqual(seen, ['signedOut', 'signedIn', 'signedIn', 'signedOut']);
  },

  async 'without crypto, each browser still has a unique device id, which its pages share'(stage) {
    const { browserStorage, createLatchkey } = await packageIn({ AbortController, Headers, Request });
    const devices = [];
    const fetch = async (_, { headers }) => {
      devices.push(headers.get('X-Device-ID'));
      return Response.json({ errors: [{ message: 'no', extensions: { code: 'AUTH_UNAUTHENTICATED' } }] });
    };
    const [one, other] = [new MemoryStorage(), new MemoryStorage()];
    for (const storage of [one, one, other]) {
      const client = createLatchkey({ url: stage.proxy.url, fetch, tokens: browserStorage(storage) });
      await client.request(ME).catch(() => {});
      client.dispose();
    }
    assert.match(devices[0], /^[0-9a-f]{32}$/);
    assert.equal(devices[0], devices[1]);
    assert.notEqual(devices[0], devices[2]);
  },

  async 'a device id that the app sets is sent, whatever the storage does'() {
    for (const storageOf of Object.values(useless)) {
      assert.equal(await deviceOf(browserStorage(storageOf()), 'given'), 'given');
    }
  },
});

function failing(name) {
  return () => {
    throw new DOMException('no', name);
  };
}

// Returns a storage that stores nothing.
const useless = {
  missing: () => null,
  full: () => Object.assign(new MemoryStorage(), { setItem: failing('QuotaExceededError') }),
  forbidden: () => {
    const fail = failing('SecurityError');
    return Object.assign(new MemoryStorage(), { getItem: fail, setItem: fail, removeItem: fail });
  },
  forgetful: () => Object.assign(new MemoryStorage(), { setItem() {} }),
};

// Returns the X-Device-ID that a page sends.
async function deviceOf(tokens, id) {
  let device;
  const fetch = async (_, { headers }) => {
    device = headers.get('X-Device-ID');
    return Response.json({ data: { me: null } });
  };
  const client = createLatchkey({ url: 'http://127.0.0.1:9/graphql', tokens, fetch, ...(id && { device: { id } }) });
  try {
    await client.request(ME);
    return device;
  } finally {
    client.dispose();
  }
}

for (const [state, storageOf] of Object.entries(useless)) {
  limitations[`cookie mode with a storage that is ${state}: a page that is reloaded during a refresh stays signed in`] = async (stage) => {
    const storage = storageOf();
    const { fetch } = new CookieJar();
    const page = () => ({ tokens: cookieMode(storage), fetch });
    const { person, tab } = await stage.signedIn(page());
    stage.proxy.fate = (name) => (name === 'refresh' ? 'cut' : 'pass');
    stage.expire();
    await assert.rejects(tab.request(ME), { code: 'UNREACHABLE' });
    tab.dispose();
    stage.proxy.fate = () => 'pass';
    const reloaded = stage.tab(page());
    assert.equal((await reloaded.ready).status, 'signedIn');
    assert.equal((await reloaded.request(ME)).me.username, person.username);
    assert.equal(await deviceOf(memoryStorage(storage)), null);
  };
}

Object.assign(limitations, {
  async 'a storage that becomes full: a reload signs out, and sends no old refresh token'(stage) {
    const { tab } = await stage.signedIn();
    stage.storage.setItem = failing('QuotaExceededError');
    stage.expire();
    await tab.request(ME);
    await tab.request(ME);
    assert.ok(!stage.storage.text.includes('lkr_'));
    tab.dispose();
    assert.deepEqual(await stage.tab().ready, { status: 'signedOut' });
    assert.equal(stage.proxy.count('refresh'), 1);
  },

  async 'a storage that is full at a logout: a reload does not sign in again'(stage) {
    const { tab } = await stage.signedIn();
    stage.storage.setItem = failing('QuotaExceededError');
    await tab.logout();
    tab.dispose();
    assert.deepEqual(await stage.tab().ready, { status: 'signedOut' });
  },
});

// An asynchronous storage, like AsyncStorage.
function slowStorage(storage = new MemoryStorage()) {
  const later = () => new Promise((resolve) => setTimeout(resolve, 5));
  return {
    storage,
    getItem: async (key) => (await later(), storage.getItem(key)),
    setItem: async (key, value) => (await later(), storage.setItem(key, value)),
    removeItem: async (key) => (await later(), storage.removeItem(key)),
  };
}

for (const [state, maxLength] of Object.entries({ 'is nearly full': 100, 'is full': 0 })) {
  limitations[`an asynchronous storage that ${state} keeps no old refresh token`] = async (stage) => {
    const storage = slowStorage();
    const { tab } = await stage.signedIn({ tokens: asyncStorage(storage), share: false });
    await until('a write', () => storage.storage.text.includes('lkr_'));
    const device = await deviceOf(asyncStorage(storage));
    assert.match(device, /^[0-9a-f]{32}$/);
    const { setItem } = storage;
    storage.setItem = (key, value) => (value.length > maxLength ? Promise.reject(new Error('full')) : setItem(key, value));
    stage.expire();
    await tab.request(ME);
    await until('a removal', () => !storage.storage.text.includes('lkr_'));
    assert.equal(await deviceOf(asyncStorage(storage)), maxLength ? device : null);
    await tab.request(ME);
    tab.dispose();
    assert.deepEqual(await stage.tab({ tokens: asyncStorage(storage), share: false }).ready, { status: 'signedOut' });
    assert.equal(stage.proxy.count('refresh'), 1);
  };
}

Object.assign(limitations, {
  async 'an asynchronous storage: loading until it is read, then signed in, with the same device id'(stage) {
    const storage = slowStorage();
    const { person, tab } = await stage.signedIn({ tokens: asyncStorage(storage), share: false });
    await until('a write', () => storage.storage.text.includes('lkr_'));
    tab.dispose();
    const devices = new Set();
    const fetchNoting = (input, init) => {
      devices.add(init.headers.get('X-Device-ID'));
      return fetch(input, init);
    };
    const opened = stage.tab({ tokens: asyncStorage(storage), share: false, fetch: fetchNoting });
    assert.equal(opened.state.status, 'loading');
    assert.equal((await opened.ready).status, 'signedIn');
    stage.expire();
    assert.equal((await opened.request(ME)).me.username, person.username);
    assert.ok(storage.storage.text.includes([...devices][0]));
    await opened.logout();
    await until('a write', () => !storage.storage.text.includes('lkr_'));
    assert.deepEqual(await stage.tab({ tokens: asyncStorage(storage), share: false }).ready, { status: 'signedOut' });
    assert.equal(devices.size, 1);
  },

  async 'an asynchronous storage that two clients use: one takes the tokens that the other refreshed'(stage) {
    const storage = slowStorage();
    const { tab } = await stage.signedIn({ tokens: asyncStorage(storage), share: false });
    await until('a write', () => storage.storage.text.includes('lkr_'));
    const other = stage.tab({ tokens: asyncStorage(storage), share: false });
    await other.ready;
    for (let round = 1; round <= 3; round += 1) {
      stage.expire();
      const before = storage.storage.text;
      await tab.request(ME);
      await until('a write', () => storage.storage.text !== before);
      await other.request(ME);
      assert.equal(stage.proxy.count('refresh'), round);
    }
  },

  async 'an asynchronous storage that fails: signed in while the app runs'(stage) {
    const fail = () => Promise.reject(new Error('no'));
    const tokens = () => asyncStorage({ getItem: fail, setItem: fail });
    assert.equal(await deviceOf(tokens()), null);
    const { tab } = await stage.signedIn({ tokens: tokens(), share: false });
    stage.expire();
    await tab.request(ME);
    stage.expire();
    await tab.request(ME);
  },
});

// These remove globals, so they run alone.
export const limitationsAlone = {};
for (const [way, request] of Object.entries({
  throws() {
    throw new DOMException('no', 'SecurityError');
  },
  rejects: () => Promise.reject(new DOMException('no', 'SecurityError')),
})) {
  limitationsAlone[`with denied Web Locks (a request ${way}), everything works`] = async (stage) => {
    const real = locks.request;
    locks.request = request;
    try {
      const { tab } = await stage.signedIn();
      const other = stage.tab();
      for (let round = 1; round <= 2; round += 1) {
        stage.expire();
        await Promise.all([tab.request(ME), tab.request(ME), other.request(ME)]);
      }
      await tab.logout();
      assert.equal(tab.state.end.reason, 'LOGOUT');
    } finally {
      locks.request = real;
    }
  };
}

Object.assign(limitationsAlone, {
  async 'with a denied BroadcastChannel, everything works'(stage) {
    const real = globalThis.BroadcastChannel;
    globalThis.BroadcastChannel = class {
      constructor() {
        throw new DOMException('no', 'SecurityError');
      }
    };
    try {
      const { tab } = await stage.signedIn();
      stage.expire();
      await tab.request(ME);
    } finally {
      globalThis.BroadcastChannel = real;
    }
  },

  async 'an organization switch and a refresh at the same time: the newest refresh token is kept, whichever response is late'(stage) {
    const real = locks.request;
    locks.request = () => Promise.reject(new DOMException('no', 'SecurityError'));
    try {
      for (const late of ['switchOrganization', 'refresh']) {
        const { tab } = await stage.signedIn();
        const other = stage.tab();
        await other.request(ME);
        const refreshToken = () => JSON.parse(stage.storage.getItem(`latchkey:browser:${stage.proxy.url}`)).refresh;
        const before = refreshToken();
        const answer = gate();
        let isRefused = false;
        stage.proxy.fate = (name) => {
          if (name === 'me' && !isRefused) return (isRefused = true) && refusal('AUTH_TOKEN_EXPIRED');
          return name === late ? { after: answer.opened } : 'pass';
        };
        const steps = [() => tab.switchOrganization(null), () => other.request(ME)];
        if (late === 'refresh') steps.reverse();
        const slow = steps[0]();
        await until('a request', () => stage.proxy.count(late) === 1);
        await steps[1]();
        answer.open();
        await slow;
        assert.notEqual(refreshToken(), before);
        await until('the same', async () => (await tab.accessToken()) === (await other.accessToken()), 5000);
        assert.equal(stage.proxy.count('refresh'), 1);
      }
    } finally {
      locks.request = real;
    }
  },

  // Without a lock, or after waiting too long for it.
  async 'a retry uses the tokens that another tab received meanwhile'(stage) {
    const real = locks.request;
    locks.request = () => Promise.reject(new DOMException('no', 'SecurityError'));
    try {
      for (const options of [() => ({}), () => ({ tokens: memoryStorage(stage.storage) })]) {
        const { tab } = await stage.signedIn(options());
        const other = stage.tab(options());
        await other.request(ME);
        stage.proxy.asked.length = 0;
        stage.expire();
        stage.proxy.fate = (name) => (name === 'refresh' ? refusal('OVERLOADED', { retryAfter: 1 }) : 'pass');
        const slow = tab.request(ME);
        await until('a refresh', () => stage.proxy.count('refresh') === 1);
        stage.proxy.fate = () => 'pass';
        await other.request(ME);
        await slow;
        assert.equal(stage.proxy.count('refresh'), 2);
        assert.equal(await tab.accessToken(), await other.accessToken());
      }
    } finally {
      locks.request = real;
    }
  },
});
