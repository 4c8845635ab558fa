// Several tabs of one browser.

import assert from 'node:assert/strict';
import { memoryStorage } from 'latchkey-client';
import { until } from '../../../tests/async.mjs';
import { locks, MemoryStorage } from './browser.mjs';
import { ME, PASSWORD, sleep } from './stage.mjs';

const REVOKE = 'mutation($input: RevokeSessionInput!) { revokeSession(input: $input) { session { id } } }';
const kinds = { storage: () => ({}), memory: ({ storage }) => ({ tokens: memoryStorage(storage) }) };

export const tabs = {};
for (const [kind, options] of Object.entries(kinds)) {
  Object.assign(tabs, {
    async [`${kind}: a login in one tab signs in the others, a logout signs them out, each reports it once`](stage) {
      const [first, second] = [stage.tab(options(stage)), stage.tab(options(stage))];
      await Promise.all([first.ready, second.ready]);
      const person = await stage.service.registerVerified();
      await stage.signIn(first, person);
      await until('signed in', () => second.state.status === 'signedIn');
      await second.request(ME);
      const late = stage.tab(options(stage));
      assert.equal((await late.ready).status, 'signedIn');
      for (const tab of [first, second, late]) tab.seen.length = 0;
      await second.logout();
      await sleep(100);
      for (const tab of [first, second, late]) {
        assert.equal(tab.state.end?.reason, 'LOGOUT');
        assert.equal(tab.seen.length, 1);
      }
    },

    async [`${kind}: requests of three tabs at expiry cause one refresh`](stage) {
      const { tab } = await stage.signedIn(options(stage));
      const all = [tab, stage.tab(options(stage)), stage.tab(options(stage))];
      await Promise.all(all.map(({ ready }) => ready));
      const waits = locks.waits;
      for (let round = 1; round <= 3; round += 1) {
        stage.expire();
        await Promise.all(all.flatMap((each) => [each.request(ME), each.request(ME), each.request(ME)]));
        assert.equal(stage.proxy.count('refresh'), round);
      }
      assert.ok(locks.waits > waits);
      assert.equal(new Set(all.map((each) => each.claims.exp)).size, 1);
    },

    async [`${kind}: if the session is revoked elsewhere, each tab reports the reason once`](stage) {
      const { person, tab } = await stage.signedIn(options(stage));
      const other = stage.tab(options(stage));
      await other.ready;
      const accessToken = await stage.people.signIn(person);
      await stage.service.ask(REVOKE, { input: { sessionId: tab.claims.sid }, accessToken });
      other.seen.length = 0;
      await Promise.allSettled([tab.request(ME), other.request(ME)]);
      await sleep(100);
      for (const each of [tab, other]) {
        assert.equal(each.state.end?.reason, 'REVOKED');
        assert.equal(each.seen.length, 1);
      }
    },

    async [`${kind}: another person's login reaches the other tabs, and the session before stays ended`](stage) {
      const { tab } = await stage.signedIn(options(stage));
      const other = stage.tab(options(stage));
      await other.ready;
      const next = await stage.service.registerVerified();
      await other.logout();
      await other.login({ identifier: next.username, password: PASSWORD });
      await until('the next person', () => tab.claims?.username === next.username);
      assert.deepEqual(tab.seen.map(({ status }) => status), ['signedOut', 'signedIn']);
      assert.equal((await tab.request(ME)).me.username, next.username);
    },
  });
}

Object.assign(tabs, {
  async 'a suspended tab that missed messages reads the storage'(stage) {
    const { tab } = await stage.signedIn();
    const uninformed = stage.tab();
    const { storage } = stage;
    tab.dispose(); // so that it sends no messages
    const silent = stage.tab();
    stage.expire();
    await silent.request(ME);
    stage.expire();
    await silent.request(ME);
    await uninformed.request(ME);
    assert.equal(stage.proxy.count('refresh'), 2);
    assert.ok(storage.text.includes('lkr_'));
  },

  async 'a storage that is full or denied: signed in while the page is open'(stage) {
    const forbidden = new MemoryStorage();
    forbidden.setItem = forbidden.getItem = () => {
      throw new DOMException('no', 'SecurityError');
    };
    stage.storage = forbidden;
    const { tab } = await stage.signedIn();
    stage.expire();
    await tab.request(ME);
  },
});

// These remove globals, so they run alone.
export const alone = {
  async 'without Web Locks, tabs that refresh at once stay signed in'(stage) {
    const { tab } = await stage.signedIn({ tokens: memoryStorage(stage.storage) });
    const other = stage.tab({ tokens: memoryStorage(stage.storage) });
    await other.ready;
    const real = globalThis.navigator;
    Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
    stage.expire();
    try {
      const asked = Promise.all([tab.request(ME), other.request(ME), tab.request(ME)]);
      await asked;
    } finally {
      Object.defineProperty(globalThis, 'navigator', { value: real, configurable: true });
    }
    assert.ok(stage.proxy.count('refresh') <= 2);
    stage.expire();
    await Promise.all([tab.request(ME), other.request(ME)]);
  },

  async 'without BroadcastChannel, tabs learn of changes from the storage'(stage) {
    const real = globalThis.BroadcastChannel;
    globalThis.BroadcastChannel = undefined;
    try {
      const { tab } = await stage.signedIn();
      const all = [tab, stage.tab(), stage.tab()];
      stage.expire();
      await Promise.all(all.map((each) => each.request(ME)));
      assert.equal(stage.proxy.count('refresh'), 1);
      await tab.logout();
      await assert.rejects(all[1].request(ME), { code: 'AUTH_UNAUTHENTICATED' });
      assert.equal(all[1].state.end.reason, 'LOGOUT');
    } finally {
      globalThis.BroadcastChannel = real;
    }
  },
};
