// Runs the recipe of docs/refreshing-on-a-server.md against the compiled binary.
//
//     node refreshing.mjs LATCHKEY_BINARY
//
// Prints every check, and fails if one of them fails.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Service } from '../attacks/service.mjs';
import { PASSWORD, Service as Website } from '../browser/service.mjs';
import { Report } from '../report.mjs';

const BROWSER = { 'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64) Chrome/129.0.0.0 Safari/537.36' };
const ADDRESS = '203.0.113.9';
const VERIFY = 'mutation($input: VerifyEmailInput!) { verifyEmail(input: $input) { user { id } } }';
const LOGIN = 'mutation($input: LoginInput!) { login(input: $input) { token { accessToken } } }';
const REFRESH = 'mutation { refresh(input: {}) { token { accessToken } } }';
const SESSIONS = '{ sessions { nodes { current ipAddress device { userAgent } } } }';

const [binary] = process.argv.slice(2);
if (!binary) {
  console.error('usage: node refreshing.mjs LATCHKEY_BINARY');
  process.exit(2);
}

const report = new Report('refreshing', 60_000);
const { LLVM_PROFILE_FILE } = process.env;
const settings = { TRUSTED_PROXIES: '127.0.0.1', ...(LLVM_PROFILE_FILE && { LLVM_PROFILE_FILE }) };
const service = await Service.start(binary, { settings });
try {
  const origin = new URL(service.url).origin;
  Object.assign(process.env, { AUTH_SERVICE_URL: service.url, APP_ORIGIN: origin });
  for (const [sentence, check] of Object.entries(checks(origin, await recipe()))) {
    await report.check(sentence, check);
  }
} catch (error) {
  report.add('the setup of the recipe succeeds', error);
} finally {
  service.kill();
}
process.exit(report.close() ? 0 : 1);

// The program of the document.
async function recipe() {
  const page = await readFile(new URL('../../docs/refreshing-on-a-server.md', import.meta.url), 'utf8');
  const [, source] = /^```js\n(.*?)^```$/ms.exec(page);
  const file = join(service.folder, 'refresh.mjs');
  await writeFile(file, source);
  return import(file);
}

function checks(origin, { refreshFor, visitorOf, accessTokenOf }) {
  const ask = async (query, { headers = {}, variables = {} }) => {
    const answer = await fetch(service.url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify({ query, variables }),
    });
    return { ...(await answer.json()), cookies: answer.headers.getSetCookie() };
  };
  const script = (cookie) => ({
    ...BROWSER,
    'X-Device-ID': 'laptop',
    'X-Token-Delivery': 'cookie',
    Origin: origin,
    ...(cookie && { Cookie: cookie }),
  });
  const signIn = async () => {
    const { username, email } = await new Website(service.url).register();
    const [, token] = (await service.mailedLink(email)).split('#token=');
    assert.ok((await ask(VERIFY, { variables: { input: { token } } })).data);
    const input = { identifier: username, password: PASSWORD };
    const { cookies } = await ask(LOGIN, { headers: script(), variables: { input } });
    return pairs(cookies);
  };
  const load = (cookie) =>
    new Request('http://app.test/page?tab=2', { headers: { ...BROWSER, Cookie: `theme=dark; ${cookie}` } });

  return {
    'a page load is redirected to the same page with both cookies, and they work': async () => {
      const redirect = await refreshFor(load(await signIn()), ADDRESS);
      assert.equal(redirect.status, 303);
      assert.equal(redirect.headers.get('Location'), '/page?tab=2');
      const cookie = pairs(redirect.headers.getSetCookie());
      const token = accessTokenOf(load(cookie));
      const { data } = await ask(SESSIONS, { headers: { Authorization: `Bearer ${token}` } });
      const { ipAddress, device } = data.sessions.nodes.find(({ current }) => current);
      assert.deepEqual([ipAddress, device.userAgent], [ADDRESS, BROWSER['User-Agent']]);
      assert.equal((await refreshFor(load(cookie), ADDRESS)).status, 303);
    },

    'a lost redirect signs nobody out, and the next refresh works': async () => {
      const cookie = await signIn();
      await refreshFor(load(cookie), ADDRESS);
      const again = await refreshFor(load(cookie), ADDRESS);
      assert.equal(again.status, 303);
      const { data, cookies } = await ask(REFRESH, { headers: script(cookie) });
      assert.ok(data?.refresh);
      assert.equal(cookies[0].split(';')[0], again.headers.getSetCookie()[0].split(';')[0]);
    },

    'if scripts refresh at the same time, the visitor is signed in, and the script gets the same refresh token': async () => {
      const cookie = await signIn();
      const visitor = await visitorOf(load(cookie), ADDRESS);
      const { sub, username } = await visitorOf(load(cookie), ADDRESS);
      assert.deepEqual([sub, username], [visitor.sub, visitor.username]);
      const first = await ask(REFRESH, { headers: script(cookie) });
      const { accessToken } = first.data.refresh.token;
      const { data } = await ask('{ me { id username } }', { headers: { Authorization: `Bearer ${accessToken}` } });
      assert.deepEqual(data.me, { id: sub, username });
      assert.ok((await ask(REFRESH, { headers: script(pairs(first.cookies)) })).data);
    },

    'if the service does not respond, the request is aborted soon, and nobody is signed in': async () => {
      const cookie = await signIn();
      const real = AbortSignal.timeout;
      const waits = [];
      AbortSignal.timeout = (milliseconds) => AbortSignal.abort(waits.push(milliseconds));
      try {
        assert.equal(await refreshFor(load(cookie), ADDRESS), null);
        assert.equal(await visitorOf(load(cookie), ADDRESS), null);
      } finally {
        AbortSignal.timeout = real;
      }
      assert.equal(waits.length, 2);
      assert.ok(waits.every((wait) => wait < 10_000));
      assert.equal((await refreshFor(load(cookie), ADDRESS)).status, 303);
    },

    'nobody is signed in without the cookie, with an invalid one, or by a form': async () => {
      for (const look of [refreshFor, visitorOf]) {
        assert.equal(await look(load(''), ADDRESS), null);
        assert.equal(await look(load('latchkey-refresh=lkr_bad'), ADDRESS), null);
      }
      const form = new Request('http://app.test/page', { method: 'POST', headers: { Cookie: await signIn() } });
      assert.equal(await refreshFor(form, ADDRESS), null);
    },
  };
}

// Returns the cookies that a browser would send back.
function pairs(cookies) {
  return cookies.map((line) => line.split(';')[0]).join('; ');
}
