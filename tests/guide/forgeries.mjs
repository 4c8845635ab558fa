// Forged tokens that every service has to refuse.

import { constants, generateKeyPairSync, sign as signBytes } from 'node:crypto';
import { hmac, jws, part, signature, unsigned } from '../attacks/forge.mjs';
import { SECRET_KEY } from '../attacks/service.mjs';

const MINUTE = 60;
const now = () => Math.floor(Date.now() / 1000);
const jwkOf = (key) => key.export({ format: 'jwk' });

const pss = (key) => (text) =>
  signBytes('sha256', Buffer.from(text), {
    key,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  }).toString('base64url');

// For each algorithm: our key for the tests (tests/keys), the key of a forger, signatures with our key for other
// algorithms, and the algorithms of the other published keys.
export const ALGORITHMS = {
  EdDSA: {
    file: 'ed25519.pem',
    hash: null,
    foreign: generateKeyPairSync('ed25519'),
    others: { Ed25519: (key) => signature(key, null) }, // RFC 9864
    beside: ['ES256', 'RS256'],
  },
  ES256: {
    file: 'p256.pem',
    hash: 'sha256',
    foreign: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    others: { ES384: (key) => signature(key, 'sha384') },
    beside: ['RS256', 'EdDSA'],
  },
  RS256: {
    file: 'rsa2048.pem',
    hash: 'sha256',
    foreign: generateKeyPairSync('rsa', { modulusLength: 2048 }),
    others: { PS256: pss, RS512: (key) => signature(key, 'sha512') },
    beside: ['EdDSA', 'ES256'],
  },
};

// `t` is a decoded genuine token, and `sign` signs with its key.
const WITH_OUR_KEY = {
  'that expired an hour ago': (t, sign) => jws(t.header, { ...t.claims, exp: now() - 60 * MINUTE }, sign),
  'that expired a minute ago': (t, sign) => jws(t.header, { ...t.claims, exp: now() - MINUTE }, sign),
  'without an expiry': (t, sign) => jws(t.header, { ...t.claims, exp: undefined }, sign),
  'not valid before ten minutes from now': (t, sign) =>
    jws(t.header, { ...t.claims, nbf: now() + 10 * MINUTE }, sign),
  'of another issuer': (t, sign) => jws(t.header, { ...t.claims, iss: 'https://evil.example' }, sign),
  'without an issuer': (t, sign) => jws(t.header, { ...t.claims, iss: undefined }, sign),
  'for another audience': (t, sign) => jws(t.header, { ...t.claims, aud: 'somebody' }, sign),
  'for a list of other audiences': (t, sign) => jws(t.header, { ...t.claims, aud: ['a', 'b'] }, sign),
  'without an audience': (t, sign) => jws(t.header, { ...t.claims, aud: undefined }, sign),
  'without a subject': (t, sign) => jws(t.header, { ...t.claims, sub: undefined }, sign),
  'of typ JWT': (t, sign) => jws({ ...t.header, typ: 'JWT' }, t.claims, sign),
  'without a typ': (t, sign) => jws({ ...t.header, typ: undefined }, t.claims, sign),
  'with an unknown crit': (t, sign) =>
    jws({ ...t.header, crit: ['urn:x'], 'urn:x': true }, t.claims, sign),
};

const WITHOUT_OUR_KEY = {
  'of alg none': (t) => jws({ ...t.header, alg: 'none' }, t.claims, unsigned),
  'of alg nOnE with a genuine signature': (t) => jws({ ...t.header, alg: 'nOnE' }, t.claims, () => t.signature),
  'without a signature': (t) => jws(t.header, t.claims, unsigned),
  'with another role under its old signature': (t) =>
    jws(t.header, { ...t.claims, org_role: 'ADMIN' }, () => t.signature),
  'with another organization under its old signature': (t) =>
    jws(t.header, { ...t.claims, org: { ...t.claims.org, slug: 'another' } }, () => t.signature),
  'with a later expiry under its old signature': (t) =>
    jws(t.header, { ...t.claims, exp: t.claims.exp + MINUTE }, () => t.signature),
  'of HS256 with the secret of the service, with the kid of its key': (t) =>
    jws({ ...t.header, alg: 'HS256' }, t.claims, hmac(SECRET_KEY)),
  'cut to two parts': (t) => t.token.slice(0, t.token.lastIndexOf('.')),
  'of dots': () => '..',
  'that is empty': () => '',
};

// A public key in every form that a faulty verifier may take for the secret of HS256.
const AS_A_SECRET = {
  PEM: (key) => key.export({ format: 'pem', type: 'spki' }),
  DER: (key) => key.export({ format: 'der', type: 'spki' }),
  JWK: (key) => JSON.stringify(jwkOf(key)),
  'bare bytes': (key) => Buffer.from(jwkOf(key).x ?? jwkOf(key).n, 'base64url'),
};

// Forgeries, by their defect: functions of a genuine token, the key pair that signed it, and another published key pair.
export function forgeries(algorithm) {
  const { hash, foreign, others } = ALGORITHMS[algorithm];
  const stranger = signature(foreign.privateKey, hash);
  const jwk = jwkOf(foreign.publicKey);
  const table = {
    'of another key with our kid': (t) => jws(t.header, t.claims, stranger),
    'of another key of ours with the kid of this one': (t, pair, { alg, sign }) =>
      jws({ ...t.header, alg }, t.claims, sign),
    'of this key with the kid of another one': (t, { sign }, { kid }) =>
      jws({ ...t.header, kid }, t.claims, sign),
    'of a key that is not published': (t) => jws({ ...t.header, kid: part('mine') }, t.claims, stranger),
    'with its own key in jwk': (t) => jws({ ...t.header, jwk }, t.claims, stranger),
    'with the URL of its own key': (t) =>
      jws({ ...t.header, jku: 'http://127.0.0.1:1/jwks.json' }, t.claims, stranger),
  };
  for (const [form, secretOf] of Object.entries(AS_A_SECRET)) {
    table[`of HS256 with the public key as its secret, in ${form}`] = (t, { publicKey }) =>
      jws({ ...t.header, alg: 'HS256' }, t.claims, hmac(secretOf(publicKey)));
  }
  for (const [other, signing] of Object.entries(others)) {
    table[`that the right key signed, but for ${other}`] = (t, { privateKey }) =>
      jws({ ...t.header, alg: other }, t.claims, signing(privateKey));
  }
  for (const [what, forge] of Object.entries({ ...WITH_OUR_KEY, ...WITHOUT_OUR_KEY })) {
    table[what] = (t, { sign }) => forge(t, sign);
  }
  return table;
}
