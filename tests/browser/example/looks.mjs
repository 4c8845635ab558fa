// Accessibility of each page of the app: with axe-core, light and dark, on a phone and on a desktop; and use with only the
// keyboard.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { lookAt, PHONE } from '../accessibility.mjs';
import { PASSWORD } from '../service.mjs';
import { heading, press, text } from '../visitor.mjs';
import { dialog, fill, go, hello, logIn, rows, said, signedIn } from './steps.mjs';

const DESK = { viewport: { width: 1280, height: 800 } };
const WINDOWS = { 'a phone': PHONE, 'a desk': DESK };

const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
  'Version/26.1 Mobile/15E148 Safari/604.1';

const SIGNED_OUT = {
  '/': 'Log in',
  '/register': 'Register',
  '/check-mail': 'Check your email',
  '/forgotten-password': 'Forgot your password?',
  '/verify-email': 'Please open the link in your mail',
  '/accept-invitation': 'Please open the link in your mail',
};

const SIGNED_IN = {
  '/': /^Hello/,
  '/sessions': 'Devices and sessions',
  '/security': 'Security',
  '/activity': 'Recent activity',
  '/organizations': 'Organizations',
  '/delete-account': 'Delete account',
  '/nowhere': 'This page does not exist',
};

const LINKS = {
  'reset-password': 'Set the new password',
  'confirm-email': 'Confirm my new address',
  'secure-account': 'Secure my account',
};

const isLoaded = async (page, name) => {
  await page.getByRole('heading', { level: 1, name, exact: typeof name === 'string' }).waitFor();
  await page.locator('.loading').waitFor({ state: 'detached' });
};

export const looks = {};
for (const [where, window] of Object.entries(WINDOWS)) {
  Object.assign(looks, {
    [`before a login, every page is accessible and fits ${where}`]: async ({ arrive }) => {
      const visitor = await arrive(window);
      for (const [path, name] of Object.entries(SIGNED_OUT)) {
        const page = await visitor.open(path);
        await isLoaded(page, name);
        await lookAt(page);
      }
    },

    [`after a login, every page is accessible and fits ${where}`]: async ({ service, arrive }) => {
      const person = await service.registerVerified();
      await service.invite(person.email);
      const visitor = await arrive(window);
      const page = await signedIn(visitor, person);
      for (const [path, name] of Object.entries(SIGNED_IN)) {
        await page.goto(path);
        await isLoaded(page, name);
        await lookAt(page);
      }
      await page.goto('/organizations');
      await press(page, /^Accept the invitation to/);
      await rows(page, 'Your organizations').getByRole('link', { name: 'Harbour' }).click();
      await heading(page, /^Harbour/);
      await text(page, '2 members');
      await fill(page.getByRole('form', { name: 'Invite somebody' }), { 'Email address': 'somebody@example.com' });
      await press(page, 'Invite');
      await said(page, 'has been invited.');
      await lookAt(page);
    },

    [`the pages behind mailed links are accessible and fit ${where}`]: async ({ arrive }) => {
      const visitor = await arrive(window);
      for (const [path, button] of Object.entries(LINKS)) {
        const page = await visitor.open(`/${path}#token=lkm_nonsense`);
        await page.getByRole('button', { name: button, exact: true }).waitFor();
        await lookAt(page);
        if (path === 'reset-password') await fill(page, { 'New password': 'tangerine violin glacier 77' });
        await press(page, button);
        await heading(page, 'This link does not work any more');
        await lookAt(page);
      }
    },

    [`the page that shows who registered is accessible and fits ${where}`]: async ({ service, arrive }) => {
      const headers = { 'X-Device-Name': 'A_phone_whose_name_is_as_long_as_a_name_may_be'.padEnd(100, 'x') };
      const { email } = await service.register('en', undefined, headers);
      const visitor = await arrive(window);
      const page = await visitor.followMail(email, 'Verify your email address');
      await page.getByRole('button', { name: 'Verify my address', exact: true }).waitFor();
      await lookAt(page);
      await press(page, 'I did not register');
      await dialog(page).waitFor();
      await lookAt(page);
      await press(dialog(page), 'Delete the account');
      await heading(page, 'The account is deleted');
      await lookAt(page);
      const invalid = await visitor.open('/verify-email#token=lkm_nonsense');
      await heading(invalid, 'This link does not work any more');
      await lookAt(invalid);
    },

    [`errors, questions and messages are accessible and fit ${where}`]: async ({ service, arrive }) => {
      const person = await service.registerVerified();
      const page = await (await arrive(window)).open('/');
      await logIn(page, person, 'not the password');
      await page.getByRole('alert').waitFor();
      await lookAt(page);
      await go(page, 'Register');
      await fill(page, { 'Email address': 'nobody', Username: 'a b', Password: 'short' });
      await text(page, 'It is too short.');
      await press(page, 'Register');
      await page.locator('[aria-invalid="true"]').first().waitFor();
      await lookAt(page);
      await go(page, 'Log in');
      await logIn(page, person);
      await go(page, 'Devices');
      await press(page, 'Log out everywhere');
      await dialog(page).waitFor();
      await lookAt(page);
      await press(dialog(page), 'Cancel');
      await go(page, 'Profile');
      await press(page, 'Save profile');
      await said(page, 'Your profile is saved.');
      await lookAt(page);
    },
  });
}

Object.assign(looks, {
  'links in sentences are high enough for a finger': async ({ service, arrive }) => {
    const [person, unverified] = [await service.registerVerified(), await service.register()];
    await service.invite(person.email);
    const visitor = await arrive(PHONE);
    const page = await visitor.open('/');
    for (const path of ['/', '/register', '/check-mail', '/forgotten-password']) {
      await page.goto(path);
      await isLoaded(page, SIGNED_OUT[path]);
      await isHigh(page);
    }
    await page.goto('/');
    await logIn(page, unverified);
    await page.getByRole('button', { name: 'Correct it' }).waitFor();
    await isHigh(page);
    await press(page, 'Log out');
    await heading(page, 'Log in');
    await logIn(page, person);
    await page.getByRole('link', { name: 'Accept or decline the invitation' }).waitFor();
    await isHigh(page);
  },

  'the navigation is neither hidden nor too wide, with text of any size': async ({ service, arrive }) => {
    const page = await signedIn(await arrive(PHONE), await service.registerVerified(), '/organizations');
    for (const size of ['100%', '200%']) {
      await page.evaluate((size) => (document.documentElement.style.fontSize = size), size);
      const outside = await page.evaluate(() => {
        const { left, right } = document.querySelector('main').getBoundingClientRect();
        const places = [...document.querySelectorAll('nav li a')];
        return places.map((link) => [link.textContent, link.getBoundingClientRect()]).filter(([, box]) => {
          return box.left < left || box.right > right;
        });
      });
      assert.deepEqual(outside, [], size);
    }
  },

  'a message covers nothing at the end of a page': async ({ service, arrive }) => {
    const page = await signedIn(await arrive(PHONE), await service.registerVerified(), '/organizations');
    const name = 'An organization whose name is so long that it needs lines';
    await fill(page.getByRole('form', { name: 'New organization' }), { Name: name });
    await press(page, 'Create organization');
    await said(page, `${name} was created.`);
    await page.getByRole('button', { name: 'Leave this organization' }).waitFor();
    const [last, toast] = await page.evaluate(() => {
      scrollTo(0, document.documentElement.scrollHeight);
      const box = (selector) => document.querySelector(selector).getBoundingClientRect();
      return [box('main').bottom, box('.toast p').top];
    });
    assert.ok(last <= toast, `${last} is below ${toast}`);
  },

  'dates have the format of the browser’s language': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    for (const locale of ['de-DE', 'en-US']) {
      const page = await signedIn(await arrive({ locale }), person);
      const today = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(new Date());
      await page.getByText(today, { exact: true }).waitFor();
    }
  },

  'login, navigation, a question and logout work with only the keyboard': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const page = await (await arrive(DESK)).open('/');
    const { keyboard } = page;
    await heading(page, 'Log in');
    await tabTo(page, page.getByRole('link', { name: 'Skip to the content' }));
    await keyboard.press('Enter');
    assert.equal(await focused(page), 'Log in'); // the heading
    await tabTo(page, page.getByLabel('Email address or username'));
    await keyboard.type(person.username);
    await tabTo(page, page.getByLabel('Password', { exact: true }));
    await keyboard.type(PASSWORD);
    await tabTo(page, page.getByRole('button', { name: 'Show password' }));
    await keyboard.press('Space');
    assert.equal(await page.getByLabel('Password', { exact: true }).getAttribute('type'), 'text');
    await tabTo(page, page.getByRole('button', { name: 'Log in', exact: true }));
    await keyboard.press('Enter');
    await hello(page, person);

    await tabTo(page, page.getByRole('link', { name: 'Devices' }));
    await keyboard.press('Enter');
    await heading(page, 'Devices and sessions');
    assert.equal(await focused(page), 'Devices and sessions'); // a screen reader announces the new page
    await text(page, '1 session');
    const everywhere = page.getByRole('button', { name: 'Log out everywhere' }).first();
    await tabTo(page, everywhere);
    await keyboard.press('Enter');
    await dialog(page).waitFor();
    await keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'detached' });
    assert.ok(await everywhere.evaluate((element) => element === document.activeElement));
    await keyboard.press('Enter');
    await tabTo(page, dialog(page).getByRole('button', { name: 'Log out everywhere' }));
    await keyboard.press('Enter');
    await heading(page, 'Log in');
  },

  'the screenshot for the README can be taken': async ({ service, arrive }) => {
    const name = `ada${Date.now().toString(36)}`;
    const ada = { username: name, email: `${name}@example.com` };
    await service.register('en', { ...ada, displayName: 'Ada Lovelace' });
    await service.verify(ada.email);
    const phone = await arrive({ ...PHONE, userAgent: IPHONE });
    await signedIn(phone, ada, '/sessions');
    const visitor = await arrive({ ...DESK, deviceScaleFactor: 1.5 });
    const page = await signedIn(visitor, ada, '/sessions');
    await text(page, '2 sessions');
    await page.evaluate(() => document.activeElement?.blur());
    const picture = await page.screenshot({ animations: 'disabled' });
    assert.ok(picture.length > 20_000);
    if (process.env.SCREENSHOT) await writeFile(process.env.SCREENSHOT, picture);
  },
});

const focused = (page) => page.evaluate(() => document.activeElement?.textContent);

async function isHigh(page) {
  const small = await page.evaluate(() =>
    [...document.querySelectorAll('main a, main button')]
      .map((target) => [target.textContent, target.getBoundingClientRect().height])
      .filter(([, height]) => height < 43.5),
  );
  assert.deepEqual(small, [], page.url());
}

// Moves the focus to an element with the Tab key; asserts that the focus is visible.
async function tabTo(page, locator) {
  for (let steps = 0; steps < 30; steps += 1) {
    await page.keyboard.press('Tab');
    const outline = await locator.evaluate((element) =>
      element === document.activeElement ? getComputedStyle(element).outlineStyle : null,
    );
    if (outline === null) continue;
    assert.notEqual(outline, 'none', `the focus is visible on ${locator}`);
    return;
  }
  throw new Error(`the Tab key does not reach ${locator}`);
}
