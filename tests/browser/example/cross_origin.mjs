// The example at another origin than the service, in cookie mode.

import assert from 'node:assert/strict';
import { until } from '../../async.mjs';
import { heading, press, text } from '../visitor.mjs';
import { anHourLater, asked, confirm, go, hello, logIn, rootField, signedIn } from './steps.mjs';

const kept = (page) => page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie);

async function someone({ service, arrive }, options) {
  const person = await service.registerVerified();
  const visitor = await arrive(options);
  return { person, visitor, page: await signedIn(visitor, person) };
}

export const crossOriginTests = {
  'at another origin, a user stays signed in after a reload, and no script can read a refresh token': async (world) => {
    const { person, visitor, page } = await someone(world);
    await page.reload();
    await hello(page, person);
    assert.ok(!/lkr_|eyJ/.test(await kept(page)));
    const [cookie] = await visitor.context.cookies(world.service.url);
    assert.match(cookie.value, /^lkr_/);
    assert.deepEqual([cookie.httpOnly, cookie.sameSite], [true, 'Strict']);
  },

  'at another origin, three tabs with an expiring token share one refresh': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const visitor = await arrive();
    await visitor.context.clock.install();
    const first = await signedIn(visitor, person);
    const tabs = [first, await visitor.open('/'), await visitor.open('/')];
    for (const tab of tabs) await hello(tab, person);
    const refreshes = asked(visitor.context, 'refresh');
    await anHourLater(visitor.context, tabs);
    assert.equal(refreshes.length, 1);
  },

  'at another origin, the page says if the service is down at the start, and signs in when it is back': async (world) => {
    const { person, page } = await someone(world, { provokes: true });
    await page.route('**/graphql', (route) => route.abort());
    await page.reload();
    await text(page, 'The service could not be reached.');
    await page.getByRole('button', { name: 'Try again' }).waitFor();
    await page.unrouteAll();
    await hello(page, person); // without user input
  },

  'at another origin, a logout removes the cookie, and the reason of another end is shown after a reload': async (world) => {
    const { person, visitor, page } = await someone(world);
    await press(page, 'Log out');
    await text(page, 'You are logged out.');
    await until('no cookie', async () => (await visitor.context.cookies(world.service.url)).length === 0);
    await page.reload();
    await heading(page, 'Log in');

    await logIn(page, person);
    await hello(page, person);
    const other = await signedIn(await world.arrive(), person, '/sessions');
    await confirm(other, 'End all other sessions', 'End all others');
    await text(other, '1 session');
    await page.reload();
    await text(page, 'This session was ended from another device on');
  },

  'at another origin, a logout without a network is sent before anybody is signed in again': async (world) => {
    const { service } = world;
    const { person, page } = await someone(world, { provokes: true });
    const witness = await service.login(person.username);
    await page.route('**/graphql', (route) => route.abort());
    await press(page, 'Log out');
    await heading(page, 'Log in');
    assert.equal(await service.openSessions(witness), 2);
    await page.reload(); // still without a network, or the logout might be sent before the reload
    await heading(page, 'Log in');
    const gone = page.waitForResponse((response) => rootField(response.request()) === 'logout');
    await page.unrouteAll();
    await gone;
    await heading(page, 'Log in');
    assert.equal(await service.openSessions(witness), 1);
    await go(page, 'Register');
    await heading(page, 'Register');
  },
};
