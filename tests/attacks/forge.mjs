// A forger's tools: tokens in which everything can be wrong, made by hand since no library would.

import { createHmac, sign, webcrypto } from 'node:crypto';

globalThis.crypto ??= webcrypto; // which jose expects, and Node.js 18 does not have there

// Text and bytes as they are, anything else as JSON; all in base64url.
export const part = (value) =>
  Buffer.from(typeof value === 'string' || Buffer.isBuffer(value) ? value : JSON.stringify(value)).toString(
    'base64url',
  );

// A JWS in its compact form.
export function jws(header, payload, signer) {
  const text = `${part(header)}.${part(payload)}`;
  return `${text}.${signer(text)}`;
}

export const hmac =
  (key, hash = 'sha256') =>
  (text) =>
    createHmac(hash, key).update(text).digest('base64url');

export const unsigned = () => '';

// With a private key of node:crypto; ECDSA in the form that JWS has it (RFC 7518 section 3.4).
export const signature = (key, hash) => (text) =>
  sign(hash, Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');

// What a genuine token says: { header, claims, signature, token }.
export function opened(token) {
  const [header, claims, signed] = token.split('.');
  const read = (text) => JSON.parse(Buffer.from(text, 'base64url'));
  return { header: read(header), claims: read(claims), signature: signed, token };
}

// JSON of an object in which one member stands twice.
export const twice = (object, name, second) =>
  `${JSON.stringify(object).slice(0, -1)},${JSON.stringify(name)}:${JSON.stringify(second)}}`;

// JSON of an object in which one member is this text, be it JSON or not.
export const raw = (object, name, text) => {
  const rest = JSON.stringify({ ...object, [name]: undefined }).slice(0, -1);
  return `${rest},${JSON.stringify(name)}:${text}}`;
};
