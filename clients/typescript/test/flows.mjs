// The functions of latchkey-client/flows, each called at least once.

import assert from 'node:assert/strict';
import { LatchkeyError } from 'latchkey-client';
import { withFreshSession } from 'latchkey-client/fresh';
import * as flows from 'latchkey-client/flows';
import { generateSync } from 'otplib';
import { Authenticator } from '../../../tests/browser/authenticator.mjs';
import { Phone } from '../../../tests/browser/phone.mjs';
import { refusal } from './proxy.mjs';
import { PASSWORD } from './stage.mjs';

const called = new Set();
const on = new Proxy(flows, {
  get(all, name) {
    called.add(name);
    return all[name];
  },
});

const NEW_PASSWORD = `${PASSWORD} and more`;
const VERIFY = 'Verify your email address';

// Registers a person without verifying the address, and opens a tab that is signed out.
async function newcomer(stage) {
  const tab = stage.tab();
  const person = stage.service.stranger();
  const { user } = await on.register(tab, { ...person, password: PASSWORD, displayName: 'Ada' });
  assert.deepEqual([user.username, user.email, user.emailVerified], [person.username, person.email, false]);
  return { tab, person, linkIn: async (subject) => (await stage.service.mailedLink(person.email, subject)).token };
}

async function signedIn(stage) {
  const { tab, person, linkIn } = await newcomer(stage);
  const { user } = await on.verifyEmail(tab, { token: await linkIn(VERIFY) });
  assert.equal(user.emailVerified, true);
  return { tab: await stage.signIn(tab, person), person, linkIn };
}

// Sets up an authenticator app; returns it with the recovery codes.
async function withApp(tab) {
  const { secret, uri, qrCodeSvg, expiresAt } = await on.startTotpSetup(tab);
  assert.equal(new URL(uri).searchParams.get('secret'), secret);
  assert.match(qrCodeSvg, /<svg /);
  assert.ok(Date.parse(expiresAt) > Date.now());
  const phone = new Phone(secret, (secret, epoch) => generateSync({ secret, epoch }));
  const { recoveryCodes } = await on.confirmTotpSetup(tab, { code: phone.code() });
  assert.equal(new Set(recoveryCodes).size, 10);
  return { phone, recoveryCodes };
}

// Logs in with the password; returns the error.
const challenged = (tab, { username }) => tab.login({ identifier: username, password: PASSWORD }).catch((error) => error);

function endedWith(tab, reason) {
  assert.equal(tab.state.status, 'signedOut');
  assert.equal(tab.state.end.reason, reason);
}

export const flowChecks = {
  async 'from registration to a profile'(stage) {
    assert.deepEqual(await on.signInOptions(stage.tab()), { registration: 'OPEN', unverifiedLogin: true });
    const { tab, person, linkIn } = await newcomer(stage);
    const { accepted } = await on.resendVerificationEmail(tab, { email: person.email });
    assert.equal(accepted, true);
    const token = await linkIn(VERIFY);
    assert.equal((await on.registration(tab, { token })).username, person.username);
    await stage.signIn(tab, person);
    const { user: caller, session } = await on.viewer(tab);
    assert.deepEqual([caller.email, caller.emailVerified, session.current], [person.email, false, true]);
    assert.ok((await on.verifyEmail(tab, { token })).user.id);
    const { user } = await on.updateProfile(tab, { displayName: 'Ada Lovelace' });
    assert.equal(user.displayName, 'Ada Lovelace');
    const { memberships, displayName } = await on.me(tab);
    assert.equal(displayName, 'Ada Lovelace');
    assert.equal(memberships[0].role, 'OWNER');
    assert.ok(memberships[0].organization.slug);
  },

  async 'passwords: check, change and reset'(stage) {
    const { tab, person, linkIn } = await signedIn(stage);
    assert.ok((await on.passwordPolicy(tab)).minLength >= 8);
    const check = await on.checkPassword(tab, { password: 'password', username: person.username });
    assert.deepEqual([check.acceptable, check.score], [false, 0]);
    const changed = await on.changePassword(tab, { currentPassword: PASSWORD, newPassword: NEW_PASSWORD });
    assert.equal(changed.revokedSessions, 0);
    await on.requestPasswordReset(tab, { email: person.email });
    const token = await linkIn('Choose a new password');
    const { user } = await on.resetPassword(tab, { token, newPassword: PASSWORD });
    assert.equal(user.username, person.username);
    endedWith(tab, 'PASSWORD_RESET');
  },

  async 'email change, and undoing it as an attack'(stage) {
    const { tab, person, linkIn } = await signedIn(stage);
    const newEmail = `new-${person.email}`;
    assert.equal((await on.requestEmailChange(tab, { newEmail, password: PASSWORD })).accepted, true);
    const { token } = await stage.service.mailedLink(newEmail, 'Confirm your new email address');
    assert.equal((await on.confirmEmailChange(tab, { token })).user.email, newEmail);
    assert.equal(tab.state.status, 'signedIn');
    const secured = await on.secureAccount(tab, { token: await linkIn('Your email address was changed') });
    assert.deepEqual([secured.email, secured.revokedSessions], [person.email, 1]);
    endedWith(tab, 'ACCOUNT_SECURED');
  },

  async 'sessions: list, end another one and this one'(stage) {
    const { tab, person } = await signedIn(stage);
    for (let count = 0; count < 2; count += 1) await stage.people.signIn(person);
    const { nodes, totalCount, pageInfo } = await on.sessions(tab, { first: 2 });
    assert.deepEqual([nodes.length, totalCount, pageInfo.hasNextPage], [2, 3, true]);
    const rest = await on.sessions(tab, { after: pageInfo.endCursor });
    const all = [...nodes, ...rest.nodes];
    const here = all.find(({ current }) => current);
    const other = all.find(({ current }) => !current);
    assert.equal(here.id, tab.claims.sid);
    const { session } = await on.revokeSession(tab, { sessionId: other.id });
    assert.deepEqual([session.status, session.endReason], ['REVOKED', 'REVOKED']);
    assert.equal((await on.revokeOtherSessions(tab)).revokedSessions, 1);
    assert.equal((await on.sessions(tab)).totalCount, 1);
    const events = await on.securityEvents(tab, { first: 50 });
    assert.ok(events.nodes.some(({ kind, sessionId }) => kind === 'SESSION_ENDED' && sessionId === other.id));
    assert.equal(tab.state.status, 'signedIn');
    await on.revokeSession(tab, { sessionId: here.id });
    endedWith(tab, 'REVOKED');
  },

  async 'second factors: set up, log in with a code and a recovery code, renew, remove'(stage) {
    const { tab, person } = await signedIn(stage);
    const methods = { password: true, totp: false, secondFactors: [], recoveryCodesLeft: 0, passkeys: [] };
    assert.deepEqual(await on.signInMethods(tab), methods);
    const { phone, recoveryCodes } = await withApp(tab);
    const secondFactors = ['TOTP', 'RECOVERY_CODE'];
    assert.deepEqual(await on.signInMethods(tab), { ...methods, totp: true, secondFactors, recoveryCodesLeft: 10 });

    const refused = await challenged(tab, person);
    assert.equal(refused.code, 'AUTH_SECOND_FACTOR_REQUIRED');
    assert.deepEqual(refused.extensions.methods, secondFactors);
    assert.ok(Date.parse(refused.extensions.expiresAt) > Date.now());
    const { challenge } = refused.extensions;
    await assert.rejects(tab.completeLogin({ challenge, totpCode: 'wrong' }), { code: 'AUTH_SECOND_FACTOR_INVALID' });
    const { user, session } = await tab.completeLogin({ challenge, totpCode: phone.code() });
    assert.deepEqual([user.username, session.id], [person.username, tab.claims.sid]);
    assert.deepEqual(tab.claims.amr, ['pwd', 'otp', 'mfa']);
    assert.ok(tab.claims.auth_time <= tab.claims.exp);
    const { session: shown } = await on.viewer(tab);
    assert.deepEqual([shown.methods, shown.secondFactor], [['PASSWORD'], true]);
    assert.ok(Date.parse(shown.authenticatedAt) <= Date.now());
    await assert.rejects(tab.completeLogin({ challenge, recoveryCode: recoveryCodes[0] }), {
      code: 'AUTH_CHALLENGE_INVALID',
    });

    const { extensions } = await challenged(tab, person);
    await tab.completeLogin({ challenge: extensions.challenge, recoveryCode: recoveryCodes[0].toLowerCase() });
    assert.equal((await on.signInMethods(tab)).recoveryCodesLeft, 9);
    assert.equal((await on.renewRecoveryCodes(tab)).recoveryCodes.length, 10);
    assert.equal((await on.signInMethods(tab)).recoveryCodesLeft, 10);
    assert.equal((await on.removeTotp(tab)).removed, true);
    assert.deepEqual(await on.signInMethods(tab), methods);
    await assert.rejects(flows.renewRecoveryCodes(tab), { code: 'SECOND_FACTOR_NOT_FOUND' });
    await stage.signIn(tab, person);
  },

  async 'a session that is not fresh: step up with a recovery code, and repeat the action'(stage) {
    const { tab } = await signedIn(stage);
    const { recoveryCodes } = await withApp(tab);
    const methods = ['TOTP', 'RECOVERY_CODE'];
    assert.deepEqual(await on.startReauthentication(tab), { methods, ceremony: null });
    const byPassword = await flows.reauthenticate(tab, { password: PASSWORD }).catch((error) => error);
    assert.equal(byPassword.code, 'AUTH_REAUTHENTICATION_REQUIRED');
    const { maxAge } = byPassword.extensions;
    assert.ok(maxAge > 0);

    // As if the session were not fresh.
    stage.proxy.fate = (name) =>
      name === 'renewRecoveryCodes' ? refusal('AUTH_REAUTHENTICATION_REQUIRED', { methods, maxAge }) : 'pass';
    const stepUp = async (need) => {
      assert.deepEqual(need, { methods, maxAge });
      const { freshUntil, session } = await on.reauthenticate(tab, { recoveryCode: recoveryCodes[0] });
      assert.ok(Date.parse(freshUntil) > Date.now());
      assert.equal(session.id, tab.claims.sid);
      stage.proxy.fate = () => 'pass';
    };
    const renewed = await withFreshSession(() => flows.renewRecoveryCodes(tab), stepUp);
    assert.equal(renewed.recoveryCodes.length, 10);
    assert.equal(stage.proxy.count('renewRecoveryCodes'), 2);
  },

  async 'passkeys: add, rename, sign in without a password, set one, remove'(stage) {
    const { tab, person } = await signedIn(stage);
    const authenticator = new Authenticator(stage.service.localhost);
    await assert.rejects(flows.removePassword(tab), { code: 'LAST_SIGN_IN_METHOD' });
    const registration = (await on.startPasskeyRegistration(tab)).ceremony;
    assert.ok(Date.parse(registration.expiresAt) > Date.now());
    const { passkey } = await on.completePasskeyRegistration(tab, {
      ceremony: registration.token,
      credential: authenticator.register(registration.options),
    });
    assert.deepEqual([passkey.name, passkey.signsInAlone, passkey.lastUsedAt], ['Ein Gerät', true, null]);
    const renamed = await on.renamePasskey(tab, { passkeyId: passkey.id, name: 'My key' });
    assert.deepEqual(renamed.passkey, { ...passkey, name: 'My key' });
    assert.equal((await on.removePassword(tab)).removed, true);
    await assert.rejects(stage.signIn(stage.tab(), person), { code: 'AUTH_INVALID_CREDENTIALS' });
    await tab.logout();

    const { ceremony } = await on.startPasskeyLogin(tab);
    const answer = { ceremony: ceremony.token, credential: authenticator.use(ceremony.options) };
    const { user, session } = await tab.completePasskeyLogin(answer);
    assert.deepEqual([user.username, session.id], [person.username, tab.claims.sid]);
    await assert.rejects(tab.completePasskeyLogin(answer), { code: 'AUTH_CHALLENGE_INVALID' });
    await assert.rejects(flows.removePasskey(tab, { passkeyId: passkey.id }), { code: 'LAST_SIGN_IN_METHOD' });
    assert.equal((await on.setPassword(tab, { password: PASSWORD })).user.username, person.username);
    assert.equal((await on.removePasskey(tab, { passkeyId: passkey.id })).removedPasskeyId, passkey.id);
    assert.deepEqual((await on.signInMethods(tab)).passkeys, []);
    await stage.signIn(tab, person);
  },

  async 'organizations, members and invitations'(stage) {
    const [owner, guest, other] = [await signedIn(stage), await signedIn(stage), await signedIn(stage)];
    // Tabs of three browsers, each with its own storage.
    const tabs = await Promise.all(
      [owner, guest, other].map(({ person }) => stage.signIn(stage.client({ share: false }), person)),
    );
    const [ada, bob, eve] = tabs;
    const { organization } = await on.createOrganization(ada, { name: 'Harbour' });
    const id = organization.id;
    const renamed = await on.updateOrganization(ada, { organizationId: id, name: 'Harbour & Sons' });
    assert.equal(renamed.organization.name, 'Harbour & Sons');

    const invite = ({ person }) => on.inviteMember(ada, { organizationId: id, email: person.email, role: 'MEMBER' });
    await invite(guest);
    const { invitation } = await invite(other);
    assert.equal(invitation.email, other.person.email);
    assert.deepEqual((await on.organization(ada, { id })).invitations.length, 2);
    const preview = await on.invitation(bob, { token: await guest.linkIn('You are invited to an organization') });
    assert.deepEqual([preview.organizationName, preview.email], ['Harbour & Sons', guest.person.email]);
    const [open] = await on.invitations(bob);
    assert.deepEqual([open.organization.id, open.invitedBy.username], [id, owner.person.username]);
    const { membership } = await on.acceptInvitation(bob, { invitationId: open.id });
    assert.deepEqual([membership.role, membership.organization.id], ['MEMBER', id]);
    await on.declineInvitation(eve, { invitationId: invitation.id });
    const again = await invite(other);
    const revoked = await on.revokeInvitation(ada, { invitationId: again.invitation.id });
    assert.equal(revoked.revokedInvitationId, again.invitation.id);

    const promoted = await on.updateMemberRole(ada, { membershipId: membership.id, role: 'ADMIN' });
    assert.deepEqual([promoted.membership.role, promoted.membership.user.username], ['ADMIN', guest.person.username]);
    assert.equal((await on.organization(bob, { id, first: 1 })).members.pageInfo.hasNextPage, true);
    await on.removeMember(ada, { membershipId: membership.id });
    assert.equal(await on.organization(bob, { id }), null);
    assert.equal((await on.deleteOrganization(ada, { organizationId: id })).deletedOrganizationId, id);
  },

  async 'deleting the account signs out here, with the reason'(stage) {
    const { tab } = await signedIn(stage);
    await on.deleteAccount(tab, { password: PASSWORD });
    endedWith(tab, 'ACCOUNT_DELETED');
  },

  async 'cancelling the registration signs out here, and deletes the account'(stage) {
    const { tab, person, linkIn } = await newcomer(stage);
    await stage.signIn(tab, person); // allowed for unverified users
    await on.cancelRegistration(tab, { token: await linkIn(VERIFY) });
    endedWith(tab, 'ACCOUNT_DELETED');
    await assert.rejects(tab.login({ identifier: person.email, password: PASSWORD }), { code: 'AUTH_INVALID_CREDENTIALS' });
  },

  async 'errors have their code and fields'(stage) {
    const { tab, person } = await newcomer(stage);
    const refused = await flows.register(tab, { email: 'x', username: 'a b', password: PASSWORD }).catch((error) => error);
    assert.ok(refused instanceof LatchkeyError && refused instanceof Error);
    assert.deepEqual([refused.code, refused.path], ['VALIDATION_FAILED', ['register']]);
    assert.deepEqual(Object.keys(flows.fieldErrors(refused)).sort(), ['email', 'username']);
    const taken = await flows.register(tab, { ...person, password: PASSWORD }).catch((error) => error);
    assert.match(taken.code, /^AUTH_(EMAIL|USERNAME)_EXISTS$/);
    assert.deepEqual([flows.fieldErrors(taken), flows.fieldErrors(new TypeError()), flows.fieldErrors()], [{}, {}, {}]);
    await assert.rejects(flows.me(tab), { code: 'AUTH_UNAUTHENTICATED' });
  },

  async 'a flow with an expired token is repeated with a new one'(stage) {
    const { tab, person } = await signedIn(stage);
    stage.expire();
    assert.equal((await flows.me(tab)).username, person.username);
    assert.equal(stage.proxy.count('refresh'), 1);
  },
};

// Runs after the other checks.
export const allCalled = {
  async 'every flow was called'() {
    const all = Object.keys(flows).filter((name) => name !== 'fieldErrors');
    assert.deepEqual(all.filter((name) => !called.has(name)), []);
    return `${all.length} flows`;
  },
};
