// Organizations: create, invite, join, hand over, leave.

import assert from 'node:assert/strict';
import { until } from '../../async.mjs';
import { lookAt, PHONE } from '../accessibility.mjs';
import { PASSWORD } from '../service.mjs';
import { heading, press, text } from '../visitor.mjs';
import { confirm, dialog, fill, focus, go, hello, logIn, refuse, rootField, rows, said, signedIn } from './steps.mjs';

const INVITATION = 'You are invited to an organization';
const NEW_PASSWORD = 'tangerine violin glacier 77';

// Creates an organization in the app, and stays on its page.
async function createOrganization(page, name) {
  await go(page, 'Organizations');
  await fill(page.getByRole('form', { name: 'New organization' }), { Name: name });
  await press(page, 'Create organization');
  await heading(page, name);
}

async function invite(page, email, role) {
  const form = page.getByRole('form', { name: 'Invite somebody' });
  await fill(form, { 'Email address': email });
  if (role) await form.getByLabel('Role').selectOption({ label: role });
  await press(form, 'Invite');
  await said(page, `${email} has been invited.`);
}

async function giveRole(page, username, role) {
  await page.getByLabel(`Role of ${username}`).selectOption({ label: role });
  await press(page, `Save the role of ${username}`);
}

// Asserts that the Back button leads to the organization after joining it, and never to the invitation.
async function isBehind(page, name) {
  await page.goBack();
  await heading(page, name);
  assert.match(page.url(), /\/organizations\//);
  await page.goBack();
  assert.ok(!page.url().endsWith('/accept-invitation'), page.url());
}

// Returns to the tab, which loads changes that were made elsewhere.
const lookAgain = (page) => page.reload();

export const organizations = {
  'an organization is created, joined by mail, handed over and left': async ({ service, arrive }) => {
    const [ada, bob] = [await service.registerVerified(), await service.registerVerified()];
    const [hers, his] = [await arrive(), await arrive()];
    const page = await signedIn(hers, ada);
    const name = `Engines of ${ada.username}`;
    await createOrganization(page, name);
    await invite(page, bob.email, 'Admin');

    const link = await his.followMail(bob.email, INVITATION);
    await press(link, 'I have an account');
    await logIn(link, bob);
    await press(link, 'Accept');
    await text(link, `You now belong to ${name} as an admin.`);
    await text(rows(link, 'Members').filter({ hasText: bob.email }), 'You');
    await invite(link, `colleague-of-${bob.email}`);
    await press(link, `Withdraw the invitation to colleague-of-${bob.email}`);
    await said(link, 'has been withdrawn.');
    assert.equal(await link.getByRole('button', { name: 'Delete this organization' }).count(), 0);

    await lookAgain(page);
    await giveRole(page, bob.username, 'Owner');
    await said(page, `${bob.username} is now an owner.`);
    await confirm(page, 'Leave this organization', 'Leave');
    await said(page, `You left ${name}.`);

    await lookAgain(link);
    await text(link, '1 member');
    await confirm(link, 'Leave this organization', 'Leave');
    await text(link, 'You are its last owner, and its only member. Delete the organization instead.');
    await press(link.getByRole('dialog'), 'Cancel');
    await confirm(link, 'Delete this organization', 'Delete');
    await said(link, `${name} has been deleted.`);
  },

  'an invited person without an account sees the invitation, creates an account with the link, and is a member': async ({
    service,
    arrive,
  }) => {
    const { username, email } = service.stranger();
    const name = await service.invite(email);
    const visitor = await arrive();
    const link = await visitor.followMail(email, INVITATION);
    const facts = link.getByRole('definition');
    await facts.first().waitFor();
    const [organization, role, inviter, address] = await facts.allTextContents();
    assert.deepEqual([organization, role, address], [name, 'Admin', email]);
    assert.ok(name.endsWith(inviter));
    await press(link, 'Create account');
    const form = link.getByRole('form', { name: 'Create account' });
    await text(form, email);
    await fill(form, { Username: username, Password: PASSWORD });
    await press(form, 'Create account and join');
    await heading(link, name);
    await text(link, `You now belong to ${name} as an admin.`);
    await text(rows(link, 'Members').filter({ hasText: email }), 'You');
    await go(link, 'Profile');
    await text(link, email);
    await link.reload();
    await text(link, '1 organization');
    await isBehind(link, name);
  },

  'an invitation begins with the choice between a new and an existing account, also on a phone': async ({
    service,
    arrive,
  }) => {
    const { email } = await service.registerVerified();
    const name = await service.invite(email);
    const visitor = await arrive({ viewport: { width: 360, height: 780 } });
    const link = await visitor.followMail(email, INVITATION);
    const focused = () => link.evaluate(() => document.activeElement.textContent);
    for (const choice of ['Create account', 'I have an account']) {
      const button = link.getByRole('button', { name: choice, exact: true });
      await button.waitFor();
      const { y, height } = await button.boundingBox();
      assert.ok(y + height <= 780, `${choice} is seen`);
    }
    assert.equal(await link.getByRole('textbox').count(), 0);
    await lookAt(link);
    await press(link, 'Create account');
    await heading(link, 'Create account');
    assert.equal(await focused(), 'Create account');
    await lookAt(link);
    await press(link, 'Log in instead');
    await heading(link, 'Log in');
    assert.equal(await focused(), 'Log in');
    await lookAt(link);
    assert.equal(await link.getByLabel('Email address or username').inputValue(), email);
    await fill(link, { Password: PASSWORD });
    await press(link, 'Log in');
    await press(link, 'Accept');
    await text(link, `You now belong to ${name} as`);
  },

  'an invitation stays on its page until the address is verified, and the address cannot be corrected there': async ({
    service,
    arrive,
  }) => {
    const person = await service.register();
    const name = await service.invite(person.email);
    const visitor = await arrive(PHONE);
    const link = await visitor.followMail(person.email, INVITATION);
    await press(link, 'I have an account');
    await logIn(link, person);
    await text(link, `To accept or decline the invitation, verify your address first: open the link that we sent to ${person.email}.`);
    await text(link.getByRole('definition'), name);
    for (const button of ['Correct it', 'Accept', 'Decline']) {
      assert.equal(await link.getByRole('button', { name: button, exact: true }).count(), 0, button);
    }
    await lookAt(link);
    await press(link, 'Send the link again');
    await said(link, `A link to ${person.email} is on its way.`);
    const verified = await visitor.followMail(person.email, 'Verify your email address', 2);
    await press(verified, 'Verify my address');
    await heading(verified, 'Your address is verified');
    await focus(link);
    await press(link, 'Accept');
    await text(link, `You now belong to ${name} as an admin.`);
  },

  'an invited person who has to verify the address finds the invitation on the home page afterwards': async ({
    service,
    arrive,
  }) => {
    const person = await service.register();
    const name = await service.invite(person.email);
    const visitor = await arrive();
    const link = await visitor.followMail(person.email, INVITATION);
    await press(link, 'I have an account');
    await logIn(link, person);
    await text(link, 'To accept or decline the invitation, verify your address first');
    const verified = await visitor.followMail(person.email, 'Verify your email address');
    await press(verified, 'Verify my address');
    await go(verified, 'Go to your account');
    await text(verified, `You are invited to ${name}.`);
    await go(verified, 'Accept or decline the invitation');
    await press(verified, `Accept the invitation to ${name}`);
    await said(verified, `You now belong to ${name}.`);
    await go(verified, 'Profile');
    await text(verified, '2 organizations');
    assert.equal(await verified.getByText('You are invited to').count(), 0);
  },

  'an invited person who forgot the password finds the invitation on the home page after the reset': async ({
    service,
    arrive,
  }) => {
    const person = await service.registerVerified();
    const names = [await service.invite(person.email), await service.invite(person.email)];
    const visitor = await arrive();
    const link = await visitor.followMail(person.email, INVITATION);
    await press(link, 'I have an account');
    await fill(link, { 'Email address or username': person.username });
    await go(link, 'Forgot your password?');
    assert.equal(await link.getByLabel('Email address', { exact: true }).inputValue(), person.email);
    await press(link, 'Mail me a link');
    const reset = await visitor.followMail(person.email, 'Choose a new password');
    await fill(reset, { 'New password': NEW_PASSWORD });
    await press(reset, 'Set the new password');
    await go(reset, 'Log in');
    await logIn(reset, person, NEW_PASSWORD);
    await text(reset, 'You are invited to');
    const notice = await reset.getByText('You are invited to').textContent();
    assert.ok(names.every((name) => notice.includes(name)), notice);
    await go(reset, 'Accept or decline the invitations');
    await heading(reset, 'Your invitations');
  },

  'the link of an invitation survives a reload, only in its tab and until it is used': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const name = await service.invite(person.email);
    const visitor = await arrive();
    const link = await visitor.followMail(person.email, INVITATION);
    await press(link, 'I have an account');
    await link.reload();
    await text(link, name);
    assert.ok(!link.url().includes('lkm_'));
    const another = await visitor.open('/accept-invitation');
    await heading(another, 'Please open the link in your mail');

    await press(link, 'I have an account');
    await logIn(link, person);
    await press(link, 'Accept');
    await heading(link, name);
    await link.reload();
    await heading(link, name);
    assert.equal(await link.getByText('You now belong to').count(), 0);
    await go(link, 'Profile');
    await hello(link, person);
    await isBehind(link, name);

    const used = await visitor.followMail(person.email, INVITATION);
    await heading(used, 'This link does not work any more');
    await used.reload();
    await heading(used, 'Please open the link in your mail');
  },

  'a person who registers without the link finds the invitation among the organizations': async ({ service, arrive }) => {
    const stranger = service.stranger();
    const name = await service.invite(stranger.email);
    await service.register('en', stranger);
    await service.verify(stranger.email);
    const page = await signedIn(await arrive(), stranger, '/organizations');
    await press(page, `Accept the invitation to ${name}`);
    await said(page, `You now belong to ${name}.`);
    await text(rows(page, 'Your organizations').filter({ hasText: name }), 'Admin');
  },

  'an invitation is declined after a confirmation, and the page then names the organization': async ({ service, arrive }) => {
    const person = await service.registerVerified();
    const name = await service.invite(person.email);
    const inviter = name.replace('Harbour ', '');
    const visitor = await arrive(PHONE);
    const link = await visitor.followMail(person.email, INVITATION);
    await press(link, 'I have an account');
    await logIn(link, person);
    await press(link, 'Decline');
    await heading(dialog(link), `Decline the invitation to ${name}?`);
    await lookAt(link);
    await press(dialog(link), 'Cancel');
    await confirm(link, 'Decline', 'Decline');
    await heading(link, 'The invitation is declined');
    await text(link, `You declined the invitation to ${name}. If you change your mind, ask ${inviter} for another one.`);
    await lookAt(link);
    await link.reload();
    await heading(link, 'Organizations');

    const another = await service.invite(person.email);
    await link.reload();
    await press(link, `Decline the invitation to ${another}`);
    await press(dialog(link), 'Cancel');
    await confirm(link, `Decline the invitation to ${another}`, 'Decline');
    await said(link, `You declined the invitation to ${another}.`);
  },

  'a withdrawn invitation shows the possible reasons, and whom to ask': async ({ service, arrive }) => {
    const [ada, bob] = [await service.registerVerified(), await service.registerVerified()];
    const page = await signedIn(await arrive(), ada);
    await createOrganization(page, `Canal of ${ada.username}`);
    await invite(page, bob.email);
    await press(page, `Withdraw the invitation to ${bob.email}`);
    await said(page, 'has been withdrawn.');
    const visitor = await arrive(PHONE);
    const link = await visitor.followMail(bob.email, INVITATION);
    await heading(link, 'This link does not work any more');
    await text(link, 'The invitation was answered before, was withdrawn, or has expired, or the link is incomplete.');
    await text(link, 'ask the person who invited you for another one');
    await lookAt(link);
    assert.equal(await link.getByRole('link', { name: 'Go to your organizations' }).count(), 0);
    await go(link, 'Log in');
    await logIn(link, bob);
    await heading(link, 'Organizations');
    const again = await visitor.followMail(bob.email, INVITATION);
    await go(again, 'Go to your organizations');
  },

  'a member who opens an invitation gets to the organization': async ({ service, arrive }) => {
    const [ada, bob] = [await service.registerVerified(), await service.registerVerified()];
    const page = await signedIn(await arrive(), ada);
    const name = `Lock of ${ada.username}`;
    await createOrganization(page, name);
    const later = `later-${bob.email}`;
    await invite(page, bob.email);
    await invite(page, later);
    const visitor = await arrive(PHONE);
    const his = await signedIn(visitor, bob, '/organizations');
    await press(his, `Accept the invitation to ${name}`);
    await said(his, `You now belong to ${name}.`);
    await service.requestEmailChange(await service.login(bob.email), later);
    const changed = await visitor.followMail(later, 'Confirm your new email address');
    await press(changed, 'Confirm my new address');
    await heading(changed, 'Your address is changed');

    const link = await visitor.followMail(later, INVITATION);
    await press(link, 'Accept');
    await text(link, 'You are already a member of this organization. Your role does not change.');
    for (const button of ['Accept', 'Decline']) {
      assert.equal(await link.getByRole('button', { name: button, exact: true }).count(), 0, button);
    }
    await lookAt(link);
    await go(link, 'Go to the organization');
    await heading(link, name);
  },

  'a member of an organization that the page cannot show gets to the list of all organizations': async ({
    service,
    arrive,
  }) => {
    const person = await service.registerVerified();
    await service.invite(person.email);
    const visitor = await arrive();
    const link = await visitor.followMail(person.email, INVITATION);
    await refuse(link, 'acceptInvitation', 'MEMBERSHIP_EXISTS');
    await press(link, 'I have an account');
    await logIn(link, person);
    await press(link, 'Accept');
    await text(link, 'You are already a member of this organization.');
    await go(link, 'Go to your organizations');
    await heading(link, 'Organizations');
  },

  'an invitation to another address is refused, with both ways to join': async ({ service, arrive }) => {
    const [invited, other] = [await service.registerVerified(), await service.registerVerified()];
    const name = await service.invite(invited.email);
    const inviter = name.replace('Harbour ', '');
    const visitor = await arrive(PHONE);
    const link = await visitor.followMail(invited.email, INVITATION);
    await press(link, 'I have an account');
    await logIn(link, other);
    await text(link.getByRole('alert'), `This invitation was sent to ${invited.email}`);
    await text(link, `If there is no account with ${invited.email} yet, log out and create one.`);
    await text(link, `To join with ${other.email}, ask ${inviter} to invite that address.`);
    await lookAt(link);
    await press(link, `Log out and answer as ${invited.email}`);
    await link.getByRole('button', { name: 'Create account', exact: true }).waitFor();
    await press(link, 'I have an account');
    await logIn(link, invited);
    await press(link, 'Accept');
    await text(link, `You now belong to ${name} as an admin.`);
  },

  'switching the active organization changes the access token, and losing it signs nobody out': async ({
    service,
    arrive,
  }) => {
    const person = await service.registerVerified();
    const page = await signedIn(await arrive(), person);
    const name = `Harbour of ${person.username}`;
    await createOrganization(page, name);
    await text(page, 'Other apps show you the data of your active organization.');
    await press(page, 'Switch to this organization');
    await text(page.getByRole('navigation', { name: 'Account' }), `Active organization: ${name}`);
    await page.reload();
    await text(page.getByRole('navigation', { name: 'Account' }), `Active organization: ${name}`);

    const form = page.getByRole('form', { name: 'Name' });
    await fill(form, { Name: `New ${name}`, Slug: 'Not A Slug' });
    await press(form, 'Save name');
    await form.locator('[aria-invalid="true"]').waitFor();
    await fill(form, { Slug: `harbour-${person.username}` });
    await press(form, 'Save name');
    await heading(page, `New ${name}`);
    await confirm(page, 'Delete this organization', 'Delete');
    await said(page, `New ${name} has been deleted.`);
    await until('no active organization', async () => (await page.getByText('Active organization:').count()) === 0);
    await page.reload();
    await heading(page, 'Organizations');
  },

  'a role that another owner changed is shown in the list, and nothing is left to be saved': async ({ service, arrive }) => {
    const [ada, bob] = [await service.registerVerified(), await service.registerVerified()];
    const visitor = await arrive();
    const page = await signedIn(visitor, ada);
    const name = `Dock of ${ada.username}`;
    await createOrganization(page, name);
    await invite(page, bob.email);
    const his = await signedIn(await arrive(), bob, '/organizations');
    await press(his, `Accept the invitation to ${name}`);
    await go(his, name);
    await lookAgain(page);
    const role = page.getByLabel(`Role of ${bob.username}`, { exact: true });
    await role.waitFor();
    const elsewhere = await visitor.open(page.url());
    await giveRole(elsewhere, bob.username, 'Admin');
    await said(elsewhere, `${bob.username} is now an admin.`);
    await invite(page, `colleague-of-${bob.email}`); // which makes the page load the list again
    await until('his new role', async () => (await role.inputValue()) === 'ADMIN');
    assert.equal(await page.getByRole('button', { name: `Save the role of ${bob.username}` }).count(), 0);
  },

  'a late response from before a change does not replace the new state': async ({ service, arrive }) => {
    const visitor = await arrive();
    const person = await service.registerVerified();
    const page = await signedIn(visitor, person);
    const name = `Quay of ${person.username}`;
    await createOrganization(page, name);
    const form = page.getByRole('form', { name: 'Name' });
    const late = [];
    let release;
    const released = new Promise((resolve) => (release = resolve));
    await page.route('**/graphql', async (route) => {
      if (rootField(route.request()) !== 'organization' || late.length > 0) return route.fallback();
      const answer = await route.fetch(); // the state at the time of the request
      late.push(
        released.then(() => route.fulfill({ response: answer })).catch(() => {}), // the request may have been aborted
      );
    });
    await fill(form, { Name: `New ${name}`, Slug: 'Not A Slug' });
    await press(form, 'Save name');
    await form.locator('[aria-invalid="true"]').waitFor();
    await until('a question that is still open', () => late.length > 0);
    await fill(form, { Slug: `quay-${person.username}` });
    await press(form, 'Save name');
    await heading(page, `New ${name}`);
    release();
    await late[0];
    await page.evaluate(() => fetch('/')); // after its response, the late one has arrived, too
    assert.equal(await page.getByRole('heading', { name: `New ${name}`, exact: true }).count(), 1);
  },

  'a change of role takes effect without a new login': async ({ service, arrive }) => {
    const [ada, bob] = [await service.registerVerified(), await service.registerVerified()];
    const page = await signedIn(await arrive(), ada);
    const name = `Pier of ${ada.username}`;
    await createOrganization(page, name);
    await invite(page, bob.email, 'Admin');
    const his = await signedIn(await arrive(), bob, '/organizations');
    await press(his, `Accept the invitation to ${name}`);
    await go(his, name);
    await press(his, 'Switch to this organization');
    await said(his, `${name} is your active organization now.`);

    await lookAgain(page);
    await giveRole(page, bob.username, 'Owner');
    await said(page, `${bob.username} is now an owner.`);
    await lookAgain(his);
    const form = his.getByRole('form', { name: 'Name' });
    await fill(form, { Name: `${name}, renamed` });
    await press(form, 'Save name');
    await heading(his, `${name}, renamed`);

    await lookAgain(page);
    await confirm(page, `Remove ${bob.username}`, 'Remove');
    await said(page, `${bob.username} has been removed.`);
    await lookAgain(his);
    await heading(his, 'This organization does not exist');
    await go(his, 'Profile');
    await heading(his, `Hello, ${bob.username}`);
  },
};
