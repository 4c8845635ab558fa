// Creates people and organizations with the API of a running service that captures its mail.

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

  // Creates a person who is verified and signed in, in no common organization with others.
  async arrive() {
    const person = await this.service.registerVerified();
    const accessToken = await this.signIn(person);
    const { id } = await this.service.ask('{ me { id } }', { accessToken });
    return { ...person, id, accessToken };
  }

  // Creates a person whose address is not verified.
  async arriveUnverified() {
    const person = await this.service.register();
    return { ...person, accessToken: await this.signIn(person) };
  }

  // Creates a session, with this active organization if one is given; returns its access token.
  async signIn({ username }, organization) {
    const input = { identifier: username, password: PASSWORD, organizationId: organization?.id };
    const { token } = await this.service.ask(LOGIN, { input });
    return token.accessToken;
  }

  // Returns an access token of the same session, with this active organization, or without one.
  switchTo({ accessToken }, organization) {
    const input = { organizationId: organization?.id };
    return this.service.ask(SWITCH, { input, accessToken });
  }

  // Creates an organization that this person owns: { id, name, slug }.
  async createOrganization({ accessToken }, name) {
    const { organization } = await this.service.ask(FOUND, { input: { name }, accessToken });
    return organization;
  }

  // Makes a person a member: an owner invites them, and they accept the invitation from their list.
  async join(organization, owner, { email, accessToken }, role = 'MEMBER') {
    const input = { organizationId: organization.id, email, role };
    await this.service.ask(INVITE, { input, accessToken: owner.accessToken });
    const open = await this.service.ask('{ invitations { id organization { id } } }', { accessToken });
    const { id: invitationId } = open.find((invitation) => invitation.organization.id === organization.id);
    const { membership } = await this.service.ask(ACCEPT, { input: { invitationId }, accessToken });
    return membership;
  }

  remove({ accessToken }, { id: membershipId }) {
    return this.service.ask(REMOVE, { input: { membershipId }, accessToken });
  }
}
