// Accessibility of each page in each state, light and dark, in each language, and whether it fits a phone.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { lookAt, PHONE } from './accessibility.mjs';
import { longMails } from './long_mails.mjs';
import { PASSWORD } from './service.mjs';
import { heading, press, text } from './visitor.mjs';

const LANGUAGES = { en: 'English', de: 'German' };

// The texts of the pages, and the one on the button that uses the link.
const PAGES = {
  'reset-password': ({ resetPassword }) => resetPassword.button,
  'confirm-email': ({ confirmEmail }) => confirmEmail.button,
  'secure-account': ({ secureAccount }) => secureAccount.button,
};
const LONG_NAME = 'A_phone_whose_name_is_as_long_as_a_name_may_be_and_has_no_place_to_break'.padEnd(100, 'x');

const phrasesOf = async (language) =>
  JSON.parse(await readFile(new URL(`../../pages/${language}.json`, import.meta.url), 'utf8'));

export const looks = {};
for (const [language, name] of Object.entries(LANGUAGES)) {
  const phone = { ...PHONE, locale: language };
  for (const [path, button] of Object.entries(PAGES)) {
    looks[`the page ${path} is accessible and fits a phone, in each state, in ${name}`] = async ({ service, arrive }) => {
      const t = await phrasesOf(language);
      const visitor = await arrive(phone);
      if (path === 'reset-password') await refusedPasswords(t, visitor);
      const page = await visitor.openLink(path, 'lkm_nonsense');
      await page.getByRole('button', { name: button(t) }).waitFor();
      if (path === 'reset-password') {
        await page.getByLabel(t.resetPassword.password, { exact: true }).fill('tangerine violin glacier 77');
        await text(page, t.script.passwordAcceptable);
      }
      await lookAt(page);
      await press(page, button(t));
      await heading(page, t.invalid.title);
      await lookAt(page);

      const bare = await visitor.open(service.page(path));
      await heading(bare, t.missing.title);
      await lookAt(bare);
    };
  }

  looks[`the page accept-invitation is accessible and fits a phone, in each state, in ${name}`] = async (world) => {
    const { service, arrive } = world;
    const t = await phrasesOf(language);
    const { email } = await service.registerVerified();
    await service.invite(email);
    const { token } = await service.mailedLink(email, 'You are invited to an organization');
    const visitor = await arrive(phone);
    const page = await visitor.openLink('accept-invitation', token);
    const signIn = async (password) => {
      await page.getByLabel(t.acceptInvitation.identifier).fill(email);
      await page.getByLabel(t.acceptInvitation.password, { exact: true }).fill(password);
      await press(page, t.acceptInvitation.accept);
    };
    await page.getByRole('button', { name: t.acceptInvitation.create }).waitFor();
    await lookAt(page);
    await press(page, t.acceptInvitation.haveAccount);
    await heading(page, t.acceptInvitation.loginTitle);
    await lookAt(page);
    await press(page, t.acceptInvitation.forgotten);
    await heading(page, t.another.sentTitle);
    await lookAt(page);
    await press(page, t.cancelRegistration.back);
    await signIn('not the password');
    await text(page.getByRole('alert'), t.script.errors.AUTH_INVALID_CREDENTIALS);
    assert.ok(await page.getByRole('alert').evaluate(isInWindow), 'the error is visible');
    await lookAt(page);
    await press(page, t.cancelRegistration.back);
    await press(page, t.acceptInvitation.create);
    await heading(page, t.acceptInvitation.create);
    await lookAt(page);
    await page.getByLabel(t.acceptInvitation.username, { exact: true }).fill(service.stranger().username);
    await page.getByLabel(t.acceptInvitation.newPassword).fill('tangerine violin glacier 77');
    await press(page, t.acceptInvitation.createAndJoin);
    await text(page.getByRole('alert'), t.script.errors.AUTH_EMAIL_EXISTS);
    await lookAt(page);
    await press(page, t.acceptInvitation.logInInstead);
    await signIn(PASSWORD);
    await heading(page, t.acceptInvitation.acceptedTitle);
    await lookAt(page);
    await page.reload();
    await heading(page, t.already.title);
    await lookAt(page);

    const invalid = await visitor.openLink('accept-invitation', 'lkm_nonsense');
    await heading(invalid, t.invalid.title);
    await lookAt(invalid);
    const bare = await visitor.open(service.page('accept-invitation'));
    await heading(bare, t.missing.title);
    await lookAt(bare);
  };

  looks[`the page verify-email is accessible and fits a phone, in each state, in ${name}`] = async ({ service, arrive }) => {
    const t = await phrasesOf(language);
    const { email } = await service.register('en', undefined, { 'X-Device-Name': LONG_NAME });
    const visitor = await arrive(phone);
    const page = await visitor.followMail(email, 'Verify your email address');
    await page.getByRole('button', { name: t.verifyEmail.button }).waitFor();
    await lookAt(page);
    await press(page, t.cancelRegistration.choice);
    await heading(page, t.cancelRegistration.title);
    await lookAt(page);
    await press(page, t.cancelRegistration.button);
    await heading(page, t.cancelRegistration.doneTitle);
    await lookAt(page);

    const invalid = await visitor.openLink('verify-email', 'lkm_nonsense');
    await heading(invalid, t.invalid.title);
    await lookAt(invalid);
    await press(invalid, t.another.button);
    await text(invalid, t.script.refusedEmail);
    await lookAt(invalid);
    await invalid.getByLabel(t.another.email).fill('nobody@example.com');
    await press(invalid, t.another.button);
    await heading(invalid, t.another.sentTitle);
    await lookAt(invalid);
    const bare = await visitor.open(service.page('verify-email'));
    await heading(bare, t.missing.title);
    await lookAt(bare);
  };

  looks[`a result is accessible and fits a phone, and a page that is none, in ${name}`] = async ({ service, arrive }) => {
    const t = await phrasesOf(language);
    const { email } = await service.register();
    const visitor = await arrive({ ...phone, provokes: true });
    const page = await visitor.followMail(email, 'Verify your email address');
    await press(page, t.verifyEmail.button);
    await heading(page, t.verifyEmail.doneTitle);
    await text(page.getByRole('status'), email);
    assert.equal(await page.title(), `${t.verifyEmail.doneTitle} – Latchkey`);
    await lookAt(page);
    const none = await visitor.open(service.page('nothing'));
    await heading(none, t.notFound.title);
  };
}

for (const [language, name] of Object.entries(LANGUAGES)) {
  looks[`mails with names that do not end fit the narrowest phone, in ${name}`] = async ({ service, arrive }) => {
    const visitor = await arrive({ viewport: { width: 320, height: 640 } });
    const { subjects, mails } = await longMails(service, language);
    assert.deepEqual(new Set(mails.map(({ subject }) => subject)), new Set(subjects));
    const page = await visitor.open('about:blank');
    for (const { id, subject } of mails) {
      await page.goto(`${service.mailbox}/${id}/html`);
      const tooWide = await page.evaluate(() =>
        [document.documentElement, ...document.querySelectorAll('body *')]
          .filter(({ scrollWidth, clientWidth }) => clientWidth > 0 && scrollWidth > clientWidth)
          .map(({ outerHTML }) => outerHTML),
      );
      assert.deepEqual(tooWide, [], subject);
    }
  };
}

looks['the button that shows a password covers nothing of its field, however large the text'] = async ({ arrive }) => {
  const visitor = await arrive({ ...PHONE, locale: 'de' });
  const page = await visitor.openLink('reset-password', 'lkm_nonsense');
  const t = await phrasesOf('de');
  const field = page.getByLabel(t.resetPassword.password, { exact: true });
  const toggle = page.getByRole('button', { name: t.password.label });
  for (const size of [100, 200]) {
    await page.evaluate((percent) => (document.documentElement.style.fontSize = `${percent}%`), size);
    const [input, button] = [await field.boundingBox(), await toggle.boundingBox()];
    const beside = button.x >= input.x + input.width;
    const below = button.y >= input.y + input.height;
    assert.ok(beside || below, `at ${size} %`);
    await lookAt(page);
  }
};

looks['the mailbox and a mail are accessible and fit a phone'] = async ({ service, arrive }) => {
  const { email } = await service.register();
  const visitor = await arrive({ ...PHONE, provokes: true });
  const mail = await visitor.openMail(email, 'Verify your email address');
  await mail.getByText('Source', { exact: true }).click();
  await lookAt(mail);
  await lookAt(await visitor.open(service.mailbox));
  const none = await visitor.open(`${service.mailbox}/nothing`);
  await none.getByRole('link', { name: 'Go to the mailbox' }).click();
  await heading(none, 'Mailbox');
};

// A password that anybody guesses, and one that anybody guesses who knows its owner.
async function refusedPasswords(t, visitor) {
  const { username, email } = await visitor.service.registerVerified();
  await visitor.service.requestPasswordReset(email);
  const { token } = await visitor.service.mailedLink(email, 'Choose a new password');
  const page = await visitor.openLink('reset-password', token);
  const field = page.getByLabel(t.resetPassword.password, { exact: true });
  await field.fill('password');
  await page.getByRole('meter').waitFor({ state: 'attached' });
  assert.equal(await page.locator('.bars > .on').count(), 1, 'the weakest password fills one bar');
  if ((await page.locator('html').getAttribute('lang')) !== 'en') {
    assert.equal(await page.locator('#judgement [lang="en"]').count(), 0, 'no text is in English');
  }
  await lookAt(page);
  await press(page, t.resetPassword.button);
  await text(page, t.script.refusedPassword);
  await lookAt(page);
  await field.fill(username);
  await press(page, t.resetPassword.button);
  await text(page, t.script.refusedForOwner);
  await lookAt(page);
}

const isInWindow = (element) => {
  const { top, bottom } = element.getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight;
};
