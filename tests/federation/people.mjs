// People and their organizations, made through the API of a running service that captures its mail.

import { PASSWORD, Service } from '../browser/service.mjs';

const LOGIN = `mutation($input: LoginInput!) { login(input: $input) { token { accessToken } } }`;
const SWITCH = `mutation($input: SwitchOrganizationInput!) {
  switchOrganization(input: $input) { accessToken tokenType expiresIn organization { id slug } role }
}`;
const FOUND = `mutation($input: CreateOrganizationInput!) {
  createOrganization(input: $input) { organization { id name slug } }
}`;
const INVITE = `mutation($input: InviteMemberInput!) { inviteMember(input: $input) { invitation { id } } }`;
const ACCEPT = `mutation($input: AcceptInvitationInput!) {
  acceptInvitation(input: $input) { membership { id role } }
}`;
const REMOVE = `mutation($input: RemoveMemberInput!) { removeMember(input: $input) { removedMembershipId } }`;

export class People {
  constructor(url) {
    this.service = new Service(url);
  }

  // Somebody who is verified and signed in, and whom nobody else knows.
  async arrive() {
    const person = await this.service.registerVerified();
    const accessToken = await this.signIn(person);
    const { id } = await this.service.ask('{ me { id } }', { accessToken });
    return { ...person, id, accessToken };
  }

  // Somebody whose address is not verified.
  async arriveUnverified() {
    const person = await this.service.register();
    return { ...person, accessToken: await this.signIn(person) };
  }

  // The access token of a new session, which acts for the organization if one is given.
  async signIn({ username }, organization) {
    const input = { identifier: username, password: PASSWORD, organizationId: organization?.id };
    const { token } = await this.service.ask(LOGIN, { input });
    return token.accessToken;
  }

  // An access token of the same session, which acts for the organization; for none if none is given.
  switchTo({ accessToken }, organization) {
    const input = { organizationId: organization?.id };
    return this.service.ask(SWITCH, { input, accessToken });
  }

  // An organization that this person owns: { id, name, slug }.
  async found({ accessToken }, name) {
    const { organization } = await this.service.ask(FOUND, { input: { name }, accessToken });
    return organization;
  }

  // Makes somebody a member: an owner invites, and they accept what they find when they look.
  async join(organization, owner, { email, accessToken }, role = 'MEMBER') {
    const input = { organizationId: organization.id, email, role };
    await this.service.ask(INVITE, { input, accessToken: owner.accessToken });
    const open = await this.service.ask('{ invitations { id organization { id } } }', { accessToken });
    const { id: invitationId } = open.find((it) => it.organization.id === organization.id);
    const { membership } = await this.service.ask(ACCEPT, { input: { invitationId }, accessToken });
    return membership;
  }

  remove({ accessToken }, { id: membershipId }) {
    return this.service.ask(REMOVE, { input: { membershipId }, accessToken });
  }
}
