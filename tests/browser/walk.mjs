// Walks through the account pages, the mailbox and GraphiQL of a running server in Chromium, from
// the captured mail on.
//
//     node walk.mjs http://127.0.0.1:8000/graphql
//
// The server must capture its mail. Chromium is /usr/bin/chromium, or what CHROMIUM names. Prints
// every test, and fails unless all of them hold.

import { chromium } from 'playwright-core';
import { looks } from './looks.mjs';
import { journeys } from './journeys.mjs';
import { mishaps } from './mishaps.mjs';
import { Service } from './service.mjs';
import { Visitor } from './visitor.mjs';

const url = process.argv[2];
if (!url) {
  console.error('usage: node walk.mjs URL');
  process.exit(2);
}

const browser = await chromium.launch({
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
const service = new Service(url);
const seen = { requests: [], problems: [] };

// These two look back on all the others.
const hindsight = {
  'no request left for another host or carried a token in its address': async () => {
    if (seen.requests.length === 0) throw new Error('no request was seen');
    for (const request of seen.requests) {
      const { origin, pathname, search, protocol } = new URL(request.url());
      const sent = pathname + search + (request.headers().referer ?? '');
      if (protocol === 'data:') continue;
      if (origin !== new URL(url).origin) throw new Error(`it asked ${origin}`);
      if (sent.includes('lkm_')) throw new Error(`it sent ${sent}`);
    }
  },
  'no page logged an error or broke its Content-Security-Policy': async () => {
    if (seen.problems.length > 0) throw new Error(seen.problems.join('; '));
  },
};

let passed = 0;
let failed = 0;
for (const [name, test] of Object.entries({ ...journeys, ...mishaps, ...looks, ...hindsight })) {
  const reason = await failureOf(test);
  if (reason === null) {
    passed += 1;
    console.log(`ok      ${name}`);
  } else {
    failed += 1;
    console.log(`FAILED  ${name}: ${reason}`);
  }
}
await browser.close();
console.log(`walk result: ${passed} passed; ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

// Why a test does not hold; null if it does.
async function failureOf(test) {
  const visitors = [];
  const arrive = async (options) => {
    const visitor = await Visitor.arrive(browser, service, { seen, ...options });
    visitors.push(visitor);
    return visitor;
  };
  let deadline;
  const late = new Promise((_, reject) => {
    deadline = setTimeout(reject, 60_000, new Error('it took more than a minute'));
  });
  try {
    await Promise.race([test({ service, arrive }), late]);
    return null;
  } catch (error) {
    return String(error.stack ?? error);
  } finally {
    clearTimeout(deadline);
    for (const visitor of visitors) await visitor.leave();
  }
}
