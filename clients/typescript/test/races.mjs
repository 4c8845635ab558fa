// Concurrent actions of several tabs with late responses: nobody is signed out, and nothing waits forever.

import assert from 'node:assert/strict';
import { asyncStorage } from 'latchkey-client/async-storage';
import { MemoryStorage } from './browser.mjs';
import { generationIn, World } from './scripted.mjs';

const ME = '{ me { id } }';
const MINUTE = 60_000;

async function inWorld(check, hasLocks) {
  const world = new World(hasLocks);
  try {
    await check(world);
    assert.ok(!world.isOver, 'the service took a token for a copy');
  } finally {
    world.close();
  }
}

// Two tabs that share a session.
async function twoTabs(world, storeOf = 'browserStorage') {
  const storage = new MemoryStorage();
  const open = (name) => world.tab(name, (client) => client[storeOf](storage));
  const tab = await open('first');
  await world.within(MINUTE, tab.login({ identifier: 'ada', password: 'secret' }));
  const other = await open('second');
  await world.within(MINUTE, other.request(ME));
  return [tab, other, storage];
}

const refreshToken = (storage, world) => JSON.parse(storage.getItem(`latchkey:browser:${world.url}`)).refresh;

// Lets a tab find a lock that another one does not release.
async function meetStuckLock(world, tab, kind) {
  const release = await world.takeLock(kind);
  world.outlive();
  await world.within(MINUTE, tab.request(ME));
  release();
}

// Waits until all work without a timer is done.
const turn = () => new Promise((resolve) => setImmediate(resolve));

export const races = {};

for (const code of ['AUTH_UNAUTHENTICATED', 'AUTH_TOKEN_STALE', 'AUTH_TOKEN_EXPIRED']) {
  races[`switchOrganization that fails with ${code} is repeated once with a new token, and blocks nothing`] = () =>
    inWorld(async (world) => {
      const [tab, other] = await twoTabs(world);
      let refusals = 1;
      world.network = (_, field) => ({ code: field === 'switchOrganization' && refusals-- > 0 ? code : undefined });
      await world.within(MINUTE, tab.switchOrganization('organization'));
      const fields = () => world.asked.splice(0).map(({ field }) => field);
      assert.deepEqual(fields().slice(2), ['switchOrganization', 'refresh', 'switchOrganization']);
      refusals = 100;
      await assert.rejects(world.within(MINUTE, tab.switchOrganization('organization')), { code });
      assert.equal(fields().filter((field) => field === 'switchOrganization').length, 2);
      refusals = 0;
      await world.within(MINUTE, other.switchOrganization(null));
      await world.within(MINUTE, tab.login({ identifier: 'ada', password: 'secret' }));
      await world.within(MINUTE, tab.logout());
    });
}

Object.assign(races, {
  'switchOrganization in an ended session reports its end'() {
    const world = new World();
    return (async () => {
      const [tab] = await twoTabs(world);
      world.isOver = true;
      await assert.rejects(world.within(MINUTE, tab.switchOrganization(null)), { code: 'AUTH_SESSION_ENDED' });
      assert.equal(tab.state.end.reason, 'REFRESH_TOKEN_REUSED');
    })().finally(() => world.close());
  },
});

for (const switches of [1, 2, 5]) {
  races[`the response to a refresh arrives after ${switches} organization switches: all tabs use the newest token`] = () =>
    inWorld(async (world) => {
      const [tab, other, storage] = await twoTabs(world);
      let stale = 1;
      world.network = (name, field) => ({
        back: name === 'second' && field === 'refresh' ? 8_000 : 0,
        code: field === 'me' && stale-- > 0 ? 'AUTH_TOKEN_STALE' : undefined,
      });
      const slow = other.request(ME);
      await world.pass(100);
      for (let count = 0; count < switches; count += 1) await world.within(1_000, tab.switchOrganization(`${count}`));
      await world.within(MINUTE, slow);
      assert.equal(generationIn(refreshToken(storage, world)), world.generation);
      await world.pass(MINUTE);
      for (let round = 0; round < 3; round += 1) {
        world.outlive();
        await world.within(MINUTE, tab.request(ME));
        await world.within(MINUTE, other.request(ME));
      }
    }, false);
}

races['a session that an older version of the client stored continues'] = () =>
  inWorld(async (world) => {
    const [tab, other, storage] = await twoTabs(world);
    const key = `latchkey:browser:${world.url}`;
    tab.dispose();
    other.dispose();
    storage.setItem(key, JSON.stringify({ ...JSON.parse(storage.getItem(key)), serial: 7 }));
    const [one, two] = await Promise.all(
      ['third', 'fourth'].map((name) => world.tab(name, (client) => client.browserStorage(storage))),
    );
    await world.within(MINUTE, one.switchOrganization('organization'));
    for (const next of [two, one, two]) {
      world.outlive();
      await world.within(MINUTE, next.request(ME));
      assert.equal(generationIn(refreshToken(storage, world)), world.generation);
    }
  });

// A refresh of the first tab reaches the service late, while the second tab goes on without the lock.
async function stall(world, [tab, other]) {
  let stalls = 1;
  world.network = (name, field) => ({ there: name === 'first' && field === 'refresh' && stalls-- > 0 ? 14_000 : 0 });
  world.outlive();
  const slow = tab.request(ME);
  await world.pass(100);
  await world.within(MINUTE, other.request(ME));
  await world.within(MINUTE, slow);
  await world.pass(MINUTE);
  await world.within(MINUTE, tab.request(ME));
}

races['without Web Locks, a slow refresh is aborted before the service would take it for a stolen copy'] = () =>
  inWorld(async (world) => stall(world, await twoTabs(world)), false);

races['after a lock that was not released, a slow refresh is aborted before the service would take it for a stolen copy'] = () =>
  inWorld(async (world) => {
    const tabs = await twoTabs(world);
    await meetStuckLock(world, tabs[1], 'browser');
    await stall(world, tabs);
  });

races['a refresh is aborted after 9 s, together with its retries'] = () =>
  inWorld(async (world) => {
    const [tab] = await twoTabs(world);
    world.outlive();
    world.network = (_, field) => ({ there: field === 'refresh' ? MINUTE : 0 });
    const from = world.now;
    await assert.rejects(world.within(MINUTE, tab.request(ME)), { code: 'UNREACHABLE' });
    assert.ok(world.now - from < 10_000, `${world.now - from} ms`);
    assert.equal(tab.state.status, 'signedIn');
  });

races['while the service is overloaded for longer than a refresh may take, requests fail with its code'] = () =>
  inWorld(async (world) => {
    const [tab] = await twoTabs(world);
    world.outlive();
    world.network = (_, field) => ({ code: field === 'refresh' ? 'OVERLOADED' : undefined, retryAfter: 5 });
    await assert.rejects(world.within(MINUTE, tab.request(ME)), { code: 'OVERLOADED', retryAfter: 5 });
    world.network = () => ({});
    await world.pass(5_000);
    await world.within(MINUTE, tab.request(ME));
  });

// An asynchronous storage, such as that of an extension, which its worker and its popup share.
class LaterStorage {
  storage = new MemoryStorage();
  async getItem(key) {
    return this.storage.getItem(key);
  }
  async setItem(key, value) {
    this.storage.setItem(key, value);
  }
  // The stored items, as in other storage.
  get items() {
    const items = JSON.parse(this.storage.getItem('latchkey'));
    return { getItem: (key) => items[key] ?? null };
  }
}

races['an asynchronous storage of two contexts: a logout that is sent later restores no older tokens'] = () =>
  inWorld(async (world) => {
    const storage = new LaterStorage();
    const open = (name) => world.tab(name, (client) => client.asyncStorage(storage));
    const logIn = (tab) => world.within(MINUTE, tab.login({ identifier: 'ada', password: 'secret' }));
    const worker = await open('worker');
    const cut = new Set(['worker', 'popup']); // cannot log out
    let stale = 0;
    world.network = (name, field) => {
      if (field === 'logout' && cut.has(name)) return { code: 'UNAVAILABLE' };
      return { code: field === 'me' && stale-- > 0 ? 'AUTH_TOKEN_STALE' : undefined };
    };
    await logIn(worker);
    await logIn(worker); // the logout of the first session is pending
    const popup = await open('popup');
    await world.within(MINUTE, popup.request(ME));
    stale = 1;
    await world.within(MINUTE, worker.request(ME)); // refreshes
    cut.delete('popup');
    await world.pass(MINUTE);
    assert.ok(!storage.storage.text.includes('replaced')); // none is pending any more
    assert.equal(generationIn(refreshToken(storage.items, world)), world.generation);
    worker.dispose();
    popup.dispose();
    world.outlive();
    await world.within(MINUTE, (await open('next')).request(ME));
  });

races['an asynchronous storage: a write during a read is kept, and so are writes of other contexts'] = async () => {
  const storage = new LaterStorage();
  const [store, other] = [asyncStorage(storage), asyncStorage(storage)];
  await store.load();
  store.write('tokens', 'old');
  await other.load();
  let answer;
  storage.getItem = async (key) => {
    delete storage.getItem;
    const text = storage.storage.getItem(key);
    await new Promise((resolve) => (answer = resolve));
    return text;
  };
  const loading = store.load();
  await turn();
  store.write('tokens', 'new');
  answer();
  await loading;
  assert.equal(store.read('tokens'), 'new');
  await turn();
  other.write('other', 'something');
  await turn();
  await store.load();
  assert.equal(store.read('tokens'), 'new');
  assert.equal(store.read('other'), 'something');
  assert.equal(new Set([store, other].map(({ storage: copy }) => copy.getItem('latchkey:device'))).size, 1);
};

for (const storeOf of ['browserStorage', 'asyncStorage']) {
  races[`${storeOf}: a tab that was suspended while it waited for messages reads the storage before it refreshes`] = () =>
    inWorld(async (world) => {
      const storage = storeOf === 'asyncStorage' ? new LaterStorage() : new MemoryStorage();
      const open = (name) => world.tab(name, (client) => client[storeOf](storage));
      const tab = await open('first');
      await world.within(MINUTE, tab.login({ identifier: 'ada', password: 'secret' }));
      await world.pass(100);
      const other = await open('second');
      await world.within(MINUTE, other.request(ME));
      const release = await world.takeLock('browser');
      world.outlive();
      const suspended = tab.request(ME);
      await world.pass(100);
      release();
      await world.pass(100); // it has the lock, and waits for messages
      world.suspend('first');
      await world.within(MINUTE, other.request(ME)); // goes on without the lock
      await world.pass(MINUTE);
      world.resume('first');
      await world.within(MINUTE, suspended);
      assert.deepEqual(
        world.asked.filter(({ field }) => field === 'refresh').map(({ tab: by }) => by),
        ['second'],
      );
    });
}

races['a late response to an organization switch keeps the refresh token that another tab received meanwhile'] = () =>
  inWorld(async (world) => {
    const [tab, other, storage] = await twoTabs(world);
    let stale = 1;
    world.network = (name, field) => ({
      back: field === 'switchOrganization' ? 20_000 : 0,
      code: name === 'second' && field === 'me' && stale-- > 0 ? 'AUTH_TOKEN_STALE' : undefined,
    });
    const late = tab.switchOrganization('organization');
    await world.pass(100);
    world.suspend('first');
    await world.within(MINUTE, other.request(ME)); // refreshes without the lock
    await world.pass(MINUTE);
    world.resume('first');
    await world.within(MINUTE, late);
    assert.equal(generationIn(refreshToken(storage, world)), world.generation);
    world.outlive();
    await world.within(MINUTE, tab.request(ME));
  });

races['a logout everywhere that waited for another tab uses the newest token'] = () =>
  inWorld(async (world) => {
    const [tab, other] = await twoTabs(world);
    const release = await world.takeLock('browser');
    world.outlive();
    const leaving = tab.logout({ everywhere: true });
    await world.pass(100);
    world.suspend('first'); // while it waits for the lock
    await world.within(MINUTE, other.request(ME)); // goes on without the lock
    await world.pass(MINUTE);
    world.resume('first');
    release();
    await world.within(MINUTE, leaving);
    assert.ok(world.asked.some(({ field }) => field === 'logout'), 'the other sessions go on');
  });

for (const isStuckBefore of [false, true]) {
  const after = isStuckBefore ? 'after a lock that was not released, ' : '';
  Object.assign(races, {
    [`cookie mode: ${after}a late response restores no older cookie`]: () =>
      inWorld(async (world) => {
        const [tab, other] = await twoTabs(world, 'cookieMode');
        if (isStuckBefore) await meetStuckLock(world, other, 'cookie');
        let slow = 1;
        let stale = 1;
        world.network = (name, field) => ({
          back: name === 'first' && field === 'refresh' && slow-- > 0 ? 8_000 : 0,
          code: name === 'second' && field === 'me' && stale-- > 0 ? 'AUTH_TOKEN_STALE' : undefined,
        });
        world.outlive();
        const late = tab.request(ME);
        await world.pass(100);
        await world.within(MINUTE, other.request(ME));
        await world.within(MINUTE, late);
        assert.ok(!world.wentBack);
        assert.equal(world.cookie, world.generation);
        await world.pass(MINUTE);
        world.outlive();
        await world.within(MINUTE, other.request(ME));
      }),

    [`cookie mode: ${after}no tab refreshes while another one waits for a response`]: () =>
      inWorld(async (world) => {
        const [tab, other] = await twoTabs(world, 'cookieMode');
        if (isStuckBefore) await meetStuckLock(world, other, 'cookie');
        world.mostAtOnce = 0;
        world.network = (name, field) => ({ back: name === 'first' && field === 'refresh' ? MINUTE : 0 });
        world.outlive();
        const lost = tab.request(ME).catch(() => {});
        await world.pass(100);
        await world.within(MINUTE, other.request(ME));
        await world.within(MINUTE, lost);
        assert.equal(world.mostAtOnce, 1);
      }),
  });
}
