// A person with a browser context of their own.

import { until } from '../async.mjs';
import { PASSWORD } from './service.mjs';

export class Visitor {
  // Records requests and errors of the browser in `seen`, but not errors that the test provokes.
  static async arrive(browser, service, { seen, provokes = false, ...options }) {
    const context = await browser.newContext({ locale: 'en-US', ...options });
    context.setDefaultTimeout(20_000);
    context.on('request', (request) => seen.requests.push(request));
    if (!provokes) await noteProblems(context, seen.problems);
    return new Visitor(context, service);
  }

  constructor(context, service) {
    this.context = context;
    this.service = service;
  }

  async open(url) {
    const page = await this.context.newPage();
    await page.goto(url);
    return page;
  }

  // Opens one of the account pages, like a mailed link.
  openLink(name, token) {
    return this.open(`${this.service.page(name)}#token=${token}`);
  }

  // Waits for `count` mails with this subject in the mailbox, and opens the newest.
  async openMail(to, subject, count = 1) {
    const page = await this.context.newPage();
    const mails = page
      .getByRole('listitem')
      .filter({ hasText: `to ${to}` })
      .getByRole('link', { name: subject, exact: true });
    await until(`a mail "${subject}" to ${to}`, async () => {
      await page.goto(this.service.mailbox);
      return (await mails.count()) >= count;
    });
    await mails.first().click();
    await page.waitForURL(/\/mailbox\/./);
    return page;
  }

  // Follows the link of a mail, and returns the page that it opens. With the keyboard, because on a busy machine, a click into the
  // frame of the mail got lost.
  async followMail(to, subject, count) {
    const mail = await this.openMail(to, subject, count);
    const opening = this.context.waitForEvent('page');
    await mail.frameLocator('iframe').getByRole('link').press('Enter');
    const page = await opening;
    await page.waitForURL((url) => url.protocol.startsWith('http') && !url.hash);
    return page;
  }

  leave() {
    return this.context.close();
  }
}

export const press = (page, name) => page.getByRole('button', { name, exact: true }).click();

export const heading = (page, name) => page.getByRole('heading', { name, exact: true }).waitFor();

export const text = (page, words) => page.getByText(words).waitFor();

// Fills the form of an invitation's page, after its first step if that is still shown.
export async function signIn(page, identifier, password = PASSWORD) {
  const choice = page.getByRole('button', { name: 'I have an account', exact: true });
  const form = page.getByLabel('Email address or username').filter({ visible: true });
  await choice.or(form).waitFor();
  if (await choice.isVisible()) await choice.click();
  await page.getByLabel('Email address or username').fill(identifier);
  await page.getByLabel('Password', { exact: true }).fill(password);
}

// Holds back the response to each request that `matches`, until the returned function is called.
export async function holdBack(page, matches) {
  let letGo;
  const held = new Promise((resolve) => (letGo = resolve));
  await page.route('**/graphql', async (route) => {
    if (matches(route.request())) await held;
    return route.fallback();
  });
  return letGo;
}

// Returns the distance of a button from the top of the window.
export const topOf = async (page, name) => (await page.getByRole('button', { name, exact: true }).boundingBox()).y;

async function noteProblems(context, problems) {
  context.on('weberror', (error) => problems.push(String(error.error())));
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(message.text());
  });
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => {
      console.error(`${event.effectiveDirective} forbids ${event.blockedURI}`);
    });
  });
}
