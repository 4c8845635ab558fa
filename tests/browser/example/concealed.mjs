// The example with concealed accounts: a registration gets the same response whether or not its address has an account.

import { lookAt, PHONE } from '../accessibility.mjs';
import { PASSWORD } from '../service.mjs';
import { heading, press, text } from '../visitor.mjs';
import { fill, go, hello, logIn } from './steps.mjs';

export const concealed = {
  'with concealed accounts, a person with a mistyped address learns what to do, and it works': async ({ service, arrive }) => {
    const { username, email } = service.stranger();
    const mistyped = `typo-${email}`;
    const visitor = await arrive(PHONE);
    const page = await visitor.open('/register');
    await fill(page, { 'Email address': mistyped, Username: username, Password: PASSWORD });
    await press(page, 'Register');
    await heading(page, 'Check your email');
    await text(page, `Is ${mistyped} misspelled?`);
    await lookAt(page);

    // They cannot log in to correct it, and the page does not suggest it.
    await go(page, 'Log in');
    await logIn(page, { username });
    await text(page.getByRole('alert'), 'or its address is not verified yet');
    await page.goBack();

    await go(page, 'Register again');
    await fill(page, { 'Email address': email, Username: username, Password: PASSWORD });
    await press(page, 'Register');
    await text(page, 'Another account has this username.');
    const another = `${username}2`;
    await fill(page, { Username: another });
    await press(page, 'Register');
    await heading(page, 'Check your email');
    const link = await visitor.followMail(email, 'Verify your email address');
    await press(link, 'Verify my address');
    await heading(link, 'Your address is verified');
    await go(link, 'Log in');
    await logIn(link, { username: another });
    await hello(link, { username: another });
  },
};
