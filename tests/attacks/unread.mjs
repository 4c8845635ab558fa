// Answers that nobody reads: streams without a window, and connections that are not read from.

import assert from 'node:assert/strict';
import { DATA, END_HEADERS, END_STREAM, HEADERS, PREFACE, SETTINGS, WINDOW, fields, frame, number } from './frames.mjs';
import { DEADLINE, MEMORY_BOUND } from './judge.mjs';
import { each, until, within } from './patience.mjs';
import { HOST, Wire, head, post } from './wire.mjs';

const SEND_TIMEOUT = 2_000; // as attack.mjs sets it
const SLACK = 30_000; // for a machine that does much else

// 500 bytes that ask for 700,000, without a login.
const LARGE = `{ ${Array.from({ length: 20 }, (_, n) => `s${n}: _service { sdl }`).join(' ')} }`;

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

// What each connection sends before it reads nothing.
const STREAMS = Buffer.concat([
  Buffer.from(PREFACE),
  window(0),
  ...Array.from({ length: 32 }, (_, n) => ask(2 * n + 1, LARGE)),
]).toString('latin1');
const UNREAD = {
  'on 3,200 streams of HTTP/2 without a window': { bytes: STREAMS, connections: 100 },
  'to 2,000 requests of HTTP/1.1 that come at once': {
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
  unread[`unread answers ${what} take bounded memory, and their connections are closed`] = async (world) => {
    const { bystander, owner, service } = world;
    const wires = [];
    try {
      await each(Array.from({ length: connections }), 20, async () => {
        const wire = await Wire.open(service);
        if (isDeaf) wire.socket.pause();
        wires.push(wire);
        wire.write(bytes);
      });
      const { data, text } = await bystander.call('{ me { id } }', { as: owner });
      assert.equal(data?.me.id, owner.id, text);
      const most = world.filesBefore ?? 100;
      // A connection that is paused does not notice that it was closed.
      await until('an end', () => service.openFiles() < most, SEND_TIMEOUT + SLACK);
      const peak = service.peakMemory();
      assert.ok(peak <= MEMORY_BOUND, `its peak was ${peak} MiB`);
    } finally {
      for (const wire of wires) wire.destroy();
    }
  };
}

Object.assign(unread, {
  'a slow but steady reader gets the whole of a large answer': async ({ service }) => {
    const wire = await Wire.open(service);
    const grant = (bytes) => {
      for (const stream of [0, 1]) wire.socket.write(frame(WINDOW, { stream, payload: number(bytes) }));
    };
    // Four times as long as it may take to read nothing at all.
    const steps = setInterval(() => wire.isClosed || grant(18_000), 200);
    try {
      await wire.write(Buffer.concat([Buffer.from(PREFACE), window(0), ask(1, LARGE)]).toString('latin1'));
      await within(
        10 * DEADLINE,
        'the end of the answer',
        until('the end', () => wire.isClosed || wire.bytes.length > 690_000, 10 * DEADLINE),
      );
      assert.ok(wire.bytes.length > 690_000, `${wire.bytes.length} bytes came`);
    } finally {
      clearInterval(steps);
      wire.destroy();
    }
  },
});
