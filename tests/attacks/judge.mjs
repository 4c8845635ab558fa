// The assertions about every response to every attack, and about the process after each group of attacks.

import assert from 'node:assert/strict';
import { SECRET_KEY } from './service.mjs';
import { mapConcurrently, until } from '../async.mjs';

// The time limits in milliseconds: of every response, and of `me`.
export const DEADLINE = 5_000;
const ME_DEADLINE = 2_000;

// The memory limit of every start, in MiB. Measured when this was written: 55 during guessing, forgeries and
// oversized requests, of which Argon2 takes 19; 250 with 2,000 connections that have each sent nearly all of
// a body of the maximum size.
export const MEMORY_BOUND = 384;

// Files that may be open in addition to those before the attacks: our own connections that are being closed.
const MORE_FILES = 10;

// The codes that a client may receive with status 503 while nothing is broken.
const BUSY = new Set(['OVERLOADED', 'UNAVAILABLE']);

const CODES = new Set([
  'AUTH_EMAIL_EXISTS',
  'AUTH_USERNAME_EXISTS',
  'AUTH_INVALID_CREDENTIALS',
  'AUTH_SECOND_FACTOR_REQUIRED',
  'AUTH_SECOND_FACTOR_INVALID',
  'AUTH_CHALLENGE_INVALID',
  'AUTH_REAUTHENTICATION_REQUIRED',
  'AUTH_UNAUTHENTICATED',
  'AUTH_TOKEN_EXPIRED',
  'AUTH_SESSION_ENDED',
  'AUTH_EMAIL_NOT_VERIFIED',
  'AUTH_REFRESH_TOKEN_INVALID',
  'AUTH_LINK_INVALID',
  'SECOND_FACTOR_NOT_FOUND',
  'PASSKEY_NOT_FOUND',
  'PASSKEY_EXISTS',
  'TOO_MANY_PASSKEYS',
  'LAST_SIGN_IN_METHOD',
  'SESSION_NOT_FOUND',
  'AUTH_TOKEN_STALE',
  'ORGANIZATION_NOT_FOUND',
  'ORGANIZATION_ROLE_INSUFFICIENT',
  'ORGANIZATION_SLUG_EXISTS',
  'MEMBERSHIP_NOT_FOUND',
  'MEMBERSHIP_EXISTS',
  'INVITATION_NOT_FOUND',
  'INVITATION_EXISTS',
  'INVITATION_EMAIL_MISMATCH',
  'ORGANIZATION_LAST_OWNER',
  'VALIDATION_FAILED',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'AUTH_REGISTRATION_CLOSED',
  'RATE_LIMITED',
  ...BUSY,
]);

const LEAKS = [
  ['a panic', /panicked at|stack backtrace|RUST_BACKTRACE/],
  ['a source file', /\bsrc\/[\w/]+\.rs\b|\/registry\//],
  ['a library', /\b(?:sqlx|tokio|hyper|axum|serde_json|async.graphql|jsonwebtoken)\b/i],
  ['SQL', /\bSELECT\b.+\bFROM\b|\bINSERT INTO\b|\bUPDATE\b.+\bSET\b|\bDELETE FROM\b/],
  ['a database', /SQLITE_|\bsqlite\b|constraint failed|duplicate key value|syntax error at or near/i],
  ['a hash', /\$argon2|\$2[aby]\$/],
  ['the secret', new RegExp(SECRET_KEY)],
];

// The files of the pages, which are public and long.
const IS_ASSET = /javascript|css|licenses/;

// Asserts that a response is no failure of the service, has known codes, and leaks nothing.
export function assertSound({ status, headers = {}, text = '', ms = 0 }) {
  const shown = `${status} ${text.slice(0, 300)}`;
  const body = parsed(text);
  const codes = (body?.errors ?? []).map((error) => error.extensions?.code);
  if (status >= 500) {
    const busy = status === 503 && codes.length > 0 && codes.every((code) => BUSY.has(code));
    assert.ok(busy, `a failure of the service: ${shown}`);
  }
  for (const code of codes) assert.ok(CODES.has(code), `the code ${code} is unexpected: ${shown}`);
  if (!IS_ASSET.test(headers['content-type'] ?? '')) {
    for (const [what, sign] of LEAKS) assert.doesNotMatch(text, sign, `it leaks ${what}: ${shown}`);
  }
  assert.ok(ms <= DEADLINE, `it took ${ms} ms: ${shown}`);
}

export function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// Checks the process after a group of attacks: it runs, answers its user, has logged no error, is within the memory
// limit, and has closed every connection.
export class Watch {
  #read = 0;

  constructor({ service, client, owner }, { mayLog = null }) {
    Object.assign(this, { service, client, owner, mayLog });
  }

  // Counts the open files when the connection pools of both sides have their full size.
  async begin() {
    await mapConcurrently(Array.from({ length: 200 }), 50, () => this.answersMe());
    this.filesBefore = this.service.openFiles();
    return this;
  }

  tests(group) {
    return {
      [`after ${group}, a user who signed in before still gets responses`]: () => this.answersMe(),
      [`after ${group}, the log contains no panic and no error`]: () => this.logIsClean(),
      [`after ${group}, memory never exceeded ${MEMORY_BOUND} MiB`]: () => this.memoryIsBounded(),
      [`after ${group}, all connections are closed`]: () => this.filesAreClosed(),
    };
  }

  async answersMe() {
    assert.ok(!this.service.isOver, 'the process has ended');
    const { data, text, ms } = await this.client.call('{ me { username } }', { as: this.owner });
    assert.equal(data?.me.username, this.owner.username, text);
    assert.ok(ms <= ME_DEADLINE, `it took ${ms} ms`);
  }

  logIsClean() {
    const lines = this.service.log.slice(this.#read).split('\n');
    this.#read = this.service.log.length;
    const bad = lines.filter((line) => /panicked|\bERROR\b/.test(line) && !this.mayLog?.test(line));
    assert.deepEqual(bad.slice(0, 3), []);
    for (const secret of [SECRET_KEY, this.owner.password, 'lkr_', this.owner.accessToken]) {
      assert.ok(!this.service.log.includes(secret), 'a secret is in the log');
    }
  }

  memoryIsBounded() {
    const peak = this.service.peakMemory();
    assert.ok(peak <= MEMORY_BOUND, `the peak was ${peak} MiB`);
  }

  async filesAreClosed() {
    const most = this.filesBefore + MORE_FILES;
    const few = () => this.service.openFiles() <= most;
    await until(`fewer than ${most} files open (there were ${this.filesBefore} before)`, few);
  }
}
