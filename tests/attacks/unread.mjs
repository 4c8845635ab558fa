// Unread responses: streams without a window, and connections that the client does not read from.

import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { DATA, END_HEADERS, END_STREAM, HEADERS, PREFACE, SETTINGS, WINDOW, fields, frame, number } from './frames.mjs';
import { DEADLINE, MEMORY_BOUND } from './judge.mjs';
import { mapConcurrently, until, within } from '../async.mjs';
import { HOST, RawConnection, head, post } from './raw_http.mjs';

const SEND_TIMEOUT = 2_000; // as attack.mjs sets it
const SLACK = 30_000; // for a busy machine

// 300 bytes that request 700,000, without a login: the SDL, several times.
const SDL = new URL('../../schema.graphql', import.meta.url);
const COPIES = Math.floor(700_000 / statSync(SDL).size);
const LARGE = `{ ${Array.from({ length: COPIES }, (_, n) => `s${n}: _service { sdl }`).join(' ')} }`;

const REQUEST = [
  [':method', 'POST'],
  [':scheme', 'http'],
  [':path', '/graphql'],
  [':authority', '127.0.0.1'],
  ['content-type', 'application/json'],
];

const window = (bytes) => frame(SETTINGS, { payload: `\0\x04${number(bytes).toString('latin1')}` });
const ask = (stream, query) =>
  Buffer.concat([
    frame(HEADERS, { stream, flags: END_HEADERS, payload: fields(REQUEST) }),
    frame(DATA, { stream, flags: END_STREAM, payload: JSON.stringify({ query }) }),
  ]);

// The bytes that each connection sends. It reads nothing afterwards.
const STREAMS = Buffer.concat([
  Buffer.from(PREFACE),
  window(0),
  ...Array.from({ length: 32 }, (_, n) => ask(2 * n + 1, LARGE)),
]).toString('latin1');
const UNREAD = {
  'on 3,200 streams of HTTP/2 without a window': { bytes: STREAMS, connections: 100 },
  'to 2,000 pipelined requests of HTTP/1.1': {
    bytes: post(LARGE, { connection: 'keep-alive' }).repeat(20),
    connections: 100,
    isDeaf: true,
  },
  'that are files of a page': {
    bytes: head('GET /graphiql/graphiql.js HTTP/1.1', HOST).repeat(10),
    connections: 100,
    isDeaf: true,
  },
};

export const unread = {};
for (const [what, { bytes, connections, isDeaf }] of Object.entries(UNREAD)) {
  unread[`unread responses ${what} take bounded memory, and their connections are closed`] = async (world) => {
    const { bystander, owner, service } = world;
    const opened = [];
    try {
      await mapConcurrently(Array.from({ length: connections }), 20, async () => {
        const connection = await RawConnection.open(service);
        if (isDeaf) connection.socket.pause();
        opened.push(connection);
        connection.write(bytes);
      });
      const { data, text } = await bystander.call('{ me { id } }', { as: owner });
      assert.equal(data?.me.id, owner.id, text);
      const most = world.filesBefore ?? 100;
      // A paused connection does not notice that it was closed.
      await until('an end', () => service.openFiles() < most, SEND_TIMEOUT + SLACK);
      const peak = service.peakMemory();
      assert.ok(peak <= MEMORY_BOUND, `the peak was ${peak} MiB`);
    } finally {
      for (const connection of opened) connection.destroy();
    }
  };
}

Object.assign(unread, {
  'a slow but steady reader gets a complete large response': async ({ service }) => {
    const connection = await RawConnection.open(service);
    const grant = (bytes) => {
      for (const stream of [0, 1]) connection.socket.write(frame(WINDOW, { stream, payload: number(bytes) }));
    };
    // Four times the send timeout.
    const steps = setInterval(() => connection.isClosed || grant(18_000), 200);
    try {
      await connection.write(Buffer.concat([Buffer.from(PREFACE), window(0), ask(1, LARGE)]).toString('latin1'));
      await within(
        10 * DEADLINE,
        'the end of the response',
        until('the end', () => connection.isClosed || connection.bytes.length > 690_000, 10 * DEADLINE),
      );
      assert.ok(connection.bytes.length > 690_000, `${connection.bytes.length} bytes arrived`);
    } finally {
      clearInterval(steps);
      connection.destroy();
    }
  },
});
