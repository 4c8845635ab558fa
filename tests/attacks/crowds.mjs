// Many connections at once, and what they hold in memory.

import assert from 'node:assert/strict';
import { connect } from 'node:http2';
import { MEMORY_BOUND } from './judge.mjs';
import { each, until, within } from './patience.mjs';
import { HOST, JSON_POST, Wire, head, post } from './wire.mjs';

const MAX_CONNECTIONS = 2_100; // as attack.mjs sets it for `crowds`
const CROWD = 2_000;

const slowBody = (length) => head(...JSON_POST, `Content-Length: ${length}`);

// So many connections at once that have each sent this and wait; they end with the test.
export async function withCrowd(service, count, bytes, act) {
  const crowd = [];
  try {
    await each(Array.from({ length: count }), 100, async () => {
      const wire = await Wire.open(service);
      crowd.push(wire);
      if (bytes.length > 0) await Promise.race([wire.write(bytes), wire.closed]);
    });
    return await act(crowd);
  } finally {
    for (const wire of crowd) wire.destroy();
  }
}

// It answers beside them: who is connected already, and who comes now.
async function stillAnswers({ bystander, owner, service }) {
  for (const who of ['who is connected already', 'who comes now']) {
    const { data, ms, text } = await bystander.call('{ me { id } }', { as: owner });
    assert.equal(data?.me.id, owner.id, text);
    assert.ok(ms < 2_000, `${who} waits for ${ms} ms`);
    bystander.leave();
  }
  const peak = service.peakMemory();
  assert.ok(peak <= MEMORY_BOUND, `memory is at ${peak} MiB`);
}

// What 2,000 connections may do, each; a machine that is under attack has as many.
const CROWDS = {
  'that send nothing': '',
  'that sent half a head': `GET /graphql HTTP/1.1\r\n${HOST}\r\nX-`,
  'that were answered once and stay': post('{ __typename }', { connection: 'keep-alive' }),
  'that sent a head and no body': slowBody(60_000),
  'that sent nearly all of a body': slowBody(60_000) + ' '.repeat(59_000),
  'that sent half of a preface of HTTP/2': 'PRI * HTTP/2.0\r\n',
};

export const crowds = {};
for (const [what, bytes] of Object.entries(CROWDS)) {
  crowds[`beside ${CROWD} connections ${what}, me still answers`] = (world) =>
    withCrowd(world.service, CROWD, bytes, () => stillAnswers(world));
}

Object.assign(crowds, {
  'more connections than MAX_CONNECTIONS are not held open': async ({ bystander, owner, service }) => {
    const most = MAX_CONNECTIONS + 60; // with the database's files, and those that every process has
    await withCrowd(service, MAX_CONNECTIONS - 100, '', async () => {
      // One that is not taken in may wait where the kernel keeps it, or be turned away.
      const late = Array.from({ length: 400 }, () => Wire.begin(service));
      try {
        const tooMany = until('too many', () => service.openFiles() > most, 1_500);
        const held = await tooMany.catch(() => false);
        assert.ok(!held, `${service.openFiles()} files are open`);
      } finally {
        for (const wire of late) wire.destroy();
      }
    });
    await until('an answer after them', async () => {
      const { data } = await bystander.call('{ me { id } }', { as: owner });
      return data?.me;
    });
  },

  'beside 100 connections that ask for much and read none of it, me still answers': async (world) => {
    const schema = post('{ __schema { types { name description fields { name description } } } }', {
      connection: 'keep-alive',
    });
    const file = head('GET /graphiql/graphiql.js HTTP/1.1', HOST, 'Accept-Encoding: gzip');
    const crowd = [];
    try {
      for (let n = 0; n < 100; n += 1) {
        const wire = await Wire.open(world.service);
        wire.socket.pause();
        wire.write(n % 20 ? file.repeat(100) : schema.repeat(100));
        crowd.push(wire);
      }
      await stillAnswers(world);
    } finally {
      for (const wire of crowd) wire.destroy();
    }
  },

  'a connection that is done within a moment, 2,000 times, leaves nothing behind': async ({ service }) => {
    const before = service.openFiles();
    await each(Array.from({ length: 2_000 }), 50, async (_, n) => {
      const wire = await Wire.open(service);
      if (n % 2) wire.socket.resetAndDestroy();
      else wire.destroy();
    });
    await until('as few files as before', () => service.openFiles() <= before + 5);
  },

  'beside 2,000 connections that sent 300,000 bytes of a head, me still answers': (world) => {
    const bytes = `GET /health/live HTTP/1.1\r\n${HOST}\r\nX: ${'y'.repeat(300_000)}`;
    return withCrowd(world.service, CROWD, bytes, () => stillAnswers(world));
  },

  // Last, since what it leaves in memory stays in the peak.
  'beside 100 connections of HTTP/2 that each send as many bodies as they may and end none, me still answers':
    async (world) => {
      const { host, port } = world.service;
      const sessions = Array.from({ length: 100 }, () => connect(`http://${host}:${port}`));
      try {
        const written = sessions.map(async (session) => {
          session.on('error', () => {});
          await within(5_000, 'settings', new Promise((done) => session.once('remoteSettings', done)));
          const most = Math.min(session.remoteSettings.maxConcurrentStreams, 200);
          await Promise.all(Array.from({ length: most }, () => unfinished(session)));
        });
        // What the service does not take in stays with its sender, and that is well.
        await within(5_000, 'room for all', Promise.all(written)).catch(() => {});
        await stillAnswers(world);
      } finally {
        for (const session of sessions) session.destroy();
      }
    },
});

// A body of 60,000 bytes that wants one more; done when it is on its way.
function unfinished(session) {
  const headers = { ':method': 'POST', ':path': '/graphql', 'content-type': 'application/json' };
  const stream = session.request(headers);
  stream.on('error', () => {});
  return new Promise((done) => {
    stream.on('close', done);
    stream.write(Buffer.alloc(60_000, ' '), done);
  });
}

// With as many files as one start of attack.mjs admits.
const FILES = 400;

export const fewFiles = {
  'more connections than the process may have files pass, and it answers again': async (world) => {
    const { client, bystander, owner, service } = world;
    const crowd = Array.from({ length: FILES + 200 }, () => Wire.begin(service));
    try {
      // It may keep some for what else it needs.
      await until('a process short of files', () => service.openFiles() >= FILES - 100);
      // Who is connected already is served all the while.
      const { data, text } = await client.call('{ me { id } }', { as: owner });
      assert.equal(data?.me.id, owner.id, text);
    } finally {
      for (const wire of crowd) wire.destroy();
    }
    await until('an answer to who comes now', async () => {
      bystander.leave();
      const { data } = await bystander.call('{ me { id } }', { as: owner });
      return data?.me;
    });
  },
};
