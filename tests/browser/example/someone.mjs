// What people do at the example again and again.

import assert from 'node:assert/strict';
import { PASSWORD } from '../service.mjs';
import { heading, press } from '../visitor.mjs';

// Fills fields by their labels.
export async function fill(page, fields) {
  for (const [label, value] of Object.entries(fields)) {
    await page.getByLabel(label, { exact: true }).fill(value);
  }
}

export async function logIn(page, { username }, password = PASSWORD) {
  await fill(page, { 'Email address or username': username, Password: password });
  await press(page, 'Log in');
}

export const hello = (page, { username }) => heading(page, `Hello, ${username}`);

// Somebody's page, after they logged in there.
export async function signedIn(visitor, person, path = '/') {
  const page = await visitor.open(path);
  await logIn(page, person);
  await page.getByRole('button', { name: 'Log out', exact: true }).waitFor();
  if (path === '/') await hello(page, person);
  return page;
}

export const go = (page, name) => page.getByRole('link', { name, exact: true }).click();

export const dialog = (page) => page.getByRole('dialog');

// Presses a button that asks first, and answers with another.
export async function confirm(page, button, answer) {
  await press(page, button);
  await press(dialog(page), answer);
}

// The rows of a list: `.filter({ hasText })` finds one.
export const rows = (page, list) => page.getByRole('list', { name: list, exact: true }).getByRole('listitem');

// What the page says was done.
export const said = (page, words) => page.getByRole('status').getByText(words).waitFor();

// The requests of a browser for one of the service's fields, as they go out; or, with 'requestfinished', as their answers
// come in.
export function asked(context, field, event = 'request') {
  const found = [];
  context.on(event, (request) => {
    if (rootField(request) === field) found.push(request);
  });
  return found;
}

// Of a request to the service: the first field that it asks for.
export function rootField(request) {
  if (!request.url().endsWith('/graphql') || request.method() !== 'POST') return null;
  return /\{\s*(\w+)/.exec(request.postDataJSON()?.query ?? '')?.[1] ?? null;
}

// The service refuses what asks for this field first; returns what makes it answer again.
export async function refuse(page, field, code) {
  const errors = [{ message: code, extensions: { code } }];
  await page.route('**/graphql', (route) =>
    rootField(route.request()) === field ? route.fulfill({ json: { data: null, errors } }) : route.fallback(),
  );
  return () => page.unrouteAll();
}

// Looks at the page again, as who comes back to its tab does: it asks who one is.
export const focus = (page) => page.evaluate(() => dispatchEvent(new Event('focus')));

// An hour passes for all tabs of a browser, whose clock was installed, and all are looked at again: each learns who one is.
export async function anHourLater(context, tabs) {
  const isMe = (response) => rootField(response.request()) === 'me';
  const answers = Promise.all(tabs.map((tab) => tab.waitForResponse(isMe)));
  await context.clock.fastForward(3_600_000);
  await Promise.all(tabs.map(focus));
  for (const answer of await answers) assert.ok((await answer.json()).data.me);
}
