// A first visit to GraphiQL, tab by tab.

import assert from 'node:assert/strict';
import { until } from '../async.mjs';
import { DOCUMENTS } from '../../graphiql/src/documents.js';
import { Phone } from './phone.mjs';
import { PASSWORD } from './service.mjs';
import { VirtualAuthenticator } from './virtual_authenticator.mjs';
import { heading, press } from './visitor.mjs';

const WIDE = { viewport: { width: 1400, height: 900 } };
const NARROW = { viewport: { width: 360, height: 740 } };
const SMALL_DESK = { viewport: { width: 1280, height: 800 } };

export const graphiql = {
  'the tabs of GraphiQL: registration, verification from the mailbox, login, refresh': async ({
    service,
    arrive,
  }) => {
    const { username, email } = service.stranger();
    const visitor = await arrive(WIDE);
    const page = await visitor.open(service.url);
    await write(page, 'Register', { input: { email, username, password: PASSWORD } });
    assert.equal((await execute(page)).data.register.user.username, username);

    const link = await visitor.followMail(email, 'Verify your email address');
    await press(link, 'Verify my address');
    await heading(link, 'Your address is verified');

    await write(page, 'Login', { input: { identifier: username, password: PASSWORD } });
    const { token } = (await execute(page)).data.login;
    await holds(page, token);
    await open(page, 'Me');
    assert.equal((await execute(page)).data.me.email, email);
    await page.getByRole('region', { name: 'Result Window' }).getByText(email).waitFor();
    await open(page, 'Sessions');
    const { nodes } = (await execute(page)).data.sessions;
    assert.deepEqual(nodes.map(({ current }) => current), [true]);

    await open(page, 'Refresh'); // the login has filled in the token
    const refreshed = (await execute(page)).data.refresh.token;
    await holds(page, refreshed);
    const again = (await execute(page)).data.refresh.token;
    assert.notEqual(again.refreshToken, refreshed.refreshToken);
    await page.reload();
    await open(page, 'Me');
    assert.equal((await execute(page)).data.me.username, username);

    await press(page, 'Clear');
    assert.equal((await execute(page)).errors[0].extensions.code, 'AUTH_UNAUTHENTICATED');
  },

  'the tabs of GraphiQL: a second factor, and a fresh session': async ({ service, arrive }) => {
    const { username } = await service.registerVerified();
    const page = await (await arrive(WIDE)).open(service.url);
    const login = { input: { identifier: username, password: PASSWORD } };
    await write(page, 'Login', login);
    await holds(page, (await execute(page)).data.login.token);
    await open(page, 'StartTotpSetup');
    const phone = new Phone((await execute(page)).data.startTotpSetup.secret);
    await write(page, 'ConfirmTotpSetup', { input: { code: phone.code() } });
    const { recoveryCodes } = (await execute(page)).data.confirmTotpSetup;
    assert.equal(recoveryCodes.length, 10);

    await write(page, 'Login', login);
    const { code, challenge } = (await execute(page)).errors[0].extensions;
    assert.equal(code, 'AUTH_SECOND_FACTOR_REQUIRED');
    await open(page, 'CompleteLogin'); // the login has filled in the challenge
    await page.getByRole('region', { name: 'Variables' }).getByText(challenge.slice(0, 20)).waitFor();
    await write(page, 'CompleteLogin', { input: { challenge, totpCode: phone.code() } });
    const completed = (await execute(page)).data.completeLogin;
    assert.equal(completed.session.secondFactor, true);
    await holds(page, completed.token);

    await write(page, 'Reauthenticate', { input: { recoveryCode: recoveryCodes[0] } });
    assert.ok((await execute(page)).data.reauthenticate.freshUntil);
    await open(page, 'RenewRecoveryCodes');
    assert.equal((await execute(page)).data.renewRecoveryCodes.recoveryCodes.length, 10);
    await open(page, 'RemoveTotp');
    assert.deepEqual((await execute(page)).data.removeTotp, { removed: true });
  },

  'the tabs of GraphiQL: a passkey, and an account without a password': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const page = await (await arrive(WIDE)).open('about:blank');
    await VirtualAuthenticator.in(page);
    await page.goto(`${service.localhost}/graphql`);
    const login = { input: { identifier: person.username, password: PASSWORD } };
    await write(page, 'Login', login);
    await holds(page, (await execute(page)).data.login.token);
    await perform(page, 'StartPasskeyRegistration', 'CompletePasskeyRegistration');
    const { id } = (await execute(page)).data.completePasskeyRegistration.passkey;
    await open(page, 'RenamePasskey'); // the id is filled in
    assert.deepEqual((await execute(page)).data.renamePasskey.passkey, { id, name: 'My laptop' });

    await service.setUpApp(person);
    await write(page, 'Login', login);
    const { challenge } = (await execute(page)).errors[0].extensions;
    await perform(page, 'StartPasskeyLogin', 'CompleteLogin', { input: { challenge } });
    await holds(page, (await execute(page)).data.completeLogin.token);
    await open(page, 'RemovePassword');
    assert.deepEqual((await execute(page)).data.removePassword, { removed: true });

    await press(page, 'Clear');
    await perform(page, 'StartPasskeyLogin', 'CompletePasskeyLogin', { input: { challenge: null } });
    await holds(page, (await execute(page)).data.completePasskeyLogin.token);
    await perform(page, 'StartReauthentication', 'Reauthenticate');
    assert.ok((await execute(page)).data.reauthenticate.freshUntil);
    await open(page, 'SignInMethods');
    const { password, passkeys } = (await execute(page)).data.signInMethods;
    assert.deepEqual([password, passkeys.map(({ name }) => name)], [false, ['My laptop']]);
    await open(page, 'SetPassword');
    assert.equal((await execute(page)).data.setPassword.user.username, person.username);
    await open(page, 'RemovePasskey');
    assert.deepEqual((await execute(page)).data.removePasskey, { removedPasskeyId: id });
  },

  'GraphiQL says why a browser performs no ceremony, and where it does': async ({ service, arrive }) => {
    const visitor = await arrive(WIDE);
    const page = await visitor.open(service.url);
    await write(page, 'StartPasskeyLogin', {});
    await execute(page);
    const better = `${service.localhost}/graphql`;
    await page.getByText(`open ${better}`).waitFor();
    await page.goto(better);
    await write(page, 'StartPasskeyLogin', {});
    await page.evaluate(() => {
      navigator.credentials.get = () => Promise.reject(new DOMException('', 'NotAllowedError'));
    });
    await execute(page);
    await page.getByText('The user closed the dialog, waited too long, or has no passkey.').waitFor();
  },

  'no line in GraphiQL is longer than 45 characters, or cut off at 1280 pixels': async ({ service, arrive }) => {
    const lines = DOCUMENTS.flatMap(({ query, headers }) => `${query}\n${headers ?? ''}`.split('\n'));
    assert.deepEqual(lines.filter((line) => line.length > 45), []);
    const page = await (await arrive(SMALL_DESK)).open(service.url);
    for (const { name, query } of DOCUMENTS) {
      await open(page, name);
      await page.getByRole('region', { name: 'Operation Editor' }).getByText(query.slice(2, 20)).waitFor();
      await nothingIsCut(page, name);
    }
  },

  'on a phone, GraphiQL wraps its lines, and nothing is wider than the window': async ({ service, arrive }) => {
    const page = await (await arrive(NARROW)).open(service.url);
    const editor = page.getByRole('region', { name: 'Operation Editor' });
    await editor.getByText('Creates a user').waitFor();
    await until('lines that are wrapped', () => nothingIsCut(page, 'Register').then(() => true, () => false));
    const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(tooWide <= 0, `${tooWide} px too wide`);
    const { width } = await editor.boundingBox();
    assert.ok(width > 180, `the editor is ${width} px wide`);
    for (const target of [page.getByLabel('Bearer token'), page.getByRole('link', { name: 'Mailbox' })]) {
      assert.ok((await target.boundingBox()).height >= 44);
    }
  },

  'GraphiQL shows the documentation of the schema, and completes names': async ({ service, arrive }) => {
    const visitor = await arrive(WIDE);
    const page = await visitor.open(service.url);
    await press(page, 'Show Documentation Explorer');
    await page.getByRole('link', { name: 'Query', exact: true }).click();
    await page.getByRole('link', { name: 'passwordPolicy', exact: true }).waitFor();

    await press(page, 'New tab');
    await replace(page, 'Operation Editor', '{ passwordPol');
    await page.keyboard.press('Control+Space');
    await page.getByRole('option', { name: /^passwordPolicy/ }).waitFor();
  },
};

// Asserts that the lines of the document end before the buttons beside them.
async function nothingIsCut(page, tab) {
  const [end, edge] = await page.getByRole('region', { name: 'Operation Editor' }).evaluate((editor) => {
    const ends = [...editor.querySelectorAll('.view-line > span')].map((line) => line.getBoundingClientRect().right);
    return [Math.max(...ends), document.querySelector('.graphiql-toolbar').getBoundingClientRect().left];
  });
  assert.ok(end <= edge, `${tab} ends at ${end} px, behind ${edge} px`);
}

// Opens a tab. GraphiQL takes its operation a moment later, and stores its document then.
async function open(page, tab) {
  await page.getByRole('tab', { name: new RegExp(`^${tab}( Close Tab)?$`) }).click();
  const operation = new RegExp(`^(query|mutation) ${tab}\\b`, 'm');
  await until(`the tab ${tab}`, async () => operation.test(await page.evaluate(() => sessionStorage['graphiql:query'])));
}

// Opens a tab and sets the variables of its document.
async function write(page, tab, variables) {
  await open(page, tab);
  await replace(page, 'Variables', JSON.stringify(variables));
}

async function replace(page, editor, content) {
  await page.getByRole('region', { name: editor }).locator('.view-lines').first().click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(content);
  await page.keyboard.press('Control+Shift+End'); // the brackets that the editor added
  await page.keyboard.press('Delete');
}

// Asserts that the page sends the token of an earlier response.
const holds = (page, { accessToken }) =>
  until('the new token', async () => (await page.getByLabel('Bearer token').inputValue()) === accessToken);

// Executes the document of a tab that starts a ceremony. When the passkey has answered, opens the tab that has the answer.
async function perform(page, start, complete, variables) {
  await open(page, start);
  if (variables) await replace(page, 'Variables', JSON.stringify(variables));
  await execute(page);
  await page.getByText(`The answer of the passkey is in the tab ${complete}.`).waitFor();
  await open(page, complete);
}

// Presses the button; returns the response to its request, not to the page's own introspection.
async function execute(page) {
  const answering = page.waitForResponse((response) => {
    const request = response.request();
    return request.method() === 'POST' && request.postDataJSON().operationName !== 'IntrospectionQuery';
  });
  await press(page, 'Execute query (Ctrl-Enter)');
  return (await answering).json();
}
