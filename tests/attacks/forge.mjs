// Builds forged tokens, which no library would build.

import { createHmac, sign, webcrypto } from 'node:crypto';

globalThis.crypto ??= webcrypto; // jose needs it, and Node.js 18 does not have it there

// Encodes a value in base64url: strings and bytes as they are, anything else as JSON.
export const part = (value) =>
  Buffer.from(typeof value === 'string' || Buffer.isBuffer(value) ? value : JSON.stringify(value)).toString(
    'base64url',
  );

// Returns a JWS in the compact form.
export function jws(header, payload, signer) {
  const text = `${part(header)}.${part(payload)}`;
  return `${text}.${signer(text)}`;
}

export const hmac =
  (key, hash = 'sha256') =>
  (text) =>
    createHmac(hash, key).update(text).digest('base64url');

export const unsigned = () => '';

// Signs with a private key of node:crypto. ECDSA signatures have the form of JWS (RFC 7518 section 3.4).
export const signature = (key, hash) => (text) =>
  sign(hash, Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');

// Decodes a genuine token: { header, claims, signature, token }.
export function opened(token) {
  const [header, claims, signed] = token.split('.');
  const read = (text) => JSON.parse(Buffer.from(text, 'base64url'));
  return { header: read(header), claims: read(claims), signature: signed, token };
}

// Returns the JSON of an object that has one member twice.
export const twice = (object, name, second) =>
  `${JSON.stringify(object).slice(0, -1)},${JSON.stringify(name)}:${JSON.stringify(second)}}`;

// Returns the JSON of an object, with this text as the value of one member, even if it is not JSON.
export const raw = (object, name, text) => {
  const rest = JSON.stringify({ ...object, [name]: undefined }).slice(0, -1);
  return `${rest},${JSON.stringify(name)}:${text}}`;
};
