// Access tokens that expire within seconds.

import assert from 'node:assert/strict';
import { until } from '../../async.mjs';
import { heading, text } from '../visitor.mjs';
import { asked, confirm, focus, go, hello, rootField, signedIn } from './steps.mjs';
import { exchanged, isDistinct, isSignedIn, withTabs } from './tabs.mjs';

// Tabs refresh after half of the lifetime, so everything here happens within seconds.
export const ACCESS_TOKEN_TTL = '10s';

export const expiries = {
  'three tabs with an expiring access token share each refresh': async (world) => {
    const { context, tabs } = await withTabs(world, ['/', '/sessions', '/activity']);
    const refreshes = asked(context, 'refresh');
    await until('three refreshes', () => refreshes.length >= 3);
    isDistinct(refreshes);
    await Promise.all(tabs.map(focus));
    await Promise.all(tabs.map(isSignedIn));
    await go(tabs[1], 'Profile');
    await heading(tabs[1], /^Hello/);
  },

  'a refresh whose response is lost after the rotation is repeated': async (world) => {
    const { context, person, tabs } = await withTabs(world, ['/'], { provokes: true });
    const [page] = tabs;
    let lost = 0;
    await context.route('**/graphql', async (route) => {
      if (rootField(route.request()) !== 'refresh' || lost > 0) return route.fallback();
      const answer = await route.fetch();
      assert.ok((await answer.json()).data.refresh.token.refreshToken); // the server has rotated
      lost += 1;
      return route.abort('connectionreset');
    });
    const refreshes = asked(context, 'refresh');
    await until('a second try', () => refreshes.length >= 2);
    assert.equal(lost, 1);
    const [first, second] = exchanged(refreshes);
    assert.equal(first, second);
    await until('the next rotation', () => refreshes.length >= 3);
    assert.notEqual(exchanged(refreshes)[2], first);
    await page.reload();
    await hello(page, person);
  },

  'after lost responses to all refreshes, a reload is still signed in': async (world) => {
    const { context, person, tabs } = await withTabs(world, ['/'], { provokes: true });
    const [page] = tabs;
    let lost = 0;
    await context.route('**/graphql', async (route) => {
      if (rootField(route.request()) !== 'refresh') return route.fallback();
      await route.fetch();
      lost += 1;
      return route.abort('connectionreset');
    });
    await until('lost answers', () => lost >= 2);
    await page.reload();
    await context.unrouteAll({ behavior: 'ignoreErrors' });
    await context.clock.fastForward(60_000);
    await focus(page);
    await hello(page, person);
  },

  'every tab of a revoked session shows it, without user input': async (world) => {
    const { person, tabs } = await withTabs(world, ['/', '/sessions', '/activity']);
    const other = await signedIn(await world.arrive(), person, '/sessions');
    await confirm(other, 'End all other sessions', 'End all others');
    for (const tab of tabs) await text(tab, 'This session was ended from another device on');
  },
};
