import { useState } from 'react';
import { Loaded, useChange, useData } from '../data';
import { Confirm, EmailField, Field, Form, TaskButton } from '../forms';
import {
  DeleteOrganizationDocument,
  InviteMemberDocument,
  OrganizationDocument,
  RemoveMemberDocument,
  RevokeInvitationDocument,
  UpdateMemberRoleDocument,
  UpdateOrganizationDocument,
  type InvitationItemFragment,
  type MemberItemFragment,
  type OrganizationQuery,
  type OrganizationRole,
} from '../gql/graphql';
import { latchkey, useActiveOrganization } from '../latchkey';
import { useMe } from '../me';
import { navigate, usePlace } from '../router';
import { useTask } from '../task';
import { Card, Notice, Onward, Page, Pager, Plate, Refusal, usePages } from '../ui';
import { asRole, count, date, fromNow, roleName } from '../words';

const MEMBERS_A_PAGE = 20;

// The types that change with the members, the invitations or the organization.
const TOUCHED = ['Organization', 'Membership', 'Invitation', 'User'];

type Organization = NonNullable<OrganizationQuery['organization']>;

// The roles that a role may give to others and take from them.
const manageable: Record<OrganizationRole, OrganizationRole[]> = {
  OWNER: ['OWNER', 'ADMIN', 'MEMBER'],
  ADMIN: ['ADMIN', 'MEMBER'],
  MEMBER: [],
};

export function OrganizationPage({ id }: { id: string }) {
  const pages = usePages();
  const me = useMe();
  const { joined } = usePlace();
  const answer = useData(OrganizationDocument, { id, first: MEMBERS_A_PAGE, after: pages.after }, TOUCHED);
  const organization = answer.data?.organization;
  const role = me.memberships.find((membership) => membership.organization.id === id)?.role;

  if (answer.data && !organization) {
    return (
      <Plate>
        <Page title="This organization does not exist" lead="Or you no longer belong to it.">
          <Onward to="/organizations">Go to your organizations</Onward>
        </Page>
      </Plate>
    );
  }
  return (
    <Page
      title={organization?.name ?? 'Organization'}
      topic={id}
      lead={
        organization && (
          <>
            {organization.slug} · created {date(organization.createdAt)}
            {role && ` · you are ${asRole[role]}`}
          </>
        )
      }
    >
      <Loaded from={answer}>
        {() =>
          organization && (
            <>
              {joined && (
                <Notice tone="good">
                  <p>
                    You now belong to <b>{organization.name}</b>
                    {role && ` as ${asRole[role]}`}.
                  </p>
                </Notice>
              )}
              <ActiveOrganization organization={organization} />
              <Members organization={organization} role={role ?? 'MEMBER'} pages={pages} />
              {organization.invitations && role && role !== 'MEMBER' && (
                <Invitations organization={organization} invitations={organization.invitations} role={role} />
              )}
              {role === 'OWNER' && <Rename organization={organization} />}
              <LeaveOrDelete organization={organization} role={role ?? 'MEMBER'} />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

function ActiveOrganization({ organization: { id, name } }: { organization: Organization }) {
  const isActive = useActiveOrganization() === id;
  const task = useTask(async () => {
    await latchkey.switchOrganization(isActive ? null : id);
    return isActive ? 'You have no active organization now.' : `${name} is your active organization now.`;
  });
  return (
    <div className="bar">
      <div>
        <p>{isActive ? 'This is your active organization.' : 'This is not your active organization.'}</p>
        <p className="hint">Other apps show you the data of your active organization.</p>
      </div>
      <TaskButton task={task} className="small">
        {isActive ? 'Switch to none' : 'Switch to this organization'}
      </TaskButton>
      {task.problem && <Refusal problem={task.problem} />}
    </div>
  );
}

type MembersProps = { organization: Organization; role: OrganizationRole; pages: ReturnType<typeof usePages> };

function Members({ organization: { members }, role, pages }: MembersProps) {
  return (
    <Card title="Members">
      <p className="quiet">{count(members.totalCount, 'member')}</p>
      <ul className="rows" aria-label="Members">
        {members.nodes.map((member) => (
          <MemberRow key={member.id} member={member} mine={role} />
        ))}
      </ul>
      <Pager
        label="Pages of members"
        page={pages.page}
        more={members.pageInfo.hasNextPage}
        onPage={(page) => pages.turn(page, members.pageInfo.endCursor)}
      />
    </Card>
  );
}

function MemberRow({ member, mine }: { member: MemberItemFragment; mine: OrganizationRole }) {
  const change = useChange();
  const me = useMe();
  const { id, role, user, joinedAt } = member;
  const name = user.displayName ?? user.username;
  const myself = user.id === me.id;
  const may = manageable[mine].includes(role);
  return (
    <li className="row">
      <span className="row-icon letter round" aria-hidden="true">
        {[...name][0]?.toUpperCase()}
      </span>
      <div className="row-text">
        <h3>
          {name}
          {myself && <span className="badge">You</span>}
          {!may && <span className="badge">{roleName[role]}</span>}
        </h3>
        <p className="quiet">
          {name !== user.username && `${user.username} · `}
          {user.email}
        </p>
        <p className="quiet">Member since {date(joinedAt)}</p>
      </div>
      {may && (
        <div className="actions">
          <RoleOf key={role} member={member} name={name} choices={manageable[mine]} />
          {!myself && (
            <Confirm
              small
              name={`Remove ${name}`}
              title={`Remove ${name}?`}
              text={`${name} will no longer belong to this organization, and will be notified by email.`}
              confirm="Remove"
              act={async () => {
                await change(RemoveMemberDocument, { input: { membershipId: id } }, TOUCHED);
                return `${name} has been removed.`;
              }}
            >
              Remove
            </Confirm>
          )}
        </div>
      )}
    </li>
  );
}

type RoleOfProps = { member: MemberItemFragment; name: string; choices: OrganizationRole[] };

// The role changes only when a button is pressed, because the arrow keys already change the selection.
function RoleOf({ member: { id, role }, name, choices }: RoleOfProps) {
  const change = useChange();
  const [choice, setChoice] = useState(role);
  const save = useTask(async () => {
    await change(UpdateMemberRoleDocument, { input: { membershipId: id, role: choice } }, TOUCHED);
    return `${name} is now ${asRole[choice]}.`;
  });
  return (
    <>
      <select
        className="small"
        aria-label={`Role of ${name}`}
        value={choice}
        onChange={(event) => setChoice(event.target.value as OrganizationRole)}
      >
        {choices.map((one) => (
          <option key={one} value={one}>
            {roleName[one]}
          </option>
        ))}
      </select>
      {choice !== role && (
        <TaskButton task={save} className="small primary" name={`Save the role of ${name}`}>
          Save
        </TaskButton>
      )}
      {save.problem && <Refusal problem={save.problem} />}
    </>
  );
}

type InvitationsProps = { organization: Organization; invitations: InvitationItemFragment[]; role: OrganizationRole };

function Invitations({ organization, invitations, role }: InvitationsProps) {
  const change = useChange();
  return (
    <Card title="Invitations">
      {invitations.length > 0 ? (
        <ul className="rows" aria-label="Open invitations">
          {invitations.map((invitation) => (
            <InvitationRow key={invitation.id} invitation={invitation} may={manageable[role].includes(invitation.role)} />
          ))}
        </ul>
      ) : (
        <p className="quiet">There are no open invitations.</p>
      )}
      <Form
        label="Invite somebody"
        submit="Invite"
        reset
        blame={{ INVITATION_EXISTS: 'email', MEMBERSHIP_EXISTS: 'email' }}
        act={async (value) => {
          const email = value('email').trim();
          const input = { organizationId: organization.id, email, role: value('role') as OrganizationRole };
          await change(InviteMemberDocument, { input }, TOUCHED);
          return `${email} has been invited.`;
        }}
      >
        <div className="columns">
          <EmailField autoComplete="off" />
          <div className="field">
            <label htmlFor="invite-as">Role</label>
            <select id="invite-as" name="role" defaultValue="MEMBER">
              {manageable[role].map((one) => (
                <option key={one} value={one}>
                  {roleName[one]}
                </option>
              ))}
            </select>
          </div>
        </div>
      </Form>
    </Card>
  );
}

function InvitationRow({ invitation, may }: { invitation: InvitationItemFragment; may: boolean }) {
  const change = useChange();
  const { id, email, role, invitedBy, expiresAt } = invitation;
  const withdraw = useTask(async () => {
    await change(RevokeInvitationDocument, { input: { invitationId: id } }, TOUCHED);
    return `The invitation to ${email} has been withdrawn.`;
  });
  return (
    <li className="row">
      <div className="row-text">
        <h3>{email}</h3>
        <p className="quiet">
          As {asRole[role]}
          {invitedBy && `, by ${invitedBy.displayName ?? invitedBy.username}`} · expires {fromNow(expiresAt)}
        </p>
        {withdraw.problem && <Refusal problem={withdraw.problem} />}
      </div>
      {may && (
        <TaskButton task={withdraw} className="small" name={`Withdraw the invitation to ${email}`}>
          Withdraw
        </TaskButton>
      )}
    </li>
  );
}

function Rename({ organization: { id, name, slug } }: { organization: Organization }) {
  const change = useChange();
  return (
    <Card title="Name">
      <Form
        label="Name"
        submit="Save name"
        blame={{ ORGANIZATION_SLUG_EXISTS: 'slug' }}
        act={async (value) => {
          const input = { organizationId: id, name: value('name').trim(), slug: value('slug').trim() };
          await change(UpdateOrganizationDocument, { input }, TOUCHED);
          return 'The name has been saved.';
        }}
      >
        <div className="columns">
          <Field name="name" label="Name" defaultValue={name} autoComplete="off" />
          <Field
            name="slug"
            label="Slug"
            hint="A short name for links: lower-case letters, digits and hyphens."
            defaultValue={slug}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
          />
        </div>
      </Form>
    </Card>
  );
}

function LeaveOrDelete({ organization, role }: { organization: Organization; role: OrganizationRole }) {
  const { id, name, members } = organization;
  const change = useChange();
  const me = useMe();
  const mine = me.memberships.find((membership) => membership.organization.id === id);
  const isOnlyMember = members.totalCount === 1;
  const isActive = useActiveOrganization() === id;
  const leavePage = async () => {
    navigate('/organizations');
    if (isActive) await latchkey.switchOrganization(null);
  };
  return (
    <Card title={role === 'OWNER' ? 'Leave or delete' : 'Leave'} tone="danger">
      <div className="actions">
        {mine && (
          <Confirm
            title={`Leave ${name}?`}
            text="You will no longer be a member. To come back, you need a new invitation."
            confirm="Leave"
            sentences={{
              ORGANIZATION_LAST_OWNER: isOnlyMember
                ? 'You are its last owner, and its only member. Delete the organization instead.'
                : 'You are its last owner. Make another member an owner first, or delete the organization.',
            }}
            act={async () => {
              await change(RemoveMemberDocument, { input: { membershipId: mine.id } }, TOUCHED);
              await leavePage();
              return `You left ${name}.`;
            }}
          >
            Leave this organization
          </Confirm>
        )}
        {role === 'OWNER' && (
          <Confirm
            title={`Delete ${name}?`}
            text="The organization, its memberships and its invitations will be deleted. This cannot be undone."
            confirm="Delete"
            act={async () => {
              await change(DeleteOrganizationDocument, { input: { organizationId: id } }, TOUCHED);
              await leavePage();
              return `${name} has been deleted.`;
            }}
          >
            Delete this organization
          </Confirm>
        )}
      </div>
    </Card>
  );
}
