// The setup of each check: a proxy in front of the service, and tabs.

import { createLatchkey, browserStorage } from 'latchkey-client';
import { PASSWORD } from '../../../tests/browser/service.mjs';
import { People } from '../../../tests/federation/people.mjs';
import { MemoryStorage } from './browser.mjs';
import { Proxy } from './proxy.mjs';

export { PASSWORD };
export const ME = '{ me { id username } }';

export class Stage {
  #opened = [];

  static async open(url, people, life) {
    const stage = new Stage();
    stage.life = life;
    stage.people = people;
    stage.service = people.service;
    stage.proxy = await Proxy.before(url);
    stage.storage = new MemoryStorage();
    // The offset of the clock of all tabs, in milliseconds.
    stage.later = 0;
    return stage;
  }

  // Lets the access tokens expire by the clocks of the tabs, but not of the server.
  expire() {
    this.later += (this.life + 1) * 1000;
  }

  // Waits until the access tokens have expired by the server's clock.
  outlive() {
    return sleep((this.life + 2) * 1000);
  }

  // Opens a page. All pages of a stage belong to one browser.
  tab(options = {}) {
    return this.client({
      tokens: browserStorage(this.storage),
      device: { name: 'Ein Gerät', type: 'web' },
      share: true,
      ...options,
    });
  }

  // Creates a client that shares nothing by default.
  client(options) {
    const client = this.unwatched(options);
    client.seen = [];
    client.subscribe((state) => client.seen.push(state));
    return client;
  }

  unwatched(options) {
    const client = createLatchkey({
      url: this.proxy.url,
      refreshAhead: 0,
      now: () => Date.now() + this.later,
      ...options,
    });
    this.#opened.push(client);
    return client;
  }

  async signIn(tab, person) {
    await tab.login({ identifier: person.username, password: PASSWORD });
    tab.seen.length = 0;
    return tab;
  }

  // Creates a person, signed in on a new tab. Resets the counts of the proxy.
  async signedIn(options) {
    const person = await this.service.registerVerified();
    const tab = await this.signIn(this.tab(options), person);
    this.proxy.asked.length = 0;
    return { person, tab };
  }

  close() {
    for (const tab of this.#opened) tab.dispose();
    this.proxy.close();
  }
}

// Prepares the creation of people, and finds out the lifetime of access tokens in seconds.
export async function connect(url) {
  const people = new People(url);
  const { accessToken } = await people.arrive();
  const { exp, iat } = JSON.parse(Buffer.from(accessToken.split('.')[1], 'base64url'));
  if (exp - iat > 30) throw new Error('start the service with --access-token-ttl 15s, because the checks wait until tokens expire');
  return { people, life: exp - iat };
}

export function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
