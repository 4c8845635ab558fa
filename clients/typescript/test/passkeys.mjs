// Passkeys, with browsers that have an authenticator.

import assert from 'node:assert/strict';
import { removePasskey, renewRecoveryCodes, signInMethods } from 'latchkey-client/flows';
import { withFreshSession } from 'latchkey-client/fresh';
import { until } from '../../../tests/async.mjs';
import { Authenticator } from '../../../tests/browser/authenticator.mjs';
import { packageIn } from './context.mjs';
import { Browser } from './credentials.mjs';
import { refusal } from './proxy.mjs';
import { PASSWORD } from './stage.mjs';

const { AbortController, Headers, Request, URL, atob, btoa, crypto, fetch } = globalThis;
const RENEWAL = 4 * 60_000;
const RETRY_DELAY = 30_000;

// Runs a check in a page of a new browser. `timers` has the timers of the autofill, which do not run by themselves; `logIn` logs in a
// person, and returns them.
const inBrowser = (check, { isOld } = {}) => async (stage) => {
  const location = new URL(stage.service.localhost);
  const browser = new Browser(new Authenticator(location.origin), isOld);
  const { navigator, PublicKeyCredential } = browser;
  const timers = new Map();
  const client = await packageIn({
    AbortController, Headers, Request, URL, atob, btoa, crypto, fetch, location, navigator, PublicKeyCredential,
    setTimeout: (work, delay) => (delay < RETRY_DELAY ? setTimeout(work, delay) : timers.set(work, delay) && work),
    clearTimeout: (timer) => timers.delete(timer) || clearTimeout(timer),
  });
  const tab = client.createLatchkey({ url: stage.proxy.url, tokens: client.memoryStorage(null) });
  let person;
  const logIn = async () => {
    person ??= await stage.service.registerVerified();
    await tab.login({ identifier: person.username, password: PASSWORD });
    return person;
  };
  try {
    await check({ stage, browser, timers, client, tab, logIn });
  } finally {
    tab.dispose();
  }
};

// Logs in, adds a passkey, and logs out.
async function withPasskey({ client, tab, logIn }) {
  await logIn();
  const passkey = await client.addPasskey(tab);
  await tab.logout();
  return passkey;
}

// Offers passkeys in the autofill. `errors` are those that it reports.
async function offered({ client, tab, browser }) {
  const errors = [];
  const stop = client.offerPasskeys(tab, (error) => errors.push(error));
  await waits(browser);
  return { errors, stop };
}

const waits = (browser) => until('a request in the autofill', () => browser.isWaiting);
const isSignedIn = (tab) => until('the sign-in', () => tab.state.status === 'signedIn');
const startedLogins = (stage) => stage.proxy.count('startPasskeyLogin');

// Runs the timer with this delay.
function elapse(timers, delay) {
  const [[work]] = [...timers].filter(([, set]) => set === delay);
  timers.delete(work);
  work();
}

// Adds a passkey, and uses it in each of the ways.
async function everyWay({ stage, client, tab, logIn }) {
  const person = await logIn();
  const { id, name, signsInAlone, backedUp, lastUsedAt } = await client.addPasskey(tab, 'My key');
  assert.deepEqual([name, signsInAlone, backedUp, lastUsedAt], ['My key', true, true, null]);
  await assert.rejects(client.addPasskey(tab), { code: 'PASSKEY_EXISTS' });
  await tab.logout();

  const { user } = await client.signInWithPasskey(tab);
  assert.equal(user.username, person.username);
  assert.ok(['hwk', 'user', 'mfa'].every((method) => tab.claims.amr.includes(method)), tab.claims.amr.join());
  const { passkeys } = await signInMethods(tab);
  assert.deepEqual([passkeys.length, passkeys[0].id], [1, id]);
  assert.ok(passkeys[0].lastUsedAt);

  await stage.service.setUpApp(person);
  const refused = await logIn().catch((error) => error);
  assert.ok(refused.extensions.methods.includes('PASSKEY'));
  await client.completeLoginWithPasskey(tab, refused.extensions.challenge);
  assert.equal(tab.claims.username, person.username);

  // As if the session were not fresh.
  const need = { methods: ['PASSKEY', 'TOTP'], maxAge: 300 };
  const isStale = () => stage.proxy.count('reauthenticate') === 0;
  stage.proxy.fate = (name) =>
    name === 'renewRecoveryCodes' && isStale() ? refusal('AUTH_REAUTHENTICATION_REQUIRED', need) : 'pass';
  const renewed = await withFreshSession(() => renewRecoveryCodes(tab), () => client.reauthenticateWithPasskey(tab));
  assert.equal(renewed.recoveryCodes.length, 10);
}

export const passkeys = {
  'a new browser adds a passkey, signs in, completes a login and steps up with it': inBrowser(everyWay),

  'so does an old browser, which cannot convert the JSON of WebAuthn': inBrowser(everyWay, { isOld: true }),

  'an app can send the requests itself': inBrowser(async ({ stage, client, tab, logIn }) => {
    await logIn();
    const { startPasskeyRegistration } = await tab.request(
      'mutation { startPasskeyRegistration { ceremony { token options } } }',
    );
    const input = await client.createPasskey(startPasskeyRegistration.ceremony);
    const complete = `mutation ($input: CompletePasskeyRegistrationInput!) {
      completePasskeyRegistration(input: $input) { passkey { id } }
    }`;
    assert.ok((await tab.request(complete, { input })).completePasskeyRegistration.passkey.id);
    const { startPasskeyLogin } = await tab.request('mutation { startPasskeyLogin { ceremony { token options } } }');
    const { user } = await tab.completePasskeyLogin(await client.getPasskey(startPasskeyLogin.ceremony));
    assert.ok(user.id);
    assert.equal(stage.proxy.count('completePasskeyLogin'), 1);
  }),

  'in a browser without passkeys, nothing is asked, and the error says so': inBrowser(async ({ stage, tab }) => {
    const { offerPasskeys, signInWithPasskey, supportsPasskeys } = await packageIn({ AbortController, navigator: {} });
    assert.equal(supportsPasskeys(), false);
    const refused = await signInWithPasskey(tab).catch((error) => error);
    assert.deepEqual([refused.name, refused.code], ['LatchkeyError', 'PASSKEY_UNSUPPORTED']);
    offerPasskeys(tab, assert.fail)();
    assert.deepEqual(stage.proxy.asked, []);
  }),

  'the errors of a browser have a code, and the browser’s own error as their cause': inBrowser(async (world) => {
    const { browser, client, tab } = world;
    assert.equal(client.supportsPasskeys(), true);
    const codes = {
      NotAllowedError: 'PASSKEY_CANCELLED',
      AbortError: 'PASSKEY_CANCELLED',
      InvalidStateError: 'PASSKEY_EXISTS',
      SecurityError: 'PASSKEY_FAILED',
      UnknownError: 'PASSKEY_FAILED',
    };
    for (const [name, code] of Object.entries(codes)) {
      browser.error = new DOMException('why', name);
      const refused = await client.signInWithPasskey(tab).catch((error) => error);
      assert.deepEqual([refused.name, refused.code, refused.cause], ['LatchkeyError', code, browser.error], name);
    }
  }),

  'an account without a passkey cannot step up with one': inBrowser(async ({ browser, client, tab, logIn }) => {
    await logIn();
    await assert.rejects(client.reauthenticateWithPasskey(tab), { code: 'PASSKEY_NOT_FOUND' });
    assert.deepEqual(browser.asked, []);
  }),

  'the password manager is told of a passkey that was removed': inBrowser(async (world) => {
    const { browser, client, tab, logIn } = world;
    const { id } = await withPasskey(world);
    await logIn();
    await removePasskey(tab, { passkeyId: id });
    await tab.logout();
    await assert.rejects(client.signInWithPasskey(tab), { code: 'PASSKEY_NOT_FOUND' });
    assert.deepEqual(browser.signalled.map(({ rpId }) => rpId), ['localhost']);
    assert.match(browser.signalled[0].credentialId, /^[\w-]{22}$/);

    const { errors, stop } = await offered(world);
    browser.choose();
    await until('the error', () => errors.length === 1);
    assert.equal(errors[0].code, 'PASSKEY_NOT_FOUND');
    await waits(browser); // the passkeys of others are offered still
    stop();
  }),

  'a passkey in the autofill signs in': inBrowser(async (world) => {
    const { browser, tab, timers } = world;
    await withPasskey(world);
    const { errors } = await offered(world);
    browser.choose();
    await isSignedIn(tab);
    assert.deepEqual([browser.asked.at(-1), errors, timers.size], ['conditional', [], 0]);
  }),

  'a dialog ends the request in the autofill, which begins again if the user cancels': inBrowser(async (world) => {
    const { stage, browser, client, tab } = world;
    await withPasskey(world);
    const { errors, stop } = await offered(world);
    browser.error = new DOMException('closed', 'NotAllowedError');
    const signingIn = client.signInWithPasskey(tab);
    assert.equal(browser.isWaiting, false);
    await assert.rejects(signingIn, { code: 'PASSKEY_CANCELLED' });
    browser.error = null;
    await waits(browser);
    assert.equal(startedLogins(stage), 3);
    await client.signInWithPasskey(tab);
    stop();
    assert.deepEqual([tab.state.status, errors], ['signedIn', []]);
  }),

  'the request in the autofill is renewed before its five minutes are over': inBrowser(async (world) => {
    const { stage, browser, tab, timers } = world;
    await withPasskey(world);
    await offered(world);
    assert.equal(startedLogins(stage), 1);
    elapse(timers, RENEWAL);
    assert.equal(browser.isWaiting, false);
    await waits(browser);
    assert.equal(startedLogins(stage), 2);
    browser.choose();
    await isSignedIn(tab);
  }),

  'leaving the page ends the request in the autofill, in each of its stages': inBrowser(async (world) => {
    const { stage, browser, client, tab, timers } = world;
    const { stop } = await offered(world);
    stop();
    assert.equal(browser.ended, 1);
    await until('the end of its timer', () => timers.size === 0);

    client.offerPasskeys(tab, assert.fail)(); // before the request for a ceremony
    let answer;
    stage.proxy.fate = () => ({ before: new Promise((resolve) => (answer = resolve)) });
    const leave = client.offerPasskeys(tab, assert.fail);
    await until('a request for a ceremony', () => answer);
    leave();
    answer();
    await until('its end', () => browser.ended === 2);
    assert.equal(startedLogins(stage), 2);
    await until('the end of its timer', () => timers.size === 0);
  }),

  'if the service is down, passkeys are offered later; if the browser refuses them, not again': inBrowser(async (world) => {
    const { stage, browser, client, tab, timers } = world;
    await withPasskey(world);
    stage.proxy.fate = () => 'refuse';
    const stop = client.offerPasskeys(tab, assert.fail);
    await until('a pause', () => [...timers.values()].includes(RETRY_DELAY));
    stage.proxy.fate = () => 'pass';
    elapse(timers, RETRY_DELAY);
    await waits(browser);
    browser.error = new DOMException('another host', 'SecurityError');
    browser.choose();
    await until('the end of its timer', () => timers.size === 0);
    assert.equal(browser.isWaiting, false);
    assert.equal(startedLogins(stage), 2);
    stop();
  }),
};
