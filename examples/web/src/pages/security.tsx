import { useState } from 'react';
import { Loaded, useChange, useData } from '../data';
import { EmailField, Form, PasswordField, UsernameForManagers } from '../forms';
import { RequestEmailChangeDocument, SignInMethodsDocument } from '../gql/graphql';
import { useMe } from '../me';
import { Link } from '../router';
import { withStepUp } from '../step-up';
import { Card, Notice, Page } from '../ui';
import { Authenticator } from './authenticator';
import { Passkeys } from './passkeys';
import { ChangePassword, SetPassword } from './password-card';

export function Security() {
  const answer = useData(SignInMethodsDocument, {});
  return (
    <Page
      title="Security"
      lead="Your password, your passkeys, your authenticator app, your email address, and the deletion of your account."
    >
      <Loaded from={answer}>
        {({ signInMethods: { password, totp, recoveryCodesLeft, passkeys } }) => (
          <>
            {password ? <ChangePassword removable={passkeys.some((passkey) => passkey.signsInAlone)} /> : <SetPassword />}
            <Passkeys passkeys={passkeys} />
            <Authenticator totp={totp} recoveryCodesLeft={recoveryCodesLeft} />
            <ChangeEmail hasPassword={password} />
          </>
        )}
      </Loaded>
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

// Without a password, the session has to be fresh.
function ChangeEmail({ hasPassword }: { hasPassword: boolean }) {
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
          const password = hasPassword ? value('password') : null;
          await withStepUp(() => change(RequestEmailChangeDocument, { input: { newEmail, password } }));
          setSentTo(newEmail);
        }}
      >
        <EmailField name="newEmail" label="New email address" />
        {hasPassword && (
          <>
            <UsernameForManagers value={me.username} />
            <PasswordField name="password" label="Password" autoComplete="current-password" />
          </>
        )}
      </Form>
    </Card>
  );
}
