// An authenticator app, which computes codes from the secret that the service shows (RFC 6238).

import { createHmac } from 'node:crypto';

const STEP = 30; // seconds
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export class Phone {
  #secret;
  #codeAt;
  #next = 0;

  // `codeAt(secret, seconds)` computes a code: by default, with this file.
  constructor(secret, codeAt = totp) {
    this.#secret = secret;
    this.#codeAt = codeAt;
  }

  // Returns a code that the service accepts now. It accepts each code once, and also the one of the next step, so there are two
  // codes without a wait.
  code() {
    const now = Math.floor(Date.now() / 1000 / STEP);
    const step = Math.max(now, this.#next);
    if (step > now + 1) throw new Error('this code is not accepted yet: use a recovery code');
    this.#next = step + 1;
    return this.#codeAt(this.#secret, step * STEP);
  }
}

function totp(secret, seconds) {
  const bits = [...secret].map((letter) => BASE32.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(seconds / STEP));
  const hash = createHmac('sha1', key).update(counter).digest();
  const number = hash.readUInt32BE(hash.at(-1) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}
