// Connections that take their time, and requests that would take all of ours.

import assert from 'node:assert/strict';
import { withCrowd } from './crowds.mjs';
import { within } from './patience.mjs';
import { LOGIN } from './people.mjs';
import { HOST, JSON_POST, Wire, head, post } from './wire.mjs';

const HEADER_TIMEOUT = 1_000; // these as attack.mjs sets them
const IDLE_TIMEOUT = 2_000;
const REQUEST_TIMEOUT = 2_000;
const PLACES = 300; // MAX_CONNECTIONS
const SLACK = 3_000; // for a machine that does much else

const slowBody = (length) => head(...JSON_POST, `Content-Length: ${length}`);

// What a connection sends at once, and then now and then; what it must hear before it is closed, and
// after how long that must be. HTTP/2 has its preface and empty settings first.
const H2 = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0';
const ANSWERED = post('{ __typename }', { connection: 'keep-alive' });
const SLOW = {
  'that sends nothing': { ms: HEADER_TIMEOUT },
  'that sends half a head': { bytes: 'GET /graphql HTTP/1.1\r\nHost: 12', ms: HEADER_TIMEOUT },
  'that sends a header now and then': {
    bytes: `GET / HTTP/1.1\r\n${HOST}\r\n`,
    drip: 'X: y\r\n',
    ms: HEADER_TIMEOUT,
  },
  'that sends a letter of a header now and then': {
    bytes: 'GET / HTTP/1.1\r\nX: ',
    drip: 'y',
    ms: HEADER_TIMEOUT,
  },
  'that sends an empty line now and then': { drip: '\r\n', ms: HEADER_TIMEOUT },
  'that sends half of a preface of HTTP/2': { bytes: 'PRI * HTTP/2.0\r\n', ms: HEADER_TIMEOUT },
  'that sends the first letters of HTTP/2': { bytes: 'PRI', ms: HEADER_TIMEOUT },
  'that is idle after an answer': { bytes: ANSWERED, ms: IDLE_TIMEOUT, status: 200, least: IDLE_TIMEOUT / 2 },
  'that begins a second request and does not finish it': {
    bytes: `${ANSWERED}GET /gra`,
    drip: 'p',
    ms: IDLE_TIMEOUT + HEADER_TIMEOUT,
    status: 200,
  },
  'of HTTP/2 that asks nothing': { bytes: H2, ms: IDLE_TIMEOUT + HEADER_TIMEOUT },
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
  'whose body nobody asked for does not come': {
    bytes: head('POST /account/verify-email HTTP/1.1', HOST, 'Content-Length: 100'),
    drip: ' ',
    ms: REQUEST_TIMEOUT + IDLE_TIMEOUT,
    status: 405,
  },
};

// How long the service kept it, and what it was answered; or why that cannot be said.
async function life(service, { bytes = '', drip, ms }) {
  const wire = await Wire.open(service);
  const began = performance.now();
  if (bytes.length > 0) wire.write(bytes);
  const drops = drip && setInterval(() => wire.isClosed || wire.socket.write(drip, 'latin1'), 200);
  try {
    await within(ms + SLACK, 'an end of the connection', wire.closed);
    return { lived: performance.now() - began, answers: await wire.answers() };
  } catch (error) {
    return { error };
  } finally {
    clearInterval(drops);
    wire.destroy();
  }
}

export const slowness = {};
for (const [what, plan] of Object.entries(SLOW)) {
  slowness[`a connection ${what} is closed in time`] = async (world) => {
    // All at once, since each takes seconds.
    world.lives ??= new Map(Object.values(SLOW).map((it) => [it, life(world.service, it)]));
    const { error, lived, answers } = await world.lives.get(plan);
    if (error) throw error;
    if (plan.status) assert.equal(answers[0]?.status, plan.status);
    assert.ok(lived >= (plan.least ?? 0), `it was closed after ${lived.toFixed(0)} ms`);
  };
}

Object.assign(slowness, {
  'where bodies may be 4 MB, a password of 1 MB is refused soon': async ({ client, people }) => {
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

// Who takes every place does not keep it. What a newcomer waits for at most is a second for those who idle,
// and the time that a request has for those who ask for something.
const GREEDY = {
  'that send nothing': '',
  'that were answered once and stay': ANSWERED,
  'whose headers never end': 'GET / HTTP/1.1\r\nX: ',
  'whose bodies do not come': slowBody(100),
};
for (const [what, bytes] of Object.entries(GREEDY)) {
  slowness[`a newcomer gets a place from ${PLACES} connections ${what}`] = ({ bystander, owner, service }) =>
    withCrowd(service, PLACES - 30, bytes, async () => {
      const more = Array.from({ length: 100 }, () => Wire.begin(service));
      for (const wire of more) wire.write(bytes);
      try {
        bystander.leave();
        const { data, text } = await bystander.call('{ me { id } }', { as: owner });
        assert.equal(data?.me.id, owner.id, text);
      } finally {
        for (const wire of more) wire.destroy();
      }
    });
}

// Hold on to the service in every way, for as long as it lives. They must not keep it from ending.
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
    const wire = await Wire.open(service);
    if (bytes.length > 0) await wire.write(bytes);
    wire.socket.pause();
    drips.push(setInterval(() => wire.socket.write('x'), 100).unref());
    wire.socket.on('close', () => drips.forEach(clearInterval));
  }
}
