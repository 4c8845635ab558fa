// The people in the tests: victims and attackers.

import assert from 'node:assert/strict';

export const PASSWORD = 'correct horse battery staple 42';

const REGISTER = `mutation($input: RegisterInput!) { register(input: $input) { user { id } } }`;
const VERIFY = `mutation($input: VerifyEmailInput!) { verifyEmail(input: $input) { user { id } } }`;
export const LOGIN = `mutation($input: LoginInput!) {
  login(input: $input) { token { accessToken refreshToken } session { id } user { id } }
}`;
export const REFRESH = `mutation($input: RefreshInput!) {
  refresh(input: $input) { token { accessToken refreshToken } session { id } }
}`;

export class People {
  #run = Date.now().toString(36); // the database may contain people of earlier runs
  #count = 0;

  constructor(service, client) {
    this.service = service;
    this.client = client;
  }

  // Returns a new username and email address.
  name() {
    this.#count += 1;
    const username = `p${this.#run}${String(this.#count).padStart(3, '0')}${this.service.port}`;
    return { username, email: `${username}@example.com` };
  }

  async registered(headers = {}, given = {}) {
    const person = { ...this.name(), password: PASSWORD, ...given };
    const { data, text } = await this.client.call(REGISTER, { input: person, headers });
    assert.ok(data?.register, `register: ${text}`);
    return { ...person, id: data.register.user.id };
  }

  // Returns a person who has verified the address and is signed in.
  async verified(given = {}) {
    const person = await this.registered({}, given);
    await this.verify(person);
    return { ...person, ...(await this.signedIn(person)) };
  }

  async verify({ email }) {
    const [, token] = (await this.service.mailedLink(email)).split('#token=');
    const { data, text } = await this.client.call(VERIFY, { input: { token } });
    assert.ok(data?.verifyEmail, `verifyEmail: ${text}`);
  }

  // Creates a session.
  async signedIn({ username, password = PASSWORD }, headers = {}) {
    const { data, text } = await this.login(username, password, headers);
    assert.ok(data?.login, `login: ${text}`);
    const { token, session } = data.login;
    return { ...token, sessionId: session.id };
  }

  login(identifier, password = PASSWORD, headers = {}) {
    return this.client.call(LOGIN, { input: { identifier, password }, headers });
  }

  refresh(refreshToken, headers = {}) {
    return this.client.call(REFRESH, { input: { refreshToken }, headers });
  }

  me(accessToken) {
    return this.client.call('{ me { id username } }', { accessToken });
  }
}
