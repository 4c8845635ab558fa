// Well-formed headers with hostile values.

import assert from 'node:assert/strict';
import { Client } from './client.mjs';
import { RawConnection, head } from './raw_http.mjs';

// Each is sent with a valid request.
const ODD_HEADERS = {
  'a name for the request': { 'X-Request-ID': 'evil\tname' },
  'another method': { 'X-HTTP-Method-Override': 'DELETE', 'X-Method-Override': 'GET' },
  'another path': { 'X-Original-URL': '/mailbox', 'X-Rewrite-URL': '/mailbox' },
  'a cookie of 60,000 bytes': { Cookie: `a=${'b'.repeat(60_000)}` },
  'a thousand cookies': { Cookie: 'a=b; '.repeat(1_000) },
  'an Accept of 10,000 types': { Accept: `${'a/b, '.repeat(10_000)}*/*` },
  'an Accept of weight NaN': { Accept: 'application/json;q=NaN, */*' },
  'an Accept of infinite weight': { Accept: 'application/json;q=inf, text/html;q=1e400, */*;q=-0' },
  '10,000 languages': { 'Accept-Language': 'de-DE-1996;q=0.5, '.repeat(3_000) },
  'a language that is a path': { 'Accept-Language': '../../../../etc/passwd, en/../../x, %2e%2e' },
  'a language of weight NaN': { 'Accept-Language': 'de;q=NaN, en;q=NaN, fr;q=inf' },
  'an Accept-Encoding of every coding': { 'Accept-Encoding': 'gzip;q=NaN, br, *;q=0, identity;q=0' },
  'an expectation': { Expect: '100-continue' },
  'an unknown expectation': { Expect: 'the Spanish Inquisition' },
  'an upgrade to WebSocket': { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Key': 'x' },
  'an upgrade to HTTP/2': {
    Connection: 'Upgrade, HTTP2-Settings',
    Upgrade: 'h2c',
    'HTTP2-Settings': 'AAMAAABk',
  },
  'a condition': { 'If-None-Match': '*', 'If-Match': '"x"', 'If-Modified-Since': 'never' },
  'a thousand ranges': { Range: `bytes=${'0-1,'.repeat(1_000)}0-1` },
  'Connection that names other headers': { Connection: 'close, Content-Type, Authorization, Content-Length' },
  'a request for trailers': { TE: 'trailers, deflate;q=0.5' },
  'a User-Agent of 60,000 bytes': { 'User-Agent': 'Mozilla '.repeat(7_500) },
  'a User-Agent in Latin-1': { 'User-Agent': 'M\xf6zill\xe4' },
};

export const headers = {};
for (const [what, odd] of Object.entries(ODD_HEADERS)) {
  headers[`a header with ${what} does no harm`] = async ({ client, owner }) => {
    const {
      status,
      data,
      code,
      text,
      headers: received,
    } = await client.call('{ me { id } }', { as: owner, headers: odd });
    // `Expect` may be refused with a status of its own.
    assert.ok(
      data?.me?.id === owner.id || (status >= 400 && code !== null) || status === 417,
      `${status} ${text}`,
    );
    assert.notEqual(received['x-request-id'], 'evil\tname');
    assert.ok(!('upgrade' in received));
  };
}

// Names that no device may have. The last one stands for all bytes that no header can contain: see `framing`.
const ODD_NAMES = {
  'X-Device-Name': [
    'a\u202eb',
    'a\u200bb',
    'a\u0085b',
    'x'.repeat(101),
    'x'.repeat(60_000),
    '\u{e0041}',
    'a\tb',
  ],
  'X-Device-Type': ['a b', '<b>', 'é', 'x'.repeat(33), '../..', '{{7*7}}'],
};
for (const [name, values] of Object.entries(ODD_NAMES)) {
  headers[`${name} with invalid text is accepted, but without characters that hide or reorder, and shortened`] = async ({ client, owner }) => {
    for (const value of [...values, 'a\xff\xfeb']) {
      const bytes = value.includes('\xff') ? value : Buffer.from(value).toString('latin1');
      const input = { identifier: owner.username, password: owner.password };
      const { data, text } = await client.call(
        'mutation($input: LoginInput!) { login(input: $input) { session { device { name type } } } }',
        { variables: { input }, headers: { [name]: bytes } },
      );
      const device = data?.login.session.device;
      assert.match(device?.name ?? '', /^[ -~ÿþ]{0,100}$/, text);
      assert.match(device?.type ?? '', /^[a-z0-9_-]{1,32}$/, text);
    }
  };
}

headers['X-Device-ID has to be one short word'] = async ({ client, owner }) => {
  for (const value of ['a b', 'é', 'x'.repeat(129), 'x'.repeat(60_000), 'a\tb', 'a\xff\xfeb']) {
    const bytes = value.includes('\xff') ? value : Buffer.from(value).toString('latin1');
    const { status, code, paths, text } = await client.call('{ me { id } }', {
      as: owner,
      headers: { 'X-Device-ID': bytes },
    });
    assert.deepEqual([status, code, paths], [400, 'VALIDATION_FAILED', ['headers.X-Device-ID']], text);
  }
};

Object.assign(headers, {
  'a bearer token that is not text is ignored': async ({ client }) => {
    const odd = await client.call('{ me { id } }', { headers: { Authorization: 'Bearer \xff\xfe' } });
    assert.equal(odd.code, 'AUTH_UNAUTHENTICATED');
  },

  'two bearer tokens do not mix two callers': async ({ client, owner, stranger }) => {
    const Authorization = [`Bearer ${owner.accessToken}`, `Bearer ${stranger.accessToken}`];
    const { data } = await client.call('{ me { id } a: me { id } }', { headers: { Authorization } });
    assert.ok(!data?.me || data.me.id === data.a.id);
  },

  'no header of the response contains text of the request': async ({ client, service }) => {
    const word = 'reflected-word';
    for (const path of [
      '/graphql',
      `/graphql?query={__typename}&${word}`,
      '/',
      `/?${word}`,
      `/${word}`,
      '/account/verify-email',
    ]) {
      const answer = await client.send({
        path,
        headers: {
          'X-Request-ID': word,
          Origin: `https://${word}.example`,
          Referer: `https://${word}.example`,
          'X-Forwarded-Host': `${word}.example`,
          'If-None-Match': `"${word}"`,
          'Access-Control-Request-Headers': word,
          'Accept-Language': word,
        },
      });
      assert.ok(!Client.echoes(answer, word), `${path}: ${JSON.stringify(answer.headers)}`);
      assert.ok(!answer.text.includes(word), `${path}: ${answer.text.slice(0, 300)}`);
    }
    // The log may only contain the origin of a page that is not allowed.
    const leaks = service.log.split('\n').filter((line) => line.includes(word) && !line.includes('CORS_ORIGINS='));
    assert.deepEqual(leaks, [], 'text of the request is in the log');
  },

  'no request can write newlines or escape sequences into the log': async ({
    client,
    people,
    service,
  }) => {
    const forged = 'x\\n2026-01-01T00:00:00Z ERROR latchkey: forged';
    const escape = '\u001b[31mred\u001b[0m';
    await people.login(`${escape}\n${forged}`);
    await client.call(`{ ${escape} }`);
    await client.send({
      path: '/%0a%0dERROR%20forged%1b[31m',
      headers: { 'User-Agent': 'x\ty ERROR forged' },
    });
    await client.call('mutation($input: RegisterInput!) { register(input: $input) { user { id } } }', {
      input: { ...people.name(), email: `a\n${forged}@example.com`, password: escape },
    });
    const connection = await RawConnection.open(service);
    await connection.write(head('GET / HTTP/1.1', `Host: x\nERROR forged ${escape}`));
    await connection.answers();
    connection.destroy();
    assert.ok(!service.log.includes('forged'), 'a forged line');
    assert.ok(!service.log.includes('\u001b'), 'an escape sequence');
  },

  'only sites in CORS_ORIGINS may read responses in a browser': async ({ client }) => {
    const body = JSON.stringify({ query: '{ __typename }' });
    const ask = async (Origin) => {
      const sent = { method: 'POST', headers: { 'Content-Type': 'application/json', Origin }, body };
      const preflight = {
        method: 'OPTIONS',
        headers: {
          Origin,
          'Access-Control-Request-Method': 'POST',
          'Access-Control-Request-Headers': 'content-type,authorization',
        },
      };
      const answers = [await client.send(sent), await client.send(preflight)];
      return answers.map(({ headers }) => headers['access-control-allow-origin']);
    };
    assert.deepEqual(await ask('https://app.example.com'), Array(2).fill('https://app.example.com'));
    for (const origin of [
      'null',
      '*',
      '',
      'https://evil.example',
      'http://app.example.com',
      'https://app.example.com.evil.example',
      'https://app.example.com:8443',
      'https://app.example.com/',
      'https://app.example.com@evil.example',
      'https://APP.example.com',
      'https://app.example.com https://evil.example',
      'https://app_example.com',
      'file://',
    ]) {
      assert.deepEqual(await ask(origin), [undefined, undefined], origin);
    }
  },
});
