// Forged access tokens. Each is sent to `me`, and has to be refused.

import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { deflateRawSync } from 'node:zlib';
import { CompactEncrypt } from 'jose';
import { hmac, jws, opened, part, raw, signature, twice, unsigned } from './forge.mjs';
import { SECRET_KEY } from './service.mjs';

const HOUR = 3_600;
const right = hmac(SECRET_KEY);
const ours = generateKeyPairSync('rsa', { modulusLength: 2048 });
const now = () => Math.floor(Date.now() / 1000);
const jwkOf = (key) => key.export({ format: 'jwk' });
const deep = (levels) => '['.repeat(levels) + ']'.repeat(levels);

// Without a signature, or signed with a key that an attacker can have. `t` is a decoded genuine token.
const WITHOUT_THE_KEY = {
  'of alg none without a signature': (t) => jws({ ...t.header, alg: 'none' }, t.claims, unsigned),
  'of alg None': (t) => jws({ ...t.header, alg: 'None' }, t.claims, unsigned),
  'of alg nOnE': (t) => jws({ ...t.header, alg: 'nOnE' }, t.claims, unsigned),
  'of alg none with a genuine signature': (t) =>
    jws({ ...t.header, alg: 'none' }, t.claims, () => t.signature),
  'of alg none, without its last dot': (t) => `${part({ ...t.header, alg: 'none' })}.${part(t.claims)}`,
  'without a signature': (t) => jws(t.header, t.claims, unsigned),
  'with a signature of zeros': (t) => jws(t.header, t.claims, () => part(Buffer.alloc(32))),
  'with the signature of another token': (t, other) => jws(t.header, t.claims, () => other.signature),
  'with another subject under its old signature': (t, other) =>
    jws(t.header, { ...t.claims, sub: other.claims.sub }, () => t.signature),
  'with another session under its old signature': (t, other) =>
    jws(t.header, { ...t.claims, sid: other.claims.sid }, () => t.signature),
  'with a later expiry under its old signature': (t) =>
    jws(t.header, { ...t.claims, exp: t.claims.exp + HOUR }, () => t.signature),
  'with another header under its old signature': (t) =>
    jws({ ...t.header, x: 1 }, t.claims, () => t.signature),
  'signed with an empty key': (t) => jws(t.header, t.claims, hmac('')),
  'signed with the word secret': (t) => jws(t.header, t.claims, hmac('secret')),
  'signed with zeros': (t) => jws(t.header, t.claims, hmac(Buffer.alloc(32))),
  'signed with the start of our secret': (t) => jws(t.header, t.claims, hmac(SECRET_KEY.slice(0, 32))),
  'signed with our secret and a newline': (t) => jws(t.header, t.claims, hmac(`${SECRET_KEY}\n`)),
  'signed with our secret, base64-decoded': (t) =>
    jws(t.header, t.claims, hmac(Buffer.from(SECRET_KEY, 'base64url'))),
  'signed with the hash of our secret': (t) =>
    jws(t.header, t.claims, hmac(createHash('sha256').update(SECRET_KEY).digest())),
  'signed with its own kid': (t) => jws(t.header, t.claims, hmac(t.header.kid ?? '')),
  'whose kid is a path to an empty file': (t) =>
    jws({ ...t.header, kid: '../../../../../../dev/null' }, t.claims, hmac('')),
  'whose kid is a path to a well-known file': (t) =>
    jws({ ...t.header, kid: '/proc/sys/kernel/randomize_va_space' }, t.claims, hmac('2\n')),
  'whose kid is a file URL': (t) => jws({ ...t.header, kid: 'file:///dev/null' }, t.claims, hmac('')),
  'whose kid is SQL that chooses the key': (t) =>
    jws({ ...t.header, kid: "x' UNION SELECT 'mine' -- " }, t.claims, hmac('mine')),
  'whose kid is a shell command': (t) =>
    jws({ ...t.header, kid: '|/usr/bin/id; $(id) `id`' }, t.claims, hmac('')),
  'whose kid is an array': (t) => jws({ ...t.header, kid: [t.header.kid] }, t.claims, hmac('')),
  'whose kid is null': (t) => jws({ ...t.header, kid: null }, t.claims, hmac('')),
  'whose kid is __proto__': (t) => jws({ ...t.header, kid: '__proto__' }, t.claims, hmac('')),
  'with two kids': (t) => jws(twice(t.header, 'kid', 'mine'), t.claims, hmac('mine')),
  'whose kid is 40,000 letters long': (t) =>
    jws({ ...t.header, kid: 'k'.repeat(40_000) }, t.claims, hmac('')),
  'with its own symmetric key in jwk': (t) => {
    const jwk = { kty: 'oct', k: part('mine'), alg: 'HS256' };
    return jws({ ...t.header, jwk }, t.claims, hmac('mine'));
  },
  'with its own RSA key in jwk': (t) =>
    jws(
      { ...t.header, alg: 'RS256', jwk: jwkOf(ours.publicKey) },
      t.claims,
      signature(ours.privateKey, 'sha256'),
    ),
  'with its own certificate': (t) =>
    jws(
      { ...t.header, alg: 'RS256', x5c: [randomBytes(300).toString('base64')], x5t: 'x' },
      t.claims,
      signature(ours.privateKey, 'sha256'),
    ),
  'with a signature in the other base64 alphabet': (t) =>
    jws(t.header, t.claims, () => `+/${t.signature.slice(2)}`),
  'cut to one part': (t) => part(t.claims),
  'cut to two parts': (t) => t.token.slice(0, t.token.lastIndexOf('.')),
  'with a fourth part': (t) => `${t.token}.${part('{}')}`,
  'of dots': () => '..',
  'of a thousand dots': () => '.'.repeat(1_000),
  'whose header is not JSON': (t) => jws('{"alg":', t.claims, right),
  'whose header is an array': (t) => jws([t.header], t.claims, right),
  'whose header is not UTF-8': (t) => jws(Buffer.from([0xff, 0xfe, 0x00]), t.claims, right),
  'whose header nests 10,000 levels': (t) => jws(raw(t.header, 'x', deep(10_000)), t.claims, right),
  'that is the word null': () => 'null',
  'that is a JSON object': (t) => JSON.stringify(t.claims),
  'in the JSON form of a JWS': (t) => {
    const [header, payload] = t.token.split('.');
    return JSON.stringify({ payload, protected: header, signature: t.signature });
  },
};

// Signed with the right key, so these are refused for their contents.
const WITH_THE_KEY = {
  'of alg HS384': (t) => jws({ ...t.header, alg: 'HS384' }, t.claims, hmac(SECRET_KEY, 'sha384')),
  'of alg HS512': (t) => jws({ ...t.header, alg: 'HS512' }, t.claims, hmac(SECRET_KEY, 'sha512')),
  'of alg RS256, signed with our secret': (t) => jws({ ...t.header, alg: 'RS256' }, t.claims, right),
  'of alg ES256, signed with our secret': (t) => jws({ ...t.header, alg: 'ES256' }, t.claims, right),
  'of alg EdDSA, signed with our secret': (t) => jws({ ...t.header, alg: 'EdDSA' }, t.claims, right),
  'of alg PS256, signed with our secret': (t) => jws({ ...t.header, alg: 'PS256' }, t.claims, right),
  'of alg hs256': (t) => jws({ ...t.header, alg: 'hs256' }, t.claims, right),
  'of alg HS256 with a NUL': (t) => jws({ ...t.header, alg: 'HS256\0' }, t.claims, right),
  'without an alg': (t) => jws({ ...t.header, alg: undefined }, t.claims, right),
  'whose alg is null': (t) => jws({ ...t.header, alg: null }, t.claims, right),
  'whose alg is an array': (t) => jws({ ...t.header, alg: ['HS256'] }, t.claims, right),
  'of typ JWT': (t) => jws({ ...t.header, typ: 'JWT' }, t.claims, right),
  'without a typ': (t) => jws({ ...t.header, typ: undefined }, t.claims, right),
  'of typ refresh+jwt': (t) => jws({ ...t.header, typ: 'refresh+jwt' }, t.claims, right),
  'whose typ is an array': (t) => jws({ ...t.header, typ: ['at+jwt'] }, t.claims, right),
  'with an unknown crit': (t) =>
    jws({ ...t.header, crit: ['urn:x'], 'urn:x': true }, t.claims, right),
  'with a crit that names a standard header': (t) =>
    jws({ ...t.header, crit: ['exp'], exp: t.claims.exp }, t.claims, right),
  'with an empty crit': (t) => jws({ ...t.header, crit: [] }, t.claims, right),
  'of b64 false, with its payload unencoded': (t) => {
    const header = part({ ...t.header, b64: false, crit: ['b64'] });
    const payload = JSON.stringify(t.claims);
    return `${header}.${payload}.${right(`${header}.${payload}`)}`;
  },
  'of zip DEF': (t) => jws({ ...t.header, zip: 'DEF' }, deflateRawSync(JSON.stringify(t.claims)), right),
  'of zip DEF that decompresses to 50 MB': (t) =>
    jws({ ...t.header, zip: 'DEF' }, deflateRawSync(Buffer.alloc(50_000_000)), right),
  'that contains another signed token': (t) => jws({ ...t.header, cty: 'JWT' }, t.token, right),
  'that is encrypted with our secret (JWE)': (t) =>
    new CompactEncrypt(Buffer.from(t.token))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', cty: 'JWT', typ: 'at+jwt' })
      .encrypt(createHash('sha256').update(SECRET_KEY).digest()),
  'of another issuer': (t) => jws(t.header, { ...t.claims, iss: 'https://evil.example' }, right),
  'of our issuer with a slash': (t) => jws(t.header, { ...t.claims, iss: `${t.claims.iss}/` }, right),
  'whose issuer is a list with ours in it': (t) =>
    jws(t.header, { ...t.claims, iss: ['https://evil.example', t.claims.iss] }, right),
  'without an issuer': (t) => jws(t.header, { ...t.claims, iss: undefined }, right),
  'for another audience': (t) => jws(t.header, { ...t.claims, aud: 'somebody' }, right),
  'for a list of other audiences': (t) => jws(t.header, { ...t.claims, aud: ['a', 'b'] }, right),
  'for an empty list of audiences': (t) => jws(t.header, { ...t.claims, aud: [] }, right),
  'without an audience': (t) => jws(t.header, { ...t.claims, aud: undefined }, right),
  'whose subject is another user': (t, other) => jws(t.header, { ...t.claims, sub: other.claims.sub }, right),
  'whose session is another user’s': (t, other) =>
    jws(t.header, { ...t.claims, sid: other.claims.sid }, right),
  'whose session does not exist': (t) =>
    jws(t.header, { ...t.claims, sid: '01900000-0000-7000-8000-000000000000' }, right),
  'whose session is SQL': (t) => jws(t.header, { ...t.claims, sid: "' OR 1=1 -- " }, right),
  'without a subject': (t) => jws(t.header, { ...t.claims, sub: undefined }, right),
  'whose subject is a list': (t) => jws(t.header, { ...t.claims, sub: [t.claims.sub] }, right),
  'issued an hour from now': (t) => jws(t.header, { ...t.claims, iat: now() + HOUR }, right),
  'issued in the year 10,000': (t) => jws(t.header, { ...t.claims, iat: 253_402_300_800 }, right),
  'not valid before an hour from now': (t) => jws(t.header, { ...t.claims, nbf: now() + HOUR }, right),
  'without an expiry': (t) => jws(t.header, { ...t.claims, exp: undefined }, right),
  'whose expiry is null': (t) => jws(t.header, { ...t.claims, exp: null }, right),
  'whose expiry is a string': (t) => jws(t.header, { ...t.claims, exp: `${t.claims.exp}` }, right),
  'whose expiry is a fraction': (t) => jws(t.header, { ...t.claims, exp: t.claims.exp + 0.5 }, right),
  'whose expiry is a list': (t) => jws(t.header, { ...t.claims, exp: [t.claims.exp] }, right),
  'whose expiry is 1e400': (t) => jws(t.header, raw(t.claims, 'exp', '1e400'), right),
  'whose expiry is the smallest 64-bit integer': (t) => jws(t.header, raw(t.claims, 'exp', '-9223372036854775808'), right),
  'whose expiry is above 64 bits': (t) => jws(t.header, raw(t.claims, 'exp', '18446744073709551616'), right),
  'whose expiry is true': (t) => jws(t.header, { ...t.claims, exp: true }, right),
  'whose generation is a string': (t) => jws(t.header, { ...t.claims, gen: '1' }, right),
  'with two subjects': (t, other) => jws(t.header, twice(t.claims, 'sub', other.claims.sub), right),
  'with two expiries': (t) => jws(t.header, twice(t.claims, 'exp', t.claims.exp + HOUR), right),
  'with two issuers': (t) => jws(t.header, twice(t.claims, 'iss', 'https://evil.example'), right),
  'with two algs': (t) => jws(twice(t.header, 'alg', 'none'), t.claims, right),
  'whose claims are a list': (t) => jws(t.header, [t.claims], right),
  'whose claims are a string': (t) => jws(t.header, '"claims"', right),
  'whose claims are empty': (t) => jws(t.header, '', right),
  'whose claims are not UTF-8': (t) => jws(t.header, Buffer.from([0x7b, 0xff, 0x7d]), right),
};

const OVER = {
  'that expired a second ago': (t) => jws(t.header, { ...t.claims, exp: now() - 1 }, right),
  'that expired in 1970': (t) => jws(t.header, { ...t.claims, exp: 0 }, right),
};

export const accessTokens = {
  'a forged token with our key and claims is valid, so the forgeries below are tested well': async ({
    people,
    stranger,
  }) => {
    const { header, claims } = opened(stranger.accessToken);
    const { data, text } = await people.me(jws(header, claims, right));
    assert.equal(data?.me.username, stranger.username, text);
  },
};

for (const [what, forge] of Object.entries({ ...WITHOUT_THE_KEY, ...WITH_THE_KEY })) {
  accessTokens[`a token ${what} is refused`] = (world) => isRefused(world, forge, 'AUTH_UNAUTHENTICATED');
}
for (const [what, forge] of Object.entries(OVER)) {
  accessTokens[`a token ${what} is refused as expired`] = (world) =>
    isRefused(world, forge, 'AUTH_TOKEN_EXPIRED');
}

// Forges the token of one person, and asserts that it is refused.
async function isRefused({ people, owner, stranger }, forge, expected) {
  const token = await forge(opened(stranger.accessToken), opened(owner.accessToken));
  const { status, headers, data, code, text } = await people.me(token);
  assert.deepEqual([status, code], [200, expected], text);
  assert.equal(data?.me ?? null, null, text);
  assert.match(headers['www-authenticate'], /^Bearer error="invalid_token"/);
}

// Attacks by the holder of a genuine token.
Object.assign(accessTokens, {
  'every bit of a token’s signature is checked': async ({ people, stranger }) => {
    const { signature: signed, token } = opened(stranger.accessToken);
    const front = token.slice(0, -signed.length);
    for (let bit = 0; bit < 256; bit += 1) {
      const bytes = Buffer.from(signed, 'base64url');
      bytes[bit >> 3] ^= 1 << (bit & 7);
      const { code } = await people.me(front + bytes.toString('base64url'));
      assert.equal(code, 'AUTH_UNAUTHENTICATED', `bit ${bit}`);
    }
  },

  'a signature that is cut at any place is refused': async ({ people, stranger }) => {
    const { signature: signed, token } = opened(stranger.accessToken);
    for (let length = 1; length <= signed.length; length += 1) {
      const { code } = await people.me(token.slice(0, -length));
      assert.equal(code, 'AUTH_UNAUTHENTICATED', `${length} characters less`);
    }
  },

  'the largest and smallest 64-bit numbers, and claims 10,000 levels deep, do no harm': async ({
    people,
  }) => {
    const victim = await people.verified();
    const { header, claims } = opened(victim.accessToken);
    for (const name of ['gen', 'iat', 'exp']) {
      for (const number of ['-9223372036854775808', '-1', '0', '9223372036854775807']) {
        await people.me(jws(header, raw(claims, name, number), right));
      }
    }
    await people.me(jws(header, raw(claims, 'x', deep(10_000)), right));
    const { data, text } = await people.me(victim.accessToken);
    assert.ok(data?.me, text);
  },

  'no token makes the service fetch a key': async ({ people, stranger }) => {
    const asked = [];
    const bait = createServer((request, response) => {
      asked.push(request.url);
      response.end(JSON.stringify({ keys: [jwkOf(ours.publicKey)] }));
    });
    await new Promise((resolve) => bait.listen(0, '127.0.0.1', resolve));
    try {
      const { header, claims } = opened(stranger.accessToken);
      const url = `http://127.0.0.1:${bait.address().port}`;
      for (const name of ['jku', 'x5u', 'kid', 'iss']) {
        const forged = { ...header, alg: 'RS256', [name]: `${url}/${name}` };
        const token = jws(forged, { ...claims, iss: url }, signature(ours.privateKey, 'sha256'));
        const { code } = await people.me(token);
        assert.equal(code, 'AUTH_UNAUTHENTICATED', name);
      }
      assert.deepEqual(asked, []);
    } finally {
      bait.close();
    }
  },

  'other kinds of tokens are refused as access tokens': async ({ client, people, service, stranger }) => {
    await client.call(
      'mutation($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { accepted } }',
      { input: { email: stranger.email } },
    );
    const [, mailed] = (await service.mailedLink(stranger.email)).split('#token=');
    for (const token of [stranger.refreshToken, mailed, stranger.id, stranger.sessionId]) {
      assert.equal((await people.me(token)).code, 'AUTH_UNAUTHENTICATED', token);
    }
  },

  'a token is only read from Authorization: Bearer': async ({ client, owner }) => {
    const token = owner.accessToken;
    const form = 'application/x-www-form-urlencoded';
    const query = '{ me { username } }';
    const asked = encodeURIComponent(query);
    const ways = {
      'query string': { path: `/graphql?query=${asked}&access_token=${token}` },
      'query string, authorization': { path: `/graphql?query=${asked}&authorization=Bearer%20${token}` },
      cookie: { headers: { Cookie: `access_token=${token}; Authorization=Bearer ${token}` } },
      basic: { headers: { Authorization: `Basic ${Buffer.from(`:${token}`).toString('base64')}` } },
      'another scheme': { headers: { Authorization: `Token ${token}` } },
      'no scheme': { headers: { Authorization: token } },
      'another header': { headers: { 'X-Access-Token': token, 'X-Authorization': `Bearer ${token}` } },
      'a proxy’s header': { headers: { 'Proxy-Authorization': `Bearer ${token}` } },
    };
    for (const [way, request] of Object.entries(ways)) {
      const path = `/graphql?query=${asked}`;
      const answer = await client.send({ path, ...request });
      assert.equal(answer.code, 'AUTH_UNAUTHENTICATED', `${way}: ${answer.text}`);
    }
    const body = `query=${asked}&access_token=${token}`;
    const posted = await client.send({ method: 'POST', headers: { 'Content-Type': form }, body });
    assert.equal(posted.status, 415);
    const extensions = { authorization: `Bearer ${token}`, headers: { Authorization: `Bearer ${token}` } };
    const { code } = await client.send({
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ query, extensions, context: { user: owner.id } }),
    });
    assert.equal(code, 'AUTH_UNAUTHENTICATED');
  },

  'a forged token does not break public fields': async ({ client, stranger }) => {
    const { header, claims } = opened(stranger.accessToken);
    const accessToken = jws({ ...header, alg: 'none' }, claims, unsigned);
    const { data, text } = await client.call('{ passwordPolicy { minLength } }', { accessToken });
    assert.ok(data?.passwordPolicy, text);
  },

  'a token of a session that has ended is refused at the next request': async ({
    client,
    people,
  }) => {
    const victim = await people.verified();
    await client.call('mutation { logout { revokedSessions } }', { as: victim });
    const { header, claims } = opened(victim.accessToken);
    const renewed = jws(header, { ...claims, exp: now() + HOUR, gen: claims.gen + 1 }, right);
    for (const token of [victim.accessToken, renewed]) {
      assert.equal((await people.me(token)).code, 'AUTH_SESSION_ENDED');
    }
  },
});
