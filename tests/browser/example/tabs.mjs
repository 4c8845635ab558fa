// Several tabs of one browser, which share a session.

import assert from 'node:assert/strict';
import { signedIn } from './someone.mjs';

// Somebody with these tabs, whose clock can be moved.
export async function withTabs({ service, arrive }, paths, options) {
  const person = await service.registerVerified();
  const visitor = await arrive(options);
  await visitor.context.clock.install();
  const first = await signedIn(visitor, person, paths[0]);
  const others = await Promise.all(paths.slice(1).map((path) => visitor.open(path)));
  const tabs = [first, ...others];
  await Promise.all(tabs.map(isSignedIn));
  return { person, visitor, context: visitor.context, tabs };
}

export const isSignedIn = (page) => page.getByRole('navigation', { name: 'Account' }).waitFor();

// The tokens that were exchanged.
export const exchanged = (refreshes) => refreshes.map((request) => request.postDataJSON().variables.input.refreshToken);

// None of them twice, though all tabs hold the same.
export function isDistinct(refreshes) {
  const tokens = exchanged(refreshes);
  assert.ok(tokens.length > 0);
  assert.ok(tokens.every((token) => token?.startsWith('lkr_')));
  assert.equal(new Set(tokens).size, tokens.length, 'a refresh token was sent twice');
}
