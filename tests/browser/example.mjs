// Walks through examples/web in Chromium, built and served by its own commands, in front of a service of its own.
//
//     node example.mjs LATCHKEY_BINARY [WORD...]
//
// Prints every test (with words, only those with one of them in their names are run), and fails unless all of them hold.
// A picture of the page is taken, and kept if SCREENSHOT names a file for it: so was the one in the README.

import { Service as Process } from '../attacks/service.mjs';
import { closed, guestsOf } from './example/closed.mjs';
import { concealed } from './example/concealed.mjs';
import { everyday } from './example/everyday.mjs';
import { ACCESS_TOKEN_TTL, expiries } from './example/expiries.mjs';
import { hardships } from './example/hardships.mjs';
import { looks } from './example/looks.mjs';
import { organizations } from './example/organizations.mjs';
import { Page } from './example/page.mjs';
import { sources } from './example/sources.mjs';
import { starting } from './example/starting.mjs';
import { wherever } from './example/wherever.mjs';
import { Runner } from './runner.mjs';
import { Service } from './service.mjs';

const [binary, ...words] = process.argv.slice(2);
if (!binary) {
  console.error('usage: node example.mjs LATCHKEY_BINARY [WORD...]');
  process.exit(2);
}

// All who walk are behind one address.
const { LLVM_PROFILE_FILE } = process.env;
const SETTINGS = {
  LIMIT_MAIL_NETWORK: '1000/1s',
  LIMIT_LOGIN_NETWORK: '1000/1s',
  LIMIT_LOGIN_ACCOUNT: '1000/1s',
  LIMIT_LOGIN_NETWORK_ACCOUNT: '1000/1s',
  LIMIT_LOGIN_DEVICE: '1000/1s',
  LIMIT_LINK_NETWORK: '1000/1s',
  LIMIT_CHECK_NETWORK: '1000/1s',
  ...(LLVM_PROFILE_FILE && { LLVM_PROFILE_FILE }),
};

const page = await Page.atFreePort();
const hasty = await Page.atFreePort(); // where access tokens run out while one looks on
const apart = await Page.atFreePort(); // that asks the service at its own origin, in cookie mode
const shut = await Page.atFreePort(); // where registration is closed
const discreet = await Page.atFreePort(); // where nobody learns who has an account
const fresh = await Page.atFreePort();
const pages = [page, hasty, apart, shut, discreet, fresh];
const latchkey = await Process.start(binary, {
  settings: { ...SETTINGS, ...page.links, CORS_ORIGINS: `${page.origin},${apart.origin}` },
});
const brief = await Process.start(binary, { settings: { ...SETTINGS, ACCESS_TOKEN_TTL } });
const closing = await Process.start(binary, { settings: { ...SETTINGS, ...shut.links } });
const concealing = await Process.start(binary, {
  settings: { ...SETTINGS, ...discreet.links, CONCEAL_ACCOUNTS: 'true' },
});
const services = [latchkey, brief, closing, concealing];
const runner = await Runner.start('example', words);
try {
  const at = ({ origin }, atOnce, { url } = latchkey) => ({
    service: new Service(url),
    atOnce,
    options: { baseURL: origin },
  });
  await runner.run(sources, at(page, 1));
  await page.serve(latchkey.url);
  await runner.run({ ...everyday, ...organizations, ...hardships, ...looks }, at(page, 2));
  await hasty.serve(brief.url);
  await runner.run(expiries, at(hasty, 2, brief));
  await apart.serve(latchkey.url, { VITE_AUTH_SERVICE_URL: latchkey.url, VITE_TOKENS: 'cookie' });
  await runner.run(wherever, at(apart, 2));
  const guests = await guestsOf(new Service(closing.url));
  await closing.startAgain({ REGISTRATION: 'closed' });
  await shut.serve(closing.url);
  await runner.run(closed(guests), at(shut, 2, closing));
  await discreet.serve(concealing.url);
  await runner.run(concealed, at(discreet, 1, concealing));
  await fresh.start(latchkey.url);
  await runner.run(starting(fresh), at(fresh, 1));
  await runner.lookBack([...pages, ...services].map(({ origin, url }) => origin ?? new URL(url).origin));
} finally {
  for (const served of pages) served.stop();
  await Promise.all(services.map((service) => service.stop()));
}
process.exit((await runner.end()) ? 0 : 1);
