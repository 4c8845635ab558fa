// Guessing under the default rate limits: no form of a request allows more guesses than another.

import assert from 'node:assert/strict';
import { Client } from './client.mjs';
import { mapConcurrently } from '../async.mjs';
import { LOGIN, PASSWORD } from './people.mjs';

const ACCOUNT = 10; // LIMIT_LOGIN_NETWORK_ACCOUNT: 10/1d, and LIMIT_PASSWORD_ACCOUNT: 10/15m
const NETWORK = 100; // LIMIT_LOGIN_NETWORK and LIMIT_LINK_NETWORK: 100/15m
const ADDRESS = 5; // LIMIT_MAIL_ADDRESS: 5/1h
const CHECKS = 200; // LIMIT_CHECK_NETWORK: 200/1m
const REFRESHES = 600; // LIMIT_REFRESH_SESSION: 600/10m

const fullWidth = (name) => name.replace(/[!-~]/g, (c) => String.fromCodePoint(c.charCodeAt(0) + 0xfee0));
const bold = (name) => name.replace(/[a-z]/g, (c) => String.fromCodePoint(0x1d41a + c.charCodeAt(0) - 97));

// Headers that claim another IP address for each guess.
const from = (n) => ({
  'X-Forwarded-For': `203.0.113.${n % 250}`,
  'X-Real-IP': `203.0.113.${n % 250}`,
  Forwarded: `for=203.0.113.${n % 250}`,
  'X-Device-ID': `guesser-${n}`,
  'User-Agent': `guesser/${n}`,
});

function isLimited({ status, code, error, headers, data, text }) {
  assert.deepEqual([status, code], [200, 'RATE_LIMITED'], text);
  const { retryAfter } = error.extensions;
  assert.ok(Number.isInteger(retryAfter) && retryAfter >= 1 && retryAfter <= 8_640, text);
  assert.equal(headers['retry-after'], String(retryAfter));
  assert.ok(
    Object.values(data ?? {}).every((value) => value === null),
    text,
  );
}

// Some have to pass, or the test would show nothing. One more than the limit may pass, because time passes.
const isAbout = (limit, through) =>
  assert.ok(through >= 1 && through <= limit + 1, `${through} passed`);

// Makes concurrent calls, and returns how many passed the rate limit.
async function letThrough(calls, atOnce, call) {
  const answers = await mapConcurrently(Array.from({ length: calls }), atOnce, (_, n) => call(n));
  const limited = answers.filter(({ code }) => code === 'RATE_LIMITED');
  limited.forEach(isLimited);
  return calls - limited.length;
}

export const guessing = {
  'of 20 concurrent guesses for one name, which claim 20 IP addresses, ten pass': async (
    world,
  ) => {
    // Unverified, because a user who verifies an address may sign in from there for an hour, and all attackers have one address here.
    const person = await world.people.registered();
    world.victim = { ...person, ...(await world.people.signedIn(person)) };
    const guess = (n) => world.people.login(world.victim.username, `guess ${n}`, from(n));
    isAbout(ACCOUNT, await letThrough(20, 20, guess));
  },

  'after that, no other spelling of the name allows another guess': async ({ people, victim }) => {
    const { username } = victim;
    for (const [what, spelling] of Object.entries({
      unchanged: username,
      'in capitals': username.toUpperCase(),
      'in full-width letters': fullWidth(username),
      'in bold': bold(username),
    })) {
      const answer = await people.login(spelling, PASSWORD, from(1));
      assert.equal(answer.code, 'RATE_LIMITED', `${what}: ${answer.text}`);
      isLimited(answer);
    }
    // These are other names, or invalid. Whatever the response is, it must not be a session.
    for (const other of [
      ` ${username} `,
      `${username}.`,
      `${username}\u200b`,
      `${username}\0`,
      `.${username}`,
      [...username].join('.'),
      username.replace('p', '\u0440'),
      `${username}@`,
      victim.id,
    ]) {
      const { data, text } = await people.login(other, PASSWORD, from(2));
      assert.equal(data?.login ?? null, null, text);
    }
  },

  'after that, no other form of the request allows another guess': async ({ client, victim }) => {
    const input = { identifier: victim.username, password: PASSWORD };
    const login = 'login(input: $input) { user { id } }';
    for (const query of [
      `mutation($input: LoginInput!) { x: ${login} }`,
      `mutation($input: LoginInput!) { ...F } fragment F on Mutation { ... { y: ${login} } }`,
      `query Q { __typename } mutation M($input: LoginInput!) { ${login} }`,
    ]) {
      const operationName = query.startsWith('query') ? 'M' : undefined;
      isLimited(await client.call(query, { input, operationName }));
    }
  },

  'guesses do not end the sessions of the account': async ({ people, victim }) => {
    await people.verify(victim); // because `me` needs a verified address
    assert.ok((await people.me(victim.accessToken)).data?.me);
  },

  'logins to an address are limited whether or not it has an account, in every spelling': async ({
    people,
  }) => {
    const { email: taken } = await people.registered();
    for (const email of [taken, people.name().email]) {
      const spellings = [email, email.toUpperCase(), fullWidth(email), email.replace('.com', '\u3002com')];
      const guess = (n) => people.login(spellings[n % spellings.length], `guess ${n}`, from(n));
      isAbout(ACCOUNT, await letThrough(12, 4, guess));
    }
  },

  'a stolen session does not allow unlimited guesses of the password': async ({ client, stranger }) => {
    const attempts = [
      ['changePassword', { currentPassword: 'guess', newPassword: 'glacier violin tangerine 77' }],
      ['requestEmailChange', { newEmail: 'thief@evil.example', password: 'guess' }],
      ['deleteAccount', { password: 'guess' }],
    ];
    const through = await letThrough(15, 5, (n) => {
      const [field, input] = attempts[n % attempts.length];
      const type = `${field[0].toUpperCase()}${field.slice(1)}Input!`;
      const query = `mutation($input: ${type}) { ${field}(input: $input) { __typename } }`;
      return client.call(query, { input, as: stranger, headers: from(n) });
    });
    isAbout(ACCOUNT, through);
  },

  'no inbox can be flooded, in any spelling of its address': async ({
    client,
    owner,
    service,
  }) => {
    const spellings = [owner.email, owner.email.toUpperCase(), fullWidth(owner.email)];
    const query = `mutation($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { accepted } }`;
    const through = await letThrough(12, 4, (n) =>
      client.call(query, { input: { email: spellings[n % spellings.length] }, headers: from(n) }),
    );
    isAbout(ADDRESS, through);
    const mails = [...service.log.matchAll(new RegExp(`to="${owner.email}" template="reset`, 'gi'))];
    assert.ok(mails.length <= ADDRESS + 1, `${mails.length} mails were sent`);
  },

  'refreshes of one session are limited': async ({ people, victim }) => {
    const refresh = () => people.refresh(victim.refreshToken);
    // The limit allows one more each second.
    isAbout(REFRESHES + 20, await letThrough(REFRESHES + 60, 10, refresh));
  },

  'password checks are limited': async ({ client }) => {
    const query = 'query($input: CheckPasswordInput!) { checkPassword(input: $input) { score } }';
    const check = (n) => client.call(query, { input: { password: `guess ${n}` }, headers: from(n) });
    // The limit allows three more each second.
    isAbout(CHECKS + 20, await letThrough(CHECKS + 40, 10, check));
  },

  'guesses of the tokens in mailed links are limited': async ({ client }) => {
    const fields = ['verifyEmail', 'cancelRegistration', 'confirmEmailChange', 'secureAccount'];
    const through = await letThrough(NETWORK + 20, 10, (n) => {
      const field = fields[n % fields.length];
      const type = `${field[0].toUpperCase()}${field.slice(1)}Input!`;
      const query = `mutation($input: ${type}) { ${field}(input: $input) { __typename } }`;
      const token = `lkm_${Buffer.alloc(32, n).toString('base64url')}`;
      return client.call(query, { input: { token }, headers: from(n) });
    });
    isAbout(NETWORK, through);
  },

  'one network cannot try one password with all names': async ({ people }) => {
    const guess = (n) => people.login(`somebody${n}`, 'Summer2026!', from(n));
    isAbout(NETWORK, await letThrough(NETWORK + 10, 10, guess));
    isLimited(await people.login('somebody-else', PASSWORD, from(7)));
  },

  // Each refusal takes a quarter of a second, and hardly any CPU time.
  'refusals are delayed, so a flood cannot retry as fast as it is refused': async ({ client }) => {
    const input = { identifier: 'ada', password: 'x' };
    const began = performance.now();
    await mapConcurrently(Array.from({ length: 400 }), 20, () => client.call(LOGIN, { input }));
    const share = (performance.now() - began) / 400;
    assert.ok(share > 12 && share < 60, `${share.toFixed(1)} ms each, of 250 / 20`);
  },
};

// Without rate limits, the queue of the password hasher limits logins.
export const storm = {
  'of 150 concurrent logins, those that would wait too long are refused as OVERLOADED, but not those of known devices': async ({
    service,
    bystander,
    people,
    owner,
  }) => {
    const laptop = { 'X-Device-ID': 'laptop' };
    await people.signedIn(owner, laptop);
    const crowd = new Client(service, { sockets: 150 });
    const guess = (n) => ({ identifier: `somebody${n}`, password: 'guess' });
    const logins = mapConcurrently(Array.from({ length: 150 }), 150, (_, n) => crowd.call(LOGIN, { input: guess(n) }));
    const { data, ms } = await bystander.call('{ me { id } }', { as: owner });
    await people.signedIn(owner, laptop);
    const codes = (await logins).map(({ code, error, headers }) => {
      if (code === 'OVERLOADED') assert.equal(headers['retry-after'], String(error.extensions.retryAfter));
      return code;
    });
    crowd.disconnect();
    assert.deepEqual([...new Set(codes)].sort(), ['AUTH_INVALID_CREDENTIALS', 'OVERLOADED']);
    assert.ok(data?.me);
    assert.ok(ms < 2_000, `me took ${ms} ms`);
  },
};
