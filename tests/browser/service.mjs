// Requests to the service without a browser, for the setup and the assertions of tests.

import { until } from '../async.mjs';
import { Authenticator } from './authenticator.mjs';
import { Phone } from './phone.mjs';

export const PASSWORD = 'correct horse battery staple 42';

const REGISTER = `mutation($input: RegisterInput!) { register(input: $input) { user { id } } }`;
const VERIFY = `mutation($input: VerifyEmailInput!) { verifyEmail(input: $input) { user { id } } }`;
const LOGIN = `mutation($input: LoginInput!) { login(input: $input) { token { accessToken } } }`;
const CHANGE_EMAIL = `mutation($input: RequestEmailChangeInput!) {
  requestEmailChange(input: $input) { accepted }
}`;
const REQUEST_RESET = `mutation($input: RequestPasswordResetInput!) {
  requestPasswordReset(input: $input) { accepted }
}`;
const CONFIRM_APP = `mutation($input: ConfirmTotpSetupInput!) { confirmTotpSetup(input: $input) { recoveryCodes } }`;
const COMPLETE_PASSKEY = `mutation($input: CompletePasskeyRegistrationInput!) {
  completePasskeyRegistration(input: $input) { passkey { id } }
}`;
const CREATE_ORGANIZATION = `mutation($input: CreateOrganizationInput!) {
  createOrganization(input: $input) { organization { id } }
}`;
const INVITE = `mutation($input: InviteMemberInput!) { inviteMember(input: $input) { invitation { id } } }`;

export class Service {
  #run = Date.now().toString(36);
  #people = 0;

  constructor(url) {
    this.url = url;
    this.mailbox = new URL('mailbox', url).href;
    // The origin of the service's own pages where browsers have passkeys.
    this.localhost = `http://localhost:${new URL(url).port}`;
  }

  page(name) {
    return new URL(`account/${name}`, this.url).href;
  }

  async call(query, { input, accessToken, language = 'en', headers: more = {} } = {}) {
    const headers = { 'Content-Type': 'application/json', 'Accept-Language': language, ...more };
    if (accessToken) headers.Authorization = `Bearer ${accessToken}`;
    const body = JSON.stringify({ query, variables: { input } });
    const response = await fetch(this.url, { method: 'POST', headers, body });
    return response.json();
  }

  // Returns the requested field. An error fails the test.
  async ask(query, options) {
    const { data, errors } = await this.call(query, options);
    if (errors) throw new Error(`${query}: ${JSON.stringify(errors)}`);
    return Object.values(data)[0];
  }

  // Returns a new person without an account.
  stranger() {
    this.#people += 1;
    const username = `u${this.#run}${String(this.#people).padStart(2, '0')}`;
    return { username, email: `${username}@example.com` };
  }

  // Returns a new person with an account and an unverified address.
  async register(language, person = this.stranger(), headers = {}) {
    await this.ask(REGISTER, { input: { ...person, password: PASSWORD }, language, headers });
    return person;
  }

  async registerVerified() {
    const person = await this.register();
    await this.verify(person.email);
    return person;
  }

  async verify(email) {
    const { token } = await this.mailedLink(email, 'Verify your email address');
    await this.ask(VERIFY, { input: { token } });
  }

  // Invites the owner of an address to be an administrator of a new organization; returns its name.
  async invite(email) {
    const inviter = await this.registerVerified();
    const accessToken = await this.login(inviter.email);
    const name = `Harbour ${inviter.username}`;
    const { organization } = await this.ask(CREATE_ORGANIZATION, { input: { name }, accessToken });
    const input = { organizationId: organization.id, email, role: 'ADMIN' };
    await this.ask(INVITE, { input, accessToken });
    return name;
  }

  // Returns an access token; null if the password is refused.
  async login(identifier, password = PASSWORD, headers = {}) {
    const { data, errors } = await this.call(LOGIN, { input: { identifier, password }, headers });
    if (errors?.[0].extensions.code === 'AUTH_INVALID_CREDENTIALS') return null;
    if (errors) throw new Error(`login: ${JSON.stringify(errors)}`);
    return data.login.token.accessToken;
  }

  // Sets up an authenticator app for a person; returns it with the recovery codes.
  async setUpApp({ username }) {
    const accessToken = await this.login(username);
    const { secret } = await this.ask('mutation { startTotpSetup { secret } }', { accessToken });
    const phone = new Phone(secret);
    const input = { code: phone.code() };
    const { recoveryCodes } = await this.ask(CONFIRM_APP, { input, accessToken });
    return { phone, recoveryCodes };
  }

  // Adds a passkey to the account of a person; returns the authenticator that has it. Without a password, it is their only way to
  // log in.
  async addPasskey({ username }, { withoutPassword = false } = {}) {
    const accessToken = await this.login(username);
    const start = 'mutation { startPasskeyRegistration { ceremony { token options } } }';
    const { token, options } = (await this.ask(start, { accessToken })).ceremony;
    const authenticator = new Authenticator(this.localhost);
    const input = { ceremony: token, credential: authenticator.register(options) };
    await this.ask(COMPLETE_PASSKEY, { input, accessToken });
    if (withoutPassword) await this.ask('mutation { removePassword { removed } }', { accessToken });
    return authenticator;
  }

  me(accessToken) {
    return this.ask('{ me { email emailVerified } }', { accessToken });
  }

  // Returns a person's roles, by the names of the organizations.
  async roles(accessToken) {
    const query = '{ me { memberships { role organization { name } } } }';
    const { memberships } = await this.ask(query, { accessToken });
    return Object.fromEntries(memberships.map(({ role, organization }) => [organization.name, role]));
  }

  // Returns the number of active sessions, including this one.
  async openSessions(accessToken) {
    return (await this.ask('{ sessions { totalCount } }', { accessToken })).totalCount;
  }

  // Returns the error code of `me`; null if it succeeds.
  async meFails(accessToken) {
    const { errors } = await this.call('{ me { id } }', { accessToken });
    return errors?.[0].extensions.code ?? null;
  }

  requestPasswordReset(email) {
    return this.ask(REQUEST_RESET, { input: { email } });
  }

  requestEmailChange(accessToken, newEmail) {
    return this.ask(CHANGE_EMAIL, { input: { newEmail, password: PASSWORD }, accessToken });
  }

  // Returns the mails to an address in the mailbox, newest first.
  async mailsTo(to) {
    const mails = (await textOf(this.mailbox)).matchAll(/href="mailbox\/([^"]+)">([^<]*)<\/a>\s*<span>to ([^<]*)</g);
    return [...mails].filter(([, , , address]) => address === to).map(([, id, subject]) => ({ id, subject }));
  }

  // Returns the link in a captured mail, read without a browser.
  mailedLink(to, subject) {
    return until(`a mail "${subject}" to ${to}`, async () => {
      // Only the person's own mails: others may be deleted with their accounts while this reads them.
      for (const { id, subject: own } of await this.mailsTo(to)) {
        if (!own.includes(subject)) continue;
        const html = await textOf(`${this.mailbox}/${id}/html`);
        const token = /#token=(lkm_[\w-]+)/.exec(html)?.[1];
        if (token) return { id, token };
      }
      return null;
    });
  }
}

async function textOf(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} responds with ${response.status}`);
  return response.text();
}
