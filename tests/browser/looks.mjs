// What axe-core finds on each page in each state, light and dark, and whether it fits a phone.

import assert from 'node:assert/strict';
import axe from 'axe-core';
import { heading, press, text } from './visitor.mjs';

const BUTTONS = {
  'verify-email': 'Verify my address',
  'reset-password': 'Set the new password',
  'confirm-email': 'Confirm my new address',
  'secure-account': 'Secure my account',
};

export const looks = {};
for (const [name, button] of Object.entries(BUTTONS)) {
  looks[`the page ${name} is accessible and fits a phone, in each state`] = async ({ service, arrive }) => {
    const visitor = await onPhone(arrive);
    const page = await visitor.openLink(name, 'lkm_nonsense');
    await page.getByRole('button', { name: button }).waitFor();
    if (name === 'reset-password') {
      await page.getByLabel('New password', { exact: true }).fill('password');
      await page.getByRole('meter').waitFor();
    }
    await lookAt(page);
    await press(page, button);
    await heading(page, 'This link is not valid any more');
    await lookAt(page);

    const bare = await visitor.open(service.page(name));
    await heading(bare, 'Please open the link in your mail');
    await lookAt(bare);
  };
}

looks['a result is accessible and fits a phone'] = async ({ service, arrive }) => {
  const { email } = await service.register();
  const visitor = await onPhone(arrive);
  const page = await visitor.followMail(email, 'Verify your email address');
  await press(page, 'Verify my address');
  await text(page, `${email} is verified.`);
  await lookAt(page);
};

looks['the mailbox and a mail are accessible and fit a phone'] = async ({ service, arrive }) => {
  const { email } = await service.register();
  const visitor = await onPhone(arrive);
  const mail = await visitor.openMail(email, 'Verify your email address');
  await mail.getByText('Source', { exact: true }).click();
  await lookAt(mail);
  await lookAt(await visitor.open(service.mailbox));
};

const onPhone = (arrive) => arrive({ viewport: { width: 360, height: 740 } });

async function lookAt(page) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    // Not as a script element, which the page's policy forbids.
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(() => globalThis.axe.run(document, { iframes: false }));
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
    assert.deepEqual(found, [], `${page.url()}, ${colorScheme}`);
    const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(tooWide <= 0, `${page.url()} is ${tooWide} px too wide`);
  }
}
