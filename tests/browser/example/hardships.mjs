// Lost networks, sleeping machines and other hardships: nobody is signed out by them.

import assert from 'node:assert/strict';
import { until } from '../../async.mjs';
import { PASSWORD } from '../service.mjs';
import { heading, holdBack, press, text, topOf } from '../visitor.mjs';
import { anHourLater, asked, fill, focus, go, hello, logIn, rootField, rows, said, signedIn } from './steps.mjs';
import { isDistinct, isSignedIn, withTabs } from './tabs.mjs';

const DAY = 86_400_000;
const NO_CONNECTION = 'No connection. You stay logged in.';

export const hardships = {
  'requests of three tabs at expiry cause one refresh, and nobody is signed out': async (world) => {
    const { context, tabs } = await withTabs(world, ['/', '/sessions', '/activity']);
    const refreshes = asked(context, 'refresh');
    await anHourLater(context, tabs);
    assert.equal(refreshes.length, 1);
    await Promise.all(tabs.map(isSignedIn));
  },

  'a laptop that wakes up after two days is still signed in': async (world) => {
    const { context, person, tabs } = await withTabs(world, ['/sessions', '/'], { provokes: true });
    const refreshes = asked(context, 'refresh', 'requestfinished');
    await context.setOffline(true); // the lid is closed, and the network wakes up later than the page
    await context.clock.fastForward(2 * DAY);
    for (const tab of tabs) {
      await focus(tab);
      await text(tab, NO_CONNECTION);
    }
    await context.setOffline(false);
    for (const tab of tabs) await until('a connection', async () => (await tab.getByText(NO_CONNECTION).count()) === 0);
    await hello(tabs[1], person);
    await text(tabs[0], '1 session');
    await press(tabs[0], 'Log out'); // which needs an access token
    await text(tabs[0], 'You are logged out.');
    await until('a refresh', () => refreshes.length > 0); // the browser reports a request a moment later
    isDistinct(refreshes);
  },

  'if the session is revoked from another browser, the page shows the reason': async ({ service, arrive }) => {
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

  'other browsers show a changed password as the reason': async ({ service, arrive }) => {
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

  'the result of a mailed link is still shown if it ended a session of its browser': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const visitor = await arrive();
    const page = await signedIn(visitor, person);
    await service.requestPasswordReset(person.email);
    const link = await visitor.followMail(person.email, 'Choose a new password');
    await link.getByLabel('New password', { exact: true }).fill('tangerine violin glacier 77');
    await press(link, 'Set the new password');
    await heading(link, 'Your password is changed');
    await link.evaluate(() => {
      globalThis.received = new Promise((resolve) => (new BroadcastChannel('received').onmessage = resolve));
    });
    await focus(page);
    await text(page, 'This session ended because your password was reset');
    await page.evaluate(() => new BroadcastChannel('received').postMessage(''));
    await link.evaluate(() => globalThis.received.then(() => null)); // and the end of the session, which was reported before
    await heading(link, 'Your password is changed');
  },

  'without a network for a minute, the page says so, and then continues by itself': async (world) => {
    const { context, person, tabs } = await withTabs(world, ['/'], { provokes: true });
    const [page] = tabs;
    await context.setOffline(true);
    await text(page, NO_CONNECTION);
    await go(page, 'Security'); // pages that are loaded already work
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

  'if a proxy reports that the service is down, nobody is signed out': async (world) => {
    const { context, person, tabs } = await withTabs(world, ['/'], { provokes: true });
    const [page] = tabs;
    await context.route('**/graphql', async (route) => {
      // The service is up when the button is pressed, not before: the page also retries by itself, which would remove the button.
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

  'a logout without a network signs out here for good': async (world) => {
    const { context, tabs } = await withTabs(world, ['/', '/sessions'], { provokes: true });
    await context.setOffline(true);
    await press(tabs[0], 'Log out');
    for (const tab of tabs) await heading(tab, 'Log in');
    await context.setOffline(false);
    await tabs[1].reload();
    await heading(tabs[1], 'Log in');
  },

  'after a login as another person, also in another tab, no data of the previous person are shown': async ({
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

  'repeated clicks while the service is slow send one request': async ({ service, arrive }) => {
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
