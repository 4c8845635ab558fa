// The example with closed registration: invited people join with their existing accounts.

import assert from 'node:assert/strict';
import { lookAt, PHONE } from '../accessibility.mjs';
import { heading, press, signIn, text } from '../visitor.mjs';
import { fill, go, logIn } from './steps.mjs';
import { PASSWORD } from '../service.mjs';

const INVITATION = 'You are invited to an organization';

// The people who were invited while registration was open: three with accounts, and one without.
export async function guestsOf(service) {
  const invited = async (person) => ({ ...person, organization: await service.invite(person.email) });
  const members = [];
  for (let count = 0; count < 3; count += 1) members.push(await invited(await service.registerVerified()));
  return { members, stranger: await invited(service.stranger()) };
}

export const closed = ({ members: [ada, bob, eve], stranger }) => ({
  'with closed registration, an invited person with an account joins': async ({ arrive }) => {
    const visitor = await arrive(PHONE);
    const page = await visitor.followMail(ada.email, INVITATION);
    await text(page, 'Registration is closed: new accounts cannot be created here.');
    assert.equal(await page.getByText('Create account').count(), 0);
    assert.equal(await page.getByLabel('Email address or username').inputValue(), ada.email);
    await lookAt(page);
    await fill(page, { Password: PASSWORD });
    await press(page, 'Log in');
    await press(page, 'Accept');
    await text(page, `You now belong to ${ada.organization} as an admin.`);
    await heading(page, ada.organization);
  },

  'with closed registration, an invited person who forgot the password joins with a new one': async ({ arrive }) => {
    const visitor = await arrive();
    const page = await visitor.followMail(eve.email, INVITATION);
    await go(page, 'Forgot your password?');
    await press(page, 'Mail me a link');
    const reset = await visitor.followMail(eve.email, 'Choose a new password');
    await fill(reset, { 'New password': 'tangerine violin glacier 77' });
    await press(reset, 'Set the new password');
    await go(reset, 'Log in');
    await logIn(reset, eve, 'tangerine violin glacier 77');
    await go(reset, 'Accept or decline the invitation');
    await press(reset, `Accept the invitation to ${eve.organization}`);
    await text(reset, `You now belong to ${eve.organization}.`);
  },

  'with closed registration, an invited person without an account learns whom to ask': async ({
    service,
    arrive,
  }) => {
    const visitor = await arrive(PHONE);
    const page = await visitor.followMail(stranger.email, INVITATION);
    const inviter = stranger.organization.replace('Harbour ', '');
    await text(page, `If you have none, ask ${inviter} how to get one.`);
    await page.goto('/register');
    await heading(page, 'Registration is closed');

    const { token } = await service.mailedLink(stranger.email, INVITATION);
    const own = await visitor.openLink('accept-invitation', token);
    await text(own, 'If you have none, ask the person who invited you how to get one.');
    assert.equal(await own.getByRole('button', { name: 'Create account' }).count(), 0);
    await lookAt(own);
  },

  'with closed registration, people with an account can join on the page of the service, which links to the app': async ({
    service,
    arrive,
  }) => {
    const { token } = await service.mailedLink(bob.email, INVITATION);
    const visitor = await arrive(PHONE);
    const page = await visitor.openLink('accept-invitation', token);
    await signIn(page, bob.email);
    await press(page, 'Accept');
    await text(page, `You now belong to "${bob.organization}" as an administrator.`);
    await lookAt(page);
    await go(page, 'Go to the app');
    await heading(page, 'Log in');
    await logIn(page, bob);
    await go(page, 'Organizations');
    await go(page, bob.organization);
    await heading(page, bob.organization);
  },
});
