// The example as a developer first starts it: with `npm start`, beside the service.

import { until } from '../../async.mjs';
import { heading, press, text } from '../visitor.mjs';
import { fill, hello, logIn } from './steps.mjs';
import { PASSWORD } from '../service.mjs';

// The page is served by `npm start`.
export const npmStart = (page) => ({
  'npm start serves the page, and prints the settings for passkeys and mailed links': async ({ service, arrive }) => {
    for (const [name, link] of Object.entries({ CORS_ORIGINS: page.origin, ...page.links })) {
      await until(`a word of ${name}`, () => page.said.includes(`${name}='${link}'`));
    }
    const { username, email } = service.stranger();
    const visitor = await arrive();
    const tab = await visitor.open('/register');
    await fill(tab, { 'Email address': email, Username: username, Password: PASSWORD });
    await press(tab, 'Register');
    await heading(tab, 'Check your email');
    await tab.getByRole('link', { name: 'the service’s mailbox' }).click();
    await heading(tab, 'Mailbox');
    await text(tab, `to ${email}`);
    await service.verify(email);
    await tab.goto('/');
    await logIn(tab, { username });
    await hello(tab, { username });
  },
});
