// What each check has to itself: a proxy in front of the service, and tabs.

import { createLatchkey, browserStorage } from 'latchkey-client';
import { PASSWORD } from '../../../tests/browser/service.mjs';
import { People } from '../../../tests/federation/people.mjs';
import { MemoryStorage } from './browser.mjs';
import { Proxy } from './proxy.mjs';

export { PASSWORD };
export const ME = '{ me { id username } }';

export class Stage {
  #opened = [];

  static async set(url, people, life) {
    const stage = new Stage();
    stage.life = life;
    stage.people = people;
    stage.service = people.service;
    stage.proxy = await Proxy.before(url);
    stage.storage = new MemoryStorage();
    // Moves the clock of all tabs, in milliseconds.
    stage.later = 0;
    return stage;
  }

  // The access tokens are past their time, by the tabs' clocks alone.
  expire() {
    this.later += (this.life + 1) * 1000;
  }

  // They are, by the server's.
  outlive() {
    return sleep((this.life + 2) * 1000);
  }

  // A page; all pages of a stage are of one browser.
  tab(options = {}) {
    return this.client({
      tokens: browserStorage(this.storage),
      device: { name: 'Ein Gerät', type: 'web' },
      share: true,
      ...options,
    });
  }

  // A client that shares only what it is told to.
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

  // Somebody new, signed in on a new tab. The proxy counts from then on.
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

// Makes people, and finds out how many seconds their access tokens live.
export async function meet(url) {
  const people = new People(url);
  const { accessToken } = await people.arrive();
  const { exp, iat } = JSON.parse(Buffer.from(accessToken.split('.')[1], 'base64url'));
  if (exp - iat > 30) throw new Error('start the service with --access-token-ttl 15s: the checks wait for it');
  return { people, life: exp - iat };
}

export function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
