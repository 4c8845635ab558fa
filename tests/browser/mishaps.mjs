// Mistakes, failures and attacks.

import assert from 'node:assert/strict';
import { until } from '../async.mjs';
import { heading, holdBack, press, signIn, text, topOf } from './visitor.mjs';

// The errors of the API, and the messages of the page.
const REFUSALS = [
  [{ code: 'RATE_LIMITED', retryAfter: 7 }, 'Too many attempts. Please try again in 7 seconds.'],
  [{ code: 'OVERLOADED', retryAfter: 1 }, 'The service is very busy. Please try again in 1 second.'],
  [{ code: 'UNAVAILABLE' }, 'The service is not available at the moment.'],
  [{ code: 'INTERNAL', requestId: '0192-3' }, 'tell us this number: 0192-3'],
];

export const mishaps = {
  'the token is removed from the address bar and from the page': async ({ service, arrive }) => {
    const { email } = await service.register();
    const { token } = await service.mailedLink(email, 'Verify your email address');
    const visitor = await arrive();
    const page = await visitor.openLink('verify-email', token);
    await page.getByRole('button', { name: 'Verify my address' }).waitFor();
    assert.equal(page.url(), service.page('verify-email'));
    assert.ok(!(await page.content()).includes(token));

    await page.reload();
    await heading(page, 'Please open the link in your mail');
  },

  'the token of an invitation survives a reload, only in its tab and until it is used': async ({ service, arrive }) => {
    const { email } = await service.registerVerified();
    const organization = await service.invite(email);
    const { token } = await service.mailedLink(email, 'You are invited to an organization');
    const visitor = await arrive();
    const page = await visitor.openLink('accept-invitation', token);
    await press(page, 'I have an account');
    await page.reload();
    await text(page, organization);
    assert.equal(page.url(), service.page('accept-invitation'));
    const another = await visitor.open(service.page('accept-invitation'));
    await heading(another, 'Please open the link in your mail');

    await signIn(page, email);
    await press(page, 'Accept');
    await heading(page, 'The invitation is accepted');
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);

    const used = await visitor.openLink('accept-invitation', token);
    await heading(used, 'This link is no longer valid');
    await used.reload();
    await heading(used, 'This link is no longer valid');
  },

  'the page of a used link says so after a reload, and after going back to it': async ({ service, arrive }) => {
    const { email } = await service.register();
    const verification = await service.mailedLink(email, 'Verify your email address');
    const visitor = await arrive();
    const page = await visitor.openLink('verify-email', verification.token);
    await press(page, 'Verify my address');
    await heading(page, 'Your address is verified');

    await service.requestPasswordReset(email);
    const { token } = await service.mailedLink(email, 'Choose a new password');
    const reset = await visitor.openLink('reset-password', token);
    await reset.getByLabel('New password', { exact: true }).fill('tangerine violin glacier 77');
    await press(reset, 'Set the new password');
    await heading(reset, 'Your password is changed');

    await service.invite(email);
    const invitation = await visitor.followMail(email, 'You are invited to an organization');
    await signIn(invitation, email, 'tangerine violin glacier 77');
    await press(invitation, 'Decline');
    await heading(invitation, 'The invitation is declined');

    for (const used of [page, reset, invitation]) {
      await used.reload();
      await heading(used, 'You have already done this');
      await text(used, 'It can be used only once');
      await used.getByText(/^You can close this page/).filter({ visible: true }).waitFor();
      await used.goto(service.mailbox);
      await used.goBack();
      await heading(used, 'You have already done this');
      assert.equal(await used.getByText('lkm_').count(), 0);
    }

    // Another link in the same tab works.
    await page.evaluate(() => (location.hash = 'token=lkm_nonsense'));
    await heading(page, 'This link is no longer valid');
  },

  'after too many requests for a new password, the page says to look for the mail': async ({ service, arrive }) => {
    const { email } = await service.registerVerified();
    await service.invite(email);
    const visitor = await arrive();
    const page = await visitor.followMail(email, 'You are invited to an organization');
    await press(page, 'I have an account');
    const errors = [{ message: 'no', extensions: { code: 'RATE_LIMITED', retryAfter: 600 } }];
    await page.route('**/graphql', (route) => route.fulfill({ json: { errors, data: null } }));
    await press(page, 'Forgot your password?');
    const words = 'Too many attempts. Check your mail for the link that we have already sent. Please try again in 10 minutes.';
    await text(page.getByRole('alert'), words);
    await page.getByLabel('Password', { exact: true }).fill('anything');
    await press(page, 'Accept');
    await text(page.getByRole('alert'), 'Too many attempts. Please try again in 10 minutes.');
  },

  'a link that is pasted into an open page works': async ({ service, arrive }) => {
    const visitor = await arrive();
    const page = await visitor.open(service.page('confirm-email'));
    await heading(page, 'Please open the link in your mail');
    await page.evaluate(() => (location.hash = 'token=lkm_nonsense'));
    await press(page, 'Confirm my new address');
    await heading(page, 'This link is no longer valid');
    await text(page, 'start again in the app');
  },

  'a double click sends one request': async ({ service, arrive }) => {
    const { email } = await service.register();
    const { token } = await service.mailedLink(email, 'Verify your email address');
    const visitor = await arrive();
    const page = await visitor.openLink('verify-email', token);
    let sent = 0;
    page.on('request', () => (sent += 1));
    await page.getByRole('button', { name: 'Verify my address' }).dblclick();
    await heading(page, 'Your address is verified');
    assert.equal(sent, 1);
  },

  'every error is shown, and the button can be pressed again': async ({ service, arrive }) => {
    const { email } = await service.register();
    const { token } = await service.mailedLink(email, 'Verify your email address');
    const visitor = await arrive({ provokes: true });
    const page = await visitor.openLink('verify-email', token);
    for (const [extensions, words] of REFUSALS) {
      const errors = [{ message: 'no', extensions }];
      await page.route('**/graphql', (route) => route.fulfill({ json: { errors, data: null } }));
      await press(page, 'Verify my address');
      await text(page.getByRole('alert'), words);
      await page.unrouteAll();
    }
    await page.route('**/graphql', (route) => route.abort());
    await press(page, 'Verify my address');
    await text(page.getByRole('alert'), 'The service did not answer.');
    await page.unrouteAll();
    await page.route('**/graphql', (route) => route.fulfill({ status: 502, body: '<h1>Bad gateway</h1>' }));
    await press(page, 'Verify my address');
    await text(page.getByRole('alert'), 'The service did not answer.');
    await page.unrouteAll();

    await press(page, 'Verify my address');
    await heading(page, 'Your address is verified');
  },

  'who registered can be loaded again after a failure, and no action is offered before': async ({ service, arrive }) => {
    const { email, username } = await service.register();
    const { token } = await service.mailedLink(email, 'Verify your email address');
    const visitor = await arrive({ provokes: true });
    const page = await visitor.open(service.page('verify-email'));
    const button = (name) => page.getByRole('button', { name, exact: true });
    await page.route('**/graphql', (route) => route.abort());
    await page.evaluate((token) => (location.hash = `token=${token}`), token);
    await text(page.getByRole('alert'), 'The service did not answer.');
    await button('Try again').waitFor();
    assert.equal(await button('Verify my address').count(), 0);
    assert.equal(await button('I did not register').count(), 0);
    await page.unrouteAll();
    await press(page, 'Try again');
    await page.getByText(username, { exact: true }).waitFor();
    assert.equal(await page.locator('#problem').textContent(), '');
    await press(page, 'Verify my address');
    await heading(page, 'Your address is verified');
  },

  'an account that was verified meanwhile is not deleted, and the page says so': async ({ service, arrive }) => {
    const { email } = await service.register();
    const visitor = await arrive();
    const page = await visitor.followMail(email, 'Verify your email address');
    await press(page, 'I did not register');
    await service.verify(email);
    await press(page, 'Delete the account');
    await heading(page, 'This link is no longer valid');
    await text(page, 'If you have already verified your address, log in.');
    assert.ok(await service.login(email));
  },

  'the buttons work in an old browser without storage': async ({ service, arrive }) => {
    const { email } = await service.registerVerified();
    await service.invite(email);
    const { token } = await service.mailedLink(email, 'You are invited to an organization');
    const visitor = await arrive();
    await visitor.context.addInitScript(() => {
      delete AbortSignal.timeout;
      Object.defineProperty(SubmitEvent.prototype, 'submitter', { value: undefined });
      for (const name of ['crypto', 'localStorage', 'sessionStorage', 'TextDecoder', 'atob', 'BroadcastChannel']) {
        Object.defineProperty(window, name, {
          get() {
            throw new DOMException(`${name} is denied`, 'SecurityError');
          },
        });
      }
      Object.defineProperty(Navigator.prototype, 'locks', { value: undefined });
    });
    const page = await visitor.openLink('accept-invitation', token);
    await signIn(page, email);
    await press(page, 'Decline');
    await heading(page, 'The invitation is declined');
  },

  'the Enter key presses the first button of its form': async ({ service, arrive }) => {
    const { email } = await service.registerVerified();
    await service.invite(email);
    const { token } = await service.mailedLink(email, 'You are invited to an organization');
    const visitor = await arrive();
    const page = await visitor.openLink('accept-invitation', token);
    await signIn(page, email);
    await page.getByLabel('Password', { exact: true }).press('Enter');
    await heading(page, 'The invitation is accepted');
  },

  'an address that another account took meanwhile is not confirmed': async ({ arrive }) => {
    const visitor = await arrive();
    const page = await visitor.openLink('confirm-email', 'lkm_nonsense');
    const errors = [{ message: 'taken', extensions: { code: 'AUTH_EMAIL_EXISTS' } }];
    await page.route('**/graphql', (route) => route.fulfill({ json: { errors, data: null } }));
    await press(page, 'Confirm my new address');
    await heading(page, 'This address is taken');
  },

  'only the account of its address can accept an invitation, and others get no session': async ({
    service,
    arrive,
  }) => {
    const [invited, other] = [await service.registerVerified(), await service.registerVerified()];
    const inviter = (await service.invite(invited.email)).replace('Harbour ', '');
    const visitor = await arrive();
    const page = await visitor.followMail(invited.email, 'You are invited to an organization');
    for (const button of ['Accept', 'Decline']) {
      await signIn(page, other.email);
      await press(page, button);
      const alert = page.getByRole('alert');
      await text(alert, `The invitation was sent to ${invited.email}, which is not the address of this account.`);
      await text(alert, `Log in with the account of ${invited.email}, create one for it with this link,`);
      await text(alert, `or ask ${inviter} to invite your other address.`);
    }
    assert.equal(await service.openSessions(await service.login(other.email)), 1);

    await signIn(page, invited.email);
    await press(page, 'Accept');
    await heading(page, 'The invitation is accepted');
  },

  'an invitation of a member says so, without a session afterwards': async ({
    service,
    arrive,
  }) => {
    const { email } = await service.registerVerified();
    await service.invite(email);
    const { token } = await service.mailedLink(email, 'You are invited to an organization');
    const visitor = await arrive();
    const page = await visitor.openLink('accept-invitation', token);
    const errors = [{ message: 'already', extensions: { code: 'MEMBERSHIP_EXISTS' } }];
    await page.route('**/graphql', (route) =>
      route.request().postData().includes('acceptInvitation')
        ? route.fulfill({ json: { errors, data: null } })
        : route.continue(),
    );
    await signIn(page, email);
    await press(page, 'Accept');
    await heading(page, 'You already belong to this organization');
    assert.equal(await page.locator('#password').inputValue(), '');
    assert.equal(await service.openSessions(await service.login(email)), 1);
  },

  'a "this was not me" that is not good any more leads to a new password': async ({
    service,
    arrive,
  }) => {
    const { email } = await service.registerVerified();
    const visitor = await arrive();
    const page = await visitor.openLink('secure-account', 'lkm_nonsense');
    await press(page, 'Secure my account');
    await heading(page, 'This link is no longer valid');
    await page.getByLabel('Your email address').fill(email);
    await press(page, 'Mail me a link');
    await heading(page, 'Check your email');
    await visitor.openMail(email, 'Choose a new password');
  },

  'a late password check does not replace a newer one': async ({ arrive }) => {
    const visitor = await arrive();
    const page = await visitor.openLink('reset-password', 'lkm_nonsense');
    const letGo = await holdBack(page, (request) => request.postData().includes('"abc"'));
    const late = page.waitForRequest((request) => request.postData()?.includes('"abc"'));
    const field = page.getByLabel('New password', { exact: true });
    await field.fill('abc');
    const request = await late;
    await field.fill('tangerine violin glacier 77');
    await text(page, 'You can use this password.');
    letGo();
    await (await request.response()).finished();
    assert.equal(await page.getByText('Too short').count(), 0);
    await text(page, 'You can use this password.');
  },

  'the button below a new password does not move away from the mouse': async ({ arrive }) => {
    const visitor = await arrive();
    const page = await visitor.open('about:blank');
    const letGo = await holdBack(page, (request) => request.postData().includes('passwordPolicy'));
    await page.goto(`${visitor.service.page('reset-password')}#token=lkm_nonsense`);
    await text(page, /^At least … characters/);
    const button = 'Set the new password';
    const top = await topOf(page, button);
    letGo();
    await text(page, /^At least \d+ characters/);
    assert.equal(await topOf(page, button), top);
    const field = page.getByLabel('New password', { exact: true });
    await field.fill('tangerine violin glacier 77');
    await text(page, 'You can use this password.');
    assert.equal(await topOf(page, button), top);
  },

  'scripts in a mail are not executed, in its frame or outside': async ({ service, arrive }) => {
    const { email } = await service.register();
    const visitor = await arrive({ provokes: true }); // Chromium logs what it blocks.
    const mail = await visitor.openMail(email, 'Verify your email address');
    const { id } = await service.mailedLink(email, 'Verify your email address');
    const alone = await visitor.open(`${service.mailbox}/${id}/html`);
    for (const body of [mail.frameLocator('iframe').locator('body'), alone.locator('body')]) {
      await body.evaluate((element) => {
        const script = document.createElement('script');
        script.textContent = 'document.documentElement.dataset.ran = "script"';
        const image = document.createElement('img');
        image.setAttribute('onerror', 'document.documentElement.dataset.ran = "handler"');
        image.src = 'data:image/png,nonsense';
        element.append(script, image);
      });
      const failed = () => body.evaluate((element) => element.lastElementChild.complete);
      await until('an image that failed to load', failed);
      assert.equal(await body.evaluate(() => document.documentElement.dataset.ran), undefined);
    }
  },
};
