// Walks through examples/web in Chromium, built and served by its own commands, in front of a service of its own.
//
//     node example.mjs LATCHKEY_BINARY [WORD...]
//
// Prints every test, and fails if one of them fails. With words, runs only tests with one of them in their names.
// Takes a screenshot of the page, and keeps it if SCREENSHOT names a file. The one in the README was made so.

import { Service as Process } from '../attacks/service.mjs';
import { closed, guestsOf } from './example/closed.mjs';
import { concealed } from './example/concealed.mjs';
import { everyday } from './example/everyday.mjs';
import { ACCESS_TOKEN_TTL, expiries } from './example/expiries.mjs';
import { hardships } from './example/hardships.mjs';
import { looks } from './example/looks.mjs';
import { organizations } from './example/organizations.mjs';
import { Page } from './example/page.mjs';
import { passkeys, passkeyStepUps } from './example/passkeys.mjs';
import { FRESH_TTL, secondFactors, stepUps } from './example/second_factors.mjs';
import { sources } from './example/sources.mjs';
import { npmStart } from './example/npm_start.mjs';
import { crossOriginTests } from './example/cross_origin.mjs';
import { Runner } from './runner.mjs';
import { Service } from './service.mjs';

const [binary, ...words] = process.argv.slice(2);
if (!binary) {
  console.error('usage: node example.mjs LATCHKEY_BINARY [WORD...]');
  process.exit(2);
}

// All visitors have one IP address. Browsers keep the cores busy, and hashing threads have a lower priority, so hashes are
// cheap.
const { LLVM_PROFILE_FILE } = process.env;
const SETTINGS = {
  HASH_MEMORY: '64',
  HASH_ITERATIONS: '1',
  LIMIT_MAIL_NETWORK: '1000/1s',
  LIMIT_LOGIN_NETWORK: '1000/1s',
  LIMIT_LOGIN_ACCOUNT: '1000/1s',
  LIMIT_LOGIN_NETWORK_ACCOUNT: '1000/1s',
  LIMIT_LOGIN_DEVICE: '1000/1s',
  LIMIT_LINK_NETWORK: '1000/1s',
  LIMIT_CHECK_NETWORK: '1000/1s',
  LIMIT_PASSKEY_NETWORK: '1000/1s',
  ...(LLVM_PROFILE_FILE && { LLVM_PROFILE_FILE }),
};

const page = await Page.atFreePort();
const shortLived = await Page.atFreePort(); // whose access tokens expire, and whose sessions get stale, within seconds
const crossOrigin = await Page.atFreePort(); // with the service at another origin, in cookie mode
const closedPage = await Page.atFreePort(); // with closed registration
const concealedPage = await Page.atFreePort(); // with concealed accounts
const fresh = await Page.atFreePort('localhost');
const pages = [page, shortLived, crossOrigin, closedPage, concealedPage, fresh];
const latchkey = await Process.start(binary, {
  settings: { ...SETTINGS, ...page.links, CORS_ORIGINS: `${page.origin},${page.localhost},${crossOrigin.origin}` },
});
const brief = await Process.start(binary, {
  settings: { ...SETTINGS, CORS_ORIGINS: shortLived.localhost, ACCESS_TOKEN_TTL, FRESH_TTL },
});
const closing = await Process.start(binary, { settings: { ...SETTINGS, ...closedPage.links } });
const concealing = await Process.start(binary, {
  settings: { ...SETTINGS, ...concealedPage.links, CONCEAL_ACCOUNTS: 'true' },
});
const services = [latchkey, brief, closing, concealing];
const runner = await Runner.start('example', words);
try {
  const at = ({ origin }, atOnce, { url } = latchkey) => ({
    service: new Service(url),
    atOnce,
    options: { baseURL: origin },
  });
  const atLocalhost = ({ localhost }, atOnce, service) => at({ origin: localhost }, atOnce, service);
  await runner.run(sources, at(page, 1));
  await page.serve(latchkey.url);
  await runner.run({ ...everyday, ...secondFactors, ...organizations, ...hardships, ...looks }, at(page, 2));
  await runner.run(passkeys, atLocalhost(page, 2));
  await shortLived.serve(brief.url);
  await runner.run({ ...expiries, ...stepUps }, at(shortLived, 2, brief));
  await runner.run(passkeyStepUps, atLocalhost(shortLived, 1, brief));
  await crossOrigin.serve(latchkey.url, { VITE_AUTH_SERVICE_URL: latchkey.url, VITE_TOKENS: 'cookie' });
  await runner.run(crossOriginTests, at(crossOrigin, 2));
  const guests = await guestsOf(new Service(closing.url));
  await closing.restart({ REGISTRATION: 'closed' });
  await closedPage.serve(closing.url);
  await runner.run(closed(guests), at(closedPage, 2, closing));
  await concealedPage.serve(concealing.url);
  await runner.run(concealed, at(concealedPage, 1, concealing));
  await fresh.start(latchkey.url);
  await runner.run(npmStart(fresh), at(fresh, 1));
  const origins = [...pages, ...services].map(({ origin, url }) => origin ?? new URL(url).origin);
  await runner.checkRequests([...origins, page.localhost, shortLived.localhost]);
} finally {
  for (const served of pages) served.stop();
  await Promise.all(services.map((service) => service.stop()));
}
process.exit((await runner.end()) ? 0 : 1);
