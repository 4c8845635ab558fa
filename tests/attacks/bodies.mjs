// Hostile bodies: of other types, compressed, too large, incomplete.

import assert from 'node:assert/strict';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { mapConcurrently, until } from '../async.mjs';
import { LOGIN, PASSWORD } from './people.mjs';
import { HOST, JSON_POST, RawConnection, head, isRefused, post } from './raw_http.mjs';

const JSON_TYPE = { 'Content-Type': 'application/json' };
const PING = JSON.stringify({ query: '{ __typename }' });

// Types that a browser sends without a preflight request, and others. None may be executed.
const OTHER_TYPES = [
  'text/plain',
  'text/plain; charset=utf-8',
  'text/plain; application/json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=application/json',
  'multipart/form-data',
  'application/graphql',
  'application/jsonp',
  'application/json-patch+json',
  'application/json, text/plain',
  'application/json; charset=utf-7',
  'application/json; charset=utf-16',
  'application/json; charset=utf-8; charset=utf-16',
  'application/xml',
  'application/ json',
  '*/*',
  '',
  ';',
  'x'.repeat(50_000),
];

const zeros = Buffer.alloc(10_000_000, ' ');
const PACKED = {
  'gzip that decompresses to 10 MB': ['gzip', gzipSync(zeros)],
  'gzip in gzip in gzip': ['gzip, gzip, gzip', gzipSync(gzipSync(gzipSync(PING)))],
  deflate: ['deflate', deflateSync(PING)],
  brotli: ['br', brotliCompressSync(PING)],
  'invalid gzip': ['gzip', PING],
  'gzip and identity': ['identity, gzip', gzipSync(PING)],
  'an unknown encoding': ['x-evil', PING],
};

export const bodies = {};
for (const type of OTHER_TYPES) {
  bodies[`a body of type “${type.slice(0, 60)}” is refused`] = async ({ client }) => {
    const body = JSON.stringify({ query: LOGIN, variables: { input: {} } });
    const headers = { 'Content-Type': type };
    const { status, code } = await client.send({ method: 'POST', headers, body });
    assert.deepEqual([status, code], [415, 'VALIDATION_FAILED']);
  };
}
for (const [what, [coding, body]] of Object.entries(PACKED)) {
  bodies[`a body compressed as ${what} is refused`] = async ({ client }) => {
    const headers = { ...JSON_TYPE, 'Content-Encoding': coding };
    const { status, code } = await client.send({ method: 'POST', headers, body });
    assert.deepEqual([status, code], [415, 'VALIDATION_FAILED']);
  };
}

Object.assign(bodies, {
  'a body without a type, or with two types, is refused': async ({ client }) => {
    for (const headers of [{}, { 'Content-Type': ['application/json', 'text/plain'] }]) {
      const { status } = await client.send({ method: 'POST', headers, body: PING });
      assert.equal(status, 415);
    }
  },

  'a form of another site cannot send a mutation, whatever the names of its fields': async ({ client }) => {
    const form = '{"query":"mutation { logout { revokedSessions } }","x":"=y"}';
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ]) {
      const headers = {
        'Content-Type': type,
        Origin: 'https://evil.example',
        'Sec-Fetch-Site': 'cross-site',
      };
      const { status, data } = await client.send({ method: 'POST', headers, body: form });
      assert.deepEqual([status, data], [415, null]);
    }
  },

  'a password of 1 MB is refused by every field that takes a password': async ({ client, owner }) => {
    const megabyte = 'x'.repeat(1_000_000);
    for (const [query, input] of withPasswords(megabyte)) {
      const sent = client.call(query, { input, as: owner });
      // A client that is refused while it still sends may not receive the reason.
      const answer = await sent.catch((error) => ({ status: error.code }));
      assert.ok([413, 'ECONNRESET', 'EPIPE'].includes(answer.status), `${answer.status}`);
    }
  },

  'a password of the maximum body size gets a quick response': async ({ client, people }) => {
    const scapegoat = await people.verified();
    for (const filling of ['x', 'aB3$', 'ﷺ', '\u0301', '💩', 'correct horse ']) {
      const count = Math.floor(60_000 / Buffer.byteLength(filling));
      for (const [query, input] of withPasswords(filling.repeat(count))) {
        const { code, data, ms } = await client.call(query, { input, as: scapegoat });
        assert.ok(code || data?.checkPassword?.acceptable === false, query);
        assert.ok(ms < 2_000, `${query} took ${ms} ms with ${filling}`);
      }
    }
  },

  'no password is expensive to score': async ({ client }) => {
    const query = 'query($input: CheckPasswordInput!) { checkPassword(input: $input) { score } }';
    for (const bit of [
      'a',
      'ab',
      '1989',
      'qwerty',
      'P@$$w0rd',
      '4@8({[<3',
      '0o0o',
      '1/1/1',
      'love',
      'é',
      'ſſ',
    ]) {
      const password = bit.repeat(256).slice(0, 256);
      const input = { password, email: `${bit.repeat(30)}@example.com`, username: bit.repeat(16) };
      const { data, ms } = await client.call(query, { input });
      assert.ok(data?.checkPassword, bit);
      assert.ok(ms < 1_000, `${bit} took ${ms} ms`);
    }
  },

  'a body of exactly the maximum size is read, and one byte more is refused': async ({ client }) => {
    const padded = (size) => PING + ' '.repeat(size - PING.length);
    const send = (body) => client.send({ method: 'POST', headers: JSON_TYPE, body });
    assert.equal((await send(padded(65_536))).status, 200);
    assert.equal((await send(padded(65_537))).status, 413);
  },

  'a body of 50 MB is refused before it is complete': ({ service }) =>
    isRefused(service, [head(...JSON_POST, 'Content-Length: 50000000'), Buffer.alloc(50_000_000, ' ')]),

  'a body of 5 MB in chunks of one byte is refused before it is complete': ({ service }) =>
    isRefused(service, [head(...JSON_POST, 'Transfer-Encoding: chunked'), '1\r\n \r\n'.repeat(1_000_000)]),

  'a body that no page reads does not keep the connection open': ({ service }) =>
    isRefused(service, [
      head('POST /account/verify-email HTTP/1.1', HOST, 'Content-Length: 50000000'),
      Buffer.alloc(50_000_000, ' '),
    ]),

  'an incomplete body is refused': ({ service }) =>
    isRefused(service, [post('{ __typename }').slice(0, -5)], { finish: true }),

  'a body that is shorter than its chunk size is refused': ({ service }) =>
    isRefused(service, [head(...JSON_POST, 'Transfer-Encoding: chunked'), `ff\r\n${PING}`], { finish: true }),

  'three hundred requests that are cut at random places leave no connection behind': async ({ service }) => {
    const whole = post(LOGIN);
    await mapConcurrently(Array.from({ length: 300 }), 20, async (_, n) => {
      const connection = await RawConnection.open(service);
      await connection.write(whole.slice(0, Math.floor((whole.length * n) / 300)));
      connection.destroy();
    });
  },

  'a hundred logins whose clients disconnect do not delay others': async ({ service, people, owner }) => {
    const input = JSON.stringify({
      query: LOGIN,
      variables: { input: { identifier: 'ada', password: 'x' } },
    });
    await mapConcurrently(Array.from({ length: 100 }), 20, async () => {
      const connection = await RawConnection.open(service);
      await connection.write(head(...JSON_POST, `Content-Length: ${input.length}`) + input);
      connection.destroy();
    });
    await until('a login', async () => (await people.login(owner.username)).data?.login);
  },
});

// Returns a request to every field that takes a password, with this one.
function withPasswords(password) {
  const good = 'glacier violin tangerine 77';
  const field = (name, type, input) => [
    `mutation($input: ${type}!) { ${name}(input: $input) { __typename } }`,
    input,
  ];
  return [
    field('login', 'LoginInput', { identifier: 'ada', password }),
    field('register', 'RegisterInput', { username: 'adalong', email: 'adalong@example.com', password }),
    field('changePassword', 'ChangePasswordInput', { currentPassword: password, newPassword: good }),
    field('changePassword', 'ChangePasswordInput', { currentPassword: PASSWORD, newPassword: password }),
    field('resetPassword', 'ResetPasswordInput', { token: `lkm_${'A'.repeat(43)}`, newPassword: password }),
    field('requestEmailChange', 'RequestEmailChangeInput', { newEmail: 'x@example.com', password }),
    field('deleteAccount', 'DeleteAccountInput', { password }),
    [
      'query($input: CheckPasswordInput!) { checkPassword(input: $input) { acceptable } }',
      { password, email: password.slice(0, 1_000), username: password.slice(0, 1_000) },
    ],
  ];
}
