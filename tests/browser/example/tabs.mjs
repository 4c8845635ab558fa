// Several tabs of one browser that share a session.

import assert from 'node:assert/strict';
import { signedIn } from './steps.mjs';

// Opens tabs of one person, with a clock that can be moved.
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

// Returns the refresh tokens that were sent.
export const exchanged = (refreshes) => refreshes.map((request) => request.postDataJSON().variables.input.refreshToken);

// Asserts that no refresh token was sent twice, although all tabs have the same.
export function isDistinct(refreshes) {
  const tokens = exchanged(refreshes);
  assert.ok(tokens.length > 0);
  assert.ok(tokens.every((token) => token?.startsWith('lkr_')));
  assert.equal(new Set(tokens).size, tokens.length, 'a refresh token was sent twice');
}
