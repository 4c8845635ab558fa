import { Loaded, useChange, useData } from '../data';
import { Confirm, Field, Form, TaskButton } from '../forms';
import {
  AcceptInvitationDocument,
  CreateOrganizationDocument,
  DeclineInvitationDocument,
  InvitationsDocument,
  type InvitationsQuery,
} from '../gql/graphql';
import { latchkey, useActiveOrganization } from '../latchkey';
import { useMe } from '../me';
import { Link, navigate } from '../router';
import { useTask } from '../task';
import { Card, Page, Refusal } from '../ui';
import { asRole, fromNow, roleName } from '../words';

export function Organizations() {
  const { memberships } = useMe();
  const activeOrganization = useActiveOrganization();
  return (
    <Page title="Organizations" lead="The organizations that you belong to, and your invitations.">
      <MyInvitations />
      <Card title="Your organizations">
        <ul className="rows" aria-label="Your organizations">
          {memberships.map(({ id, role, organization }) => (
            <li className="row" key={id}>
              <span className="row-icon letter" aria-hidden="true">
                {[...organization.name][0]?.toUpperCase()}
              </span>
              <div className="row-text">
                <h3>
                  <Link to={`/organizations/${organization.id}`}>{organization.name}</Link>
                  {organization.id === activeOrganization && (
                    <span className="badge" data-tone="good">
                      Active
                    </span>
                  )}
                </h3>
                <p className="quiet">
                  {roleName[role]} · {organization.slug}
                </p>
              </div>
            </li>
          ))}
        </ul>
        {memberships.length === 0 && <p className="quiet">You do not belong to an organization yet. Create one below, or ask somebody to invite you.</p>}
      </Card>
      <SwitchOrganization />
      <Create />
    </Page>
  );
}

// Switches the active organization, which other services see in the access token.
function SwitchOrganization() {
  const { memberships } = useMe();
  const activeOrganization = useActiveOrganization();
  return (
    <Card title="Active organization" note="Other apps show you the data of your active organization.">
      <Form
        key={activeOrganization}
        label="Active organization"
        submit="Switch"
        quiet
        act={async (value) => {
          const id = value('organizationId') || null;
          await latchkey.switchOrganization(id);
          const name = memberships.find(({ organization }) => organization.id === id)?.organization.name;
          return name ? `${name} is your active organization now.` : 'You have no active organization now.';
        }}
      >
        <div className="field">
          <label htmlFor="active-organization">Organization</label>
          <select id="active-organization" name="organizationId" defaultValue={activeOrganization ?? ''}>
            <option value="">None</option>
            {memberships.map(({ organization: { id, name } }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </div>
      </Form>
    </Card>
  );
}

function Create() {
  const change = useChange();
  return (
    <Card title="New organization" note="You will own it, and can invite others.">
      <Form
        label="New organization"
        submit="Create organization"
        reset
        act={async (value) => {
          const { createOrganization } = await change(
            CreateOrganizationDocument,
            { input: { name: value('name').trim() } },
            ['Membership', 'Organization'],
          );
          const { id, name } = createOrganization.organization;
          navigate(`/organizations/${id}`);
          return `${name} was created.`;
        }}
      >
        <Field name="name" label="Name" autoComplete="organization" />
      </Form>
    </Card>
  );
}

function MyInvitations() {
  const answer = useData(InvitationsDocument, {}, ['Invitation']);
  if (answer.data?.invitations.length === 0) return null;
  return (
    <Card title="Your invitations">
      <Loaded from={answer}>
        {({ invitations }) => (
          <ul className="rows" aria-label="Your invitations">
            {invitations.map((invitation) => (
              <InvitationRow key={invitation.id} invitation={invitation} />
            ))}
          </ul>
        )}
      </Loaded>
    </Card>
  );
}

function InvitationRow({ invitation }: { invitation: InvitationsQuery['invitations'][number] }) {
  const change = useChange();
  const { organization, role, invitedBy, expiresAt } = invitation;
  const input = { invitationId: invitation.id };
  const accept = useTask(async () => {
    await change(AcceptInvitationDocument, { input }, ['Invitation', 'Membership', 'User']);
    return `You now belong to ${organization.name}.`;
  });
  const inviter = invitedBy && (invitedBy.displayName ?? invitedBy.username);
  return (
    <li className="row">
      <span className="row-icon letter" aria-hidden="true">
        {[...organization.name][0]?.toUpperCase()}
      </span>
      <div className="row-text">
        <h3>{organization.name}</h3>
        <p className="quiet">
          As {asRole[role]}
          {inviter && `, by ${inviter}`} · expires {fromNow(expiresAt)}
        </p>
        {accept.problem && (
          <Refusal
            problem={accept.problem}
            sentences={{ MEMBERSHIP_EXISTS: 'You are already a member of this organization. Your role does not change.' }}
          />
        )}
      </div>
      <div className="actions">
        <TaskButton task={accept} className="small primary" name={`Accept the invitation to ${organization.name}`}>
          Accept
        </TaskButton>
        <Confirm
          small
          name={`Decline the invitation to ${organization.name}`}
          title={`Decline the invitation to ${organization.name}?`}
          text={`You will not become a member. If you change your mind, ask ${inviter ?? 'the person who invited you'} for a new invitation.`}
          confirm="Decline"
          act={async () => {
            await change(DeclineInvitationDocument, { input }, ['Invitation']);
            return `You declined the invitation to ${organization.name}.`;
          }}
        >
          Decline
        </Confirm>
      </div>
    </li>
  );
}
