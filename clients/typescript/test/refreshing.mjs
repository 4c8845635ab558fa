// Refreshes: ahead of time, shared, and safe against lost responses.

import assert from 'node:assert/strict';
import { errorCode, LatchkeyError } from 'latchkey-client';
import { until } from '../../../tests/async.mjs';
import { refusal } from './proxy.mjs';
import { ME, PASSWORD } from './stage.mjs';

export const refreshing = {
  async 'twenty requests with an expired access token cause one refresh'(stage) {
    const { tab } = await stage.signedIn();
    stage.expire();
    const answers = await Promise.all(Array.from({ length: 20 }, () => tab.request(ME)));
    assert.equal(new Set(answers.map(({ me }) => me.id)).size, 1);
    assert.equal(stage.proxy.count('refresh'), 1);
    assert.deepEqual(tab.seen, []);
  },

  async 'twenty requests that fail with AUTH_TOKEN_EXPIRED cause one refresh, and are repeated'(stage) {
    const frozen = Date.now();
    const { tab } = await stage.signedIn({ now: () => frozen }); // a clock that stands still
    const answers = () => Promise.all(Array.from({ length: 20 }, () => tab.request(ME)));
    await answers();
    assert.equal(stage.proxy.count('refresh'), 0);
    await stage.outlive();
    await answers();
    assert.equal(stage.proxy.count('refresh'), 1);
    assert.equal(stage.proxy.count('me'), 60);
  },

  async 'an access token is replaced ahead of time, while requests still use it'(stage) {
    const { tab } = await stage.signedIn({ refreshAhead: 60 }); // limited to half of its lifetime
    const before = await tab.accessToken();
    stage.later += stage.life * 600;
    stage.proxy.fate = (name) => (name === 'refresh' ? 'refuse' : 'pass');
    await tab.request(ME);
    assert.equal(await tab.accessToken(), before); // it is still valid
    stage.proxy.fate = () => 'pass';
    assert.notEqual(await tab.accessToken(), before);
  },

  async 'without requests, a timer replaces it'(stage) {
    const { tab } = await stage.signedIn({ refreshAhead: 60 });
    await until('a refresh', () => stage.proxy.count('refresh') > 0);
    assert.equal(tab.state.status, 'signedIn');
    assert.deepEqual(tab.seen, []);
  },

  async 'a clock that was set back signs nobody out'(stage) {
    const { tab } = await stage.signedIn();
    stage.later -= 86_400_000;
    await tab.request(ME);
    await tab.request(ME);
    assert.equal(stage.proxy.count('refresh'), 1);
  },

  async 'a small correction of the clock changes nothing'(stage) {
    const { tab } = await stage.signedIn();
    stage.later -= 3_000;
    await tab.request(ME);
    assert.equal(stage.proxy.count('refresh'), 0);
  },

  async 'a lost response to a refresh: the request still succeeds'(stage) {
    const { tab } = await stage.signedIn();
    let cuts = 1;
    stage.proxy.fate = (name) => (name === 'refresh' && cuts-- > 0 ? 'cut' : 'pass');
    stage.expire();
    await tab.request(ME);
    assert.equal(stage.proxy.count('refresh'), 2);
  },

  async 'lost responses to all refreshes of a request: it fails, and the next one succeeds, also after a reload'(stage) {
    const { tab } = await stage.signedIn();
    const lose = () => (stage.proxy.fate = (name) => (name === 'refresh' ? 'cut' : 'pass'));
    for (const next of [() => tab, () => stage.tab()]) {
      lose();
      stage.expire();
      await assert.rejects(tab.request(ME), { code: 'UNREACHABLE' });
      assert.equal(tab.state.status, 'signedIn');
      stage.proxy.fate = () => 'pass';
      await next().request(ME);
    }
    assert.deepEqual(tab.seen, []);
  },

  async 'a lost network, at any time: nobody is signed out, and requests succeed when it is back'(stage) {
    const { tab } = await stage.signedIn();
    stage.proxy.fate = () => 'refuse';
    await assert.rejects(tab.request(ME), { code: 'UNREACHABLE' });
    stage.expire();
    await assert.rejects(tab.request(ME), { code: 'UNREACHABLE' });
    await assert.rejects(tab.accessToken(), { code: 'UNREACHABLE' });
    const reloaded = stage.tab();
    assert.equal(reloaded.state.status, 'signedIn');
    await assert.rejects(reloaded.request(ME), { code: 'UNREACHABLE' });
    stage.proxy.fate = () => 'pass';
    await Promise.all([tab.request(ME), reloaded.request(ME)]);
    assert.deepEqual(tab.seen, []);
  },

  async 'an overloaded server is asked again after its Retry-After'(stage) {
    const { tab } = await stage.signedIn();
    const answers = [refusal('OVERLOADED', { retryAfter: 1 }), { status: 502, body: '<h1>Bad gateway</h1>' }];
    stage.proxy.fate = (name) => (name === 'refresh' && answers.shift()) || 'pass';
    stage.expire();
    const from = Date.now();
    await tab.request(ME);
    assert.ok(Date.now() - from >= 1400);
    assert.equal(stage.proxy.count('refresh'), 3);
  },

  async 'a server with a long Retry-After is not asked again, and requests fail with its code'(stage) {
    const { tab } = await stage.signedIn();
    stage.proxy.fate = (name) => (name === 'refresh' ? refusal('RATE_LIMITED', { retryAfter: 60 }) : 'pass');
    stage.expire();
    for (let times = 0; times < 5; times += 1) {
      await assert.rejects(tab.request(ME), (error) => error.code === 'RATE_LIMITED' && error.retryAfter === 60);
    }
    assert.equal(stage.proxy.count('refresh'), 1);
    stage.proxy.fate = () => 'pass';
    stage.later += 61_000;
    await tab.request(ME);
    assert.equal(tab.state.status, 'signedIn');
  },

  async 'a token whose signing key was replaced is refreshed, and the request repeated'(stage) {
    const { tab } = await stage.signedIn();
    let refusals = 1;
    stage.proxy.fate = (name) => (name === 'me' && refusals-- > 0 ? refusal('AUTH_UNAUTHENTICATED') : 'pass');
    await tab.request(ME);
    assert.equal(stage.proxy.count('refresh'), 1);
    assert.deepEqual(tab.seen, []);
  },

  async 'a service that accepts no token at all is not asked for a new one at each request'(stage) {
    const { tab } = await stage.signedIn();
    stage.proxy.fate = (name) => (name === 'me' ? refusal('AUTH_UNAUTHENTICATED') : 'pass');
    for (let times = 0; times < 5; times += 1) {
      await assert.rejects(tab.request(ME), { code: 'AUTH_UNAUTHENTICATED' });
    }
    assert.equal(stage.proxy.count('refresh'), 1);
    assert.equal(tab.state.status, 'signedIn');
  },

  async 'an internal error of the server signs nobody out'(stage) {
    const { tab } = await stage.signedIn();
    stage.proxy.fate = (name) => (name === 'refresh' ? refusal('INTERNAL') : 'pass');
    stage.expire();
    await assert.rejects(tab.request(ME), { code: 'INTERNAL' });
    stage.proxy.fate = () => 'pass';
    await tab.request(ME);
  },

  async 'after a change of role, AUTH_TOKEN_STALE causes a refresh and a repeated request'(stage) {
    const { person, tab } = await stage.signedIn();
    const owner = await stage.people.arrive();
    const organization = await stage.people.createOrganization(owner, 'Harbour');
    const { email } = person;
    const membership = await stage.people.join(
      organization,
      owner,
      { email, accessToken: await tab.accessToken() },
      'ADMIN',
    );
    await tab.switchOrganization(organization.id);
    assert.equal(tab.claims.org.id, organization.id);
    assert.equal(tab.claims.org_role, 'ADMIN');
    await stage.service.ask(
      'mutation($input: UpdateMemberRoleInput!) { updateMemberRole(input: $input) { membership { id } } }',
      { input: { membershipId: membership.id, role: 'OWNER' }, accessToken: await stage.people.signIn(owner) },
    );
    const refreshes = stage.proxy.count('refresh');
    const rename = 'mutation($input: UpdateOrganizationInput!) { updateOrganization(input: $input) { organization { name } } }';
    const { updateOrganization } = await tab.request(rename, {
      input: { organizationId: organization.id, name: 'Pier' },
    });
    assert.equal(updateOrganization.organization.name, 'Pier');
    assert.equal(stage.proxy.count('updateOrganization'), 2);
    assert.equal(stage.proxy.count('refresh'), refreshes + 1);
    assert.equal(tab.claims.org_role, 'OWNER');
    await tab.switchOrganization(null);
    assert.equal(tab.claims.org, undefined);
    await assert.rejects(tab.switchOrganization(tab.claims.sub), { code: 'ORGANIZATION_NOT_FOUND' });
  },

  async 'a refusal of the service is a LatchkeyError with its code, fields and path'(stage) {
    const tab = stage.tab();
    await assert.rejects(tab.login({ identifier: 'nobody', password: 'wrong' }), (error) => {
      assert.ok(error instanceof LatchkeyError);
      assert.equal(errorCode(error), 'AUTH_INVALID_CREDENTIALS');
      return true;
    });
    const register = 'mutation($input: RegisterInput!) { register(input: $input) { user { id } } }';
    await assert.rejects(
      tab.request(register, { input: { email: 'a', username: 'b c', password: PASSWORD } }),
      (error) => {
        assert.equal(error.code, 'VALIDATION_FAILED');
        assert.deepEqual(error.path, ['register']);
        assert.ok(error.fields.some(({ path }) => path === 'input.username'));
        return true;
      },
    );
    await assert.rejects(tab.request(ME), { code: 'AUTH_UNAUTHENTICATED' });
    assert.equal(stage.proxy.count('refresh'), 0);
  },

  async 'fetch adds the token only to requests to the endpoint, in every form of its arguments'(stage) {
    const { tab } = await stage.signedIn();
    const init = {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ query: ME }),
    };
    const ask = async (...request) => (await (await tab.fetch(...request)).json()).data?.me?.id;
    stage.expire();
    assert.ok(await ask(stage.proxy.url, init));
    assert.ok(await ask(new Request(stage.proxy.url, init)));
    assert.ok(await ask(`${stage.proxy.url}?query=${encodeURIComponent(ME)}`));
    const elsewhere = stage.proxy.url.replace('/graphql', '/graphql/');
    const plain = stage.tab({ fetch: async (_, sent) => Response.json(Object.fromEntries(new Headers(sent?.headers))) });
    assert.equal((await (await plain.fetch(elsewhere, {})).json()).authorization, undefined);
    const own = await plain.fetch(stage.proxy.url, { headers: { Authorization: 'Bearer own' } });
    assert.equal((await own.json()).authorization, 'Bearer own');
  },
};
