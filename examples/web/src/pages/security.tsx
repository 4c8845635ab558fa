import { useState } from 'react';
import { useChange } from '../data';
import { Checkbox, EmailField, Form, PasswordField, UsernameForManagers } from '../forms';
import { ChangePasswordDocument, RequestEmailChangeDocument } from '../gql/graphql';
import { useMe } from '../me';
import { NewPasswordField } from '../password';
import { Link } from '../router';
import { Card, Notice, Page } from '../ui';
import { count } from '../words';
import { Authenticator } from './authenticator';

export function Security() {
  return (
    <Page title="Security" lead="Your password, your authenticator app, your email address, and the deletion of your account.">
      <ChangePassword />
      <Authenticator />
      <ChangeEmail />
      <Card title="Delete account" tone="danger" note="Deletes your account and everything that belongs to it. This cannot be undone.">
        <p className="actions">
          <Link to="/delete-account" className="button danger-quiet">
            Delete account …
          </Link>
        </p>
      </Card>
    </Page>
  );
}

function ChangePassword() {
  const me = useMe();
  const change = useChange();
  // Resets the form, including the check of the last password.
  const [times, setTimes] = useState(0);
  return (
    <Card title="Change password">
      <Form
        key={times}
        label="Change password"
        submit="Change password"
        blame={{ AUTH_INVALID_CREDENTIALS: 'currentPassword' }}
        act={async (value) => {
          const { changePassword } = await change(
            ChangePasswordDocument,
            {
              input: {
                currentPassword: value('currentPassword'),
                newPassword: value('newPassword'),
                revokeOtherSessions: value('revokeOtherSessions') === 'on',
              },
            },
            ['Session', 'SecurityEvent'],
          );
          setTimes(times + 1);
          const ended = changePassword.revokedSessions;
          return `Your password is changed.${ended ? ` ${count(ended, 'other session')} ended.` : ''}`;
        }}
      >
        <UsernameForManagers value={me.username} />
        <PasswordField name="currentPassword" label="Current password" autoComplete="current-password" />
        <NewPasswordField name="newPassword" label="New password" owner={me} />
        <Checkbox name="revokeOtherSessions" label="End all other sessions" checked />
      </Form>
    </Card>
  );
}

function ChangeEmail() {
  const me = useMe();
  const change = useChange();
  const [sentTo, setSentTo] = useState<string | null>(null);
  return (
    <Card title="Change email address" note={`Your address is ${me.email}.`}>
      <div role="status">
        {sentTo && (
          <Notice tone="good">
            <p>
              We sent a link to <b>{sentTo}</b>. Your address changes when you open it.
            </p>
          </Notice>
        )}
      </div>
      <Form
        label="Change email address"
        submit="Change email address"
        blame={{ AUTH_INVALID_CREDENTIALS: 'password', AUTH_EMAIL_EXISTS: 'newEmail' }}
        reset
        act={async (value) => {
          const newEmail = value('newEmail').trim();
          await change(RequestEmailChangeDocument, { input: { newEmail, password: value('password') } });
          setSentTo(newEmail);
        }}
      >
        <EmailField name="newEmail" label="New email address" />
        <UsernameForManagers value={me.username} />
        <PasswordField name="password" label="Password" autoComplete="current-password" />
      </Form>
    </Card>
  );
}
