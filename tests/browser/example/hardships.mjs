// What life does to a page that somebody is signed in to: nobody is signed out by it, unless somebody meant to.

import assert from 'node:assert/strict';
import { until } from '../../attacks/patience.mjs';
import { PASSWORD } from '../service.mjs';
import { heading, holdBack, press, text, topOf } from '../visitor.mjs';
import { anHourLater, asked, fill, focus, go, hello, logIn, rootField, rows, said, signedIn } from './someone.mjs';
import { isDistinct, isSignedIn, withTabs } from './tabs.mjs';

const DAY = 86_400_000;
const NO_CONNECTION = 'No connection. You stay logged in.';

export const hardships = {
  'three tabs that ask at the moment of expiry make one refresh, and nobody is signed out': async (world) => {
    const { context, tabs } = await withTabs(world, ['/', '/sessions', '/activity']);
    const refreshes = asked(context, 'refresh');
    await anHourLater(context, tabs);
    assert.equal(refreshes.length, 1);
    await Promise.all(tabs.map(isSignedIn));
  },

  'a laptop that wakes after two days goes on where it was': async (world) => {
    const { context, person, tabs } = await withTabs(world, ['/sessions', '/'], { provokes: true });
    const refreshes = asked(context, 'refresh', 'requestfinished');
    await context.setOffline(true); // the lid is closed, and the network is slower to wake than the page
    await context.clock.fastForward(2 * DAY);
    for (const tab of tabs) {
      await focus(tab);
      await text(tab, NO_CONNECTION);
    }
    await context.setOffline(false);
    for (const tab of tabs) await until('a connection', async () => (await tab.getByText(NO_CONNECTION).count()) === 0);
    await hello(tabs[1], person);
    await text(tabs[0], '1 session');
    await press(tabs[0], 'Log out'); // what needs an access token works
    await text(tabs[0], 'You are logged out.');
    await until('a refresh', () => refreshes.length > 0); // the browser tells of a request a moment later
    isDistinct(refreshes);
  },

  'a session that is revoked from another browser: the page says so, and why': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const lost = await signedIn(await arrive(), person, '/organizations');
    const page = await signedIn(await arrive(), person, '/sessions');
    await rows(page, 'Sessions').filter({ hasNotText: 'This device' }).getByRole('button').click();
    await said(page, /has ended\.$/);
    await focus(lost);
    await heading(lost, 'Log in');
    await text(lost, 'This session was ended from another device on');
    await text(lost, 'If that was not you, change your password.');
    await logIn(lost, person);
    await heading(lost, 'Organizations');
  },

  'a changed password is the reason that other browsers are told': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const page = await signedIn(await arrive(), person);
    const visitor = await arrive();
    await visitor.open('/');
    await service.requestPasswordReset(person.email);
    const link = await visitor.followMail(person.email, 'Choose a new password');
    await link.getByLabel('New password', { exact: true }).fill('tangerine violin glacier 77');
    await press(link, 'Set the new password');
    await heading(link, 'Your password is changed');
    await focus(page);
    await text(page, 'This session ended because your password was reset');
  },

  'what a mailed link did is still told when it has ended a session of its browser': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const visitor = await arrive();
    const page = await signedIn(visitor, person);
    await service.requestPasswordReset(person.email);
    const link = await visitor.followMail(person.email, 'Choose a new password');
    await link.getByLabel('New password', { exact: true }).fill('tangerine violin glacier 77');
    await press(link, 'Set the new password');
    await heading(link, 'Your password is changed');
    await link.evaluate(() => {
      globalThis.heard = new Promise((resolve) => (new BroadcastChannel('heard').onmessage = resolve));
    });
    await focus(page);
    await text(page, 'This session ended because your password was reset');
    await page.evaluate(() => new BroadcastChannel('heard').postMessage(''));
    await link.evaluate(() => globalThis.heard.then(() => null)); // and so of the end, which was told before
    await heading(link, 'Your password is changed');
  },

  'the network is gone for a minute: the page stays, says so, and goes on by itself': async (world) => {
    const { context, person, tabs } = await withTabs(world, ['/'], { provokes: true });
    const [page] = tabs;
    await context.setOffline(true);
    await text(page, NO_CONNECTION);
    await go(page, 'Security'); // what is there already works
    await heading(page, 'Security');
    await go(page, 'Activity');
    await text(page, 'The service could not be reached.');
    await context.clock.runFor(60_000);
    await text(page, NO_CONNECTION);
    await context.setOffline(false);
    await text(page, 'Logged in');
    await until('a connection', async () => (await page.getByText(NO_CONNECTION).count()) === 0);
    await go(page, 'Profile');
    await hello(page, person);
  },

  'the service is down for a minute, as a proxy says it: nobody is signed out': async (world) => {
    const { context, person, tabs } = await withTabs(world, ['/'], { provokes: true });
    const [page] = tabs;
    await context.route('**/graphql', async (route) => {
      // It is up once the button is pressed, not before: the page also tries again by itself, and that would remove the button.
      const isUp = await page.evaluate(() => globalThis.isPressed).catch(() => false); // the page is being reloaded
      if (isUp) return route.continue();
      return route.fulfill({ status: 502, body: '<h1>Bad gateway</h1>' });
    });
    await context.clock.fastForward(60_000);
    await page.reload();
    await text(page, /The service (could not be reached|is not available)/);
    await page.evaluate(() => {
      const note = ({ target }) => (globalThis.isPressed ||= target.closest('button')?.textContent === 'Try again');
      addEventListener('click', note, { capture: true });
    });
    await press(page, 'Try again');
    await hello(page, person);
  },

  'a logout without a network holds here, and nothing brings the session back': async (world) => {
    const { context, tabs } = await withTabs(world, ['/', '/sessions'], { provokes: true });
    await context.setOffline(true);
    await press(tabs[0], 'Log out');
    for (const tab of tabs) await heading(tab, 'Log in');
    await context.setOffline(false);
    await tabs[1].reload();
    await heading(tabs[1], 'Log in');
  },

  'one logs in, in another tab, too, and another person’s page shows nothing of the last one’s': async ({
    service,
    arrive,
  }) => {
    const [ada, bob] = [await service.registerVerified(), await service.registerVerified()];
    const visitor = await arrive();
    const first = await visitor.open('/');
    const second = await visitor.open('/');
    await logIn(first, ada);
    await hello(second, ada);
    await press(second, 'Log out');
    await text(first, 'You are logged out.');
    await logIn(first, bob);
    await hello(second, bob);
    assert.equal(await second.getByText(ada.email).count(), 0);
  },

  'a click that meets a slow service counts once': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const visitor = await arrive();
    const page = await signedIn(visitor, person);
    const updates = asked(visitor.context, 'updateProfile');
    const letGo = await holdBack(page, (request) => rootField(request) === 'updateProfile');
    const save = page.getByRole('button', { name: 'Save profile' });
    await save.dblclick();
    await page.getByLabel('Username').press('Enter');
    letGo();
    await said(page, 'Your profile is saved.');
    assert.equal(updates.length, 1);
  },

  'the button below a new password does not move away from the mouse': async ({ arrive }) => {
    const visitor = await arrive();
    const page = await visitor.open('/');
    const letGo = await holdBack(page, (request) => rootField(request) === 'passwordPolicy');
    await go(page, 'Register');
    await text(page, /^At least … characters/);
    const top = await topOf(page, 'Register');
    letGo();
    await text(page, /^At least \d+ characters/);
    assert.equal(await topOf(page, 'Register'), top);
    await fill(page, { Password: PASSWORD });
    await text(page, 'Strong.');
    assert.equal(await topOf(page, 'Register'), top);
  },
};
