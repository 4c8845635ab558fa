// Forged and stolen refresh tokens.

import assert from 'node:assert/strict';
import { createHmac, hkdfSync } from 'node:crypto';
import { REFRESH } from './people.mjs';
import { SECRET_KEY } from './service.mjs';

const PREFIX = 'lkr_';
const CLAIMS = 25; // version (1), session (16), generation (8); a MAC of 32 bytes follows

const bytesOf = (token) => Buffer.from(token.slice(PREFIX.length), 'base64url');
const tokenOf = (bytes) => PREFIX + bytes.toString('base64url');

// Seals bytes with a valid MAC, which an attacker cannot make. Invalid contents must still do no harm.
function sealed(claims) {
  const key = Buffer.from(hkdfSync('sha256', SECRET_KEY, '', 'latchkey refresh token v1', 32));
  return tokenOf(Buffer.concat([claims, createHmac('sha256', key).update(claims).digest()]));
}

function ofGeneration(token, generation) {
  const claims = bytesOf(token).subarray(0, CLAIMS);
  claims.writeBigInt64BE(generation, 17);
  return sealed(claims);
}

const FORGERIES = {
  'that is empty': () => '',
  'without its prefix': (token) => token.slice(PREFIX.length),
  'with the prefix of a mailed token': (token) => token.replace(PREFIX, 'lkm_'),
  'with its prefix in capitals': (token) => token.replace(PREFIX, 'LKR_'),
  'with two prefixes': (token) => PREFIX + token,
  'with padding': (token) => `${token}====`,
  'in the other base64 alphabet': (token) => token.replace(/.{2}$/, '+/'),
  'with a newline inside': (token) => `${token.slice(0, 20)}\n${token.slice(20)}`,
  'with a NUL at its end': (token) => `${token}\0`,
  'with an extra byte': (token) => tokenOf(Buffer.concat([bytesOf(token), Buffer.alloc(1)])),
  'that is repeated': (token) => token + token,
  'of another version': (token) => tokenOf(Buffer.from(bytesOf(token)).fill(2, 0, 1)),
  'of version 0, with a valid MAC': (token) => sealed(bytesOf(token).subarray(0, CLAIMS).fill(0, 0, 1)),
  'of version 255, with a valid MAC': (token) => sealed(bytesOf(token).subarray(0, CLAIMS).fill(255, 0, 1)),
  'of another session under its old MAC': (token, other) => {
    const mixed = bytesOf(token);
    bytesOf(other).copy(mixed, 1, 1, 17);
    return tokenOf(mixed);
  },
  'of a later generation under its old MAC': (token) => tokenOf(Buffer.from(bytesOf(token)).fill(2, 24, 25)),
  'with a MAC of zeros': (token) => tokenOf(Buffer.from(bytesOf(token)).fill(0, CLAIMS)),
  'without a MAC': (token) => tokenOf(bytesOf(token).subarray(0, CLAIMS)),
  'of nothing but zeros': () => tokenOf(Buffer.alloc(57)),
  'of 60,000 characters': () => PREFIX + 'A'.repeat(60_000),
  'in full-width letters': (token) =>
    token.replace(/[!-~]/g, (c) => String.fromCodePoint(c.charCodeAt(0) + 0xfee0)),
  'that is an access token': (_, __, person) => person.accessToken,
  'that is SQL': () => "lkr_' OR generation = generation -- ",
};

export const refreshTokens = {
  'the forger knows the format of refresh tokens, so the forgeries below are tested well': async ({
    people,
  }) => {
    const { refreshToken } = await people.verified();
    assert.equal(sealed(bytesOf(refreshToken).subarray(0, CLAIMS)), refreshToken);
  },
};

for (const [what, forge] of Object.entries(FORGERIES)) {
  refreshTokens[`a refresh token ${what} is refused`] = async ({ people, owner, stranger }) => {
    const forged = forge(stranger.refreshToken, owner.refreshToken, stranger);
    const { data, code, text } = await people.refresh(forged);
    assert.equal(code, 'AUTH_REFRESH_TOKEN_INVALID', text);
    assert.equal(data?.refresh ?? null, null);
  };
}

Object.assign(refreshTokens, {
  'every bit of a refresh token is checked, and guesses end no session': async ({ people }) => {
    const victim = await people.verified();
    const bits = bytesOf(victim.refreshToken).length * 8;
    for (let bit = 0; bit < bits; bit += 1) {
      const bytes = bytesOf(victim.refreshToken);
      bytes[bit >> 3] ^= 1 << (bit & 7);
      const { code } = await people.refresh(tokenOf(bytes));
      assert.equal(code, 'AUTH_REFRESH_TOKEN_INVALID', `bit ${bit}`);
    }
    const { data, text } = await people.refresh(victim.refreshToken);
    assert.ok(data?.refresh, text);
  },

  'a refresh token that is cut at any place is refused': async ({ people, stranger }) => {
    const token = stranger.refreshToken;
    for (let length = 0; length < token.length; length += 1) {
      const { code } = await people.refresh(token.slice(0, length));
      assert.equal(code, 'AUTH_REFRESH_TOKEN_INVALID', `${length} characters`);
    }
  },

  'a refresh token with an invalid generation is refused, and ends no session': async ({ people }) => {
    const person = await people.verified();
    for (const generation of [0n, -1n, (1n << 40n) + 1n, 1n << 62n, (1n << 63n) - 1n, -(1n << 63n)]) {
      const forged = ofGeneration(person.refreshToken, generation);
      const { data, code } = await people.refresh(forged);
      assert.equal(code, 'AUTH_REFRESH_TOKEN_INVALID', `${generation}`);
      assert.equal(data?.refresh ?? null, null);
    }
    const { data, text } = await people.refresh(person.refreshToken);
    assert.ok(data?.refresh, text);
  },

  'the highest generation does no harm': async ({ people }) => {
    const person = await people.verified();
    const { data, text } = await people.refresh(ofGeneration(person.refreshToken, 1n << 40n));
    assert.ok(data?.refresh, text);
    const { code } = await people.refresh(data.refresh.token.refreshToken);
    assert.equal(code, 'AUTH_REFRESH_TOKEN_INVALID');
  },

  'a copied refresh token ends its session, and no other session of the user': async ({ people }) => {
    const victim = await people.verified();
    const elsewhere = await people.signedIn(victim);
    const { data } = await people.refresh(victim.refreshToken);
    await people.me(data.refresh.token.accessToken); // so the service knows that the response arrived
    const { code, error } = await people.refresh(victim.refreshToken, { 'User-Agent': 'thief' });
    assert.equal(code, 'AUTH_SESSION_ENDED');
    assert.equal(error.extensions.reason, 'REFRESH_TOKEN_REUSED');
    assert.equal((await people.me(data.refresh.token.accessToken)).code, 'AUTH_SESSION_ENDED');
    assert.ok((await people.me(elsewhere.accessToken)).data?.me);
  },

  'fifty concurrent refreshes with one token get one successor': async ({ people }) => {
    const victim = await people.verified();
    const asked = Array.from({ length: 50 }, () => people.refresh(victim.refreshToken));
    const answers = await Promise.all(asked);
    const given = new Set(answers.map(({ data, text }) => data?.refresh.token.refreshToken ?? text));
    assert.equal(given.size, 1, [...given].join(' '));
  },

  'a refresh token in the URL is refused, because URLs are logged': async ({ client, people }) => {
    const { refreshToken } = await people.verified();
    const variables = JSON.stringify({ input: { refreshToken } });
    const asked = new URLSearchParams({ query: REFRESH, variables });
    const { status, data } = await client.send({ path: `/graphql?${asked}` });
    assert.equal(status, 405);
    assert.equal(data, null);
  },
});
