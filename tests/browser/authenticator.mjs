// An authenticator that makes and uses passkeys, without a browser.

import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

const [PRESENT, VERIFIED, BACKUP_ELIGIBLE, BACKED_UP, WITH_CREDENTIAL] = [1, 4, 8, 16, 64];
const FLAGS = PRESENT | VERIFIED | BACKUP_ELIGIBLE | BACKED_UP;

const hash = (data) => createHash('sha256').update(data).digest();
const base64 = (bytes) => Buffer.from(bytes).toString('base64');
const base64url = (bytes) => Buffer.from(bytes).toString('base64url');
const bytesOf = (text) => Buffer.from(text, 'base64url');

export class Authenticator {
  // The passkeys by their ids.
  #passkeys = new Map();

  // The origin of the pages that use it.
  constructor(origin) {
    this.origin = origin;
  }

  // The passkeys, for a virtual authenticator of Chromium.
  get forChromium() {
    return [...this.#passkeys].map(([id, { privateKey, rpId, userHandle }]) => ({
      credentialId: base64(bytesOf(id)),
      privateKey: base64(privateKey.export({ format: 'der', type: 'pkcs8' })),
      userHandle: base64(bytesOf(userHandle)),
      rpId,
      signCount: 0,
      isResidentCredential: true,
      backupEligibility: true,
      backupState: true,
    }));
  }

  // Makes a passkey; returns the credential. Options and credentials are the JSON of WebAuthn.
  register({ rp, user, challenge, excludeCredentials }) {
    if (excludeCredentials.some(({ id }) => this.#passkeys.has(id))) {
      throw new DOMException('it has one already', 'InvalidStateError');
    }
    const id = randomBytes(16);
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#passkeys.set(base64url(id), { privateKey, rpId: rp.id, userHandle: user.id });
    const { x, y } = publicKey.export({ format: 'jwk' });
    const key = cbor(new Map([[1, 2], [3, -7], [-1, 1], [-2, bytesOf(x)], [-3, bytesOf(y)]]));
    const credential = Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, key]);
    const authData = Buffer.concat([dataFor(rp.id, FLAGS | WITH_CREDENTIAL), credential]);
    const attestation = cbor(new Map([['fmt', 'none'], ['attStmt', new Map()], ['authData', authData]]));
    return credentialJson(base64url(id), {
      clientDataJSON: base64url(this.#clientData('webauthn.create', challenge)),
      attestationObject: base64url(attestation),
      transports: ['internal'],
    });
  }

  // Uses a passkey: one of those that are allowed, or else the newest; returns the credential.
  use({ rpId, challenge, allowCredentials }) {
    const allowed = allowCredentials.map(({ id }) => id);
    const ids = [...this.#passkeys.keys()].filter((id) => allowed.length === 0 || allowed.includes(id));
    const id = ids.at(-1);
    const passkey = this.#passkeys.get(id);
    if (passkey?.rpId !== rpId) throw new DOMException('it has none', 'NotAllowedError');
    const clientData = this.#clientData('webauthn.get', challenge);
    const authenticatorData = dataFor(rpId, FLAGS);
    return credentialJson(id, {
      clientDataJSON: base64url(clientData),
      authenticatorData: base64url(authenticatorData),
      signature: base64url(sign('sha256', Buffer.concat([authenticatorData, hash(clientData)]), passkey.privateKey)),
      userHandle: passkey.userHandle,
    });
  }

  #clientData(type, challenge) {
    return JSON.stringify({ type, challenge, origin: this.origin, crossOrigin: false });
  }
}

const credentialJson = (id, response) => ({ id, rawId: id, type: 'public-key', response, clientExtensionResults: {} });

// The authenticator data without a credential, with a counter that stays at zero as that of a synced passkey.
const dataFor = (rpId, flags) => Buffer.concat([hash(rpId), Buffer.from([flags]), Buffer.alloc(4)]);

function cbor(value) {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string') return Buffer.concat([head(3, value.length), Buffer.from(value)]);
  if (value instanceof Map) return Buffer.concat([head(5, value.size), ...[...value].flat().map(cbor)]);
  return Buffer.concat([head(2, value.length), value]);
}

// The type of a CBOR value and a number below 256.
const head = (type, number) => Buffer.from(number < 24 ? [(type << 5) | number] : [(type << 5) | 24, number]);
