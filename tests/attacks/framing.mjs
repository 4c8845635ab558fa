// Malformed and ambiguous HTTP/1.1.

import assert from 'node:assert/strict';
import { HOST, JSON_POST, RawConnection, exchange, head, isRefused, post } from './raw_http.mjs';

const PING = JSON.stringify({ query: '{ __typename }' });
const HIDDEN = head('GET /health/live HTTP/1.1', HOST, 'X-Hidden: yes');
const CHUNKED = 'Transfer-Encoding: chunked';
const chunk = (text) => `${text.length.toString(16)}\r\n${text}\r\n`;

// Request smuggling. A proxy in front of the service may use the other length. If the service answered what the proxy
// takes for a body, the next visitor would get that response. RFC 9112 section 6.1: refuse, or close afterwards.
const SMUGGLING = {
  'both lengths': [...JSON_POST, `Content-Length: ${5 + HIDDEN.length}`, CHUNKED],
  'both lengths, in the other order': [...JSON_POST, CHUNKED, `Content-Length: ${5 + HIDDEN.length}`],
  'both lengths and an unknown coding': [
    ...JSON_POST,
    'Content-Length: 5',
    'Transfer-Encoding: xchunked',
  ],
  'both lengths and two codings': [...JSON_POST, 'Content-Length: 5', 'Transfer-Encoding: identity, chunked'],
  'both lengths and a coding after chunked': [
    ...JSON_POST,
    'Content-Length: 5',
    'Transfer-Encoding: chunked, identity',
  ],
  'both lengths and chunked twice': [
    ...JSON_POST,
    'Content-Length: 5',
    'Transfer-Encoding: chunked, chunked',
  ],
  'both lengths in two lines': [...JSON_POST, 'Content-Length: 5', CHUNKED, 'Transfer-Encoding: identity'],
  'both lengths and a space before the colon': [
    ...JSON_POST,
    'Content-Length: 5',
    'Transfer-Encoding : chunked',
  ],
  'both lengths and a folded line': [...JSON_POST, 'Content-Length: 5', 'X: y', ` ${CHUNKED}`],
  'both lengths and a bare line feed': [...JSON_POST, 'Content-Length: 5', `X: y\n${CHUNKED}`],
  'both lengths and a bare carriage return': [...JSON_POST, 'Content-Length: 5', `X: y\r${CHUNKED}`],
  'both lengths and a NUL': [...JSON_POST, 'Content-Length: 5', `${CHUNKED}\0`],
  'both lengths and an 8-bit character': [...JSON_POST, 'Content-Length: 5', 'Transfer-Encoding: \xe7hunked'],
  'both lengths and quotation marks': [...JSON_POST, 'Content-Length: 5', 'Transfer-Encoding: "chunked"'],
  'two lengths': [...JSON_POST, 'Content-Length: 5', `Content-Length: ${5 + HIDDEN.length}`],
  'two lengths in one line': [...JSON_POST, `Content-Length: 5, ${5 + HIDDEN.length}`],
};

const BROKEN = {
  'with a negative length': [head(...JSON_POST, 'Content-Length: -1')],
  'with a length with a plus sign': [head(...JSON_POST, `Content-Length: +${PING.length}`), PING],
  'with a length in hexadecimal': [head(...JSON_POST, 'Content-Length: 0x1a'), PING],
  'with a length with an exponent': [head(...JSON_POST, 'Content-Length: 1e1'), PING],
  'with an empty length': [head(...JSON_POST, 'Content-Length: '), PING],
  'with a length above 64 bits': [head(...JSON_POST, 'Content-Length: 99999999999999999999999')],
  'with the largest length in 64 bits': [head(...JSON_POST, 'Content-Length: 18446744073709551615')],
  'with a chunk size above 64 bits': [head(...JSON_POST, CHUNKED), 'FFFFFFFFFFFFFFFFF\r\n', PING],
  'with the largest chunk size in 64 bits': [head(...JSON_POST, CHUNKED), 'FFFFFFFFFFFFFFFF\r\n', PING],
  'with a negative chunk size': [head(...JSON_POST, CHUNKED), '-1\r\n', PING],
  'with a chunk size with 0x': [head(...JSON_POST, CHUNKED), `0x${chunk(PING)}0\r\n\r\n`],
  'with a chunk that is longer than its size': [head(...JSON_POST, CHUNKED), `5\r\n${PING}\r\n0\r\n\r\n`],
  'with a chunk extension of 1 MB': [head(...JSON_POST, CHUNKED), `1;${'x'.repeat(1_000_000)}\r\n`],
  'with 100,000 chunk extensions': [head(...JSON_POST, CHUNKED), '1;x=y\r\n \r\n'.repeat(100_000)],
  'with trailers of 1 MB': [head(...JSON_POST, CHUNKED), '0\r\n', `X: ${'y'.repeat(1_000_000)}\r\n`],
  'with 10,000 trailers': [head(...JSON_POST, CHUNKED), '0\r\n', 'X: y\r\n'.repeat(10_000), '\r\n'],
  'of HTTP/1.0 in chunks': [
    head('POST /graphql HTTP/1.0', ...JSON_POST.slice(1), CHUNKED),
    chunk(PING),
    '0\r\n\r\n',
  ],
  'of HTTP/0.9': ['GET /\r\n'],
  'of HTTP/1.2': [head('GET /health/live HTTP/1.2', HOST)],
  'of HTTP/9.9': [head('GET /health/live HTTP/9.9', HOST)],
  'of HTTP/2.0 in the form of HTTP/1': [head('GET /health/live HTTP/2.0', HOST)],
  'of a protocol that is not HTTP': [head('GET /health/live HTTPS/1.1', HOST)],
  'with two spaces in its first line': [head('GET  /health/live  HTTP/1.1', HOST)],
  'with a tab in its first line': [head('GET\t/health/live\tHTTP/1.1', HOST)],
  'with a NUL in its path': [head('GET /health/live\0 HTTP/1.1', HOST)],
  'with an 8-bit character in its method': [head('G\xcbT /health/live HTTP/1.1', HOST)],
  'with a header without a colon': [head('GET /health/live HTTP/1.1', HOST, 'nonsense')],
  'with a header without a name': [head('GET /health/live HTTP/1.1', HOST, ': x')],
  'with a space in a header name': [head('GET /health/live HTTP/1.1', HOST, 'X Y: z')],
  'with a NUL in a header': [head('GET /health/live HTTP/1.1', HOST, 'X: y\0z')],
  'with a bare carriage return in a header': [head('GET /health/live HTTP/1.1', HOST, 'X-Device-Name: y\rz')],
  'with a folded header': [head('GET /health/live HTTP/1.1', HOST, 'X: y', ' z')],
  'with 10,000 headers': [head('GET /health/live HTTP/1.1', HOST, ...Array(10_000).fill('X: y'))],
  'with 150 headers': [head('GET /health/live HTTP/1.1', HOST, ...Array(150).fill('X: y'))],
  'with a header of 1 MB': [head('GET /health/live HTTP/1.1', HOST, `X: ${'y'.repeat(1_000_000)}`)],
  'with a header name of 70,000 letters': [
    head('GET /health/live HTTP/1.1', HOST, `${'x'.repeat(70_000)}: y`),
  ],
  'with a head of 10 MB': ['GET /health/live HTTP/1.1\r\n', 'X: y\r\n'.repeat(1_700_000)],
  'with a method of 100,000 letters': [head(`${'A'.repeat(100_000)} / HTTP/1.1`, HOST)],
  'with a path of 100,000 bytes': [head(`GET /${'a'.repeat(100_000)} HTTP/1.1`, HOST)],
  'with a query string of 1 MB': [head(`GET /graphql?query=${'a'.repeat(1_000_000)} HTTP/1.1`, HOST)],
  'that is TLS': [Buffer.from('16030100c8010000c40303', 'hex'), 'x'.repeat(200)],
  'that is 1 MB of noise': [Buffer.from(Uint8Array.from({ length: 1_000_000 }, (_, n) => (n * 7919) % 251))],
  'that is SMTP': ['EHLO evil.example\r\n', 'QUIT\r\n\r\n'],
};

export const framing = {};
for (const [what, lines] of Object.entries(SMUGGLING)) {
  framing[`a request smuggled with ${what} gets no response`] = async ({ service }) => {
    const bytes = `${head(...lines)}0\r\n\r\n${HIDDEN}`;
    const answers = await exchange(service, bytes, { finish: true });
    assert.ok(
      answers.every(({ text }) => !text.includes('live')),
      'the smuggled request got a response',
    );
  };
}
for (const [what, parts] of Object.entries(BROKEN)) {
  framing[`a request ${what} is refused`] = ({ service }) => isRefused(service, parts, { finish: true });
}

Object.assign(framing, {
  'the next request does not become part of a shorter body': async ({ service }) => {
    const first = post('{ __typename }', { connection: 'keep-alive' });
    const answers = await exchange(service, first + HIDDEN, { count: 2 });
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200],
    );
    assert.match(answers[1].text, /live/);
  },

  'the body of a GET is not taken for the next request': async ({ service }) => {
    const first = head('GET /graphql?query={__typename} HTTP/1.1', HOST, `Content-Length: ${HIDDEN.length}`);
    const answers = await exchange(service, first + HIDDEN, { finish: true });
    assert.ok(
      answers.every(({ text }) => !text.includes('live')),
      'the body got a response',
    );
  },

  'a hundred pipelined requests get a hundred responses, in order': async ({ service }) => {
    const asked = Array.from({ length: 100 }, (_, n) => `{ a${n}: __typename }`);
    const bytes = asked.map((query) => post(query, { connection: 'keep-alive' })).join('');
    const answers = await exchange(service, bytes, { count: 100 });
    assert.deepEqual(
      answers.map(({ text }) => Object.keys(JSON.parse(text).data)[0]),
      asked.map((_, n) => `a${n}`),
    );
  },

  'ten thousand pipelined requests of a client that disconnects do no harm': async ({ service }) => {
    const connection = await RawConnection.open(service);
    await connection.write(post('{ __typename }', { connection: 'keep-alive' }).repeat(10_000));
    connection.destroy();
  },
});
