// What axe-core finds on each page in each state, light and dark, and whether it fits a phone.

import { lookAt, PHONE } from './accessibility.mjs';
import { heading, press, signIn, text } from './visitor.mjs';

const BUTTONS = {
  'reset-password': 'Set the new password',
  'confirm-email': 'Confirm my new address',
  'secure-account': 'Secure my account',
  'accept-invitation': 'Accept',
};

export const looks = {};
for (const [name, button] of Object.entries(BUTTONS)) {
  looks[`the page ${name} is accessible and fits a phone, in each state`] = async ({ service, arrive }) => {
    const visitor = await arrive(PHONE);
    const page = await visitor.openLink(name, 'lkm_nonsense');
    await page.getByRole('button', { name: button }).waitFor();
    if (name === 'reset-password') {
      await page.getByLabel('New password', { exact: true }).fill('password');
      await page.getByRole('meter').waitFor();
    }
    if (name === 'accept-invitation') {
      const { email } = await service.registerVerified();
      await signIn(page, email, 'not the password');
      await press(page, button);
      await text(page.getByRole('alert'), 'the password is wrong.');
      await signIn(page, email);
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

looks['the page verify-email is accessible and fits a phone, in each state'] = async ({ service, arrive }) => {
  const headers = { 'X-Device-Name': 'A_phone_whose_name_is_as_long_as_a_name_may_be_and_has_no_place_to_break'.padEnd(100, 'x') };
  const { email } = await service.register('en', undefined, headers);
  const visitor = await arrive(PHONE);
  const page = await visitor.followMail(email, 'Verify your email address');
  await page.getByRole('button', { name: 'Verify my address' }).waitFor();
  await lookAt(page);
  await press(page, 'I did not register');
  await heading(page, 'Delete this account?');
  await lookAt(page);
  await press(page, 'Delete the account');
  await heading(page, 'The account is deleted');
  await lookAt(page);

  const invalid = await visitor.openLink('verify-email', 'lkm_nonsense');
  await heading(invalid, 'This link is not valid any more');
  await lookAt(invalid);
  const bare = await visitor.open(service.page('verify-email'));
  await heading(bare, 'Please open the link in your mail');
  await lookAt(bare);
};

looks['a result is accessible and fits a phone'] = async ({ service, arrive }) => {
  const { email } = await service.register();
  const visitor = await arrive(PHONE);
  const page = await visitor.followMail(email, 'Verify your email address');
  await press(page, 'Verify my address');
  await text(page, `${email} is verified.`);
  await lookAt(page);
};

looks['the mailbox and a mail are accessible and fit a phone'] = async ({ service, arrive }) => {
  const { email } = await service.register();
  const visitor = await arrive(PHONE);
  const mail = await visitor.openMail(email, 'Verify your email address');
  await mail.getByText('Source', { exact: true }).click();
  await lookAt(mail);
  await lookAt(await visitor.open(service.mailbox));
};
