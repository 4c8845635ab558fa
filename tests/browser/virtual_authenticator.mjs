// An authenticator that Chromium simulates for a page on localhost. It verifies its user, and answers at once.

const OPTIONS = {
  protocol: 'ctap2',
  transport: 'internal',
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  automaticPresenceSimulation: true,
  defaultBackupEligibility: true,
  defaultBackupState: true,
};

export class VirtualAuthenticator {
  #session;
  #id;

  // Options as in Chromium's protocol for developers, `WebAuthn.VirtualAuthenticatorOptions`.
  static async in(page, options = {}) {
    const key = new VirtualAuthenticator();
    key.#session = await page.context().newCDPSession(page);
    await key.#session.send('WebAuthn.enable');
    const { authenticatorId } = await key.#session.send('WebAuthn.addVirtualAuthenticator', {
      options: { ...OPTIONS, ...options },
    });
    key.#id = authenticatorId;
    return key;
  }

  // Whether somebody is there to press its button. Without, requests wait, and those in the autofill are not answered.
  async setPresence(enabled) {
    await this.#send('setAutomaticPresenceSimulation', { enabled });
  }

  // Adds the passkeys of an authenticator that works without a browser.
  async take(authenticator) {
    for (const credential of authenticator.forChromium) await this.#send('addCredential', { credential });
  }

  // Returns the number of its passkeys.
  async count() {
    return (await this.#send('getCredentials')).credentials.length;
  }

  #send(command, parameters = {}) {
    return this.#session.send(`WebAuthn.${command}`, { authenticatorId: this.#id, ...parameters });
  }
}
