// Mails of each kind with names of the maximum length that cannot be wrapped.

import { readdir, readFile } from 'node:fs/promises';
import { Authenticator } from './authenticator.mjs';
import { Phone } from './phone.mjs';
import { PASSWORD } from './service.mjs';

const NEW_PASSWORD = 'tangerine violin glacier 77';
const PHONE = { 'X-Device-ID': 'a-phone-of-a-long-name', 'X-Device-Name': 'W'.repeat(100) };
const NEW_PHONE = { ...PHONE, 'X-Device-ID': 'a-phone-that-is-new' };

// Has no names: it is mailed to an address without an account.
const NAMELESS = 'account_exists';

// Returns the subjects in a language, with the mails to a person of each.
export async function longMails(service, language) {
  const subjects = await subjectsOf(language);
  const someone = new Person(service, language, subjects);
  const owner = new Person(service, language, subjects);
  for (const person of [someone, owner]) await person.register();

  await owner.logIn();
  for (const role of ['MEMBER', 'OWNER']) {
    const { organization } = await owner.act('createOrganization', { name: 'W'.repeat(100) }, 'organization { id }');
    const organizationId = organization.id;
    await owner.act('inviteMember', { organizationId, email: someone.email, role }, 'invitation { id }');
    await someone.logIn();
    const token = await someone.token('invitation');
    const { membership } = await someone.act('acceptInvitation', { token }, 'membership { id }');
    const membershipId = membership.id;
    if (role === 'OWNER') {
      await owner.act('deleteOrganization', { organizationId }, 'deletedOrganizationId');
    } else {
      await owner.act('updateMemberRole', { membershipId, role: 'ADMIN' }, 'membership { id }');
      await owner.act('removeMember', { membershipId }, 'removedMembershipId');
    }
  }

  const { secret } = await owner.act('startTotpSetup', null, 'secret', PHONE);
  const { recoveryCodes } = await owner.act('confirmTotpSetup', { code: new Phone(secret).code() }, 'recoveryCodes', PHONE);
  const login = { identifier: owner.username, password: PASSWORD };
  const { challenge } = await owner.fails('login', login, 'user { id }', NEW_PHONE);
  await owner.fails('completeLogin', { challenge, totpCode: 'wrong' }, 'user { id }', NEW_PHONE);
  await owner.act('completeLogin', { challenge, recoveryCode: recoveryCodes[0] }, 'user { id }', NEW_PHONE);
  await owner.act('renewRecoveryCodes', null, 'recoveryCodes', PHONE);
  await owner.act('removeTotp', null, 'removed', PHONE);

  const { ceremony } = await owner.act('startPasskeyRegistration', null, 'ceremony { token options }');
  const credential = new Authenticator(service.localhost).register(ceremony.options);
  const registration = { ceremony: ceremony.token, credential, name: 'W'.repeat(64) };
  const { passkey } = await owner.act('completePasskeyRegistration', registration, 'passkey { id }', PHONE);
  await owner.act('removePassword', null, 'removed', PHONE);
  await owner.act('setPassword', { password: NEW_PASSWORD }, 'user { id }', PHONE);
  await owner.act('removePasskey', { passkeyId: passkey.id }, 'removedPasskeyId', PHONE);

  await someone.act('requestPasswordReset', { email: someone.email }, 'accepted');
  const token = await someone.token('reset_password');
  await someone.act('resetPassword', { token, newPassword: NEW_PASSWORD }, 'user { id }');
  await someone.logIn(NEW_PASSWORD, PHONE);
  const change = { currentPassword: NEW_PASSWORD, newPassword: PASSWORD };
  await someone.act('changePassword', change, 'revokedSessions');

  const { refreshToken } = await someone.logIn();
  let next = refreshToken;
  for (let count = 0; count < 2; count += 1) {
    const { token } = await someone.act('refresh', { refreshToken: next }, 'token { refreshToken }');
    next = token.refreshToken;
  }
  await someone.fails('refresh', { refreshToken }, 'token { refreshToken }');

  await someone.logIn();
  const old = someone.email;
  const newEmail = `new${old}`;
  await someone.act('requestEmailChange', { newEmail, password: PASSWORD }, 'accepted');
  await someone.act('confirmEmailChange', { token: await someone.token('confirm_email_change', newEmail) }, 'user { id }');
  await someone.act('secureAccount', { token: await someone.token('email_changed') }, 'email');
  await someone.token('account_secured');

  const mails = await Promise.all([old, newEmail, owner.email].map((address) => service.mailsTo(address)));
  return { subjects: Object.values(subjects), mails: mails.flat() };
}

async function subjectsOf(language) {
  const folder = new URL(`../../mail/${language}/`, import.meta.url);
  const subjects = {};
  for (const file of await readdir(folder)) {
    const name = file.replace('.jinja', '');
    if (['base', NAMELESS].includes(name)) continue;
    subjects[name] = /block subject %}(.*){% endblock/.exec(await readFile(new URL(file, folder), 'utf8'))[1];
  }
  return subjects;
}

class Person {
  #service;
  #language;
  #subjects;
  #accessToken;

  constructor(service, language, subjects) {
    this.#service = service;
    this.#language = language;
    this.#subjects = subjects;
    const { username } = service.stranger();
    this.username = username.padEnd(32, 'W');
    this.email = `${username.padEnd(60, 'w')}@${'w'.repeat(63)}.example.com`;
  }

  async register() {
    const { username, email } = this;
    const input = { username, email, password: PASSWORD, displayName: 'W'.repeat(100) };
    await this.#ask('register', input, 'user { id }', PHONE);
    await this.act('verifyEmail', { token: await this.token('verify_email') }, 'user { id }');
  }

  async logIn(password = PASSWORD, headers = {}) {
    const input = { identifier: this.username, password };
    const { token } = await this.#ask('login', input, 'token { accessToken refreshToken }', headers);
    this.#accessToken = token.accessToken;
    return token;
  }

  // Without an input, `input` is null.
  act(field, input, selection, headers) {
    return this.#ask(field, input, selection, headers);
  }

  // Returns the extensions of the error.
  async fails(field, input, selection, headers) {
    const options = { input, language: this.#language, headers };
    const { errors } = await this.#service.call(mutation(field, selection, input), options);
    if (!errors) throw new Error(`${field} does not fail`);
    return errors[0].extensions;
  }

  // Waits for a mail; returns the token of its link.
  async token(template, address = this.email) {
    return (await this.#service.mailedLink(address, this.#subjects[template])).token;
  }

  #ask(field, input, selection, headers) {
    const options = { input, accessToken: this.#accessToken, language: this.#language, headers };
    return this.#service.ask(mutation(field, selection, input), options);
  }
}

function mutation(field, selection, input) {
  if (!input) return `mutation { ${field} { ${selection} } }`;
  const type = `${field[0].toUpperCase()}${field.slice(1)}Input`;
  return `mutation($input: ${type}!) { ${field}(input: $input) { ${selection} } }`;
}
