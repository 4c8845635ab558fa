// The adapters, with the GraphQL clients that frontends use.

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import * as apollo4 from '@apollo/client/core';
import * as urql from '@urql/core';
import { build } from 'esbuild';
import { errorCode } from 'latchkey-client';
import { latchkeyLink } from 'latchkey-client/apollo';
import { withFreshSession } from 'latchkey-client/fresh';
import { latchkeyExchange } from 'latchkey-client/urql';
import { refusal } from './proxy.mjs';
import { ME } from './stage.mjs';

const REVOKE = 'mutation($input: RevokeSessionInput!) { revokeSession(input: $input) { session { id } } }';
const RENAME = 'mutation($input: UpdateProfileInput!) { updateProfile(input: $input) { user { displayName } } }';

// Node.js cannot import parts of Apollo Client 3, so it is bundled, as in apps.
let bundled;
const apollo3 = () => (bundled ??= bundleApollo3());

async function bundleApollo3() {
  const outfile = fileURLToPath(new URL('made/apollo3.mjs', import.meta.url));
  await build({
    absWorkingDir: fileURLToPath(new URL('..', import.meta.url)), // where the alias is resolved
    entryPoints: [fileURLToPath(new URL('apollo3.mjs', import.meta.url))],
    alias: { '@apollo/client': 'apollo-client-3' },
    bundle: true,
    format: 'esm',
    outfile,
    logLevel: 'error',
  });
  return import(outfile);
}

function withApollo({ ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql }, link) {
  return (stage, tab) => {
    const client = new ApolloClient({
      cache: new InMemoryCache(),
      link: ApolloLink.from([link(tab), new HttpLink({ uri: stage.proxy.url })]),
    });
    const fetchPolicy = 'network-only';
    return {
      ask: async () => (await client.query({ query: gql(ME), fetchPolicy })).data,
      change: async (variables) => (await client.mutate({ mutation: gql(RENAME), variables })).data,
    };
  };
}

function withUrql(stage, tab) {
  const client = urql.createClient({
    url: stage.proxy.url,
    preferGetMethod: false,
    exchanges: [urql.cacheExchange, latchkeyExchange(tab), urql.fetchExchange],
  });
  const dataOf = ({ data, error }) => {
    if (error) throw error;
    return data;
  };
  return {
    ask: async () => dataOf(await client.query(ME, {}, { requestPolicy: 'network-only' }).toPromise()),
    change: async (variables) => dataOf(await client.mutation(RENAME, variables).toPromise()),
  };
}

const adapters = {
  'Apollo Client 4': async () => withApollo(apollo4, latchkeyLink),
  'Apollo Client 3': async () => {
    const bundled = await apollo3();
    return withApollo(bundled, bundled.latchkeyLink);
  },
  urql: async () => withUrql,
};

export const clients = {};
for (const [name, adapter] of Object.entries(adapters)) {
  clients[`${name}: sends the token, refreshes once at expiry, repeats, and reports the end of the session`] = async (stage) => {
    const frozen = Date.now();
    const { person, tab } = await stage.signedIn({ now: () => frozen });
    const { ask, change } = (await adapter())(stage, tab);
    assert.equal((await ask()).me.username, person.username);
    await stage.outlive();
    const [first, second] = await Promise.all([ask(), change({ input: { displayName: 'Ada' } })]);
    assert.equal(first.me.username, person.username);
    assert.equal(second.updateProfile.user.displayName, 'Ada');
    assert.equal(stage.proxy.count('refresh'), 1);
    assert.equal(stage.proxy.count('updateProfile'), 2);
    const accessToken = await stage.people.signIn(person);
    await stage.service.ask(REVOKE, { input: { sessionId: tab.claims.sid }, accessToken });
    const code = await ask().then(() => null, errorCode);
    assert.equal(code, 'AUTH_SESSION_ENDED');
    assert.equal(tab.state.end.reason, 'REVOKED');
    const afterwards = await ask().then(() => null, errorCode);
    assert.equal(afterwards, 'AUTH_UNAUTHENTICATED');
  };
  clients[`${name}: without a network, requests fail with its error; they work when it is back`] = async (stage) => {
    const { tab } = await stage.signedIn();
    const { ask } = (await adapter())(stage, tab);
    const code = () => ask().then(() => 'worked', errorCode);
    stage.proxy.fate = () => 'refuse';
    assert.equal(await code(), undefined); // the request of the GraphQL client itself failed
    stage.expire();
    assert.equal(await code(), 'UNREACHABLE');
    stage.proxy.fate = () => 'pass';
    assert.ok((await ask()).me.id);
    assert.deepEqual(tab.seen, []);
  };
  clients[`${name}: an action that needs a fresh session is repeated after a step-up`] = async (stage) => {
    const { tab } = await stage.signedIn();
    const { change } = (await adapter())(stage, tab);
    const need = { methods: ['PASSWORD'], maxAge: 300 };
    stage.proxy.fate = (name) => (name === 'updateProfile' ? refusal('AUTH_REAUTHENTICATION_REQUIRED', need) : 'pass');
    const needs = [];
    const stepUp = async (need) => {
      needs.push(need);
      stage.proxy.fate = () => 'pass';
    };
    const { updateProfile } = await withFreshSession(() => change({ input: { displayName: 'Ada' } }), stepUp);
    assert.equal(updateProfile.user.displayName, 'Ada');
    assert.deepEqual(needs, [need]);
    assert.equal(stage.proxy.count('updateProfile'), 2);
  };
}
