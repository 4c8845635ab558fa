// A person at a browser of their own.

import { until } from '../attacks/patience.mjs';
import { PASSWORD } from './service.mjs';

export class Visitor {
  // What the browser does is noted in `seen`; its complaints are not, if the test provokes them.
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

  // Opens one of the account pages as a mailed link does.
  openLink(name, token) {
    return this.open(`${this.service.page(name)}#token=${token}`);
  }

  // Opens the newest mail of this subject from the mailbox, once there are so many of them.
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

  // Follows the link of a mail, and returns the page that it opens. By the keyboard: on a busy machine, a click into the
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

// Fills the form of the page that an invitation leads to, behind its first step if that is still there.
export async function signIn(page, identifier, password = PASSWORD) {
  const choice = page.getByRole('button', { name: 'I have an account', exact: true });
  const form = page.getByLabel('Email address or username').filter({ visible: true });
  await choice.or(form).waitFor();
  if (await choice.isVisible()) await choice.click();
  await page.getByLabel('Email address or username').fill(identifier);
  await page.getByLabel('Password', { exact: true }).fill(password);
}

// Holds the answer to each request that `matches` back, until what it returns is called.
export async function holdBack(page, matches) {
  let letGo;
  const held = new Promise((resolve) => (letGo = resolve));
  await page.route('**/graphql', async (route) => {
    if (matches(route.request())) await held;
    return route.fallback();
  });
  return letGo;
}

// How far below the top of the window a button of this name stands.
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
