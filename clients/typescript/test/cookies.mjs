// Cookie mode: scripts cannot read the refresh token.

import assert from 'node:assert/strict';
import { cookieMode } from 'latchkey-client';
import { until } from '../../../tests/async.mjs';
import { CookieJar, MemoryStorage } from './browser.mjs';
import { refusal } from './proxy.mjs';
import { ME, PASSWORD, sleep } from './stage.mjs';

const REVOKE = 'mutation($input: RevokeSessionInput!) { revokeSession(input: $input) { session { id } } }';

function browser() {
  const jar = new CookieJar();
  const storage = new MemoryStorage();
  return { jar, storage, page: () => ({ tokens: cookieMode(storage), fetch: jar.fetch }) };
}

export const cookies = {
  async 'without a cookie: signed out after a request, and no end of a session is reported'(stage) {
    const tab = stage.tab(browser().page());
    assert.equal(tab.state.status, 'loading');
    assert.deepEqual(await tab.ready, { status: 'signedOut' });
    assert.equal(stage.proxy.count('refresh'), 1);
  },

  async 'a reload restores the session from the cookie; no script holds the refresh token'(stage) {
    const { jar, storage, page } = browser();
    const { tab } = await stage.signedIn(page());
    assert.match(jar.cookie, /latchkey-refresh=lkr_/);
    await tab.request(ME);
    tab.dispose();
    const reloaded = stage.tab(page());
    assert.equal((await reloaded.ready).status, 'signedIn');
    await reloaded.request(ME);
    assert.ok(!storage.text.includes('lkr_'));
    stage.expire();
    await Promise.all([reloaded.request(ME), reloaded.request(ME)]);
    assert.equal(stage.proxy.count('refresh'), 2);
    await reloaded.logout();
    assert.equal(jar.cookie, null);
    reloaded.dispose();
    assert.deepEqual(await stage.tab(page()).ready, { status: 'signedOut' });
  },

  async 'a second tab gets the access token from the first; both refresh once'(stage) {
    const { page } = browser();
    const { tab } = await stage.signedIn(page());
    const other = stage.tab(page());
    assert.equal((await other.ready).status, 'signedIn');
    assert.equal(stage.proxy.count('refresh'), 0);
    stage.expire();
    await Promise.all([tab.request(ME), other.request(ME)]);
    assert.equal(stage.proxy.count('refresh'), 1);
  },

  async 'no network at the start: loading, and signed in when it is back'(stage) {
    const { page } = browser();
    const { tab } = await stage.signedIn(page());
    tab.dispose();
    stage.proxy.fate = () => 'refuse';
    const opened = stage.tab(page());
    await assert.rejects(opened.request(ME), { code: 'UNREACHABLE' });
    assert.equal(opened.state.status, 'loading');
    stage.proxy.fate = () => 'pass';
    assert.equal((await opened.ready).status, 'signedIn'); // without a call of the app
    await opened.request(ME);
  },

  async 'a session that ended while the page was closed is reported when the page opens, and only once'(stage) {
    const { page } = browser();
    const { person, tab } = await stage.signedIn(page());
    tab.dispose();
    const accessToken = await stage.people.signIn(person);
    await stage.service.ask(REVOKE, { input: { sessionId: tab.claims.sid }, accessToken });
    const opened = stage.tab(page());
    assert.equal((await opened.ready).end?.reason, 'REVOKED');
    opened.dispose();
    assert.deepEqual(await stage.tab(page()).ready, { status: 'signedOut' });
  },

  async 'a logout that the server refuses is sent again'(stage) {
    const { jar, page } = browser();
    const { tab } = await stage.signedIn(page());
    let refusals = 1;
    stage.proxy.fate = (name) => (name === 'logout' && refusals-- > 0 ? refusal('UNAVAILABLE') : 'pass');
    await tab.logout();
    assert.equal(tab.state.status, 'signedOut');
    assert.ok(jar.cookie);
    await until('the logout', () => jar.cookie === null);
  },

  async 'a login waits for the logout before it, whose response removes the cookie'(stage) {
    const { jar, page } = browser();
    const { person, tab } = await stage.signedIn(page());
    stage.proxy.delay = 300;
    const leaving = tab.logout();
    await until('a logout', () => stage.proxy.count('logout') === 1);
    stage.proxy.delay = 0;
    await tab.login({ identifier: person.username, password: PASSWORD });
    await leaving;
    assert.ok(jar.cookie);
    stage.expire();
    await tab.request(ME);
  },

  async 'a logout while the state is loading signs out, whatever a refresh returns later'(stage) {
    const { jar, page } = browser();
    const { tab } = await stage.signedIn(page());
    tab.dispose();
    stage.proxy.delay = 300;
    const opened = stage.tab(page());
    const asked = opened.accessToken();
    await until('a refresh', () => stage.proxy.count('refresh') === 1);
    stage.proxy.delay = 0;
    await opened.logout();
    assert.equal(await asked, null);
    assert.deepEqual(opened.seen.map(({ status }) => status), ['signedOut']);
    assert.equal(jar.cookie, null);
  },

  async 'logout without a network: a reload does not sign in again, and the logout is sent later'(stage) {
    const { jar, page } = browser();
    const { tab } = await stage.signedIn(page());
    stage.proxy.fate = () => 'refuse';
    await tab.logout();
    assert.equal(tab.state.status, 'signedOut');
    assert.ok(jar.cookie);
    tab.dispose();
    const reloaded = stage.tab(page());
    assert.deepEqual(await reloaded.ready, { status: 'signedOut' });
    stage.proxy.fate = () => 'pass';
    await until('the logout', () => jar.cookie === null);
    await sleep(50);
    assert.deepEqual(reloaded.seen.map(({ status }) => status), ['signedOut']);
  },
};
