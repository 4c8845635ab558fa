// The page where nobody learns who has an account: a registration is answered alike whether or not its address is known.

import { lookAt, PHONE } from '../accessibility.mjs';
import { PASSWORD } from '../service.mjs';
import { heading, press, text } from '../visitor.mjs';
import { fill, go, hello, logIn } from './someone.mjs';

export const concealed = {
  'where accounts are concealed, who mistyped their address learns what to do, and does it': async ({ service, arrive }) => {
    const { username, email } = service.stranger();
    const mistyped = `typo-${email}`;
    const visitor = await arrive(PHONE);
    const page = await visitor.open('/register');
    await fill(page, { 'Email address': mistyped, Username: username, Password: PASSWORD });
    await press(page, 'Register');
    await heading(page, 'Check your email');
    await text(page, `Is ${mistyped} misspelled?`);
    await lookAt(page);

    // They cannot log in to correct it, and nothing says that they could.
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
