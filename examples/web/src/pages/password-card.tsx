// The card of the password: to change it, to remove it, and to set one.

import { useState } from 'react';
import { useChange } from '../data';
import { Checkbox, Confirm, Form, PasswordField, UsernameForManagers } from '../forms';
import { ChangePasswordDocument, RemovePasswordDocument, SetPasswordDocument } from '../gql/graphql';
import { useMe } from '../me';
import { NewPasswordField } from '../password';
import { withStepUp } from '../step-up';
import { Card } from '../ui';
import { count } from '../words';

const TOUCHED = ['SignInMethods', 'Session', 'SecurityEvent'];

export function ChangePassword({ removable }: { removable: boolean }) {
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
            TOUCHED,
          );
          setTimes(times + 1);
          const ended = changePassword.revokedSessions;
          return `Your password is changed.${ended ? ` ${count(ended, 'other session')} ended.` : ''}`;
        }}
        beside={removable && <RemovePassword />}
      >
        <UsernameForManagers value={me.username} />
        <PasswordField name="currentPassword" label="Current password" autoComplete="current-password" />
        <NewPasswordField name="newPassword" label="New password" owner={me} />
        <Checkbox name="revokeOtherSessions" label="End all other sessions" checked />
      </Form>
    </Card>
  );
}

function RemovePassword() {
  const change = useChange();
  return (
    <Confirm
      title="Remove the password?"
      text="You then log in with a passkey. If you lose all of your passkeys, you can still choose a new password with a link that we mail to you."
      confirm="Remove the password"
      act={async () => {
        await withStepUp(() => change(RemovePasswordDocument, {}, TOUCHED));
        return 'Your password is removed. Log in with a passkey from now on.';
      }}
    >
      Remove the password
    </Confirm>
  );
}

export function SetPassword() {
  const me = useMe();
  const change = useChange();
  return (
    <Card title="Set a password" note="Your account has no password: you log in with a passkey.">
      <Form
        label="Set a password"
        submit="Set the password"
        quiet
        act={async (value) => {
          const input = { password: value('password') };
          await withStepUp(() => change(SetPasswordDocument, { input }, TOUCHED));
          return 'Your password is set. You can log in with it, too.';
        }}
      >
        <UsernameForManagers value={me.username} />
        <NewPasswordField name="password" label="New password" owner={me} />
      </Form>
    </Card>
  );
}
