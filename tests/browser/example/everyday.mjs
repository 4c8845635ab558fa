// Everyday use of an account, page by page.

import assert from 'node:assert/strict';
import { until } from '../../async.mjs';
import { PASSWORD } from '../service.mjs';
import { heading, press, text } from '../visitor.mjs';
import { asked, confirm, dialog, fill, focus, go, hello, logIn, refuse, rootField, rows, said, signedIn } from './steps.mjs';

const NEW_PASSWORD = 'tangerine violin glacier 77';

export const everyday = {
  'a person registers, verifies the address, logs in, and is still signed in after a reload': async ({ service, arrive }) => {
    const { username, email } = service.stranger();
    const visitor = await arrive();
    const page = await visitor.open('/');
    await go(page, 'Register');
    await fill(page, { 'Email address': email, Username: username, Password: PASSWORD });
    await page.getByLabel('Display name').fill('Grace Hopper');
    await page.getByLabel('Organization').fill('Compilers');
    await text(page, 'Strong.');
    await press(page, 'Register');
    await heading(page, 'Check your email');
    await text(page, `Is ${email} misspelled? Log in to correct it.`);

    const link = await visitor.followMail(email, 'Verify your email address');
    assert.equal(link.url(), `${new URL(page.url()).origin}/verify-email`);
    await press(link, 'Verify my address');
    await heading(link, 'Your address is verified');
    await go(link, 'Log in');
    await logIn(link, { username });
    await heading(link, 'Hello, Grace Hopper');
    await link.reload();
    await heading(link, 'Hello, Grace Hopper');
    await go(link, 'Organizations');
    await rows(link, 'Your organizations').getByRole('link', { name: 'Compilers' }).waitFor();
  },

  'errors of a registration are shown at their fields, and the first one gets the focus': async ({ service, arrive }) => {
    const { username, email } = await service.register();
    const visitor = await arrive();
    const page = await visitor.open('/register');
    const field = (label) => page.getByLabel(label, { exact: true });
    await press(page, 'Register');
    await page.getByText('Please fill in this field.').first().waitFor();
    await fill(page, { 'Email address': 'nobody', Username: 'a b', Password: 'short' });
    await text(page, 'It is too short.');
    await press(page, 'Register');
    for (const label of ['Email address', 'Username', 'Password']) {
      await page.locator('[aria-invalid="true"]').and(field(label)).waitFor();
    }
    assert.ok(await field('Email address').evaluate((element) => element === document.activeElement));
    const judged = await field('Password').evaluate((element) =>
      element.getAttribute('aria-describedby').split(' ').map((id) => document.getElementById(id).textContent),
    );
    assert.equal(judged.filter((words) => words.includes('It is too short.')).length, 1);
    assert.equal(await page.getByText(/short/i).count(), 1); // the service's message is not shown as well

    await fill(page, { 'Email address': email, Username: `free${username}`, Password: 'password1' });
    await text(page, 'Many people use this password.');
    await fill(page, { Password: PASSWORD });
    await text(page, 'Strong.');
    await press(page, 'Register');
    await text(page, 'Another account has this email address.');
    await fill(page, { 'Email address': `other-${email}`, Username: username });
    await press(page, 'Register');
    await text(page, 'Another account has this username.');
  },

  'a person who logs in with an unverified address is asked to verify it, and then continues': async ({ service, arrive }) => {
    const person = await service.register();
    const visitor = await arrive();
    const page = await visitor.open('/');
    await logIn(page, { username: person.email });
    await heading(page, 'Check your email');
    await text(page, person.email);
    await page.reload();
    await text(page, `We sent a link to ${person.email}.`); // the address comes from the service
    await press(page, 'send the link again');
    await press(page, 'Send the link again');
    await said(page, `If ${person.email} is not verified yet, a link is on its way.`);

    const link = await visitor.followMail(person.email, 'Verify your email address', 2);
    await press(link, 'Verify my address');
    await heading(link, 'Your address is verified');
    await page.evaluate(() => dispatchEvent(new Event('focus')));
    await hello(page, person);
  },

  'a mistyped address is corrected before it is verified, and the old link becomes invalid': async ({ service, arrive }) => {
    const person = await service.register();
    const { token } = await service.mailedLink(person.email, 'Verify your email address');
    const visitor = await arrive();
    const page = await visitor.open('/');
    await logIn(page, person);
    await press(page, 'Correct it');
    const form = page.getByRole('form', { name: 'Correct the address' });
    const right = `right-${person.email}`;
    await fill(form, { 'Right email address': right, Password: 'not the password' });
    await press(form, 'Use this address');
    await text(form, 'This is not your password.');
    await fill(form, { Password: PASSWORD });
    await press(form, 'Use this address');
    await said(page, 'Your address has been corrected.');
    await text(page, `We sent a link to ${right}. Open it to verify your address.`);
    const old = await visitor.open(`/verify-email#token=${token}`);
    await heading(old, 'This link does not work any more');
    const link = await visitor.followMail(right, 'Verify your email address');
    await press(link, 'Verify my address');
    await heading(link, 'Your address is verified');
    await focus(page);
    await hello(page, person);
  },

  'a person who did not register sees who did, and deletes the account': async ({ service, arrive }) => {
    const headers = { 'X-Device-Name': "Eve's <b>phone</b>" };
    const { email, username } = await service.register('en', undefined, headers);
    const accessToken = await service.login(email);
    const visitor = await arrive();
    const link = await visitor.followMail(email, 'Verify your email address');
    const facts = link.getByRole('definition');
    await facts.last().waitFor();
    const [address, name, , device] = await facts.allTextContents();
    assert.deepEqual([address, name, device], [email, username, headers['X-Device-Name']]);

    await press(link, 'I did not register');
    await press(dialog(link), 'Cancel');
    assert.equal(await service.meFails(accessToken), 'AUTH_EMAIL_NOT_VERIFIED');
    await confirm(link, 'I did not register', 'Delete the account');
    await heading(link, 'The account is deleted');
    await text(link, 'You do not need to do anything else.');
    assert.equal(await service.meFails(accessToken), 'AUTH_SESSION_ENDED');
    await go(link, 'Register');
    await heading(link, 'Register');
  },

  'who registered can be loaded again after a failure, and a link that was used meanwhile says so': async ({
    service,
    arrive,
  }) => {
    const { email, username } = await service.register();
    const { token } = await service.mailedLink(email, 'Verify your email address');
    const visitor = await arrive();
    const page = await visitor.open('/verify-email');
    const answer = await refuse(page, 'registration', 'UNAVAILABLE');
    await page.evaluate((token) => (location.hash = `token=${token}`), token);
    await page.getByRole('alert').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Verify my address' }).count(), 0);
    await answer();
    await press(page, 'Try again');
    await page.getByText(username, { exact: true }).waitFor();

    await service.verify(email);
    await confirm(page, 'I did not register', 'Delete the account');
    await heading(page, 'This link does not work any more');
    assert.ok(await service.login(email));
  },

  'a wrong password is refused without revealing whether the account exists': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const visitor = await arrive();
    const page = await visitor.open('/');
    for (const username of [person.username, `no-${person.username}`]) {
      await logIn(page, { username }, 'not the password');
      await text(page.getByRole('alert'), 'There is no account with this username or email address and password.');
      await page.reload();
    }
    await logIn(page, person);
    await hello(page, person);
  },

  'the page for a forgotten password has the address that was typed before': async ({ arrive }) => {
    const page = await (await arrive()).open('/');
    const address = page.getByLabel('Email address', { exact: true });
    for (const [typed, asked] of [
      ['ada@example.com', 'ada@example.com'],
      ['ada', ''],
    ]) {
      await fill(page, { 'Email address or username': typed });
      await go(page, 'Forgot your password?');
      await heading(page, 'Forgot your password?');
      assert.equal(await address.inputValue(), asked);
      await go(page, 'Log in');
    }
  },

  'opening a page of an account asks to log in, and then shows that page': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const visitor = await arrive();
    const page = await signedIn(visitor, person, '/activity');
    await heading(page, 'Recent activity');
    assert.equal(new URL(page.url()).pathname, '/activity');
    await heading(await visitor.open('/activity'), 'Recent activity');
  },

  'a profile is changed, and a taken username is refused': async ({ service, arrive }) => {
    const [person, other] = [await service.registerVerified(), await service.registerVerified()];
    const page = await signedIn(await arrive(), person);
    const profile = page.getByRole('form', { name: 'Profile' });
    await profile.getByLabel('Username').fill(other.username);
    await press(profile, 'Save profile');
    await text(profile, 'Another account has this username.');
    await profile.getByLabel('Username').fill(`${person.username}x`);
    await profile.getByLabel('Display name').fill('Ada');
    await press(profile, 'Save profile');
    await said(page, 'Your profile is saved.');
    await heading(page, 'Hello, Ada');
    await press(page, 'Log out');
    await logIn(page, { username: `${person.username}x` });
    await heading(page, 'Hello, Ada');
  },

  'a session is ended, and listed as ended': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const page = await signedIn(await arrive(), person);
    const other = await service.login(person.username);
    await go(page, 'Devices');
    await text(page, '2 sessions');
    await page.getByText('This device', { exact: true }).waitFor();
    const ending = rows(page, 'Sessions').filter({ hasNotText: 'This device' }).getByRole('button');
    await ending.click();
    await said(page, /^The session of .+ has ended\.$/);
    await text(page, '1 session');
    assert.equal(await service.meFails(other), 'AUTH_SESSION_ENDED');

    await page.getByLabel('Show ended sessions').check();
    await text(rows(page, 'Sessions'), 'ended from another device');
    assert.equal(await ending.count(), 0);
  },

  'all other sessions are ended after a confirmation': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const page = await signedIn(await arrive(), person, '/sessions');
    const others = [];
    for (let count = 0; count < 12; count += 1) others.push(await service.login(person.username));
    await page.reload();
    await text(page, '13 sessions');
    await press(page.getByRole('navigation', { name: 'Pages of sessions' }), 'Next page');
    await text(page, 'Page 2');
    await press(page, 'End all other sessions');
    await press(dialog(page), 'Cancel');
    assert.equal(await service.openSessions(others[0]), 13);

    await confirm(page, 'End all other sessions', 'End all others');
    await said(page, '12 other sessions ended.');
    await text(page, '1 session');
    for (const other of others) assert.equal(await service.meFails(other), 'AUTH_SESSION_ENDED');
    await go(page, 'Profile');
    await hello(page, person);
  },

  'logging out everywhere also ends this session': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const page = await signedIn(await arrive(), person, '/sessions');
    const other = await service.login(person.username);
    await confirm(page, 'Log out everywhere', 'Log out everywhere');
    await text(page, 'You logged out everywhere');
    await until('the end of the other', async () => (await service.meFails(other)) === 'AUTH_SESSION_ENDED');
  },

  'logging out everywhere is only reported after the service has done it': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const page = await signedIn(await arrive(), person, '/sessions');
    const other = await service.login(person.username);
    const answer = await refuse(page, 'logout', 'UNAVAILABLE');
    await confirm(page, 'Log out everywhere', 'Log out everywhere');
    await text(dialog(page), 'The service is not available at the moment.');
    assert.equal(await service.openSessions(other), 2);
    await answer();
    await press(dialog(page), 'Log out everywhere');
    await text(page, 'You logged out everywhere');
    assert.equal(await service.meFails(other), 'AUTH_SESSION_ENDED');
  },

  'if the next page cannot be loaded, the page says so, and shows no other': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const page = await signedIn(await arrive(), person, '/sessions');
    for (let count = 0; count < 12; count += 1) await service.login(person.username);
    await page.reload();
    await text(page, '13 sessions');
    const answer = await refuse(page, 'sessions', 'UNAVAILABLE');
    await press(page, 'Next page');
    await text(page, 'The service is not available at the moment.');
    assert.equal(await rows(page, 'Sessions').count(), 0);
    await answer();
    await press(page, 'Try again');
    await text(page, 'Page 2');
    await rows(page, 'Sessions').first().waitFor();
  },

  'a form shows the changes of another tab, and keeps the text that is being typed': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const visitor = await arrive();
    const first = await signedIn(visitor, person);
    const second = await visitor.open('/');
    await hello(second, person);
    await second.getByLabel('Display name').fill('Ada');
    await fill(first, { Username: `${person.username}x` });
    await press(first, 'Save profile');
    await said(first, 'Your profile is saved.');
    await focus(second);
    await hello(second, { username: `${person.username}x` });
    await press(second, 'Save profile');
    await heading(second, 'Hello, Ada');
    assert.equal(await second.getByLabel('Username').inputValue(), `${person.username}x`);
    assert.ok(await service.login(`${person.username}x`));
  },

  'the focus stays in a field while something is saved': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const page = await signedIn(await arrive(), person);
    const name = page.getByLabel('Display name');
    await name.fill('Ada');
    await name.press('Enter');
    await name.press('Tab');
    await said(page, 'Your profile is saved.');
    await heading(page, 'Hello, Ada');
    assert.equal(await page.evaluate(() => document.activeElement.name), 'username');
  },

  'a password is changed with the current password': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const page = await signedIn(await arrive(), person, '/security');
    const other = await service.login(person.username);
    const form = page.getByRole('form', { name: 'Change password' });
    await fill(form, { 'Current password': 'not the password', 'New password': NEW_PASSWORD });
    await press(form, 'Change password');
    await text(form, 'This is not your password.');
    await fill(form, { 'Current password': PASSWORD, 'New password': person.username });
    await text(form, 'It contains your name or your address.');
    await fill(form, { 'New password': NEW_PASSWORD });
    await press(form, 'Change password');
    await said(page, 'Your password is changed. 1 other session ended.');
    assert.equal(await service.meFails(other), 'AUTH_SESSION_ENDED');
    await press(page, 'Log out');
    await text(page, 'You are logged out.');
    assert.equal(await page.getByLabel('Password', { exact: true }).inputValue(), ''); // for the next user
    await logIn(page, person, NEW_PASSWORD);
    await hello(page, person);
  },

  'a forgotten password is reset by mail, and a refused password does not use the link': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const visitor = await arrive();
    const page = await visitor.open('/');
    await go(page, 'Forgot your password?');
    await fill(page, { 'Email address': person.email });
    await press(page, 'Mail me a link');
    await heading(page, 'Check your email');

    const link = await visitor.followMail(person.email, 'Choose a new password');
    await fill(link, { 'New password': 'password1' });
    await press(link, 'Set the new password');
    await link.locator('[aria-invalid="true"]').waitFor();
    await fill(link, { 'New password': NEW_PASSWORD });
    await press(link, 'Set the new password');
    await heading(link, 'Your password is changed');
    await go(link, 'Log in');
    await logIn(link, person, NEW_PASSWORD);
    await hello(link, person);

    const again = await visitor.followMail(person.email, 'Choose a new password');
    await fill(again, { 'New password': PASSWORD });
    await press(again, 'Set the new password');
    await heading(again, 'This link does not work any more');
    await fill(again, { 'Email address': person.email });
    await press(again, 'Mail me a link');
    await text(again, 'another link is on its way');
  },

  'an address is changed by mail, and undone with the link in its notice': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const visitor = await arrive();
    const page = await signedIn(visitor, person, '/security');
    const newEmail = `${person.username}@new.example.com`;
    const form = page.getByRole('form', { name: 'Change email address' });
    await fill(form, { 'New email address': newEmail, Password: PASSWORD });
    await press(form, 'Change email address');
    await said(page, `We sent a link to ${newEmail}.`);
    assert.equal(await page.getByText(`We sent a link to ${newEmail}.`).count(), 1, 'the message is shown once');

    const link = await visitor.followMail(newEmail, 'Confirm your new email address');
    await press(link, 'Confirm my new address');
    await text(link, `Your account now has the address ${newEmail}.`);
    await go(link, 'Go to your account');
    await text(link, newEmail);

    const undoing = await visitor.followMail(person.email, 'Your email address was changed');
    await press(undoing, 'Secure my account');
    await heading(undoing, 'Your account is secured');
    await text(undoing, person.email);
    await go(undoing, 'Back to login');
    await heading(undoing, 'Log in');
    await text(undoing, 'This session ended because your account was secured');
  },

  'recent activity lists events, page by page': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    for (let count = 0; count < 9; count += 1) await service.login(person.username, 'not the password');
    for (let count = 0; count < 6; count += 1) await service.login(person.username);
    const page = await signedIn(await arrive(), person, '/activity');
    const events = rows(page, 'Events');
    await events.first().getByText('Logged in').waitFor();
    assert.equal(await events.count(), 15);
    await press(page, 'Next page');
    await text(events.last(), 'Account created');
    await events.getByText('Login with a wrong password').first().waitFor();
  },

  'a page of the service links to the app after success, and after failure': async ({ service, arrive }) => {
    const { email } = await service.register();
    const { token } = await service.mailedLink(email, 'Verify your email address');
    const visitor = await arrive();
    const page = await visitor.openLink('verify-email', token);
    await press(page, 'Verify my address');
    await heading(page, 'Your address is verified');
    await go(page, 'Go to the app');
    await heading(page, 'Log in');
    const missing = await visitor.open(service.page('confirm-email'));
    await heading(missing, 'Please open the link in your mail');
    await go(missing, 'Go to the app');
    await heading(missing, 'Log in');
  },

  'recent activity names the device whose session was ended, and where it was ended': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    await service.login(person.username, PASSWORD, { 'X-Device-Name': 'Pixel 9' });
    const page = await signedIn(await arrive(), person, '/sessions');
    await press(page, 'End the session of Pixel 9');
    await said(page, 'The session of Pixel 9 has ended.');
    await go(page, 'Activity');
    const event = rows(page, 'Events').filter({ hasText: 'Session ended: Pixel 9' });
    await text(event, 'ended from another device');
  },

  'with closed registration, the app does not offer it, and its page says why': async ({ arrive }) => {
    const titles = { CLOSED: 'Registration is closed', INVITATION: 'Registration is by invitation' };
    for (const [registration, title] of Object.entries(titles)) {
      const visitor = await arrive();
      const answer = { json: { data: { signInOptions: { registration } } } };
      await visitor.context.route('**/graphql', (route) =>
        rootField(route.request()) === 'signInOptions' ? route.fulfill(answer) : route.fallback(),
      );
      const answered = visitor.context.waitForEvent('response', (response) => rootField(response.request()) === 'signInOptions');
      const page = await visitor.open('/');
      await answered;
      await heading(page, 'Log in');
      await page.getByText('New here?').waitFor({ state: 'detached' });
      await page.goto('/register');
      await heading(page, title);
      await go(page, 'Log in');
      await heading(page, 'Log in');
    }
  },

  'an account is deleted with its password, and the page confirms it': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const page = await signedIn(await arrive(), person, '/security');
    await go(page, 'Delete account …');
    await fill(page, { Password: 'not the password' });
    await press(page, 'Delete my account');
    await text(page, 'This is not your password.');
    await fill(page, { Password: PASSWORD });
    await press(page, 'Delete my account');
    await heading(page, 'Log in');
    await text(page, 'This account was deleted');
    assert.equal(await service.login(person.username), null);
  },

  'the token of a mailed link is removed from the address bar, and used only when the button is pressed': async ({
    service,
    arrive,
  }) => {
    const { email } = await service.register();
    const visitor = await arrive();
    const verifications = asked(visitor.context, 'verifyEmail');
    await visitor.followMail(email, 'Verify your email address');
    const link = await visitor.followMail(email, 'Verify your email address');
    await heading(link, 'Verify your email address');
    assert.ok(!(await link.content()).includes('lkm_'));
    assert.equal(verifications.length, 0);
    await link.getByRole('button', { name: 'Verify my address' }).dblclick();
    await heading(link, 'Your address is verified');
    assert.equal(verifications.length, 1);

    await link.reload();
    await heading(link, 'Please open the link in your mail');
    await link.goBack().catch(() => null);
    assert.ok(!link.url().includes('lkm_'));
  },

  'an unknown path shows that the page does not exist': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const page = await signedIn(await arrive(), person, '/nowhere');
    await heading(page, 'This page does not exist');
    await go(page, 'Go to your profile');
    await hello(page, person);
  },

  'after a rate limit, a countdown is shown, and then the button can be pressed again': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const visitor = await arrive();
    await visitor.context.clock.install();
    const page = await visitor.open('/');
    const errors = [{ message: 'no', extensions: { code: 'RATE_LIMITED', retryAfter: 75 } }];
    await page.route('**/graphql', (route) => route.fulfill({ json: { errors, data: null } }));
    await logIn(page, person);
    await text(page.getByRole('alert'), 'Too many attempts.');
    await text(page.getByRole('timer'), 'Try again in 1:');
    await page.unrouteAll();
    const logins = asked(visitor.context, 'login');
    await page.getByLabel('Password', { exact: true }).press('Enter');
    await visitor.context.clock.fastForward(76_000);
    await text(page, 'You can try again now.');
    assert.equal(logins.length, 0);
    await press(page, 'Log in');
    await hello(page, person);
  },
};
