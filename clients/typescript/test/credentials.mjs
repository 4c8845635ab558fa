// A browser with an authenticator, as far as `latchkey-client/passkeys` needs it.

const base64url = (bytes) => Buffer.from(bytes).toString('base64url');
const bytesOf = (text) => Buffer.from(text, 'base64url');

// An old browser cannot convert JSON.
export class Browser {
  // The requests to the authenticator: 'create', 'get', or 'conditional'.
  asked = [];
  // The passkeys that are unknown to a service: { rpId, credentialId }.
  signalled = [];
  // The number of requests in the autofill that the page ended.
  ended = 0;
  // Set to make all requests fail.
  error = null;
  #chosen = null;

  constructor(authenticator, isOld = false) {
    this.authenticator = authenticator;
    this.isOld = isOld;
    const create = async ({ publicKey }) => this.#answer('create', publicKey);
    const get = (options) => (options.mediation ? this.#conditional(options) : this.#answer('get', options.publicKey));
    this.navigator = { credentials: { create, get } };
    // The options of a new browser are their JSON.
    const parse = { parseCreationOptionsFromJSON: (json) => json, parseRequestOptionsFromJSON: (json) => json };
    this.PublicKeyCredential = {
      ...(!isOld && parse),
      isConditionalMediationAvailable: async () => true,
      signalUnknownCredential: async (passkey) => void this.signalled.push(passkey),
    };
  }

  // Whether a request waits in the autofill.
  get isWaiting() {
    return this.#chosen !== null;
  }

  // Chooses a passkey in the autofill.
  choose() {
    this.#chosen();
  }

  async #answer(kind, publicKey) {
    this.asked.push(kind);
    if (this.error) throw this.error;
    const json = this.isOld ? jsonOf(publicKey) : publicKey;
    const credential = kind === 'create' ? this.authenticator.register(json) : this.authenticator.use(json);
    return this.isOld ? bytesOfCredential(credential) : { toJSON: () => credential };
  }

  #conditional({ publicKey, signal }) {
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#chosen = null;
        this.ended += 1;
        reject(signal.reason);
      };
      if (signal.aborted) return abort();
      signal.addEventListener('abort', abort);
      this.#chosen = () => {
        this.#chosen = null;
        this.#answer('conditional', publicKey).then(resolve, reject);
      };
    });
  }
}

// The options in JSON. An old browser gets bytes, and refuses texts.
function jsonOf({ challenge, user, allowCredentials, excludeCredentials, ...more }) {
  const text = (bytes) => {
    if (!ArrayBuffer.isView(bytes)) throw new TypeError('these are no bytes');
    return base64url(bytes);
  };
  const list = (all) => all?.map((one) => ({ ...one, id: text(one.id) }));
  return {
    ...more,
    challenge: text(challenge),
    user: user && { ...user, id: text(user.id) },
    allowCredentials: list(allowCredentials),
    excludeCredentials: list(excludeCredentials),
  };
}

// The credential of an old browser.
function bytesOfCredential({ id, type, response: { transports, ...texts } }) {
  const bytes = (text) => new Uint8Array(bytesOf(text)).buffer;
  const response = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, bytes(text)]));
  if (transports) response.getTransports = () => transports;
  return { id, rawId: bytes(id), type, response, getClientExtensionResults: () => ({}) };
}
