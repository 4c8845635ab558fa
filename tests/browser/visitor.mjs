// A person at a browser of their own.

import { until } from './service.mjs';

export class Visitor {
  // What the browser did is noted in `seen`; a test that provokes errors gives none.
  static async arrive(browser, service, { seen, ...options } = {}) {
    const context = await browser.newContext({ locale: 'en-US', ...options });
    context.setDefaultTimeout(10_000);
    if (seen) await note(context, seen);
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

  // Clicks the link of a mail; returns the page that it opens.
  async followMail(to, subject, count) {
    const mail = await this.openMail(to, subject, count);
    const opening = this.context.waitForEvent('page');
    await mail.frameLocator('iframe').getByRole('link').click();
    const page = await opening;
    await page.waitForURL((url) => url.pathname.includes('/account/') && !url.hash);
    return page;
  }

  leave() {
    return this.context.close();
  }
}

export const press = (page, name) => page.getByRole('button', { name, exact: true }).click();

export const heading = (page, name) => page.getByRole('heading', { name, exact: true }).waitFor();

export const text = (page, words) => page.getByText(words).waitFor();

async function note(context, seen) {
  context.on('request', (request) => seen.requests.push(request));
  context.on('weberror', (error) => seen.problems.push(String(error.error())));
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) seen.problems.push(message.text());
  });
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => {
      console.error(`${event.effectiveDirective} forbids ${event.blockedURI}`);
    });
  });
}
