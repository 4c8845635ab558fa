// Forgeries with key pairs: a public key, which everybody knows, must not be usable to make a token. Genuine tokens
// can be verified by any library.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CompactEncrypt, calculateJwkThumbprint, createLocalJWKSet, jwtVerify } from 'jose';
import { hmac, jws, opened, part, signature, twice, unsigned } from './forge.mjs';
import { SECRET_KEY } from './service.mjs';

const ISSUER = 'https://auth.example.com';
const HASHES = { EdDSA: null, ES256: 'sha256', RS256: 'sha256' };
const BYTES = { EdDSA: 64, ES256: 64, RS256: 256 };

const generate = {
  EdDSA: () => generateKeyPairSync('ed25519'),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
};
const foreign = Object.fromEntries(Object.entries(generate).map(([name, make]) => [name, make()]));
const jwkOf = (key) => key.export({ format: 'jwk' });

// Creates three key files. The one for this algorithm signs.
export async function signingWith(algorithm, folder) {
  const order = [algorithm, ...Object.keys(generate).filter((other) => other !== algorithm)];
  const files = order.map((name) => join(folder, `${name}.pem`));
  for (const [n, name] of order.entries()) {
    const pem = generate[name]().privateKey.export({ format: 'pem', type: 'pkcs8' });
    await writeFile(files[n], pem, { mode: 0o600 });
  }
  return { SIGNING_KEY_FILE: files.join(','), TOKEN_ISSUER: ISSUER };
}

// Returns the service's keys, by algorithm.
async function keysOf({ folder }) {
  const keys = {};
  for (const name of Object.keys(generate)) {
    const privateKey = createPrivateKey(readFileSync(join(folder, `${name}.pem`)));
    const publicKey = createPublicKey(privateKey);
    const kid = await calculateJwkThumbprint(jwkOf(publicKey));
    keys[name] = { name, privateKey, publicKey, kid, sign: signature(privateKey, HASHES[name]) };
  }
  return keys;
}

// A key in every form that a faulty verifier may take for the secret of HS256.
const AS_A_SECRET = {
  PEM: (key) => key.export({ format: 'pem', type: 'spki' }),
  'PEM without its last newline': (key) => key.export({ format: 'pem', type: 'spki' }).trim(),
  DER: (key) => key.export({ format: 'der', type: 'spki' }),
  JWK: (key) => JSON.stringify(jwkOf(key)),
  'bare bytes': (key) => Buffer.from(jwkOf(key).x ?? jwkOf(key).n, 'base64url'),
  'bare bytes in base64url': (key) => jwkOf(key).x ?? jwkOf(key).n,
};

// `t` is a decoded genuine token of somebody else; `key` is the key pair that signs; `keys` has all of them.
function forgeries(algorithm) {
  const hash = HASHES[algorithm];
  const stranger = signature(foreign[algorithm].privateKey, hash);
  const publicJwk = jwkOf(foreign[algorithm].publicKey);
  const bytes = (fill) => () => part(Buffer.alloc(BYTES[algorithm], fill));
  const hs256 = (t, key) => ({ ...t.header, alg: 'HS256', kid: key.kid });
  const ours = (t, key) => ({ ...t.header, alg: algorithm, kid: key.kid });
  const table = {
    'of alg none that names the key': (t, key) => jws({ ...ours(t, key), alg: 'none' }, t.claims, unsigned),
    'without a signature': (t, key) => jws(ours(t, key), t.claims, unsigned),
    'with a signature of zeros': (t, key) => jws(ours(t, key), t.claims, bytes(0)),
    'with a signature of ones': (t, key) => jws(ours(t, key), t.claims, bytes(255)),
    'with a signature that is the number one': (t, key) =>
      jws(ours(t, key), t.claims, () => part(Buffer.from([...Buffer.alloc(BYTES[algorithm] - 1), 1]))),
    'with a random signature': (t, key) =>
      jws(ours(t, key), t.claims, () => part(randomBytes(BYTES[algorithm]))),
    'with other claims under its old signature': (t) =>
      jws(t.header, { ...t.claims, exp: t.claims.exp + 3_600 }, () => t.signature),
    'of a foreign key with our kid': (t, key) => jws(ours(t, key), t.claims, stranger),
    'of a foreign key without a kid': (t) => jws({ alg: algorithm, typ: 'at+jwt' }, t.claims, stranger),
    'with its own key in jwk': (t, key) => jws({ ...ours(t, key), jwk: publicJwk }, t.claims, stranger),
    'with its own key in jwk, with our kid': (t, key) =>
      jws({ ...ours(t, key), jwk: { ...publicJwk, kid: key.kid } }, t.claims, stranger),
    'with the URL of its own key': (t, key) =>
      jws(
        { ...ours(t, key), jku: 'http://127.0.0.1:1/jwks.json', x5u: 'http://127.0.0.1:1/' },
        t.claims,
        stranger,
      ),
    'with its own certificate': (t, key) =>
      jws({ ...ours(t, key), x5c: [randomBytes(500).toString('base64')] }, t.claims, stranger),
    'whose kid is the path of our key’s file, with the file as secret': (t, key, keys, folder) => {
      const file = join(folder, `${algorithm}.pem`);
      return jws({ ...hs256(t, key), kid: file }, t.claims, hmac(readFileSync(file)));
    },
    'whose kid is a path to an empty file': (t, key) =>
      jws({ ...hs256(t, key), kid: '../../../../../dev/null' }, t.claims, hmac('')),
    'whose kid is SQL': (t, key) =>
      jws({ ...hs256(t, key), kid: "' UNION SELECT 'mine' -- " }, t.claims, hmac('mine')),
    'whose kid is empty': (t, key) => jws({ ...ours(t, key), kid: '' }, t.claims, stranger),
    'whose kid is a list': (t, key) => jws({ ...ours(t, key), kid: [key.kid] }, t.claims, stranger),
    'whose kid is a number': (t, key) => jws({ ...ours(t, key), kid: 0 }, t.claims, stranger),
    'whose kid is our kid with a NUL': (t, key) =>
      jws({ ...ours(t, key), kid: `${key.kid}\0` }, t.claims, stranger),
    'whose kid is 40,000 letters long': (t, key) =>
      jws({ ...ours(t, key), kid: 'k'.repeat(40_000) }, t.claims, stranger),
    'with two kids': (t, key) => jws(twice(ours(t, key), 'kid', 'mine'), t.claims, stranger),
    'with two algs': (t, key) => jws(twice(ours(t, key), 'alg', 'none'), t.claims, unsigned),
    'encrypted to our RSA key, which everybody can do': (t, key, keys) =>
      new CompactEncrypt(Buffer.from(JSON.stringify(t.claims)))
        .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', typ: 'at+jwt', kid: keys.RS256.kid })
        .encrypt(keys.RS256.publicKey),
  };
  for (const [form, secretOf] of Object.entries(AS_A_SECRET)) {
    table[`of HS256 with our public key as its secret, in ${form}`] = (t, key) =>
      jws(hs256(t, key), t.claims, hmac(secretOf(key.publicKey)));
    table[`of HS256 with our public key as its secret, in ${form}, without a kid`] = (t, key) =>
      jws({ alg: 'HS256', typ: 'at+jwt' }, t.claims, hmac(secretOf(key.publicKey)));
  }
  return { ...table, ...ofThisAlgorithm(algorithm, ours), ...withOurKeys(algorithm, ours) };
}

// RFC 8725 section 3.1: a key has one algorithm, which the token cannot choose. These are signed with a valid key, but
// have a wrong header or wrong claims.
function withOurKeys(algorithm, ours) {
  const table = {
    'of typ JWT under the right key': (t, key) => jws({ ...ours(t, key), typ: 'JWT' }, t.claims, key.sign),
    'with a crit under the right key': (t, key) =>
      jws({ ...ours(t, key), crit: ['urn:x'], 'urn:x': 1 }, t.claims, key.sign),
    'of another issuer under the right key': (t, key) =>
      jws(ours(t, key), { ...t.claims, iss: 'https://evil.example' }, key.sign),
    'signed with our secret, with the kid of our key': (t, key) =>
      jws({ ...ours(t, key), alg: 'HS256' }, t.claims, hmac(SECRET_KEY)),
    'of the right key, with its kid in another case': (t, key) =>
      jws({ ...ours(t, key), alg: algorithm.toLowerCase() }, t.claims, key.sign),
  };
  for (const other of ['HS256', 'HS384', 'RS256', 'RS512', 'PS256', 'ES256', 'ES384', 'EdDSA', 'none']) {
    if (other === algorithm) continue;
    table[`of the right key that claims to be of ${other}`] = (t, key) =>
      jws({ ...ours(t, key), alg: other }, t.claims, key.sign);
  }
  for (const other of Object.keys(generate).filter((other) => other !== algorithm)) {
    table[`of our key for ${other} with the kid of the key that signs`] = (t, key, keys) =>
      jws({ ...ours(t, key), alg: other }, t.claims, keys[other].sign);
  }
  return table;
}

// Signatures that faulty implementations accepted.
function ofThisAlgorithm(algorithm, ours) {
  const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');
  const sized =
    (...parts) =>
    () =>
      part(Buffer.concat(parts));
  return {
    ES256: {
      'whose r is one and whose s is zero': (t, key) =>
        jws(ours(t, key), t.claims, sized(Buffer.alloc(32).fill(1, 31), Buffer.alloc(32))),
      'whose r and s are the order of the curve (CVE-2022-21449)': (t, key) =>
        jws(ours(t, key), t.claims, sized(order, order)),
      'whose signature is in DER': (t, key) =>
        jws(ours(t, key), t.claims, sized(Buffer.from('3006020101020101', 'hex'))),
    },
    EdDSA: {
      'whose point is the neutral element': (t, key) =>
        jws(ours(t, key), t.claims, sized(Buffer.from([1]), Buffer.alloc(63))),
      'whose s is the order of the group': (t, key) =>
        jws(
          ours(t, key),
          t.claims,
          sized(
            Buffer.alloc(32),
            Buffer.from('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010', 'hex'),
          ),
        ),
    },
    RS256: {
      'whose signature is empty padding': (t, key) =>
        jws(ours(t, key), t.claims, sized(Buffer.from([0, 1]), Buffer.alloc(253, 255), Buffer.from([0]))),
      'whose signature is our modulus': (t, key) => jws(ours(t, key), t.claims, () => jwkOf(key.publicKey).n),
    },
  }[algorithm];
}

export function keysThatSign(algorithm) {
  const tests = {
    [`jose verifies a genuine token of ${algorithm}`]: async ({ client, service, owner }) => {
      const { body, headers } = await client.send({ path: '/.well-known/jwks.json' });
      assert.match(headers['content-type'], /^application\/(jwk-set\+)?json/);
      const { payload, protectedHeader } = await jwtVerify(owner.accessToken, createLocalJWKSet(body), {
        algorithms: [algorithm],
        typ: 'at+jwt',
        issuer: ISSUER,
        audience: 'latchkey',
        requiredClaims: ['sub', 'sid', 'exp', 'iat', 'jti'],
      });
      assert.equal(payload.sid, owner.sessionId);
      assert.equal(protectedHeader.kid, (await keysOf(service))[algorithm].kid);
    },

    [`with ${algorithm}, the published keys are public keys, named by their thumbprints`]:
      async ({ client, service }) => {
        const { body, text } = await client.send({ path: '/.well-known/jwks.json' });
        const keys = await keysOf(service);
        assert.deepEqual(
          body.keys.map(({ kid }) => kid).sort(),
          Object.values(keys)
            .map(({ kid }) => kid)
            .sort(),
        );
        for (const jwk of body.keys) {
          assert.equal(jwk.kid, await calculateJwkThumbprint(jwk));
          for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth'])
            assert.ok(!(secret in jwk), secret);
        }
        for (const { privateKey } of Object.values(keys)) assert.ok(!text.includes(jwkOf(privateKey).d));
      },

    [`with ${algorithm}, tokens signed by each of our keys and by our secret are valid, so the forgeries below are tested well`]:
      async ({ people, service, stranger }) => {
        const { claims } = opened(stranger.accessToken);
        for (const { name, kid, sign } of Object.values(await keysOf(service))) {
          const { data, text } = await people.me(jws({ alg: name, typ: 'at+jwt', kid }, claims, sign));
          assert.equal(data?.me.username, stranger.username, `${name}: ${text}`);
        }
        const { data, text } = await people.me(
          jws({ alg: 'HS256', typ: 'at+jwt' }, claims, hmac(SECRET_KEY)),
        );
        assert.equal(data?.me.username, stranger.username, text);
      },
  };

  for (const [what, forge] of Object.entries(forgeries(algorithm))) {
    tests[`with ${algorithm}, a token ${what} is refused`] = async ({ people, service, stranger }) => {
      const keys = await keysOf(service);
      const token = await forge(opened(stranger.accessToken), keys[algorithm], keys, service.folder);
      const { code, data, text } = await people.me(token);
      assert.equal(code, 'AUTH_UNAUTHENTICATED', text);
      assert.equal(data?.me ?? null, null);
    };
  }

  tests[`latchkey keys generate creates a key for ${algorithm} that only its owner can read, and overwrites none`] = async ({
    binary,
    service,
  }) => {
    const file = join(service.folder, 'generated.pem');
    const run = () => promisify(execFile)(binary, ['keys', 'generate', '--algorithm', algorithm, file]);
    await run();
    const pem = readFileSync(file);
    const publicKey = createPublicKey(createPrivateKey(pem));
    const types = { EdDSA: 'ed25519', ES256: 'ec', RS256: 'rsa' };
    assert.equal(publicKey.asymmetricKeyType, types[algorithm]);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    await assert.rejects(run(), 'the key is overwritten');
    assert.deepEqual(readFileSync(file), pem);
  };

  tests[`with ${algorithm}, the key files cannot be downloaded`] = async ({ client }) => {
    for (const path of [
      `/${algorithm}.pem`,
      `/.well-known/${algorithm}.pem`,
      `/.well-known/..%2f${algorithm}.pem`,
      '/.well-known/',
    ]) {
      assert.equal((await client.send({ path })).status, 404, path);
    }
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const { status } = await client.send({ method, path: '/.well-known/jwks.json', body: '{"keys":[]}' });
      assert.equal(status, 405, method);
    }
  };
  return tests;
}
