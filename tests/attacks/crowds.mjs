// Many connections at once, and the memory that they use.

import assert from 'node:assert/strict';
import { connect } from 'node:http2';
import { MEMORY_BOUND } from './judge.mjs';
import { mapConcurrently, until, within } from '../async.mjs';
import { HOST, JSON_POST, RawConnection, head, post } from './raw_http.mjs';

const MAX_CONNECTIONS = 2_100; // as attack.mjs sets it for `crowds`
const CROWD = 2_000;

const slowBody = (length) => head(...JSON_POST, `Content-Length: ${length}`);

// Opens `count` connections that each send these bytes and then wait; they end with the test.
export async function withCrowd(service, count, bytes, act) {
  const crowd = [];
  try {
    await mapConcurrently(Array.from({ length: count }), 100, async () => {
      const connection = await RawConnection.open(service);
      crowd.push(connection);
      if (bytes.length > 0) await Promise.race([connection.write(bytes), connection.closed]);
    });
    return await act(crowd);
  } finally {
    for (const connection of crowd) connection.destroy();
  }
}

// Asserts that the service still responds on an existing and on a new connection.
async function stillAnswers({ bystander, owner, service }) {
  for (const which of ['an existing connection', 'a new connection']) {
    const { data, ms, text } = await bystander.call('{ me { id } }', { as: owner });
    assert.equal(data?.me.id, owner.id, text);
    assert.ok(ms < 2_000, `${which} waits for ${ms} ms`);
    bystander.disconnect();
  }
  const peak = service.peakMemory();
  assert.ok(peak <= MEMORY_BOUND, `the memory is at ${peak} MiB`);
}

// The behaviour of each of 2,000 connections, which is a realistic number for an attack.
const CROWDS = {
  'that send nothing': '',
  'that sent half a head': `GET /graphql HTTP/1.1\r\n${HOST}\r\nX-`,
  'that stay open after a response': post('{ __typename }', { connection: 'keep-alive' }),
  'that sent a head and no body': slowBody(60_000),
  'that sent nearly all of a body': slowBody(60_000) + ' '.repeat(59_000),
  'that sent half of the HTTP/2 preface': 'PRI * HTTP/2.0\r\n',
};

export const crowds = {};
for (const [what, bytes] of Object.entries(CROWDS)) {
  crowds[`with ${CROWD} connections ${what}, me still responds`] = (world) =>
    withCrowd(world.service, CROWD, bytes, () => stillAnswers(world));
}

Object.assign(crowds, {
  'no more connections than MAX_CONNECTIONS are kept open': async ({ bystander, owner, service }) => {
    const most = MAX_CONNECTIONS + 60; // and the files of the database and of every process
    await withCrowd(service, MAX_CONNECTIONS - 100, '', async () => {
      // A connection that is not accepted may wait in the kernel's queue, or be refused.
      const late = Array.from({ length: 400 }, () => RawConnection.begin(service));
      try {
        const tooMany = until('too many', () => service.openFiles() > most, 1_500);
        const held = await tooMany.catch(() => false);
        assert.ok(!held, `${service.openFiles()} files are open`);
      } finally {
        for (const connection of late) connection.destroy();
      }
    });
    await until('a response after them', async () => {
      const { data } = await bystander.call('{ me { id } }', { as: owner });
      return data?.me;
    });
  },

  'with 100 connections that request large responses and do not read them, me still responds': async (world) => {
    const schema = post('{ __schema { types { name description fields { name description } } } }', {
      connection: 'keep-alive',
    });
    const file = head('GET /graphiql/graphiql.js HTTP/1.1', HOST, 'Accept-Encoding: gzip');
    const crowd = [];
    try {
      for (let n = 0; n < 100; n += 1) {
        const connection = await RawConnection.open(world.service);
        connection.socket.pause();
        connection.write(n % 20 ? file.repeat(100) : schema.repeat(100));
        crowd.push(connection);
      }
      await stillAnswers(world);
    } finally {
      for (const connection of crowd) connection.destroy();
    }
  },

  '2,000 short connections leave no open file behind': async ({ service }) => {
    const before = service.openFiles();
    await mapConcurrently(Array.from({ length: 2_000 }), 50, async (_, n) => {
      const connection = await RawConnection.open(service);
      if (n % 2) connection.socket.resetAndDestroy();
      else connection.destroy();
    });
    await until('the number of open files before', () => service.openFiles() <= before + 5);
  },

  'with 2,000 connections that sent 300,000 bytes of a head, me still responds': (world) => {
    const bytes = `GET /health/live HTTP/1.1\r\n${HOST}\r\nX: ${'y'.repeat(300_000)}`;
    return withCrowd(world.service, CROWD, bytes, () => stillAnswers(world));
  },

  // The last one, because its memory stays in the peak.
  'with 100 HTTP/2 connections that each send the maximum of unfinished bodies, me still responds':
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
        // Bytes that the service does not read stay with the sender, which is fine.
        await within(5_000, 'all bytes to be sent', Promise.all(written)).catch(() => {});
        await stillAnswers(world);
      } finally {
        for (const session of sessions) session.destroy();
      }
    },
});

// Sends a body of 60,000 bytes that lacks one more; resolves when it is sent.
function unfinished(session) {
  const headers = { ':method': 'POST', ':path': '/graphql', 'content-type': 'application/json' };
  const stream = session.request(headers);
  stream.on('error', () => {});
  return new Promise((done) => {
    stream.on('close', done);
    stream.write(Buffer.alloc(60_000, ' '), done);
  });
}

// With the file limit of one start in attack.mjs.
const FILES = 400;

export const fewFiles = {
  'after more connections than the process may open files, it responds again': async (world) => {
    const { client, bystander, owner, service } = world;
    const crowd = Array.from({ length: FILES + 200 }, () => RawConnection.begin(service));
    try {
      // The process may reserve some for other files.
      await until('the process to reach its file limit', () => service.openFiles() >= FILES - 100);
      // Existing connections are served all the time.
      const { data, text } = await client.call('{ me { id } }', { as: owner });
      assert.equal(data?.me.id, owner.id, text);
    } finally {
      for (const connection of crowd) connection.destroy();
    }
    await until('a response on a new connection', async () => {
      bystander.disconnect();
      const { data } = await bystander.call('{ me { id } }', { as: owner });
      return data?.me;
    });
  },
};
