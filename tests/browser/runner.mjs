// Runs tests in Chromium, a few at a time, each with browser contexts of its own. Prints every test, and checks the requests
// and errors of all contexts at the end.

import { chromium } from 'playwright-core';
import { mapConcurrently } from '../async.mjs';
import { Report } from '../report.mjs';
import { Visitor } from './visitor.mjs';

const DEADLINE = 240_000;

export class Runner {
  #browser;
  #report;
  #words;
  #seen = { requests: [], problems: [] };

  // CHROMIUM names the browser; the default is /usr/bin/chromium. With words, only tests with one of them in their names are run.
  static async start(name, words) {
    const runner = new Runner();
    runner.#report = new Report(name, DEADLINE, (error) => error?.stack ?? error);
    runner.#words = words;
    runner.#browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    return runner;
  }

  // Each test gets `service`, and `arrive`, which opens a browser context with these options and its own.
  async run(tests, { service, atOnce = 1, options = {} }) {
    const isChosen = ([name]) => this.#words.length === 0 || this.#words.some((word) => name.includes(word));
    await mapConcurrently(Object.entries(tests).filter(isChosen), atOnce, async ([name, test]) => {
      const visitors = [];
      const arrive = async (more) => {
        const visitor = await Visitor.arrive(this.#browser, service, { seen: this.#seen, ...options, ...more });
        visitors.push(visitor);
        return visitor;
      };
      await this.#report.check(name, () => test({ service, arrive }));
      for (const visitor of visitors) await visitor.leave();
    });
  }

  async checkRequests(origins) {
    await this.#report.check('no request left for another host or carried a token in its address', () => {
      if (this.#seen.requests.length === 0) throw new Error('no request was seen');
      for (const request of this.#seen.requests) {
        const { origin, pathname, search, protocol } = new URL(request.url());
        const sent = pathname + search + (request.headers().referer ?? '');
        if (protocol === 'data:') continue;
        if (!origins.includes(origin)) throw new Error(`a page sent a request to ${origin}`);
        if (sent.includes('lkm_')) throw new Error(`a page sent ${sent}`);
      }
    });
    await this.#report.check('no page logged an error or broke its Content-Security-Policy', () => {
      if (this.#seen.problems.length > 0) throw new Error(this.#seen.problems.join('; '));
    });
  }

  // Closes the browser, and prints the summary; true if all tests passed.
  async end() {
    await this.#browser.close();
    return this.#report.close();
  }
}
