// HTTP/2 without TLS, which anybody may speak from the first byte on: abuse of its frames by hand, and
// of its streams by way of node:http2.

import assert from 'node:assert/strict';
import { connect, constants } from 'node:http2';
import { DEADLINE, judge } from './judge.mjs';
import { each, until, within } from './patience.mjs';
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
import { Wire } from './wire.mjs';

const GET = [
  [':method', 'GET'],
  [':scheme', 'http'],
  [':path', '/health/live'],
  [':authority', '127.0.0.1'],
];
const without = (name) => GET.filter(([it]) => it !== name);
const changed = (name, value) => GET.map(([it, old]) => [it, it === name ? value : old]);
const request = (stream, list = GET, flags = END_STREAM | END_HEADERS) =>
  frame(HEADERS, { stream, flags, payload: fields(list) });
const streams = (count, make) => Array.from({ length: count }, (_, n) => make(2 * n + 1));

// Each is sent after the preface; the service may answer, refuse or hang up, as long as it goes on.
const FRAMES = {
  'a flood of empty settings': () => Array(20_000).fill(frame(SETTINGS)),
  'settings of 16,000 bytes, again and again': () =>
    Array(100).fill(frame(SETTINGS, { payload: '\0\x04\0\0\xff\xff'.repeat(2_700) })),
  'a window of a byte': () => [
    frame(SETTINGS, { payload: '\0\x04\0\0\0\x01' }),
    ...streams(50, (stream) => request(stream)),
  ],
  'a window past its limit': () => Array(3).fill(frame(WINDOW, { payload: number(0x7fffffff) })),
  'a window that grows by nothing': () => Array(1_000).fill(frame(WINDOW, { payload: number(0) })),
  'a table of headers of 4 GB': () => [frame(SETTINGS, { payload: '\0\x01\xff\xff\xff\xff' }), request(1)],
  'a table of headers that changes without end': () => [
    frame(HEADERS, { stream: 1, flags: END_HEADERS, payload: '\x3f\xe1\x1f\x20'.repeat(4_000) }),
  ],
  'a flood of pings': () => Array(50_000).fill(frame(PING, { payload: '12345678' })),
  'a flood of answers to pings that never were': () =>
    Array(10_000).fill(frame(PING, { flags: ACK, payload: '12345678' })),
  'a flood of priorities': () =>
    streams(20_000, (stream) => frame(PRIORITY, { stream, payload: '\0\0\0\0\0' })),
  'a stream that depends on itself': () => [frame(PRIORITY, { stream: 1, payload: '\0\0\0\x01\0' })],
  'streams that are reset as soon as they are open': () =>
    streams(2_000, (stream) => Buffer.concat([request(stream), frame(RST, { stream, payload: number(8) })])),
  'streams that make the service reset them': () =>
    streams(2_000, (stream) =>
      Buffer.concat([request(stream, GET, END_HEADERS), frame(WINDOW, { stream, payload: number(0) })]),
    ),
  'a reset of a stream that never was': () => [frame(RST, { stream: 99, payload: number(8) })],
  'headers that never end': () => [
    request(1, GET, 0),
    ...Array(5_000).fill(frame(CONTINUATION, { stream: 1, payload: field('x', 'y'.repeat(200)) })),
  ],
  'headers that never end, and hold nothing': () => [
    request(1, GET, 0),
    ...Array(50_000).fill(frame(CONTINUATION, { stream: 1 })),
  ],
  'headers of 16 MB that are four bytes each': () => {
    // One long header goes into the table, and is then named again and again.
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
  'a header that is compressed to nonsense': () => [
    frame(HEADERS, { stream: 1, flags: END_HEADERS, payload: '\xff'.repeat(1_000) }),
  ],
  'headers interrupted by other frames': () => [request(1, GET, 0), frame(PING, { payload: '12345678' })],
  'data for a stream that never was': () => [frame(DATA, { stream: 5, payload: 'x' })],
  'data for the connection itself': () => [frame(DATA, { payload: 'x' })],
  'data that never end and hold nothing': () => [
    request(1, [...GET, ['content-type', 'application/json']], END_HEADERS),
    ...Array(50_000).fill(frame(DATA, { stream: 1 })),
  ],
  'data that are all padding': () => [
    request(1, GET, END_HEADERS),
    ...Array(100).fill(frame(DATA, { stream: 1, flags: PADDED, payload: `\xff${'\0'.repeat(255)}` })),
  ],
  'padding longer than its frame': () => [
    request(1, GET, END_HEADERS),
    frame(DATA, { stream: 1, flags: PADDED, payload: '\xffx' }),
  ],
  'more data than it says': () => [
    request(1, [...changed(':method', 'POST'), ['content-length', '1']], END_HEADERS),
    frame(DATA, { stream: 1, flags: END_STREAM, payload: 'x'.repeat(1_000) }),
  ],
  'a frame of 16 MB': () => [frame(DATA, { stream: 1, length: 0xffffff, payload: 'x'.repeat(100_000) })],
  'frames of a kind that is not there': () =>
    Array(10_000).fill(frame(0xee, { stream: 1, payload: 'x'.repeat(50) })),
  'a promise from the client': () => [
    frame(PUSH, { stream: 1, flags: END_HEADERS, payload: Buffer.concat([number(2), fields(GET)]) }),
  ],
  'a stream of the service’s': () => [request(2)],
  'streams that go backwards': () => [request(5), request(3), request(1)],
  'a stream that is opened twice': () => [request(1), request(1)],
  'the last stream that there can be': () => [request(0x7fffffff), request(1)],
  'a farewell, and then more': () => [
    frame(GOAWAY, { payload: '\0'.repeat(8) }),
    ...streams(50, (stream) => request(stream)),
  ],
  'a farewell of 1 MB': () => Array(60).fill(frame(GOAWAY, { payload: 'x'.repeat(16_000) })),
  'settings on a stream': () => [frame(SETTINGS, { stream: 1 })],
  'an answer to settings, with settings': () => [
    frame(SETTINGS, { flags: ACK, payload: '\0\x04\0\0\0\x01' }),
  ],
  noise: () => [Buffer.from(Uint8Array.from({ length: 100_000 }, (_, n) => (n * 7919) % 251))],
  'another request of HTTP/1': () => ['GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'],
};

// Requests that only HTTP/2 can express. None may be answered well.
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
  'with a pseudo-header that is not there': [...GET, [':evil', 'x']],
  'with a pseudo-header after the others': [['x', 'y'], ...GET],
  'with a status': [...GET, [':status', '200']],
  'with a line end in a header': [...GET, ['x', 'y\r\nz: w']],
  'with a NUL in a header': [...GET, ['x', 'y\0z']],
  'with capitals in a header’s name': [...GET, ['X-Evil', 'y']],
  'with a colon in a header’s name': [...GET, ['x:y', 'z']],
  'with a header without a name': [...GET, ['', 'y']],
  'with Connection': [...GET, ['connection', 'keep-alive']],
  'with Transfer-Encoding': [...GET, ['transfer-encoding', 'chunked']],
  'with TE that is not trailers': [...GET, ['te', 'gzip']],
  'with a length that is none': [...GET, ['content-length', 'x']],
  'with two lengths': [...GET, ['content-length', '0'], ['content-length', '1']],
  'that connects to a WebSocket': [...changed(':method', 'CONNECT'), [':protocol', 'websocket']],
  'that connects to another host': [
    [':method', 'CONNECT'],
    [':authority', 'evil.example:443'],
  ],
};

export const http2 = {};
for (const [what, make] of Object.entries(FRAMES)) {
  http2[`${what} does no harm`] = async ({ service, client }) => {
    const wire = await Wire.open(service);
    try {
      wire.socket.write(PREFACE);
      wire.socket.write(frame(SETTINGS));
      for (const piece of make()) wire.socket.write(Buffer.from(piece, 'latin1'));
      wire.socket.write(frame(PING, { payload: 'the end.' }));
      // Either it hangs up, or it reached the end of it all.
      await until(
        'an end',
        () => wire.isClosed || wire.bytes.includes('the end.') || wire.bytes.includes(goaway),
      );
    } finally {
      wire.destroy();
    }
    assert.equal((await client.send({ path: '/health/live' })).status, 200);
  };
}
const goaway = Buffer.from([GOAWAY, 0, 0, 0, 0, 0]);

for (const [what, list] of Object.entries(REQUESTS)) {
  http2[`a request of HTTP/2 ${what} is not served`] = async ({ service }) => {
    const wire = await Wire.open(service);
    try {
      wire.socket.write(PREFACE);
      wire.socket.write(frame(SETTINGS));
      wire.socket.write(request(1, list));
      wire.socket.write(frame(PING, { payload: 'the end.' }));
      await until(
        'an end',
        () => wire.isClosed || wire.bytes.includes('the end.') || wire.bytes.includes(goaway),
      );
      assert.ok(!wire.bytes.includes('"live"'), 'it is answered');
    } finally {
      wire.destroy();
    }
  };
}

// A session of node:http2, which ends with the test.
async function withSession({ host, port }, act) {
  const session = connect(`http://${host}:${port}`);
  session.on('error', () => {}); // being thrown out is one of the outcomes
  try {
    await within(DEADLINE, 'settings', new Promise((done) => session.once('remoteSettings', done)));
    return await act(session);
  } finally {
    session.destroy();
  }
}

// A request on it; its judged answer, or null if its stream was ended.
function ask(session, headers, body) {
  const asked = new Promise((resolve) => {
    const stream = session.request(headers, { endStream: body === undefined });
    let status;
    let heard = '';
    stream.setEncoding('utf8');
    stream.on('response', (it) => (status = it[constants.HTTP2_HEADER_STATUS]));
    stream.on('data', (chunk) => (heard += chunk));
    stream.on('error', () => {});
    stream.on('close', () => resolve(status ? { status, text: heard } : null));
    if (body !== undefined) stream.end(body);
  });
  return within(DEADLINE, 'an answer', asked).then((answer) => {
    if (answer) judge(answer);
    return answer;
  });
}

const POST = { ':method': 'POST', ':path': '/graphql', 'content-type': 'application/json' };

Object.assign(http2, {
  'a thousand questions on one connection are all answered': ({ service, owner }) =>
    withSession(service, async (session) => {
      const headers = { ...POST, authorization: `Bearer ${owner.accessToken}` };
      const body = JSON.stringify({ query: '{ me { username } }' });
      const answers = await each(Array(1_000).fill(body), 50, (it) => ask(session, headers, it));
      assert.ok(answers.every((it) => it?.text.includes(owner.username)));
    }),

  'the limits of a request hold on HTTP/2 as well': ({ service }) =>
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

  'logins whose streams are reset do not wear the service out': async ({ service, people, owner }) => {
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
