// Passkeys: adding and using them, and an account without a password. Chromium simulates their authenticators.

import assert from 'node:assert/strict';
import { until } from '../../async.mjs';
import { lookAt, PHONE } from '../accessibility.mjs';
import { heading, press, text } from '../visitor.mjs';
import { VirtualAuthenticator } from '../virtual_authenticator.mjs';
import { complete, isFocused, isStale, question, scan, shownCodes, turnOn } from './second_factors.mjs';
import { asked, confirm, dialog, fill, go, hello, logIn, refuse, rows, said, signedIn } from './steps.mjs';

const STEP_UP = { methods: ['PASSKEY', 'TOTP', 'RECOVERY_CODE'], maxAge: 300 };

const passkeysOf = (page) => rows(page, 'Passkeys');

// A person whose browser does not offer passkeys in its autofill: Chromium would choose one before the test presses a button.
async function arriveWithoutAutofill(arrive, options) {
  const visitor = await arrive(options);
  await visitor.context.addInitScript(() => {
    if (window.PublicKeyCredential) PublicKeyCredential.isConditionalMediationAvailable = async () => false;
  });
  return visitor;
}

// Opens the login page with a virtual authenticator, which has the passkeys of another one.
async function loginPage(visitor, authenticator, { isPresent = true } = {}) {
  const page = await visitor.open('about:blank');
  const key = await VirtualAuthenticator.in(page);
  await key.take(authenticator);
  await key.setPresence(isPresent);
  await page.goto('/');
  await heading(page, 'Log in');
  return { page, key };
}

async function logInWithPasskey(page, person) {
  await press(page, 'Log in with a passkey');
  await hello(page, person);
}

async function logOut(page) {
  await press(page, 'Log out');
  await heading(page, 'Log in');
}

async function addPasskey(page) {
  await press(page, 'Add a passkey');
  await said(page, /^The passkey “.+” is added\.$/);
}

export const passkeys = {
  'a person turns on an app, adds a passkey, removes the password and changes the address, and is never locked out': async ({
    service,
    arrive,
  }) => {
    const person = await service.registerVerified();
    const visitor = await arriveWithoutAutofill(arrive);
    const page = await signedIn(visitor, person, '/security');
    await VirtualAuthenticator.in(page);
    await press(page, 'Set up an authenticator app');
    const phone = await scan(page);
    await turnOn(page, phone.code());
    const codes = await shownCodes(page);
    await press(page, 'I have kept them');

    await press(page, 'Log out');
    await logIn(page, person);
    await complete(page, { Code: phone.code() });
    await hello(page, person);
    await press(page, 'Log out');
    await logIn(page, person);
    await press(page, 'Use a recovery code');
    await complete(page, { 'Recovery code': codes[0] });
    await hello(page, person);

    await go(page, 'Security');
    await addPasskey(page);
    await text(passkeysOf(page), 'never used');
    await logOut(page);
    await logInWithPasskey(page, person);

    await go(page, 'Security');
    await text(passkeysOf(page), 'last used');
    await confirm(page, 'Remove the password', 'Remove the password');
    await said(page, 'Your password is removed.');
    await page.getByRole('form', { name: 'Set a password' }).waitFor();

    const form = page.getByRole('form', { name: 'Change email address' });
    assert.equal(await form.getByLabel('Password', { exact: true }).count(), 0);
    const answer = await refuse(page, 'requestEmailChange', 'AUTH_REAUTHENTICATION_REQUIRED', STEP_UP);
    const newEmail = `new-${person.email}`;
    await fill(form, { 'New email address': newEmail });
    await press(form, 'Change email address');
    await question(page).waitFor();
    await answer();
    await press(question(page), 'Use a passkey');
    await text(page, `We sent a link to ${newEmail}.`);
    const link = await visitor.followMail(newEmail, 'Confirm your new email address');
    await press(link, 'Confirm my new address');
    await heading(link, 'Your address is changed');

    await logOut(page);
    await logInWithPasskey(page, person);
    await go(page, 'Activity');
    for (const event of ['Passkey added', 'Password removed', 'Email address changed', 'Confirmed that it was you']) {
      await text(rows(page, 'Events'), event);
    }
  },

  'a passkey gets the name of the device, another name, and is removed; one authenticator gets only one': async ({
    service,
    arrive,
  }) => {
    const person = await service.registerVerified();
    const page = await signedIn(await arrive(), person, '/security');
    await VirtualAuthenticator.in(page);
    await page.getByRole('form', { name: 'Change password' }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Remove the password' }).count(), 0);
    await addPasskey(page);
    await page.getByRole('button', { name: 'Remove the password' }).waitFor();
    for (const fact of ['Chrome on Linux', 'Synced', 'Signs in alone', /^Added .+ · never used$/]) {
      await text(passkeysOf(page), fact);
    }
    await press(page, 'Add a passkey');
    await text(page.getByRole('alert'), 'You have a passkey there already.');

    await press(page, 'Rename Chrome on Linux');
    await fill(dialog(page), { Name: ' ' });
    await press(dialog(page), 'Save');
    await dialog(page).locator('.wrong').waitFor();
    await fill(dialog(page), { Name: 'My laptop' });
    await press(dialog(page), 'Save');
    await said(page, 'The passkey has its new name.');
    await confirm(page, 'Remove My laptop', 'Remove the passkey');
    await said(page, 'The passkey “My laptop” is removed.');
    await passkeysOf(page).waitFor({ state: 'detached' });
  },

  'the last way to log in stays, and a password is set for an account without one': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const authenticator = await service.addPasskey(person, { withoutPassword: true });
    const { page } = await loginPage(await arriveWithoutAutofill(arrive), authenticator);
    await logInWithPasskey(page, person);
    await go(page, 'Security');
    await confirm(page, 'Remove Passkey', 'Remove the passkey');
    await text(dialog(page), 'This is your last way to log in.');
    await press(dialog(page), 'Cancel');

    const form = page.getByRole('form', { name: 'Set a password' });
    await fill(form, { 'New password': 'tangerine violin glacier 77' });
    await press(form, 'Set the password');
    await said(page, 'Your password is set.');
    await confirm(page, 'Remove Passkey', 'Remove the passkey');
    await said(page, 'The passkey “Passkey” is removed.');
    await logOut(page);
    await logIn(page, person, 'tangerine violin glacier 77');
    await hello(page, person);
  },

  'an account without a password is deleted': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const authenticator = await service.addPasskey(person, { withoutPassword: true });
    const { page } = await loginPage(await arriveWithoutAutofill(arrive), authenticator);
    await logInWithPasskey(page, person);
    await page.goto('/delete-account');
    await press(page, 'Delete my account');
    await text(page, 'This account was deleted');
  },

  'the login form offers passkeys in its autofill, and asks for another ceremony in time': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const visitor = await arrive();
    const { clock } = visitor.context;
    await clock.install();
    const begun = asked(visitor.context, 'startPasskeyLogin', 'requestfinished');
    const { page, key } = await loginPage(visitor, await service.addPasskey(person), { isPresent: false });
    const field = page.getByLabel('Email address or username');
    assert.equal(await field.getAttribute('autocomplete'), 'username webauthn');
    await until('a ceremony', () => begun.length === 1);
    const aMinuteLater = () => clock.fastForward(60_000);
    await until('another ceremony', () => aMinuteLater().then(() => begun.length >= 2));
    await key.setPresence(true); // Chromium then chooses the passkey by itself
    await until('the login', () => aMinuteLater().then(() => page.getByRole('heading', { name: /^Hello/ }).isVisible()));
    await hello(page, person);
  },

  'a passkey that was removed is refused, and the browser offers it no more': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const authenticator = await service.addPasskey(person);
    const accessToken = await service.login(person.username);
    const methods = await service.ask('{ signInMethods { passkeys { id } } }', { accessToken });
    const remove = 'mutation($input: RemovePasskeyInput!) { removePasskey(input: $input) { removedPasskeyId } }';
    await service.ask(remove, { input: { passkeyId: methods.passkeys[0].id }, accessToken });
    const { page, key } = await loginPage(await arriveWithoutAutofill(arrive), authenticator);
    assert.equal(await key.count(), 1);
    await press(page, 'Log in with a passkey');
    await said(page, 'This passkey was removed from its account.');
    await until('the end of the passkey', async () => (await key.count()) === 0);
  },

  'a dialog that is closed, and a browser that refuses, are explained; a browser without passkeys offers none': async ({
    service,
    arrive,
  }) => {
    const person = await service.registerVerified();
    const visitor = await arriveWithoutAutofill(arrive);
    const page = await visitor.open('/');
    for (const [name, words] of Object.entries({
      NotAllowedError: 'No passkey was used. Try again, or log in with your password.',
      SecurityError: 'This browser refused the passkey.',
    })) {
      await page.evaluate((name) => {
        navigator.credentials.get = () => Promise.reject(new DOMException('', name));
      }, name);
      await press(page, 'Log in with a passkey');
      await text(page.getByRole('alert'), words);
    }
    await visitor.context.addInitScript(() => delete window.PublicKeyCredential);
    const old = await signedIn(visitor, person, '/security');
    await text(old, 'This browser has no passkeys. To add one, open this page in another browser or on another device.');
    await press(old, 'Log out');
    await heading(old, 'Log in');
    assert.equal(await old.getByRole('button', { name: 'Log in with a passkey' }).count(), 0);
  },

  'a security key without a PIN is only a second factor, which the second step offers': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const page = await signedIn(await arriveWithoutAutofill(arrive), person, '/security');
    await VirtualAuthenticator.in(page, { hasUserVerification: false, isUserVerified: false });
    await addPasskey(page);
    await text(passkeysOf(page), 'Second factor only');
    assert.equal(await page.getByRole('button', { name: 'Remove the password' }).count(), 0);
    await service.setUpApp(person);
    await logOut(page);
    await logIn(page, person);
    await press(page, 'Use a passkey');
    const submit = page.getByRole('form', { name: 'Second step of the login' }).getByRole('button', { name: 'Use a passkey' });
    await until('the focus', () => isFocused(submit));
    await submit.click();
    await hello(page, person);
  },

  'the cards, the dialogs and the second step of passkeys are accessible, and fit a phone': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const page = await signedIn(await arriveWithoutAutofill(arrive, PHONE), person, '/security');
    await VirtualAuthenticator.in(page);
    await addPasskey(page);
    await lookAt(page);
    await press(page, 'Rename Chrome on Linux');
    await lookAt(page);
    await press(dialog(page), 'Cancel');
    await press(page, 'Remove Chrome on Linux');
    await lookAt(page);
    await press(dialog(page), 'Cancel');
    await press(page, 'Add a passkey');
    await text(page.getByRole('alert'), 'You have a passkey there already.');
    await lookAt(page);

    await refuse(page, 'removePassword', 'AUTH_REAUTHENTICATION_REQUIRED', STEP_UP);
    await confirm(page, 'Remove the password', 'Remove the password');
    await question(page).waitFor();
    assert.ok(await isFocused(question(page).getByRole('button', { name: 'Use a passkey', exact: true })));
    await lookAt(page);
    await page.unrouteAll();
    await press(question(page), 'Use a passkey');
    await said(page, 'Your password is removed.');
    await lookAt(page);
    await logOut(page);
    await lookAt(page);
  },
};

// With a service whose sessions are fresh for a few seconds.
export const passkeyStepUps = {
  'in a session that is not fresh, a change of the address asks for the passkey, and goes on': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const authenticator = await service.addPasskey(person, { withoutPassword: true });
    const { page } = await loginPage(await arriveWithoutAutofill(arrive), authenticator);
    await logInWithPasskey(page, person);
    await go(page, 'Security');
    await isStale(page, service);
    const form = page.getByRole('form', { name: 'Change email address' });
    await fill(form, { 'New email address': `new-${person.email}` });
    await press(form, 'Change email address');
    await press(question(page), 'Use a passkey');
    await text(page, `We sent a link to new-${person.email}.`);
    assert.equal(await question(page).count(), 0);
  },
};
