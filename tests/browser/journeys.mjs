// From a mail in the mailbox to its effect.

import assert from 'node:assert/strict';
import { PASSWORD } from './service.mjs';
import { heading, press, signIn, text, topOf } from './visitor.mjs';

const INVITATION = 'You are invited to an organization';
const NEW_PASSWORD = 'tangerine violin glacier 77';

export const journeys = {
  'a registration is verified by clicking from the mailbox': async ({ service, arrive }) => {
    const { email } = await service.register();
    const accessToken = await service.login(email);
    assert.equal(await service.meFails(accessToken), 'AUTH_EMAIL_NOT_VERIFIED');

    const visitor = await arrive();
    const page = await visitor.followMail(email, 'Verify your email address');
    await press(page, 'Verify my address');
    await heading(page, 'Your address is verified');
    await text(page, `${email} is verified.`);
    assert.deepEqual(await service.me(accessToken), { email, emailVerified: true });
  },

  'a link is used only when the button is pressed': async ({ service, arrive }) => {
    const { email } = await service.register();
    const visitor = await arrive();
    const asked = [];
    visitor.context.on('request', (request) => {
      // The page loads who registered, which does not use the link.
      const query = request.postData() ?? '';
      if (request.method() === 'POST' && !query.includes('registration(')) asked.push(query);
    });
    await visitor.followMail(email, 'Verify your email address');
    const page = await visitor.followMail(email, 'Verify your email address');
    await page.getByRole('button', { name: 'Verify my address' }).waitFor();
    assert.deepEqual(asked, []);

    await press(page, 'Verify my address');
    await heading(page, 'Your address is verified');
    assert.equal(asked.length, 1);
  },

  'a person who did not register deletes the account that somebody else created': async ({ service, arrive }) => {
    const headers = { 'X-Device-Name': "Eve's <b>phone</b> at http://evil.example" };
    const { email, username } = await service.register('en', undefined, headers);
    const accessToken = await service.login(email);

    const visitor = await arrive();
    const page = await visitor.followMail(email, 'Verify your email address');
    await text(page, 'Somebody registered with your email address. Was it you?');
    const facts = page.locator('dl:visible > dd');
    const [address, name, time, device] = await facts.allTextContents();
    assert.deepEqual([address, name, device], [email, username, headers['X-Device-Name']]);
    assert.match(time, /^[A-Z][a-z]+ \d+, \d{4} at \d+:\d\d\s[AP]M \S+$/);
    // As text, not as a link.
    assert.equal(await page.getByRole('main').getByRole('link').count(), 0);

    await press(page, 'I did not register');
    await heading(page, 'Delete this account?');
    await text(page, `Somebody else registered as ${username} with your address ${email}.`);
    await press(page, 'Back');
    await heading(page, 'Verify your email address');
    assert.equal(await service.meFails(accessToken), 'AUTH_EMAIL_NOT_VERIFIED');

    await press(page, 'I did not register');
    await press(page, 'Delete the account');
    await heading(page, 'The account is deleted');
    await text(page, `The account ${username} is deleted, and everyone is logged out of it.`);
    assert.equal(await service.meFails(accessToken), 'AUTH_SESSION_ENDED');
    assert.equal(await service.login(email), null);

    // The address is available at once.
    await service.register('en', { email, username });
    await service.verify(email);
  },

  'a registration by somebody else is deleted with only the keyboard': async ({ service, arrive }) => {
    const { email } = await service.register();
    const visitor = await arrive();
    const page = await visitor.followMail(email, 'Verify your email address');
    const focus = () => page.evaluate(() => document.activeElement.textContent);
    const button = (name) => page.getByRole('button', { name, exact: true });
    await button('Verify my address').focus();
    await page.keyboard.press('Tab');
    assert.equal(await focus(), 'I did not register');
    await page.keyboard.press('Enter');
    assert.equal(await focus(), 'Delete this account?');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    assert.equal(await focus(), 'Verify your email address');
    await button('I did not register').press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await heading(page, 'The account is deleted');
    assert.equal(await focus(), 'The account is deleted');
  },

  'the page of a used link says so, and mails a new one, which works': async ({ service, arrive }) => {
    const { email } = await service.registerVerified();
    await service.requestPasswordReset(email);
    const visitor = await arrive();
    const first = await visitor.followMail(email, 'Choose a new password');
    await setPassword(first, NEW_PASSWORD);
    await heading(first, 'Your password is changed');

    const again = await visitor.followMail(email, 'Choose a new password');
    await setPassword(again, 'umbrella quartz meadow 58');
    await heading(again, 'This link is no longer valid');
    await again.getByLabel('Your email address').fill(email);
    await press(again, 'Mail me another link');
    await text(again, 'If there is an account with this address, a link is on its way.');

    const second = await visitor.followMail(email, 'Choose a new password', 2);
    await setPassword(second, 'umbrella quartz meadow 58');
    await heading(second, 'Your password is changed');
    assert.ok(await service.login(email, 'umbrella quartz meadow 58'));
  },

  'the page of an unknown link mails a new verification, which works': async ({ service, arrive }) => {
    const { email } = await service.register();
    const visitor = await arrive();
    await visitor.openMail(email, 'Verify your email address');
    const page = await visitor.openLink('verify-email', 'lkm_nonsense');
    await heading(page, 'This link is no longer valid');
    await page.getByLabel('Your email address').fill(email);
    await press(page, 'Mail me another link');
    await text(page, `If ${email} still has to be verified, a link is on its way.`);
    await text(page, 'If you mistyped your address when you registered, log in to the app and correct it there.');

    const second = await visitor.followMail(email, 'Verify your email address', 2);
    await press(second, 'Verify my address');
    await heading(second, 'Your address is verified');
  },

  'a forgotten password is reset, and a refused password does not use the link': async ({
    service,
    arrive,
  }) => {
    const { email } = await service.registerVerified();
    const accessToken = await service.login(email);
    await service.requestPasswordReset(email);
    const visitor = await arrive();
    const page = await visitor.followMail(email, 'Choose a new password');
    const field = page.getByLabel('New password', { exact: true });

    await field.pressSequentially('abc');
    await text(page, 'Too short: it needs at least');
    await field.pressSequentially('password1');
    await setPassword(page, 'password1');
    await text(page, 'This password is not accepted.');
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
    assert.ok(await field.evaluate((element) => element === document.activeElement));

    await field.fill(NEW_PASSWORD);
    await text(page, 'You can use this password.');
    await press(page, 'Set the new password');
    await heading(page, 'Your password is changed');
    assert.equal(await service.login(email, PASSWORD), null);
    assert.ok(await service.login(email, NEW_PASSWORD));
    assert.equal(await service.meFails(accessToken), 'AUTH_SESSION_ENDED');
  },

  'a change of address is confirmed by clicking, and undone with the link in its notice': async ({
    service,
    arrive,
  }) => {
    const { username, email } = await service.registerVerified();
    const accessToken = await service.login(email);
    const newEmail = `${username}@new.example.com`;
    await service.requestEmailChange(accessToken, newEmail);
    const visitor = await arrive();
    await visitor.openMail(email, 'Your email address is about to change');

    const confirmation = await visitor.followMail(newEmail, 'Confirm your new email address');
    await press(confirmation, 'Confirm my new address');
    await heading(confirmation, 'Your address is changed');
    await text(confirmation, newEmail);
    const intruder = await service.login(newEmail);
    assert.equal((await service.me(intruder)).email, newEmail);

    const undoing = await visitor.followMail(email, 'Your email address was changed');
    await heading(undoing, 'This was not me');
    await press(undoing, 'Secure my account');
    await heading(undoing, 'Your account is secured');
    await text(undoing, /\d sessions? (has|have) ended\./);
    await text(undoing, email);
    assert.equal(await service.meFails(intruder), 'AUTH_SESSION_ENDED');
    assert.equal(await service.login(email, PASSWORD), null);
    assert.equal(await service.login(newEmail, PASSWORD), null);

    const reset = await visitor.followMail(email, 'Your account is secured: choose a new password');
    await setPassword(reset, NEW_PASSWORD);
    await heading(reset, 'Your password is changed');
    const owner = await service.login(email, NEW_PASSWORD);
    assert.equal((await service.me(owner)).email, email);
  },

  'an invitation is accepted by clicking from the mailbox, without a session afterwards': async ({
    service,
    arrive,
  }) => {
    const { username, email } = await service.registerVerified();
    const accessToken = await service.login(email);
    const organization = await service.invite(email);
    const visitor = await arrive();
    const page = await visitor.followMail(email, INVITATION);
    await heading(page, INVITATION);
    await text(page, organization);
    await page.getByText(email, { exact: true }).waitFor();
    await text(page, 'Administrator');
    await signIn(page, username, 'not the password');
    await page.getByLabel('Password', { exact: true }).press('Enter');
    await text(page.getByRole('alert'), 'the password is wrong.');
    assert.equal((await service.roles(accessToken))[organization], undefined);

    await signIn(page, username);
    await press(page, 'Accept');
    await heading(page, 'The invitation is accepted');
    await text(page, `You now belong to "${organization}" as an administrator.`);
    await text(page, /^u\w+ can tell you where to log in to see the organization\.$/);
    assert.equal((await service.roles(accessToken))[organization], 'ADMIN');
    assert.equal(await service.openSessions(accessToken), 1);
  },

  'a login to answer an invitation is reported to the owner of the account, as the page announces': async ({
    service,
    arrive,
  }) => {
    const { email } = await service.registerVerified();
    await service.login(email);
    const name = await service.invite(email);
    const visitor = await arrive();
    const page = await visitor.followMail(email, INVITATION);
    await press(page, 'I have an account');
    await text(page, 'If you get a mail about a new login, it is about this one.');
    await signIn(page, email);
    await press(page, 'Accept');
    await text(page, `You now belong to "${name}" as an administrator. This page has logged you out again.`);
    await service.mailedLink(email, 'New login to your account');

    // A known browser is not reported again.
    await service.invite(email);
    const second = await visitor.followMail(email, INVITATION, 2);
    await signIn(second, email);
    await press(second, 'Decline');
    await heading(second, 'The invitation is declined');
    const notices = (await service.mailsTo(email)).filter(({ subject }) => subject === 'New login to your account');
    assert.equal(notices.length, 1);
  },

  'an invitation is declined, which uses its link, without a session afterwards': async ({ service, arrive }) => {
    const { email } = await service.registerVerified();
    const accessToken = await service.login(email);
    const organization = await service.invite(email);
    const visitor = await arrive();
    const page = await visitor.followMail(email, INVITATION);
    await signIn(page, email);
    await press(page, 'Decline');
    await heading(page, 'The invitation is declined');

    const again = await visitor.followMail(email, INVITATION);
    await heading(again, 'This link is no longer valid');
    await text(again, 'ask the person who invited you for a new one');
    assert.equal((await service.roles(accessToken))[organization], undefined);
    assert.equal(await service.openSessions(accessToken), 1);
  },

  'an invitation begins with a choice that fits a phone, and one can go back to it': async ({
    service,
    arrive,
  }) => {
    const { email } = service.stranger();
    await service.invite(email);
    const visitor = await arrive({ viewport: { width: 360, height: 780 } });
    const page = await visitor.followMail(email, INVITATION);
    const choices = ['Create account', 'I have an account'];
    const ends = ['Create account', 'Log in to answer'];
    for (const [index, choice] of choices.entries()) {
      await heading(page, INVITATION);
      assert.equal(await page.getByRole('textbox').count(), 0);
      assert.deepEqual(await page.getByRole('button').allTextContents(), choices);
      assert.ok((await topOf(page, choice)) < 736, `${choice} is seen`);
      await press(page, choice);
      await heading(page, ends[index]);
      assert.equal(await page.evaluate(() => document.activeElement.id), 'title');
      await press(page, 'Back');
    }
  },

  'only people with an account can decline an invitation, also with the Enter key': async ({ service, arrive }) => {
    const { email } = await service.registerVerified();
    const organization = await service.invite(email);
    const visitor = await arrive();
    const page = await visitor.followMail(email, INVITATION);
    assert.equal(await page.getByRole('button', { name: 'Decline' }).count(), 0);
    await text(page, 'If you have no account, you do not need to decline');
    await press(page, 'I have an account');
    await text(page, `You are invited to "${organization}".`);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Decline' }).press('Enter');
    await heading(page, 'The invitation is declined');
  },

  'an invited person who forgot the password gets a link, and accepts with the address filled in': async ({
    service,
    arrive,
  }) => {
    const { email } = await service.registerVerified();
    const organization = await service.invite(email);
    const visitor = await arrive();
    const page = await visitor.followMail(email, INVITATION);
    await press(page, 'I have an account');
    await press(page, 'Forgot your password?');
    await heading(page, 'Check your email');
    await text(page, `If ${email} has an account, a link to choose a new password is on its way.`);

    const reset = await visitor.followMail(email, 'Choose a new password');
    await setPassword(reset, NEW_PASSWORD);
    await heading(reset, 'Your password is changed');
    await text(reset, 'If you came from an invitation, open its link now.');
    await press(page, 'Back');
    await heading(page, 'Log in to answer');
    assert.equal(await page.getByLabel('Email address or username').inputValue(), email);
    await page.getByLabel('Password', { exact: true }).fill(NEW_PASSWORD);
    await press(page, 'Accept');
    await heading(page, 'The invitation is accepted');
    assert.equal((await service.roles(await service.login(email, NEW_PASSWORD)))[organization], 'ADMIN');
  },

  'an invited person without an account creates one with the link, and is verified and a member at once': async ({
    service,
    arrive,
  }) => {
    const { username, email } = service.stranger();
    const taken = await service.registerVerified();
    const organization = await service.invite(email);
    const visitor = await arrive();
    const page = await visitor.followMail(email, INVITATION);
    await press(page, 'Create account');
    await heading(page, 'Create account');
    await text(page, `You join "${organization}" as soon as the account is created. This link also verifies your address ${email}.`);
    const name = page.getByLabel('Username', { exact: true });
    const password = page.getByLabel('Choose a password');
    const create = async (username, secret) => {
      await name.fill(username);
      await password.fill(secret);
      await press(page, 'Create account and join');
    };
    // The errors of the fields.
    const refusals = async (first, second) => {
      for (const [field, id, words] of [
        [name, 'username-error', first],
        [password, 'new-password-error', second],
      ]) {
        if (words) await text(page.locator(`#${id}`), words);
        else assert.equal(await page.locator(`#${id}`).textContent(), '');
        assert.equal(await field.getAttribute('aria-invalid'), words ? 'true' : null);
      }
      assert.ok(await (first ? name : password).evaluate((element) => element === document.activeElement));
    };
    await create('', '');
    await refusals('Please fill in this field.', 'Please fill in this field.');
    await create('a b', 'short');
    await refusals('Choose 2 to 32 letters', 'This password is not accepted.');
    await create('a b', 'password1');
    await refusals('Choose 2 to 32 letters', 'This password is not accepted.');
    await create(username, 'password1');
    await refusals(null, 'This password is not accepted.');
    await create(taken.username, PASSWORD);
    await refusals('Another account has this username.', null);
    await create(username, PASSWORD);
    await text(page, `Your account ${username} is created, your address ${email} is verified,`);
    await text(page, `you now belong to "${organization}" as an administrator.`);
    await text(page, `can tell you where to log in. Use ${email} or ${username}, and the password`);
    assert.equal(await page.getByText('go back to the app').filter({ visible: true }).count(), 0);
    await page.getByText('You can close this page.').filter({ visible: true }).waitFor();
    const accessToken = await service.login(email);
    assert.deepEqual(await service.me(accessToken), { email, emailVerified: true });
    assert.deepEqual(await service.roles(accessToken), { [organization]: 'ADMIN' });
    assert.equal(await service.openSessions(accessToken), 1);
  },

  'an invited person who forgot that they have an account gets to its login': async ({ service, arrive }) => {
    const { email } = await service.registerVerified();
    const organization = await service.invite(email);
    const visitor = await arrive();
    const page = await visitor.followMail(email, INVITATION);
    await press(page, 'Create account');
    await page.getByLabel('Username', { exact: true }).fill(service.stranger().username);
    await page.getByLabel('Choose a password').fill(NEW_PASSWORD);
    await press(page, 'Create account and join');
    await text(page.getByRole('alert'), 'There is already an account with this address.');
    await press(page, 'Log in with this address');
    await heading(page, 'Log in to answer');
    await signIn(page, email);
    await press(page, 'Accept');
    await text(page, `You now belong to "${organization}" as an administrator.`);
  },

  'times are shown in the language of the page and the time zone of the browser': async ({ service, arrive }) => {
    const { email } = await service.register('de');
    const { token } = await service.mailedLink(email, 'Bestätigen Sie Ihre E-Mail-Adresse');
    const visitor = await arrive({ locale: 'de-DE', timezoneId: 'Asia/Kolkata' });
    const page = await visitor.openLink('verify-email', token);
    await page.getByText(/^\d+\. [A-Z]\S+ \d{4} um \d\d:\d\d GMT\+5:30$/).waitFor();
  },

  'a German browser gets a German mail and page': async ({ service, arrive }) => {
    const { email } = await service.register('de');
    const visitor = await arrive({ locale: 'de-DE' });
    const page = await visitor.followMail(email, 'Bestätigen Sie Ihre E-Mail-Adresse');
    assert.equal(await page.locator('html').getAttribute('lang'), 'de');
    await text(page, 'Gerätename');
    await press(page, 'Ich habe mich nicht registriert');
    await heading(page, 'Dieses Konto löschen?');
    await press(page, 'Zurück');
    await press(page, 'Adresse bestätigen');
    await heading(page, 'Ihre Adresse ist bestätigt');
    await text(page, `${email} ist bestätigt.`);
  },

  'a password is reset with only the keyboard': async ({ service, arrive }) => {
    const { email } = await service.registerVerified();
    await service.requestPasswordReset(email);
    const { token } = await service.mailedLink(email, 'Choose a new password');
    const visitor = await arrive();
    const page = await visitor.openLink('reset-password', token);
    const { keyboard } = page;
    const field = page.getByLabel('New password', { exact: true });

    await tabTo(page, field);
    await keyboard.type(NEW_PASSWORD);
    const toggle = page.getByRole('button', { name: 'Show password' });
    await tabTo(page, toggle);
    await keyboard.press('Space');
    await page.getByRole('button', { name: 'Hide password' }).waitFor();
    assert.equal(await field.getAttribute('type'), 'text');
    await tabTo(page, page.getByRole('button', { name: 'Set the new password' }));
    await keyboard.press('Enter');
    const result = page.getByRole('heading', { name: 'Your password is changed' });
    await result.waitFor();
    assert.ok(await result.evaluate((element) => element === document.activeElement));
    assert.ok(await service.login(email, NEW_PASSWORD));
  },

  'the mailbox shows a mail as HTML, as text and as source': async ({ service, arrive }) => {
    const { email } = await service.register();
    const visitor = await arrive();
    const page = await visitor.openMail(email, 'Verify your email address');
    await heading(page, 'Verify your email address');
    assert.equal(await page.frameLocator('iframe').getByRole('link').count(), 1);
    await text(page.locator('main > pre'), '/account/verify-email#token=lkm_');
    const source = page.locator('details > pre');
    assert.equal(await source.isVisible(), false);
    await page.getByText('Source', { exact: true }).click();
    await text(source, 'multipart/alternative');
    await page.getByRole('link', { name: 'Mailbox' }).click();
    await heading(page, 'Mailbox');
  },

  'GraphiQL links to the mailbox': async ({ service, arrive }) => {
    const visitor = await arrive();
    const page = await visitor.open(service.url);
    const opening = visitor.context.waitForEvent('page');
    await page.getByRole('link', { name: 'Mailbox' }).click();
    await heading(await opening, 'Mailbox');
  },
};

async function setPassword(page, password) {
  await page.getByLabel('New password', { exact: true }).fill(password);
  await press(page, 'Set the new password');
}

// Moves the focus to the next element; asserts that it is this one, and that the focus is visible.
async function tabTo(page, locator) {
  await page.keyboard.press('Tab');
  const outline = await locator.evaluate((element) =>
    element === document.activeElement ? getComputedStyle(element).outlineStyle : null,
  );
  assert.equal(outline, 'solid', `the focus is visible on ${locator}`);
}
