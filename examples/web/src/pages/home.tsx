import { useChange, useData } from '../data';
import { Field, Form } from '../forms';
import { InvitationsDocument, UpdateProfileDocument } from '../gql/graphql';
import { useActiveOrganization } from '../latchkey';
import { useMe } from '../me';
import { Link } from '../router';
import { Card, Notice, Page } from '../ui';
import { count, date } from '../words';

export function Home() {
  const me = useMe();
  const change = useChange();
  const activeOrganization = useActiveOrganization();
  const organization = me.memberships.find(({ organization }) => organization.id === activeOrganization)?.organization;
  return (
    <Page title={`Hello, ${me.displayName ?? me.username}`} topic="Profile">
      <Invited />
      <Card title="Your account">
        <dl>
          <dt>Email address</dt>
          <dd>
            {me.email} <span className="badge" data-tone="good">Verified</span>
          </dd>
          <dt>Username</dt>
          <dd>{me.username}</dd>
          <dt>Registered</dt>
          <dd>{date(me.createdAt)}</dd>
          <dt>Organizations</dt>
          <dd>
            <Link to="/organizations">{count(me.memberships.length, 'organization')}</Link>
            {organization && <>, active: {organization.name}</>}
          </dd>
        </dl>
      </Card>
      <Card title="Profile" note="How others in your organizations see you.">
        <Form
          label="Profile"
          submit="Save profile"
          blame={{ AUTH_USERNAME_EXISTS: 'username' }}
          act={async (value) => {
            await change(UpdateProfileDocument, {
              input: { username: value('username').trim(), displayName: value('displayName').trim() || null },
            });
            return 'Your profile is saved.';
          }}
        >
          <div className="columns">
            <Field
              name="displayName"
              label="Display name"
              autoComplete="name"
              defaultValue={me.displayName ?? ''}
              optional
            />
            <Field
              name="username"
              label="Username"
              autoComplete="username"
              autoCapitalize="off"
              spellCheck={false}
              defaultValue={me.username}
            />
          </div>
        </Form>
      </Card>
    </Page>
  );
}

// Shows open invitations, for people who had to verify an address or reset a password before they could answer.
function Invited() {
  const { data } = useData(InvitationsDocument, {}, ['Invitation']);
  const names = data?.invitations.map(({ organization }) => organization.name) ?? [];
  if (names.length === 0) return null;
  return (
    <Notice tone="info">
      <p>You are invited to {new Intl.ListFormat('en').format(names)}.</p>
      <Link to="/organizations">{names.length === 1 ? 'Accept or decline the invitation' : 'Accept or decline the invitations'}</Link>
    </Notice>
  );
}
