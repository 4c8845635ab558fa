// The client preset: documents beside their use, and fragments that mask their fields.

import { type FragmentType, graphql, useFragment } from '../build/client';
import { send } from './send';

const MEMBER = graphql(`
  fragment Member on Membership {
    role
    joinedAt
    user {
      username
      displayName
    }
  }
`);

const ORGANIZATION = graphql(`
  query Organization($id: ID!, $after: String) {
    organization(id: $id) {
      name
      members(first: 20, after: $after) {
        nodes {
          id
          ...Member
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
      invitations {
        email
        expiresAt
      }
    }
  }
`);

const INVITE = graphql(`
  mutation Invite($input: InviteMemberInput!) {
    inviteMember(input: $input) {
      invitation {
        id
        invitedBy {
          username
        }
      }
    }
  }
`);

export async function describe(url: string, accessToken: string, id: string): Promise<string[]> {
  const { organization } = await send(url, accessToken, ORGANIZATION, { id });
  // @ts-expect-error Null for callers who may not see it.
  organization.name;
  if (organization === null) return [];
  // @ts-expect-error Null for members.
  organization.invitations.length;
  return organization.members.nodes.map(describeMember);
}

function describeMember(masked: FragmentType<typeof MEMBER>): string {
  const { role, joinedAt, user } = useFragment(MEMBER, masked);
  const roles = { OWNER: 'owns it', ADMIN: 'manages it', MEMBER: 'reads it' };
  return `${user.displayName ?? user.username} ${roles[role]} since ${new Date(joinedAt).toISOString()}`;
}

export async function invite(url: string, accessToken: string, organizationId: string): Promise<string> {
  // The role has a default.
  const input = { organizationId, email: 'ada@example.com' };
  const { inviteMember } = await send(url, accessToken, INVITE, { input });
  // @ts-expect-error The email address is required.
  await send(url, accessToken, INVITE, { input: { organizationId } });
  // @ts-expect-error There is no such role.
  await send(url, accessToken, INVITE, { input: { ...input, role: 'EMPEROR' } });
  return inviteMember.invitation.id;
}
