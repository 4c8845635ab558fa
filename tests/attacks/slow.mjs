// Slow connections, and requests that take much CPU time.

import assert from 'node:assert/strict';
import { withCrowd } from './crowds.mjs';
import { within } from '../async.mjs';
import { LOGIN } from './people.mjs';
import { HOST, JSON_POST, RawConnection, head, post } from './raw_http.mjs';

const HEADER_TIMEOUT = 1_000; // as attack.mjs sets these
const IDLE_TIMEOUT = 2_000;
const REQUEST_TIMEOUT = 2_000;
const PLACES = 300; // MAX_CONNECTIONS
const SLACK = 3_000; // for a busy machine

const slowBody = (length) => head(...JSON_POST, `Content-Length: ${length}`);

// The bytes that a connection sends at once, and those that it sends repeatedly (`drip`); the status that it has to
// receive before it is closed; and the time until then. HTTP/2 begins with the preface and empty settings.
const H2 = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0';
const ANSWERED = post('{ __typename }', { connection: 'keep-alive' });
const SLOW = {
  'that sends nothing': { ms: HEADER_TIMEOUT },
  'that sends half a head': { bytes: 'GET /graphql HTTP/1.1\r\nHost: 12', ms: HEADER_TIMEOUT },
  'that sends a header from time to time': {
    bytes: `GET / HTTP/1.1\r\n${HOST}\r\n`,
    drip: 'X: y\r\n',
    ms: HEADER_TIMEOUT,
  },
  'that sends a letter of a header from time to time': {
    bytes: 'GET / HTTP/1.1\r\nX: ',
    drip: 'y',
    ms: HEADER_TIMEOUT,
  },
  'that sends an empty line from time to time': { drip: '\r\n', ms: HEADER_TIMEOUT },
  'that sends half of the HTTP/2 preface': { bytes: 'PRI * HTTP/2.0\r\n', ms: HEADER_TIMEOUT },
  'that sends the first letters of the HTTP/2 preface': { bytes: 'PRI', ms: HEADER_TIMEOUT },
  'that is idle after a response': { bytes: ANSWERED, ms: IDLE_TIMEOUT, status: 200, least: IDLE_TIMEOUT / 2 },
  'that begins a second request and does not finish it': {
    bytes: `${ANSWERED}GET /gra`,
    drip: 'p',
    ms: IDLE_TIMEOUT + HEADER_TIMEOUT,
    status: 200,
  },
  'of HTTP/2 without requests': { bytes: H2, ms: IDLE_TIMEOUT + HEADER_TIMEOUT },
  'of HTTP/2 whose headers never end': {
    bytes: `${H2}\0\0\x01\x01\0\0\0\0\x01\x82`,
    ms: IDLE_TIMEOUT + HEADER_TIMEOUT,
  },
  'of HTTP/2 whose frame never ends': {
    bytes: `${H2}\0\x10\0\x01\x05\0\0\0\x01\x82`,
    ms: IDLE_TIMEOUT + HEADER_TIMEOUT,
  },
  'of HTTP/2 that sends nothing but pings': {
    bytes: H2,
    drip: '\0\0\x08\x06\0\0\0\0\x0012345678',
    ms: IDLE_TIMEOUT + HEADER_TIMEOUT,
  },
  'whose body does not come': { bytes: slowBody(100), ms: REQUEST_TIMEOUT + IDLE_TIMEOUT, status: 408 },
  'whose body comes a letter at a time': {
    bytes: slowBody(60_000),
    drip: ' ',
    ms: REQUEST_TIMEOUT + IDLE_TIMEOUT,
    status: 408,
  },
  'whose body comes a chunk at a time': {
    bytes: head(...JSON_POST, 'Transfer-Encoding: chunked'),
    drip: '1\r\n \r\n',
    ms: REQUEST_TIMEOUT + IDLE_TIMEOUT,
    status: 408,
  },
  'whose body, which no page reads, does not come': {
    bytes: head('POST /account/verify-email HTTP/1.1', HOST, 'Content-Length: 100'),
    drip: ' ',
    ms: REQUEST_TIMEOUT + IDLE_TIMEOUT,
    status: 405,
  },
};

// Returns how long the service kept the connection, and the responses; or the error.
async function life(service, { bytes = '', drip, ms }) {
  const connection = await RawConnection.open(service);
  const began = performance.now();
  if (bytes.length > 0) connection.write(bytes);
  const drops = drip && setInterval(() => connection.isClosed || connection.socket.write(drip, 'latin1'), 200);
  try {
    await within(ms + SLACK, 'the end of the connection', connection.closed);
    return { lived: performance.now() - began, answers: await connection.answers() };
  } catch (error) {
    return { error };
  } finally {
    clearInterval(drops);
    connection.destroy();
  }
}

export const slowness = {};
for (const [what, plan] of Object.entries(SLOW)) {
  slowness[`a connection ${what} is closed in time`] = async (world) => {
    // All at once, because each takes seconds.
    world.lives ??= new Map(Object.values(SLOW).map((plan) => [plan, life(world.service, plan)]));
    const { error, lived, answers } = await world.lives.get(plan);
    if (error) throw error;
    if (plan.status) assert.equal(answers[0]?.status, plan.status);
    assert.ok(lived >= (plan.least ?? 0), `the connection was closed after ${lived.toFixed(0)} ms`);
  };
}

Object.assign(slowness, {
  'with MAX_BODY of 4 MB, a password of 1 MB is refused quickly': async ({ client, people }) => {
    const megabyte = 'correct horse '.repeat(75_000);
    const person = people.name();
    for (const [query, input] of [
      [
        'query($input: CheckPasswordInput!) { checkPassword(input: $input) { score } }',
        { password: megabyte, email: megabyte, username: megabyte },
      ],
      [
        'mutation($input: RegisterInput!) { register(input: $input) { user { id } } }',
        { ...person, password: megabyte },
      ],
      [
        'mutation($input: RegisterInput!) { register(input: $input) { user { id } } }',
        {
          ...person,
          username: megabyte,
          email: `${megabyte}@example.com`,
          displayName: megabyte,
          password: 'x',
        },
      ],
      [LOGIN, { identifier: person.username, password: megabyte }],
      [LOGIN, { identifier: megabyte, password: 'x' }],
      [LOGIN, { identifier: `ada@${'ü'.repeat(1_000_000)}.com`, password: 'x' }],
      [LOGIN, { identifier: `ada@${'ü.'.repeat(500_000)}com`, password: '\ufdfa'.repeat(300_000) }],
    ]) {
      const { ms } = await client.call(query, { input });
      assert.ok(ms < 2_000, `${query} took ${ms} ms`);
    }
    const { code, ms } = await client.call(`{ ${'a '.repeat(1_500_000)} }`);
    assert.equal(code, 'VALIDATION_FAILED');
    assert.ok(ms < 2_000, `a document of 3 MB took ${ms} ms`);
  },
});

// Clients that use all connections do not keep them. A new client waits at most a second for idle connections, and
// for the request timeout otherwise.
const GREEDY = {
  'that send nothing': '',
  'that stay open after a response': ANSWERED,
  'whose headers never end': 'GET / HTTP/1.1\r\nX: ',
  'whose bodies do not come': slowBody(100),
};
for (const [what, bytes] of Object.entries(GREEDY)) {
  slowness[`a new client gets a response despite ${PLACES} connections ${what}`] = ({ bystander, owner, service }) =>
    withCrowd(service, PLACES - 30, bytes, async () => {
      const more = Array.from({ length: 100 }, () => RawConnection.begin(service));
      for (const connection of more) connection.write(bytes);
      try {
        bystander.disconnect();
        const { data, text } = await bystander.call('{ me { id } }', { as: owner });
        assert.equal(data?.me.id, owner.id, text);
      } finally {
        for (const connection of more) connection.destroy();
      }
    });
}

// Connections that stay open in every way until the service ends. They must not prevent its shutdown.
export async function stragglers(service) {
  const drips = [];
  const ways = [
    '',
    'GET / HTTP/1.1\r\nX: ',
    ANSWERED,
    slowBody(100),
    head('GET /graphiql/graphiql.js HTTP/1.1', HOST).repeat(50),
    H2,
    `${H2}\0\0\x01\x01\0\0\0\0\x01\x82`,
  ];
  for (const bytes of ways) {
    const connection = await RawConnection.open(service);
    if (bytes.length > 0) await connection.write(bytes);
    connection.socket.pause();
    drips.push(setInterval(() => connection.socket.write('x'), 100).unref());
    connection.socket.on('close', () => drips.forEach(clearInterval));
  }
}
