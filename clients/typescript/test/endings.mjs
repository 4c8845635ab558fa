// How sessions end, and how that is reported to the app.

import assert from 'node:assert/strict';
import { memoryStorage } from 'latchkey-client';
import { until } from '../../../tests/async.mjs';
import { refusal } from './proxy.mjs';
import { ME, PASSWORD } from './stage.mjs';

const REVOKE = 'mutation($input: RevokeSessionInput!) { revokeSession(input: $input) { session { id } } }';
const CHANGE = 'mutation($input: ChangePasswordInput!) { changePassword(input: $input) { revokedSessions } }';
const REASONS = 'query { sessions(includeExpired: true) { nodes { id endReason } } }';

function hasEnded(tab, reason) {
  assert.equal(tab.state.status, 'signedOut');
  assert.equal(tab.state.end?.reason, reason);
  assert.equal(tab.seen.length, 1, JSON.stringify(tab.seen));
  assert.equal(tab.claims, null);
}

export const endings = {
  async 'login returns the user; logout ends the session at the server'(stage) {
    const person = await stage.service.registerVerified();
    const tab = stage.tab();
    assert.equal(tab.state.status, 'signedOut');
    const { user, session } = await tab.login({ identifier: person.email, password: PASSWORD });
    assert.equal(user.username, person.username);
    assert.equal(user.emailVerified, true);
    assert.equal(tab.claims.sid, session.id);
    tab.seen.length = 0;
    await tab.logout();
    hasEnded(tab, 'LOGOUT');
    assert.equal(await tab.accessToken(), null);
    assert.ok(!stage.storage.text.includes('lkr_'));
    const accessToken = await stage.people.signIn(person);
    const { nodes } = await stage.service.ask(REASONS, { accessToken });
    assert.equal(nodes.find(({ id }) => id === session.id).endReason, 'LOGOUT');
  },

  async 'logout works with an expired access token, also everywhere'(stage) {
    const { person, tab } = await stage.signedIn();
    const other = await stage.people.signIn(person);
    stage.expire();
    await tab.logout({ everywhere: true });
    hasEnded(tab, 'LOGOUT_ALL');
    assert.equal(await stage.service.meFails(other), 'AUTH_SESSION_ENDED');
  },

  async 'logout without a network signs out here'(stage) {
    const { tab } = await stage.signedIn();
    stage.proxy.fate = () => 'refuse';
    await tab.logout();
    hasEnded(tab, 'LOGOUT');
    stage.proxy.fate = () => 'pass';
    assert.equal(stage.tab().state.status, 'signedOut');
  },

  async 'logout everywhere that does not reach the server throws, and signs nobody out'(stage) {
    const { person, tab } = await stage.signedIn();
    const other = await stage.people.signIn(person);
    stage.proxy.fate = () => 'refuse';
    await assert.rejects(tab.logout({ everywhere: true }), { code: 'UNREACHABLE' });
    stage.proxy.fate = () => refusal('UNAVAILABLE');
    await assert.rejects(tab.logout({ everywhere: true }), { code: 'UNAVAILABLE' });
    assert.deepEqual([tab.state.status, tab.seen.length], ['signedIn', 0]);
    stage.proxy.fate = () => 'pass';
    await tab.logout({ everywhere: true });
    hasEnded(tab, 'LOGOUT_ALL');
    assert.equal(await stage.service.meFails(other), 'AUTH_SESSION_ENDED');
  },

  async 'a refresh in flight during a logout does not sign in again'(stage) {
    const { tab } = await stage.signedIn();
    stage.expire();
    stage.proxy.delay = 300;
    const asked = tab.request(ME).catch((error) => error);
    await until('a refresh', () => stage.proxy.count('refresh') === 1);
    await tab.logout();
    await asked;
    hasEnded(tab, 'LOGOUT');
    assert.equal(stage.tab().state.status, 'signedOut');
  },

  async 'a session that is revoked elsewhere is reported as REVOKED at the next request, once'(stage) {
    const { person, tab } = await stage.signedIn();
    const accessToken = await stage.people.signIn(person);
    await stage.service.ask(REVOKE, { input: { sessionId: tab.claims.sid }, accessToken });
    await Promise.allSettled([tab.request(ME), tab.request(ME)]);
    hasEnded(tab, 'REVOKED');
    assert.match(tab.state.end.endedAt, /^\d{4}-\d\d-\d\dT/);
    await assert.rejects(tab.request(ME), { code: 'AUTH_UNAUTHENTICATED' });
    assert.equal(tab.seen.length, 1);
  },

  async 'a password change elsewhere is reported at the next refresh'(stage) {
    const { person, tab } = await stage.signedIn();
    const accessToken = await stage.people.signIn(person);
    const input = { currentPassword: PASSWORD, newPassword: `${PASSWORD} and more` };
    await stage.service.ask(CHANGE, { input, accessToken });
    stage.expire();
    await assert.rejects(tab.request(ME), { code: 'AUTH_SESSION_ENDED' });
    hasEnded(tab, 'PASSWORD_CHANGED');
  },

  async 'a session that ended while the page was closed is reported when the page opens, and only once'(stage) {
    const { person, tab } = await stage.signedIn();
    const { sid } = tab.claims;
    tab.dispose();
    const accessToken = await stage.people.signIn(person);
    await stage.service.ask(REVOKE, { input: { sessionId: sid }, accessToken });
    stage.expire();
    const opened = stage.tab();
    await until('the end', () => opened.state.status === 'signedOut');
    hasEnded(opened, 'REVOKED');
    const again = stage.tab();
    assert.deepEqual(await again.ready, { status: 'signedOut' });
  },

  async 'a refresh token that the service does not know: signed out, reason UNKNOWN'(stage) {
    const { tab } = await stage.signedIn();
    stage.proxy.fate = (name) => (name === 'refresh' ? refusal('AUTH_REFRESH_TOKEN_INVALID') : 'pass');
    stage.expire();
    await assert.rejects(tab.request(ME), { code: 'AUTH_REFRESH_TOKEN_INVALID' });
    hasEnded(tab, 'UNKNOWN');
  },

  async 'with memoryStorage, closing the page ends the session on the device'(stage) {
    const { tab } = await stage.signedIn({ tokens: memoryStorage() });
    await tab.request(ME);
    tab.dispose();
    const opened = stage.tab({ tokens: memoryStorage() });
    assert.equal(opened.state.status, 'loading');
    assert.deepEqual(await opened.ready, { status: 'signedOut' });
  },
};
