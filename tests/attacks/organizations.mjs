// Other people's organizations, and the entities of federation.

import assert from 'node:assert/strict';
import { SOON } from './documents.mjs';
import { NOT_A_STRING } from './variables.mjs';

const FOUND = `mutation($input: CreateOrganizationInput!) {
  createOrganization(input: $input) {
    organization { id slug name members { nodes { id } } }
  }
}`;
const ENTITIES = `query($representations: [_Any!]!) {
  _entities(representations: $representations) { __typename ... on User { username } }
}`;

// Creates an organization of the owner with an invitation. The stranger is not a member.
async function founded({ client, people, owner }) {
  const { data, text } = await client.call(FOUND, { input: { name: 'Engines' }, as: owner });
  assert.ok(data?.createOrganization, text);
  const { organization } = data.createOrganization;
  const { email } = people.name();
  const { invitation } = (
    await client.call(
      `mutation($input: InviteMemberInput!) { inviteMember(input: $input) { invitation { id } } }`,
      { input: { organizationId: organization.id, email, role: 'OWNER' }, as: owner },
    )
  ).data.inviteMember;
  return { ...organization, membershipId: organization.members.nodes[0].id, email, invitationId: invitation.id };
}

// Every mutation on an organization, with its error code for non-members.
const WISHES = {
  updateOrganization: [(target) => ({ organizationId: target.id, slug: 'mine' }), 'ORGANIZATION_NOT_FOUND'],
  deleteOrganization: [(target) => ({ organizationId: target.id }), 'ORGANIZATION_NOT_FOUND'],
  inviteMember: [
    (target) => ({ organizationId: target.id, email: 'mallory@example.com', role: 'OWNER' }),
    'ORGANIZATION_NOT_FOUND',
  ],
  switchOrganization: [(target) => ({ organizationId: target.id }), 'ORGANIZATION_NOT_FOUND'],
  revokeInvitation: [(target) => ({ invitationId: target.invitationId }), 'INVITATION_NOT_FOUND'],
  acceptInvitation: [(target) => ({ invitationId: target.invitationId }), 'INVITATION_NOT_FOUND'],
  declineInvitation: [(target) => ({ invitationId: target.invitationId }), 'INVITATION_NOT_FOUND'],
  updateMemberRole: [(target) => ({ membershipId: target.membershipId, role: 'MEMBER' }), 'MEMBERSHIP_NOT_FOUND'],
  removeMember: [(target) => ({ membershipId: target.membershipId }), 'MEMBERSHIP_NOT_FOUND'],
};

const typeOf = (name) => `${name[0].toUpperCase()}${name.slice(1)}Input`;
const mutation = (name) => `mutation($input: ${typeOf(name)}!) { ${name}(input: $input) { __typename } }`;

const NO_IDS = [
  '',
  '0',
  "' OR '1'='1",
  "x'; DROP TABLE organizations; --",
  '../../etc/passwd',
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '{01900000-0000-7000-8000-000000000000}',
  'urn:uuid:01900000-0000-7000-8000-000000000000',
  '0190000000007000800000000000000\u0000',
  '０１９０００００-0000-7000-8000-000000000000',
  '9'.repeat(40_000),
];

export const organizations = {};
for (const [name, [input, absent]] of Object.entries(WISHES)) {
  organizations[`${name} in somebody else's organization finds nothing`] = async (world) => {
    const { client, owner, stranger } = world;
    const organization = await founded(world);
    const { code, data, text } = await client.call(mutation(name), { input: input(organization), as: stranger });
    assert.deepEqual([code, data], [absent, null], text);
    const after = await client.call(
      'query($id: ID!) { organization(id: $id) { slug invitations { id } members { nodes { role } } } }',
      { variables: { id: organization.id }, as: owner },
    );
    assert.deepEqual(after.data.organization, {
      slug: organization.slug,
      invitations: [{ id: organization.invitationId }],
      members: { nodes: [{ role: 'OWNER' }] },
    });
  };

  organizations[`${name} with invalid ids finds nothing`] = async ({ client, stranger }) => {
    for (const id of NO_IDS) {
      const ids = { id, invitationId: id, membershipId: id };
      const { code, data, text } = await client.call(mutation(name), { input: input(ids), as: stranger });
      assert.deepEqual([code, data], [absent, null], text.slice(0, 300));
    }
  };
}

for (const [what, json] of Object.entries(NOT_A_STRING)) {
  organizations[`${what} in place of a representation, or of its id, is refused`] = async ({
    client,
    owner,
  }) => {
    for (const given of [json, `{"__typename": "User", "id": ${json}}`]) {
      const { code, data, text } = await client.send({
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${owner.accessToken}` },
        body: `{"query": ${JSON.stringify(ENTITIES)}, "variables": {"representations": [${given}]}}`,
      });
      assert.deepEqual([code, data], ['VALIDATION_FAILED', null], text.slice(0, 300));
      assert.ok(text.length < 2_000, 'the refusal is long');
    }
  };
}

Object.assign(organizations, {
  'entities need a signed-in user': async ({ client, owner }) => {
    const me = await client.call('{ me { id } }', { as: owner });
    const representations = [{ __typename: 'User', id: me.data.me.id }];
    const { code, data } = await client.call(ENTITIES, { variables: { representations } });
    assert.deepEqual([code, data], ['AUTH_UNAUTHENTICATED', null]);
  },

  'the maximum number of representations is answered with nulls, quickly': async ({ client, owner, stranger }) => {
    const me = await client.call('{ me { id memberships { organization { id } } } }', { as: owner });
    const user = { __typename: 'User', id: me.data.me.id };
    const [{ organization }] = me.data.me.memberships;
    const representations = Array.from({ length: 800 }, (_, n) =>
      n % 2 ? user : { __typename: 'Organization', id: organization.id },
    );
    const { data, ms, text } = await client.call(ENTITIES, { variables: { representations }, as: stranger });
    assert.deepEqual(data?._entities, representations.map(() => null), text.slice(0, 300));
    assert.ok(ms <= 10 * SOON, `it took ${ms} ms`);
  },

  'entities with invalid ids are null': async ({ client, owner }) => {
    const representations = NO_IDS.slice(0, -1).flatMap((id) => [
      { __typename: 'User', id },
      { __typename: 'Organization', id },
    ]);
    const { data, text } = await client.call(ENTITIES, { variables: { representations }, as: owner });
    assert.deepEqual(data?._entities, representations.map(() => null), text);
  },

  'an invited person sees nothing of the organization but the invitation': async (world) => {
    const { client, people } = world;
    const organization = await founded(world);
    const invited = await people.verified({ email: organization.email });
    const { data, text } = await client.call(
      `{ invitations { organization { id name members { totalCount nodes { id } } invitations { id } } } }`,
      { as: invited },
    );
    const nobody = { totalCount: 0, nodes: [] };
    const { id, name } = organization;
    assert.deepEqual(data?.invitations, [{ organization: { id, name, members: nobody, invitations: null } }], text);
    const direct = await client.call('query($id: ID!) { organization(id: $id) { name } }', {
      variables: { id },
      as: invited,
    });
    assert.deepEqual(direct.data, { organization: null });
  },

  'slugs that need escaping in a URL are refused': async (world) => {
    const { client, owner } = world;
    const { id } = await founded(world);
    const slugs = ['..', '%2e%2e', 'a/b', 'a?b', 'A', 'é', 'а', 'x\u200b', '-', '', ' ', 'x'.repeat(60_000)];
    for (const slug of slugs) {
      const input = { organizationId: id, slug };
      const { code, text } = await client.call(mutation('updateOrganization'), { input, as: owner });
      assert.equal(code, 'VALIDATION_FAILED', text.slice(0, 300));
    }
  },

  'nested lists have a common limit, also ten times at once': async (world) => {
    const { client, owner } = world;
    const { id } = await founded(world);
    let inner = 'username';
    for (let level = 0; level < 3; level += 1) {
      inner = `memberships { organization { members(first: 100) { nodes { user { ${inner} } } } } }`;
    }
    // More than thirty organizations of one owner, each of which leads to all others through its member, three times.
    for (let more = 0; more < 30; more += 1) {
      await client.call(FOUND, { input: { name: `More ${more}` }, as: owner });
    }
    const query = `query($id: ID!) { organization(id: $id) { members { nodes { user { ${inner} } } } } }`;
    for (const times of [1, 10]) {
      const requests = Array.from({ length: times }, () => client.call(query, { variables: { id }, as: owner }));
      for (const { code, ms, text } of await Promise.all(requests)) {
        assert.equal(code, 'VALIDATION_FAILED', text.slice(0, 300));
        assert.ok(ms <= 100 * SOON, `it took ${ms} ms`);
        assert.ok(text.length < 10_000, 'the refusal is long');
      }
    }
  },
});
