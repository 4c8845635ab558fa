// Attacks the compiled binary, and reports for each attack whether the service withstood it.
//
//     node attack.mjs BINARY [DATABASE_URL]
//
// Starts the service on loopback several times, one after the other: with SQLite in a folder of its own, or with
// the given PostgreSQL database, which it fills. Prints a line for each attack. judge.mjs has the assertions that
// hold for all of them. This file is the table of contents.

import { Report } from '../report.mjs';
import { bodies } from './bodies.mjs';
import { Client } from './client.mjs';
import { cookies, secureCookies } from './cookies.mjs';
import { crowds, fewFiles } from './crowds.mjs';
import { documents } from './documents.mjs';
import { framing } from './framing.mjs';
import { guessing, storm } from './guessing.mjs';
import { headers } from './headers.mjs';
import { hosts } from './hosts.mjs';
import { http2 } from './http2.mjs';
import { identifiers, texts } from './identifiers.mjs';
import { MEMORY_BOUND, Watch } from './judge.mjs';
import { keysThatSign, signingWith } from './keys.mjs';
import { organizations } from './organizations.mjs';
import { People } from './people.mjs';
import { refreshTokens } from './refresh_tokens.mjs';
import { Service } from './service.mjs';
import { slowness, stragglers } from './slow.mjs';
import { targets } from './targets.mjs';
import { accessTokens } from './tokens.mjs';
import { unread } from './unread.mjs';
import { variables } from './variables.mjs';

// Rate limits so high that they do not hide the checks behind them.
const NO_LIMITS = Object.fromEntries(
  [
    'LIMIT_LOGIN_ACCOUNT',
    'LIMIT_LOGIN_NETWORK_ACCOUNT',
    'LIMIT_LOGIN_DEVICE',
    'LIMIT_LOGIN_NETWORK',
    'LIMIT_PASSWORD_ACCOUNT',
    'LIMIT_PASSKEY_NETWORK',
    'LIMIT_ORGANIZATION_ACCOUNT',
    'LIMIT_INVITATION_ACCOUNT',
    'LIMIT_MEMBERSHIP_ACCOUNT',
    'LIMIT_MAIL_ADDRESS',
    'LIMIT_MAIL_NETWORK',
    'LIMIT_LINK_NETWORK',
    'LIMIT_CHECK_NETWORK',
    'LIMIT_REFRESH_SESSION',
    'LIMIT_REFRESH_NETWORK',
  ].map((name) => [name, '100000/1s']),
);

const STARTS = [
  {
    settings: {},
    groups: { 'guessing at the default limits': guessing },
  },
  {
    settings: {
      ...NO_LIMITS,
      CORS_ORIGINS: 'https://app.example.com',
      MAX_CONNECTIONS: '2100',
      HASH_MAX_WAIT: '4s', // so that even the longest wait is within DEADLINE of judge.mjs
    },
    groups: {
      'forged access tokens': accessTokens,
      'forged refresh tokens': refreshTokens,
      'hostile documents': documents,
      'hostile variables': variables,
      'hostile bodies': bodies,
      'hostile framing': framing,
      'hostile headers': headers,
      'hostile targets': targets,
      'forged hosts and proxies': hosts,
      'deceiving identifiers': identifiers,
      'hostile texts': texts,
      'forged cookies': cookies,
      'organizations of others': organizations,
      'abuse of HTTP/2': http2,
      'crowds of connections': crowds,
    },
  },
  {
    settings: {
      ...NO_LIMITS,
      HEADER_TIMEOUT: '1s',
      IDLE_TIMEOUT: '2s',
      REQUEST_TIMEOUT: '2s',
      SEND_TIMEOUT: '2s',
      SHUTDOWN_GRACE: '2s',
      MAX_CONNECTIONS: '300',
      MAX_BODY: '4194304',
    },
    groups: { 'slow and oversized requests': slowness, 'unread responses': unread },
    stragglers, // connections that are open during the shutdown
  },
  {
    settings: { ...NO_LIMITS, PUBLIC_URL: 'https://auth.example.com' },
    groups: { 'forged cookies of a site with TLS': secureCookies },
  },
  ...['EdDSA', 'ES256', 'RS256'].map((algorithm) => ({
    settings: async (folder) => ({ ...NO_LIMITS, ...(await signingWith(algorithm, folder)) }),
    groups: { [`forgeries around a key for ${algorithm}`]: keysThatSign(algorithm) },
  })),
  {
    settings: { ...NO_LIMITS, HASH_MAX_WAIT: '1s' },
    maxFiles: 400,
    mayLog: /accept|Too many open files/i, // which operators need to know
    groups: {
      'a flood of logins': storm,
      'more connections than files': fewFiles,
    },
  },
];

// A run takes a minute, and longer on a busy machine.
const TEST_DEADLINE = 120_000;
const DEADLINE = 1_800_000;

const [binary, databaseUrl] = process.argv.slice(2);
if (!binary) {
  console.error('usage: node attack.mjs BINARY [DATABASE_URL]');
  process.exit(2);
}

const report = new Report('attacks', TEST_DEADLINE);

// The run always ends, and service.mjs ends all processes with it.
report.guard(DEADLINE);

for (const start of STARTS) {
  try {
    await attack(start);
  } catch (error) {
    report.add(`the service starts, and runs until it is stopped, for ${Object.keys(start.groups)}`, error);
  }
}
report.end();

async function attack({ groups, ...start }) {
  const service = await Service.start(binary, { ...start, databaseUrl });
  const client = new Client(service);
  const people = new People(service, client);
  // The bystander has connections of their own, so their requests never wait behind our attacks.
  const world = { binary, service, client, people, bystander: new Client(service) };
  try {
    world.owner = await people.verified();
    world.stranger = await people.verified();
    const watch = await new Watch(world, start).begin();
    for (const [name, tests] of Object.entries(groups)) {
      for (const [sentence, test] of Object.entries(tests)) await report.check(sentence, () => test(world));
      for (const [sentence, test] of Object.entries(watch.tests(name))) await report.check(sentence, test);
    }
    console.log(`# peak memory: ${service.peakMemory()} MiB; allowed: ${MEMORY_BOUND} MiB`);
    client.disconnect();
    world.bystander.disconnect();
    const sentence = `after ${Object.keys(groups).at(-1)}, SIGTERM ends the process within its grace period`;
    await report.check(sentence, () => endsWell(world, start));
  } finally {
    client.disconnect();
    world.bystander.disconnect();
    service.kill();
  }
}

// Asserts that the service stops by itself, and interrupts no request unless there are stragglers.
async function endsWell({ service }, { stragglers: holdOn }) {
  await holdOn?.(service);
  const { code, signal, ms } = await service.stop();
  if (code !== 0) throw new Error(`the process ended with ${code ?? signal} after ${ms} ms`);
  const wasCut = service.log.includes('did not finish in time');
  if (wasCut && !holdOn) throw new Error(`the shutdown interrupted a request after ${ms} ms`);
}
