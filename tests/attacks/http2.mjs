// Abuse of HTTP/2 without TLS: hostile frames, and hostile use of streams through node:http2.

import assert from 'node:assert/strict';
import { connect, constants } from 'node:http2';
import { DEADLINE, assertSound } from './judge.mjs';
import { mapConcurrently, until, within } from '../async.mjs';
import {
  ACK,
  CONTINUATION,
  DATA,
  END_HEADERS,
  END_STREAM,
  GOAWAY,
  HEADERS,
  PADDED,
  PING,
  PREFACE,
  PRIORITY,
  PUSH,
  RST,
  SETTINGS,
  WINDOW,
  field,
  fields,
  frame,
  number,
  text,
} from './frames.mjs';
import { RawConnection } from './raw_http.mjs';

const GET = [
  [':method', 'GET'],
  [':scheme', 'http'],
  [':path', '/health/live'],
  [':authority', '127.0.0.1'],
];
const without = (name) => GET.filter(([field]) => field !== name);
const changed = (name, value) => GET.map(([field, old]) => [field, field === name ? value : old]);
const request = (stream, list = GET, flags = END_STREAM | END_HEADERS) =>
  frame(HEADERS, { stream, flags, payload: fields(list) });
const streams = (count, make) => Array.from({ length: count }, (_, n) => make(2 * n + 1));

// Each is sent after the preface. The service may respond, refuse or disconnect, but has to keep running.
const FRAMES = {
  'a flood of empty settings': () => Array(20_000).fill(frame(SETTINGS)),
  'many settings of 16,000 bytes': () =>
    Array(100).fill(frame(SETTINGS, { payload: '\0\x04\0\0\xff\xff'.repeat(2_700) })),
  'a window of one byte': () => [
    frame(SETTINGS, { payload: '\0\x04\0\0\0\x01' }),
    ...streams(50, (stream) => request(stream)),
  ],
  'a window above its limit': () => Array(3).fill(frame(WINDOW, { payload: number(0x7fffffff) })),
  'window updates of zero': () => Array(1_000).fill(frame(WINDOW, { payload: number(0) })),
  'a header table of 4 GB': () => [frame(SETTINGS, { payload: '\0\x01\xff\xff\xff\xff' }), request(1)],
  'a header table that changes its size all the time': () => [
    frame(HEADERS, { stream: 1, flags: END_HEADERS, payload: '\x3f\xe1\x1f\x20'.repeat(4_000) }),
  ],
  'a flood of pings': () => Array(50_000).fill(frame(PING, { payload: '12345678' })),
  'a flood of acknowledgements without pings': () =>
    Array(10_000).fill(frame(PING, { flags: ACK, payload: '12345678' })),
  'a flood of priority frames': () =>
    streams(20_000, (stream) => frame(PRIORITY, { stream, payload: '\0\0\0\0\0' })),
  'a stream that depends on itself': () => [frame(PRIORITY, { stream: 1, payload: '\0\0\0\x01\0' })],
  'streams that are reset at once (rapid reset)': () =>
    streams(2_000, (stream) => Buffer.concat([request(stream), frame(RST, { stream, payload: number(8) })])),
  'streams that make the service reset them': () =>
    streams(2_000, (stream) =>
      Buffer.concat([request(stream, GET, END_HEADERS), frame(WINDOW, { stream, payload: number(0) })]),
    ),
  'a reset of a stream that was never opened': () => [frame(RST, { stream: 99, payload: number(8) })],
  'headers that never end': () => [
    request(1, GET, 0),
    ...Array(5_000).fill(frame(CONTINUATION, { stream: 1, payload: field('x', 'y'.repeat(200)) })),
  ],
  'empty headers that never end': () => [
    request(1, GET, 0),
    ...Array(50_000).fill(frame(CONTINUATION, { stream: 1 })),
  ],
  'headers of 16 MB, encoded in four bytes each': () => {
    // One long header is put into the table, and then referred to many times.
    const first = Buffer.concat([Buffer.from([0x40]), text('x'), text('y'.repeat(3_000))]);
    const again = Buffer.alloc(16_000, 0xbe);
    return streams(20, (stream) =>
      frame(HEADERS, {
        stream,
        flags: END_STREAM | END_HEADERS,
        payload: Buffer.concat([fields(GET), first, again.subarray(0, 5_000)]),
      }),
    );
  },
  'a header with invalid compression': () => [
    frame(HEADERS, { stream: 1, flags: END_HEADERS, payload: '\xff'.repeat(1_000) }),
  ],
  'headers interrupted by other frames': () => [request(1, GET, 0), frame(PING, { payload: '12345678' })],
  'data for a stream that was never opened': () => [frame(DATA, { stream: 5, payload: 'x' })],
  'data for the connection itself': () => [frame(DATA, { payload: 'x' })],
  'empty data that never end': () => [
    request(1, [...GET, ['content-type', 'application/json']], END_HEADERS),
    ...Array(50_000).fill(frame(DATA, { stream: 1 })),
  ],
  'data that consist of padding': () => [
    request(1, GET, END_HEADERS),
    ...Array(100).fill(frame(DATA, { stream: 1, flags: PADDED, payload: `\xff${'\0'.repeat(255)}` })),
  ],
  'padding longer than its frame': () => [
    request(1, GET, END_HEADERS),
    frame(DATA, { stream: 1, flags: PADDED, payload: '\xffx' }),
  ],
  'more data than the content-length': () => [
    request(1, [...changed(':method', 'POST'), ['content-length', '1']], END_HEADERS),
    frame(DATA, { stream: 1, flags: END_STREAM, payload: 'x'.repeat(1_000) }),
  ],
  'a frame of 16 MB': () => [frame(DATA, { stream: 1, length: 0xffffff, payload: 'x'.repeat(100_000) })],
  'frames of unknown types': () =>
    Array(10_000).fill(frame(0xee, { stream: 1, payload: 'x'.repeat(50) })),
  'a push promise from the client': () => [
    frame(PUSH, { stream: 1, flags: END_HEADERS, payload: Buffer.concat([number(2), fields(GET)]) }),
  ],
  'a stream with an even number, which only servers may open': () => [request(2)],
  'streams with decreasing numbers': () => [request(5), request(3), request(1)],
  'a stream that is opened twice': () => [request(1), request(1)],
  'the highest stream number': () => [request(0x7fffffff), request(1)],
  'frames after GOAWAY': () => [
    frame(GOAWAY, { payload: '\0'.repeat(8) }),
    ...streams(50, (stream) => request(stream)),
  ],
  'GOAWAY frames of 1 MB': () => Array(60).fill(frame(GOAWAY, { payload: 'x'.repeat(16_000) })),
  'settings on a stream': () => [frame(SETTINGS, { stream: 1 })],
  'an acknowledgement of settings that contains settings': () => [
    frame(SETTINGS, { flags: ACK, payload: '\0\x04\0\0\0\x01' }),
  ],
  noise: () => [Buffer.from(Uint8Array.from({ length: 100_000 }, (_, n) => (n * 7919) % 251))],
  'a request of HTTP/1': () => ['GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'],
};

// Invalid requests that only HTTP/2 can express. None may succeed.
const REQUESTS = {
  'without a path': without(':path'),
  'without a method': without(':method'),
  'without a scheme': without(':scheme'),
  'with an empty path': changed(':path', ''),
  'with a path without a slash': changed(':path', 'health/live'),
  'with a path with a space': changed(':path', '/health/live HTTP/1.1\r\nX: y'),
  'with a path with a NUL': changed(':path', '/health/live\0'),
  'with an empty method': changed(':method', ''),
  'with a method with a space': changed(':method', 'GET /health/live HTTP/1.1'),
  'with two paths': [...GET, [':path', '/health/ready']],
  'with an unknown pseudo-header': [...GET, [':evil', 'x']],
  'with a header before the pseudo-headers': [['x', 'y'], ...GET],
  'with a status': [...GET, [':status', '200']],
  'with a newline in a header': [...GET, ['x', 'y\r\nz: w']],
  'with a NUL in a header': [...GET, ['x', 'y\0z']],
  'with capitals in a header’s name': [...GET, ['X-Evil', 'y']],
  'with a colon in a header’s name': [...GET, ['x:y', 'z']],
  'with a header without a name': [...GET, ['', 'y']],
  'with Connection': [...GET, ['connection', 'keep-alive']],
  'with Transfer-Encoding': [...GET, ['transfer-encoding', 'chunked']],
  'with a TE other than trailers': [...GET, ['te', 'gzip']],
  'with an invalid content-length': [...GET, ['content-length', 'x']],
  'with two content-lengths': [...GET, ['content-length', '0'], ['content-length', '1']],
  'that connects to a WebSocket': [...changed(':method', 'CONNECT'), [':protocol', 'websocket']],
  'that connects to another host': [
    [':method', 'CONNECT'],
    [':authority', 'evil.example:443'],
  ],
};

export const http2 = {};
for (const [what, make] of Object.entries(FRAMES)) {
  http2[`the service withstands ${what}`] = async ({ service, client }) => {
    const connection = await RawConnection.open(service);
    try {
      connection.socket.write(PREFACE);
      connection.socket.write(frame(SETTINGS));
      for (const piece of make()) connection.socket.write(Buffer.from(piece, 'latin1'));
      connection.socket.write(frame(PING, { payload: 'the end.' }));
      // Either the service disconnects, or it has read everything.
      await until(
        'an end',
        () => connection.isClosed || connection.bytes.includes('the end.') || connection.bytes.includes(goaway),
      );
    } finally {
      connection.destroy();
    }
    assert.equal((await client.send({ path: '/health/live' })).status, 200);
  };
}
const goaway = Buffer.from([GOAWAY, 0, 0, 0, 0, 0]);

for (const [what, list] of Object.entries(REQUESTS)) {
  http2[`a request of HTTP/2 ${what} is not served`] = async ({ service }) => {
    const connection = await RawConnection.open(service);
    try {
      connection.socket.write(PREFACE);
      connection.socket.write(frame(SETTINGS));
      connection.socket.write(request(1, list));
      connection.socket.write(frame(PING, { payload: 'the end.' }));
      await until(
        'an end',
        () => connection.isClosed || connection.bytes.includes('the end.') || connection.bytes.includes(goaway),
      );
      assert.ok(!connection.bytes.includes('"live"'), 'the request got a response');
    } finally {
      connection.destroy();
    }
  };
}

// Runs a test with a session of node:http2.
async function withSession({ host, port }, act) {
  const session = connect(`http://${host}:${port}`);
  session.on('error', () => {}); // a disconnect is one of the outcomes
  try {
    await within(DEADLINE, 'settings', new Promise((done) => session.once('remoteSettings', done)));
    return await act(session);
  } finally {
    session.destroy();
  }
}

// Sends a request. Returns its response, or null if the stream was ended.
function ask(session, headers, body) {
  const asked = new Promise((resolve) => {
    const stream = session.request(headers, { endStream: body === undefined });
    let status;
    let received = '';
    stream.setEncoding('utf8');
    stream.on('response', (headers) => (status = headers[constants.HTTP2_HEADER_STATUS]));
    stream.on('data', (chunk) => (received += chunk));
    stream.on('error', () => {});
    stream.on('close', () => resolve(status ? { status, text: received } : null));
    if (body !== undefined) stream.end(body);
  });
  return within(DEADLINE, 'an answer', asked).then((answer) => {
    if (answer) assertSound(answer);
    return answer;
  });
}

const POST = { ':method': 'POST', ':path': '/graphql', 'content-type': 'application/json' };

Object.assign(http2, {
  'a thousand requests on one connection all get responses': ({ service, owner }) =>
    withSession(service, async (session) => {
      const headers = { ...POST, authorization: `Bearer ${owner.accessToken}` };
      const body = JSON.stringify({ query: '{ me { username } }' });
      const answers = await mapConcurrently(Array(1_000).fill(body), 50, (each) => ask(session, headers, each));
      assert.ok(answers.every((answer) => answer?.text.includes(owner.username)));
    }),

  'the limits of requests also apply to HTTP/2': ({ service }) =>
    withSession(service, async (session) => {
      const large = await ask(session, POST, 'x'.repeat(1_000_000)).catch(() => null);
      assert.ok(!large || large.status === 413, large?.text);
      const typed = await ask(session, { ...POST, 'content-type': 'text/plain' }, '{}');
      assert.equal(typed.status, 415);
      const batch = await ask(session, POST, '[]');
      assert.equal(batch.status, 400);
    }),

  'headers of 100,000 bytes are refused on HTTP/2': ({ service }) =>
    withSession(service, async (session) => {
      const answer = await ask(session, { ':path': '/health/live', x: 'y'.repeat(100_000) });
      assert.ok(!answer || answer.status === 431, `${answer?.status}`);
    }),

  'the mailbox is not shown to another authority': ({ service }) =>
    withSession(service, async (session) => {
      for (const more of [{}, { host: '127.0.0.1' }]) {
        const answer = await ask(session, { ':path': '/mailbox', ':authority': 'evil.example', ...more });
        assert.ok(!answer || answer.status >= 400, `${answer?.status}`);
      }
    }),

  'logins whose streams are reset do not exhaust the service': async ({ service, people, owner }) => {
    await withSession(service, async (session) => {
      const body = JSON.stringify({
        query: 'mutation { login(input: { identifier: "ada", password: "x" }) { user { id } } }',
      });
      for (let n = 0; n < 150 && !session.destroyed; n += 1) {
        const stream = session.request(POST);
        stream.on('error', () => {});
        stream.end(body, () => stream.close(constants.NGHTTP2_CANCEL));
      }
      await until('a login', async () => (await people.login(owner.username)).data?.login);
    });
  },
});
