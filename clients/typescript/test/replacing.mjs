// A login on the same device ends the session before it, here and at the service.

import assert from 'node:assert/strict';
import { browserStorage, cookieMode, memoryStorage } from 'latchkey-client';
import { confirmTotpSetup, startTotpSetup } from 'latchkey-client/flows';
import { until } from '../../../tests/async.mjs';
import { Phone } from '../../../tests/browser/phone.mjs';
import { CookieJar } from './browser.mjs';
import { ME, PASSWORD } from './stage.mjs';

const ENDED = 'query { sessions(includeExpired: true) { nodes { id endReason } } }';

// Each call returns one browser: a function that returns the options of its pages.
const modes = {
  browserStorage: ({ storage }) => () => ({ tokens: browserStorage(storage) }),
  memoryStorage: ({ storage }) => () => ({ tokens: memoryStorage(storage) }),
  cookieMode({ storage }) {
    const { fetch } = new CookieJar();
    return () => ({ tokens: cookieMode(storage), fetch });
  },
};

const logIn = (tab, { username }) => tab.login({ identifier: username, password: PASSWORD });

// Creates a person who can also see their sessions from another device.
async function watched(stage) {
  const person = await stage.service.registerVerified();
  const elsewhere = stage.unwatched({ url: stage.service.url, tokens: memoryStorage(), now: Date.now });
  await logIn(elsewhere, person);
  const isOpen = async (sid) => {
    const { sessions } = await elsewhere.request(ENDED);
    return sessions.nodes.find(({ id }) => id === sid).endReason === null;
  };
  const openHere = async () => (await elsewhere.request('{ sessions { totalCount } }')).sessions.totalCount - 1;
  return { person, isOpen, openHere };
}

// Lets the service refuse every logout.
function refuseLogouts(stage) {
  stage.proxy.fate = (name) => (name === 'logout' ? 'refuse' : 'pass');
}

function acceptLogouts(stage) {
  stage.proxy.fate = () => 'pass';
}

export const replacing = {};
for (const [mode, browserOf] of Object.entries(modes)) {
  Object.assign(replacing, {
    async [`${mode}: after three logins there is one active session`](stage) {
      const page = browserOf(stage);
      const { person, openHere } = await watched(stage);
      const [tab, other] = [stage.tab(page()), stage.tab(page())];
      await logIn(tab, person);
      const first = tab.claims.sid;
      await logIn(tab, person);
      assert.equal(await openHere(), 1);
      stage.expire();
      await logIn(tab, person);
      assert.equal(await openHere(), 1);
      assert.notEqual(tab.claims.sid, first);
      await until('the login', () => other.claims?.sid === tab.claims.sid);
      await Promise.all([tab.request(ME), other.request(ME)]);
      for (const { seen } of [tab, other]) assert.ok(!seen.some(({ end }) => end), JSON.stringify(seen));
    },

    async [`${mode}: another person's login also ends the session before`](stage) {
      const page = browserOf(stage);
      const [ada, bob] = [await watched(stage), await watched(stage)];
      const tab = stage.tab(page());
      for (const wait of [() => {}, () => stage.expire()]) {
        await logIn(tab, ada.person);
        wait();
        await logIn(tab, bob.person);
        assert.equal(await ada.openHere(), 0);
        assert.equal((await tab.request(ME)).me.username, bob.person.username);
      }
      await logIn(tab, ada.person);
      assert.equal(await bob.openHere(), 0);
    },

    async [`${mode}: a login with a second factor replaces the session when it is completed, not before`](stage) {
      const page = browserOf(stage);
      const { person, openHere } = await watched(stage);
      const [tab, other] = [stage.tab(page()), stage.tab(page())];
      await logIn(tab, person);
      await until('the login', () => other.claims?.sid === tab.claims.sid);
      const { secret } = await startTotpSetup(tab);
      const phone = new Phone(secret);
      await confirmTotpSetup(tab, { code: phone.code() });
      const { sid } = tab.claims;
      tab.seen.length = 0;
      const { code, extensions } = await logIn(tab, person).catch((error) => error);
      assert.equal(code, 'AUTH_SECOND_FACTOR_REQUIRED');
      const { challenge } = extensions;
      await assert.rejects(tab.completeLogin({ challenge, totpCode: 'wrong' }), { code: 'AUTH_SECOND_FACTOR_INVALID' });
      await Promise.all([tab.request(ME), other.request(ME)]);
      assert.deepEqual([tab.claims.sid, tab.seen, await openHere()], [sid, [], 1]);

      refuseLogouts(stage);
      await tab.completeLogin({ challenge, totpCode: phone.code() });
      assert.notEqual(tab.claims.sid, sid);
      assert.equal(await openHere(), 2);
      acceptLogouts(stage);
      await until('one session', async () => (await openHere()) === 1); // without a call of the app
      await until('the login', () => other.claims?.sid === tab.claims.sid);
      await Promise.all([tab.request(ME), other.request(ME)]);
    },

    async [`${mode}: if the session before cannot be ended, the login succeeds, and the session is ended later`](stage) {
      const page = browserOf(stage);
      const { person, openHere } = await watched(stage);
      const tab = stage.tab(page());
      await logIn(tab, person);
      refuseLogouts(stage);
      await logIn(tab, person);
      assert.equal(tab.state.status, 'signedIn');
      assert.equal(await openHere(), 2);
      acceptLogouts(stage);
      await until('one session', async () => (await openHere()) === 1); // without a call of the app
      await tab.request(ME);
    },

    async [`${mode}: the session is ended later, also after a reload`](stage) {
      const page = browserOf(stage);
      const { person, isOpen } = await watched(stage);
      const tab = stage.tab(page());
      await logIn(tab, person);
      const { sid } = tab.claims;
      refuseLogouts(stage);
      await logIn(tab, person);
      tab.dispose();
      assert.ok(await isOpen(sid));
      acceptLogouts(stage);
      const reloaded = stage.tab(page());
      if (mode === 'memoryStorage') await logIn(reloaded, person);
      await until('the end', async () => !(await isOpen(sid)));
      await reloaded.request(ME);
    },

    async [`${mode}: the session is ended when the same person logs in again, after another person did`](stage) {
      const page = browserOf(stage);
      const [ada, bob] = [await watched(stage), await watched(stage)];
      const tab = stage.tab(page());
      await logIn(tab, ada.person);
      const { sid } = tab.claims;
      refuseLogouts(stage);
      await logIn(tab, bob.person);
      tab.dispose();
      acceptLogouts(stage);
      const reloaded = stage.tab(page());
      await logIn(reloaded, ada.person);
      await until('the end', async () => !(await ada.isOpen(sid)));
      // In memory, the tokens of that session were lost with its page.
      if (mode !== 'memoryStorage') await until('the end', async () => (await bob.openHere()) === 0);
    },

    async [`${mode}: two tabs that log in at once result in one active session`](stage) {
      const page = browserOf(stage);
      const { person, openHere } = await watched(stage);
      const tabs = [stage.tab(page()), stage.tab(page())];
      await Promise.all(tabs.map((tab) => logIn(tab, person)));
      assert.equal(await openHere(), 1);
      await Promise.all(tabs.map((tab) => tab.request(ME)));
    },

    async [`${mode}: a request in flight when its session is replaced succeeds, and signs nobody out`](stage) {
      const page = browserOf(stage);
      const { person, openHere } = await watched(stage);
      const tab = stage.tab(page());
      await logIn(tab, person);
      let letGo;
      const held = new Promise((resolve) => (letGo = resolve));
      let isFirst = true;
      stage.proxy.fate = (name) => {
        if (name !== 'me' || !isFirst) return 'pass';
        isFirst = false;
        return { before: held };
      };
      const asked = tab.request(ME);
      await until('a request', () => stage.proxy.count('me') === 1);
      await logIn(tab, person);
      letGo();
      assert.equal((await asked).me.username, person.username);
      assert.equal(tab.state.status, 'signedIn');
      assert.equal(await openHere(), 1);
    },
  });
}

Object.assign(replacing, {
  async 'cookieMode: a login while the state is loading ends the session of the cookie'(stage) {
    const page = modes.cookieMode(stage);
    const { person, openHere } = await watched(stage);
    const tab = stage.tab(page());
    await logIn(tab, person);
    tab.dispose();
    await logIn(stage.tab(page()), person);
    assert.equal(await openHere(), 1);
  },

  async 'cookieMode: a login does not drop a logout that waits for the network'(stage) {
    const page = modes.cookieMode(stage);
    const { person, openHere } = await watched(stage);
    const tab = stage.tab(page());
    await logIn(tab, person);
    refuseLogouts(stage);
    await tab.logout();
    await logIn(tab, person);
    assert.equal(await openHere(), 2);
    acceptLogouts(stage);
    await until('one session', async () => (await openHere()) === 1);
    await tab.request(ME);
  },

  async 'browserStorage: the session before is ended even when nobody is signed in any more'(stage) {
    const page = modes.browserStorage(stage);
    const { person, openHere } = await watched(stage);
    const tab = stage.tab(page());
    await logIn(tab, person);
    let refusals = 2; // a request without a response is sent once more
    stage.proxy.fate = (name) => (name === 'logout' && refusals-- > 0 ? 'refuse' : 'pass');
    await logIn(tab, person);
    refusals = 0;
    await tab.logout();
    tab.dispose();
    stage.tab(page());
    await until('no session', async () => (await openHere()) === 0);
    await until('nothing kept', () => !stage.storage.text.includes('lkr_'));
  },

  async 'browserStorage: a tab that missed a login does not undo it'(stage) {
    const { person, openHere } = await watched(stage);
    for (const waits of ['me', 'refresh']) {
      const [tab, other] = [stage.tab({ share: false }), stage.tab({ share: false })];
      await logIn(other, person);
      await tab.request(ME);
      stage.proxy.asked.length = 0;
      let letGo;
      const before = new Promise((resolve) => (letGo = resolve));
      let isFirst = true;
      stage.proxy.fate = (name) => {
        if (name !== waits || !isFirst) return 'pass';
        isFirst = false;
        return { before };
      };
      if (waits === 'refresh') stage.expire();
      const asked = tab.request(ME).then(({ me }) => me.username, ({ code }) => code);
      await until('a request', () => stage.proxy.count(waits) === 1);
      await logIn(other, person);
      letGo();
      assert.equal(await asked, waits === 'me' ? person.username : 'AUTH_SESSION_ENDED');
      for (const each of [tab, other, stage.tab({ share: false })]) {
        assert.equal((await each.request(ME)).me.username, person.username);
        each.dispose();
      }
      assert.equal(await openHere(), 1);
    }
  },

  async 'cookieMode and memoryStorage: pending logouts are stored without tokens'(stage) {
    for (const mode of ['cookieMode', 'memoryStorage']) {
      const page = modes[mode](stage);
      const { person } = await watched(stage);
      const tab = stage.tab(page());
      await logIn(tab, person);
      const { sid } = tab.claims;
      refuseLogouts(stage);
      await logIn(tab, person);
      assert.ok(stage.storage.text.includes(sid));
      assert.doesNotMatch(stage.storage.text, /lkr_|eyJ/);
      acceptLogouts(stage);
    }
  },

  async 'a failed login ends nothing'(stage) {
    for (const browserOf of Object.values(modes)) {
      const { person, openHere } = await watched(stage);
      const tab = stage.tab(browserOf(stage)());
      await logIn(tab, person);
      await assert.rejects(tab.login({ identifier: person.username, password: 'wrong' }), {
        code: 'AUTH_INVALID_CREDENTIALS',
      });
      await tab.request(ME);
      assert.equal(await openHere(), 1);
      await tab.logout();
      tab.dispose();
    }
  },
});
