// Common steps of the tests of the example.

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

// Logs a person in; returns the page.
export async function signedIn(visitor, person, path = '/') {
  const page = await visitor.open(path);
  await logIn(page, person);
  await page.getByRole('button', { name: 'Log out', exact: true }).waitFor();
  if (path === '/') await hello(page, person);
  return page;
}

export const go = (page, name) => page.getByRole('link', { name, exact: true }).click();

export const dialog = (page) => page.getByRole('dialog');

// Presses a button that asks for confirmation, and then the button that confirms.
export async function confirm(page, button, answer) {
  await press(page, button);
  await press(dialog(page), answer);
}

// Returns the rows of a list: `.filter({ hasText })` finds one.
export const rows = (page, list) => page.getByRole('list', { name: list, exact: true }).getByRole('listitem');

// Waits for a message of the page.
export const said = (page, words) => page.getByRole('status').getByText(words).waitFor();

// Records the requests of a browser for one of the service's fields when they are sent; with 'requestfinished', when their
// responses arrive.
export function asked(context, field, event = 'request') {
  const requests = [];
  context.on(event, (request) => {
    if (rootField(request) === field) requests.push(request);
  });
  return requests;
}

// Returns the first field of a request to the service.
export function rootField(request) {
  if (!request.url().endsWith('/graphql') || request.method() !== 'POST') return null;
  return /\{\s*(\w+)/.exec(request.postDataJSON()?.query ?? '')?.[1] ?? null;
}

// Makes the service refuse requests for this field, with more extensions if they are given; returns the function that ends this.
export async function refuse(page, field, code, more = {}) {
  const errors = [{ message: code, extensions: { code, ...more } }];
  await page.route('**/graphql', (route) =>
    rootField(route.request()) === field ? route.fulfill({ json: { data: null, errors } }) : route.fallback(),
  );
  return () => page.unrouteAll();
}

// Returns to the tab of the page, which then loads the user again.
export const focus = (page) => page.evaluate(() => dispatchEvent(new Event('focus')));

// Lets an hour pass for all tabs of a browser with an installed clock, and returns to each of them.
export async function anHourLater(context, tabs) {
  const isMe = (response) => rootField(response.request()) === 'me';
  const answers = Promise.all(tabs.map((tab) => tab.waitForResponse(isMe)));
  await context.clock.fastForward(3_600_000);
  await Promise.all(tabs.map(focus));
  for (const answer of await answers) assert.ok((await answer.json()).data.me);
}
