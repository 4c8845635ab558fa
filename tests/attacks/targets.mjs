// Hostile paths and methods.

import assert from 'node:assert/strict';
import { HOST, exchange, head, isRefused } from './raw_http.mjs';

const PATHS = [
  '/%2e%2e/%2e%2e/%2e%2e/etc/passwd',
  '/../../../../etc/passwd',
  '/account/../../../../etc/passwd',
  '/account/..%2f..%2f..%2fetc%2fpasswd',
  '/account/%2e%2e%2f%2e%2e%2fsecret',
  '/account/..%5c..%5csecret',
  '/account/....//....//etc/passwd',
  '/account/verify-email%00.css',
  '/account/verify-email%0d%0aX-Injected:%20yes',
  '/account/verify-email%250a',
  '/account/layout',
  '/account/layout.html',
  '/account/en.json',
  '/account/%ff%fe',
  '/account/\xff',
  '/account/%',
  '/account/%zz',
  `/account/${'%2e%2e%2f'.repeat(5_000)}`,
  `/${'/'.repeat(50_000)}`,
  '//evil.example/',
  '/\\evil.example',
  '/@evil.example',
  '/graphiql/../../../../etc/passwd',
  '/graphiql/..%2findex.html.gz',
  '/graphiql/index.html%00',
  '/graphiql/',
  '/mailbox/..%2f..%2fsecret',
  '/mailbox/%00',
  "/mailbox/' OR 1=1 --",
  '/mailbox/00000000-0000-0000-0000-000000000000',
  '/mailbox/%2e%2e/html',
  '/.git/config',
  '/.env',
  '/data/secret',
  '/latchkey.db',
  '/server-status',
  '/debug/pprof/',
  '/metrics',
  '/graphql/',
  '/graphql/x',
  '/GRAPHQL',
  '/graphql%2f',
  '/graphql;x=y',
];

const FORMS = {
  'an absolute URL of another host': 'GET http://evil.example/nothing HTTP/1.1',
  'an absolute URL of a file': 'GET file:///etc/passwd HTTP/1.1',
  'an absolute URL with a password': 'GET http://user:password@127.0.0.1/nothing HTTP/1.1',
  'an asterisk': 'OPTIONS * HTTP/1.1',
  'an asterisk in a GET': 'GET * HTTP/1.1',
  'a host to connect to': 'CONNECT evil.example:443 HTTP/1.1',
  'our own address to connect to': 'CONNECT 127.0.0.1:22 HTTP/1.1',
  'a host where a path belongs': 'GET evil.example HTTP/1.1',
  'a question mark': 'GET ? HTTP/1.1',
  'a fragment': 'GET /nothing#fragment HTTP/1.1',
};

const METHODS = [
  'TRACE',
  'TRACK',
  'PUT',
  'DELETE',
  'PATCH',
  'OPTIONS',
  'PROPFIND',
  'post',
  'PRI',
  'A!#$%&',
  '__proto__',
];

export const targets = {};
for (const path of PATHS) {
  targets[`there is nothing at ${path.slice(0, 60)}`] = async ({ service }) => {
    const [answer] = await exchange(service, head(`GET ${path} HTTP/1.1`, HOST, 'Connection: close'));
    assert.ok(!answer || (answer.status >= 400 && answer.status < 500), `${answer?.status} ${answer?.text}`);
    assert.ok(
      !answer ||
        !/root:|SQLite format|PRIVATE KEY|x-injected/i.test(answer.text + JSON.stringify(answer.headers)),
    );
  };
}
for (const [what, line] of Object.entries(FORMS)) {
  targets[`${what} as the target of a request is refused`] = ({ service }) =>
    isRefused(service, [head(line, HOST, 'Connection: close')], { finish: false });
}
for (const method of METHODS) {
  targets[`the method ${method} is refused, and the response echoes nothing`] = async ({ service }) => {
    for (const path of ['/graphql', '/account/verify-email', '/mailbox', '/health/live', '/']) {
      const lines = [HOST, 'X-Secret: repeated', 'Connection: close', 'Content-Length: 0'];
      const [answer] = await exchange(service, head(`${method} ${path} HTTP/1.1`, ...lines));
      const allowed = method === 'OPTIONS' && path === '/graphql' ? 200 : 400;
      assert.ok(!answer || answer.status >= allowed, `${path}: ${answer?.status}`);
      assert.ok(!answer?.text.includes('repeated'), answer?.text);
    }
  };
}

Object.assign(targets, {
  'a URL of 60,000 bytes is handled like any other': async ({ client }) => {
    const { status } = await client.send({ path: `/${'a'.repeat(60_000)}` });
    assert.ok(status === 404 || status === 414, `${status}`);
  },

  'a query by GET has the same limits': async ({ client }) => {
    for (const [asked, status] of [
      [{ query: `{${'[['.repeat(5_000)}` }, 200],
      [{ query: '{ __typename }', variables: '['.repeat(9_000) }, 400],
      [{ query: '{ __typename }', variables: '[1]' }, 400],
      [{ query: '{ __typename }', extensions: 'x' }, 400],
      [{ query: '', operationName: '\0' }, 200],
    ]) {
      const answer = await client.send({ path: `/graphql?${new URLSearchParams(asked)}` });
      assert.deepEqual(
        [answer.status, answer.code, answer.data],
        [status, 'VALIDATION_FAILED', null],
        answer.text,
      );
    }
    const twice = await client.send({ path: '/graphql?query={__typename}&query={me{id}}&query=' });
    assert.ok(twice.code, twice.text);
    const noise = await client.send({ path: '/graphql?query=%ff%fe%00&%&&&==&query' });
    assert.equal(noise.code, 'VALIDATION_FAILED');
  },

  'HEAD gets a response without a body, and executes no mutation': async ({ client, owner }) => {
    const query = 'mutation { logout { revokedSessions } }';
    const headers = { Authorization: `Bearer ${owner.accessToken}` };
    const asked = new URLSearchParams({ query });
    const { status, text } = await client.send({ method: 'HEAD', path: `/graphql?${asked}`, headers });
    assert.deepEqual([status, text], [405, '']);
    assert.ok((await client.call('{ me { id } }', { as: owner })).data?.me);
  },
});
