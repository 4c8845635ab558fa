// The authenticator app: setting it up, logging in with it, and the dialog for a session that is not fresh.

import assert from 'node:assert/strict';
import jsQR from 'jsqr';
import { until } from '../../async.mjs';
import { lookAt, PHONE } from '../accessibility.mjs';
import { Phone } from '../phone.mjs';
import { PASSWORD } from '../service.mjs';
import { heading, press, text } from '../visitor.mjs';
import { confirm, fill, go, hello, logIn, refuse, rows, said, signedIn } from './steps.mjs';

export const FRESH_TTL = '5s';

const WRONG_CODE = 'This code is wrong, or was used before. Please enter another one.';

export const isFocused = (locator) => locator.evaluate((element) => element === document.activeElement);

// Reads the QR code on the page into an app, with a decoder that sees the pixels. The key beside it is the same.
export async function scan(page) {
  await heading(page, 'Add the account to your app');
  const { pixels, size } = await page.getByRole('img', { name: 'QR code with the key' }).evaluate(async (image) => {
    await image.decode();
    const size = image.naturalWidth;
    const canvas = new OffscreenCanvas(size, size).getContext('2d');
    canvas.drawImage(image, 0, 0, size, size);
    return { pixels: [...canvas.getImageData(0, 0, size, size).data], size };
  });
  const uri = new URL(jsQR(Uint8ClampedArray.from(pixels), size, size).data);
  const secret = uri.searchParams.get('secret');
  const key = await page.getByRole('definition').textContent();
  assert.equal(key.replaceAll(' ', ''), secret);
  assert.equal(uri.protocol, 'otpauth:');
  return new Phone(secret);
}

export async function turnOn(page, code) {
  const form = page.getByRole('form', { name: 'Set up an authenticator app' });
  await fill(form, { Code: code });
  await press(form, 'Turn on');
}

export async function shownCodes(page) {
  await heading(page, 'Keep your recovery codes');
  return rows(page, 'Recovery codes').allTextContents();
}

export async function complete(page, answer) {
  await fill(page.getByRole('form', { name: 'Second step of the login' }), answer);
  await press(page, 'Log in');
}

export const question = (page) => page.getByRole('dialog', { name: 'Confirm that it is you' });

export const secondFactors = {
  'an authenticator app is set up, asks for a code at the login, and is removed': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const visitor = await arrive();
    const page = await signedIn(visitor, person, '/security');
    await press(page, 'Set up an authenticator app');
    const phone = await scan(page);
    assert.ok(await isFocused(page.getByRole('heading', { name: 'Add the account to your app' })));
    await turnOn(page, 'no code');
    await text(page, WRONG_CODE);
    assert.ok(await isFocused(page.getByLabel('Code', { exact: true })));
    await turnOn(page, phone.code());
    const codes = await shownCodes(page);
    assert.equal(new Set(codes).size, 10);
    await visitor.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await press(page, 'Copy');
    await said(page, 'Your recovery codes are copied.');
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), codes.join('\n'));
    await press(page, 'I have kept them');
    await text(page, 'It is on. You have 10 recovery codes left.');

    await press(page, 'Log out');
    await logIn(page, person);
    await page.getByLabel('Code', { exact: true }).waitFor();
    assert.ok(await isFocused(page.getByLabel('Code', { exact: true })));
    await complete(page, { Code: 'no code' });
    await text(page, WRONG_CODE);
    await complete(page, { Code: phone.code() });
    await hello(page, person);

    await press(page, 'Log out');
    await logIn(page, person);
    await press(page, 'Back');
    assert.equal(await page.getByLabel('Email address or username').inputValue(), person.username);
    await logIn(page, person);
    await press(page, 'Use a recovery code');
    await complete(page, { 'Recovery code': codes[0] });
    await hello(page, person);

    await go(page, 'Security');
    await text(page, 'You have 9 recovery codes left.');
    await confirm(page, 'New recovery codes', 'Make new codes');
    assert.ok(!(await shownCodes(page)).includes(codes[1]));
    await press(page, 'I have kept them');
    await text(page, 'You have 10 recovery codes left.');
    await confirm(page, 'Remove the app', 'Remove the app');
    await said(page, 'Your authenticator app is removed.');
    await page.getByRole('button', { name: 'Set up an authenticator app' }).waitFor();
    await go(page, 'Activity');
    for (const event of ['Authenticator app removed', 'New recovery codes', 'Recovery code used', 'Authenticator app set up']) {
      await text(rows(page, 'Events'), event);
    }
    await press(page, 'Log out');
    await logIn(page, person);
    await hello(page, person);
  },

  'after too many wrong codes, the page asks to log in again, which works': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const { phone } = await service.setUpApp(person);
    const page = await (await arrive()).open('/');
    await logIn(page, person);
    for (let tries = 0; tries < 5; tries += 1) {
      await complete(page, { Code: `no code ${tries}` });
      await until('a refusal', () => page.getByLabel('Code', { exact: true }).getAttribute('aria-invalid'));
    }
    await complete(page, { Code: 'no code' });
    await text(page.getByRole('alert'), 'Go back, and log in again.');
    await press(page, 'Back');
    await logIn(page, person);
    await complete(page, { Code: phone.code() });
    await hello(page, person);
  },

  'the steps and the dialog of the authenticator app are accessible, and fit a phone': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const page = await signedIn(await arrive(PHONE), person, '/security');
    const answer = await refuse(page, 'startTotpSetup', 'AUTH_REAUTHENTICATION_REQUIRED', { methods: ['PASSWORD'], maxAge: 300 });
    await press(page, 'Set up an authenticator app');
    await question(page).waitFor();
    await lookAt(page);
    await answer();
    await fill(question(page), { Password: PASSWORD });
    await press(question(page), 'Confirm');
    const phone = await scan(page);
    await turnOn(page, 'no code');
    await text(page, WRONG_CODE);
    await lookAt(page);
    await turnOn(page, phone.code());
    await shownCodes(page);
    await lookAt(page);
    await press(page, 'I have kept them');
    await press(page, 'New recovery codes');
    await lookAt(page);
    await press(page.getByRole('dialog'), 'Cancel');

    await press(page, 'Log out');
    await logIn(page, person);
    await complete(page, { Code: 'no code' });
    await text(page, WRONG_CODE);
    await lookAt(page);
    await press(page, 'Use a recovery code');
    assert.ok(await isFocused(page.getByLabel('Recovery code', { exact: true })));
    await lookAt(page);
  },
};

// Waits until the session of the page is not fresh any more.
export async function isStale(page, service) {
  await until('a session that is not fresh', async () => {
    const stored = await page.evaluate(() => Object.values(localStorage).join());
    const [, accessToken] = /"access":"([^"]+)"/.exec(stored);
    const { errors } = await service.call('mutation { startTotpSetup { expiresAt } }', { accessToken });
    return errors?.[0].extensions.code === 'AUTH_REAUTHENTICATION_REQUIRED';
  });
}

// With a service whose sessions are fresh for a few seconds.
export const stepUps = {
  'in a session that is not fresh, setting up an app asks for the password, and goes on': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const page = await signedIn(await arrive(), person, '/security');
    await isStale(page, service);
    await press(page, 'Set up an authenticator app');
    const password = question(page).getByLabel('Password', { exact: true });
    await password.waitFor();
    assert.ok(await isFocused(password));
    await page.keyboard.press('Escape');
    await text(page.getByRole('alert'), 'Nothing has changed');
    assert.ok(await isFocused(page.getByRole('button', { name: 'Set up an authenticator app' })));

    await press(page, 'Set up an authenticator app');
    await fill(question(page), { Password: 'not the password' });
    await press(question(page), 'Confirm');
    await text(question(page), 'This is not your password.');
    assert.ok(await isFocused(password));
    await fill(question(page), { Password: PASSWORD });
    await press(question(page), 'Confirm');
    await scan(page);
    assert.equal(await question(page).count(), 0);
  },

  'in a session that is not fresh, removing the app asks for a code, and goes on': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const { phone, recoveryCodes } = await service.setUpApp(person);
    const page = await (await arrive()).open('/security');
    await logIn(page, person);
    await press(page, 'Use a recovery code');
    await complete(page, { 'Recovery code': recoveryCodes[0] });
    await text(page, 'You have 9 recovery codes left.');
    await isStale(page, service);
    await confirm(page, 'Remove the app', 'Remove the app');
    await fill(question(page), { Code: 'no code' });
    await press(question(page), 'Confirm');
    await text(question(page), WRONG_CODE);
    await fill(question(page), { Code: phone.code() });
    await press(question(page), 'Confirm');
    await said(page, 'Your authenticator app is removed.');
    await page.getByRole('button', { name: 'Set up an authenticator app' }).waitFor();
  },
};
