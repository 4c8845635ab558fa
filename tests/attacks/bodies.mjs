// Hostile bodies: of other types, packed, too large, never whole.

import assert from 'node:assert/strict';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { each, until } from './patience.mjs';
import { LOGIN, PASSWORD } from './people.mjs';
import { HOST, JSON_POST, Wire, head, isRefused, post } from './wire.mjs';

const JSON_TYPE = { 'Content-Type': 'application/json' };
const PING = JSON.stringify({ query: '{ __typename }' });

// Where a browser would send a form without asking us first, nothing may run.
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
  'gzip that unpacks to 10 MB': ['gzip', gzipSync(zeros)],
  'gzip in gzip in gzip': ['gzip, gzip, gzip', gzipSync(gzipSync(gzipSync(PING)))],
  deflate: ['deflate', deflateSync(PING)],
  brotli: ['br', brotliCompressSync(PING)],
  'gzip that is none': ['gzip', PING],
  'gzip beside identity': ['identity, gzip', gzipSync(PING)],
  'something unheard of': ['x-evil', PING],
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
  bodies[`a body packed as ${what} is refused`] = async ({ client }) => {
    const headers = { ...JSON_TYPE, 'Content-Encoding': coding };
    const { status, code } = await client.send({ method: 'POST', headers, body });
    assert.deepEqual([status, code], [415, 'VALIDATION_FAILED']);
  };
}

Object.assign(bodies, {
  'without a type, or with two, a body is refused': async ({ client }) => {
    for (const headers of [{}, { 'Content-Type': ['application/json', 'text/plain'] }]) {
      const { status } = await client.send({ method: 'POST', headers, body: PING });
      assert.equal(status, 415);
    }
  },

  'a form of another site cannot send a mutation, whatever it calls its fields': async ({ client }) => {
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

  'a password of 1 MB is too large wherever a password is taken': async ({ client, owner }) => {
    const megabyte = 'x'.repeat(1_000_000);
    for (const [query, input] of withPasswords(megabyte)) {
      const sent = client.call(query, { input, as: owner });
      // Who is refused while still sending may not hear why.
      const answer = await sent.catch((error) => ({ status: error.code }));
      assert.ok([413, 'ECONNRESET', 'EPIPE'].includes(answer.status), `${answer.status}`);
    }
  },

  'a password as large as a body may be is answered soon': async ({ client, people }) => {
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

  'no password is made so that it is hard to judge': async ({ client }) => {
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

  'a body of exactly what is allowed is read, and one byte more is not': async ({ client }) => {
    const padded = (size) => PING + ' '.repeat(size - PING.length);
    const send = (body) => client.send({ method: 'POST', headers: JSON_TYPE, body });
    assert.equal((await send(padded(65_536))).status, 200);
    assert.equal((await send(padded(65_537))).status, 413);
  },

  'a body of 50 MB is not waited for': ({ service }) =>
    isRefused(service, [head(...JSON_POST, 'Content-Length: 50000000'), Buffer.alloc(50_000_000, ' ')]),

  'a body of 5 MB in chunks of a byte is not waited for': ({ service }) =>
    isRefused(service, [head(...JSON_POST, 'Transfer-Encoding: chunked'), '1\r\n \r\n'.repeat(1_000_000)]),

  'a body that is never asked for does not hold the connection': ({ service }) =>
    isRefused(service, [
      head('POST /account/verify-email HTTP/1.1', HOST, 'Content-Length: 50000000'),
      Buffer.alloc(50_000_000, ' '),
    ]),

  'a body that breaks off is refused': ({ service }) =>
    isRefused(service, [post('{ __typename }').slice(0, -5)], { finish: true }),

  'a body shorter than its chunks say is refused': ({ service }) =>
    isRefused(service, [head(...JSON_POST, 'Transfer-Encoding: chunked'), `ff\r\n${PING}`], { finish: true }),

  'three hundred requests that break off anywhere leave nothing behind': async ({ service }) => {
    const whole = post(LOGIN);
    await each(Array.from({ length: 300 }), 20, async (_, n) => {
      const wire = await Wire.open(service);
      await wire.write(whole.slice(0, Math.floor((whole.length * n) / 300)));
      wire.destroy();
    });
  },

  'a hundred logins whose callers hang up do not stop the others': async ({ service, people, owner }) => {
    const input = JSON.stringify({
      query: LOGIN,
      variables: { input: { identifier: 'ada', password: 'x' } },
    });
    await each(Array.from({ length: 100 }), 20, async () => {
      const wire = await Wire.open(service);
      await wire.write(head(...JSON_POST, `Content-Length: ${input.length}`) + input);
      wire.destroy();
    });
    await until('a login', async () => (await people.login(owner.username)).data?.login);
  },
});

// Every field that takes a password, with this one.
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
