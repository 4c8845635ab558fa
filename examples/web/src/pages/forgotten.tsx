import { useState } from 'react';
import { useChange } from '../data';
import { EmailField, Form } from '../forms';
import { RequestPasswordResetDocument, ResetPasswordDocument } from '../gql/graphql';
import { NewPasswordField } from '../password';
import { Link } from '../router';
import { Onward, Page } from '../ui';
import { knownAddress } from './check-mail';
import { LinkPage } from './links';

export function ForgottenPassword() {
  const [sentTo, setSentTo] = useState<string | null>(null);
  if (sentTo) {
    return (
      <Page
        title="Check your email"
        lead={
          <>
            If <b>{sentTo}</b> has an account, a link to choose a new password is on its way. It works once, and only for
            a short time.
          </>
        }
      >
        <p>
          No email? Look in your spam folder, or{' '}
          <button type="button" className="as-link" onClick={() => setSentTo(null)}>
            try again
          </button>
          .
        </p>
        <Onward to="/login">Back to login</Onward>
      </Page>
    );
  }
  return (
    <Page title="Forgot your password?" lead="Enter your email address, and we mail you a link to choose a new password.">
      <RequestResetForm onSent={setSentTo} />
      <p className="below">
        Remember it? <Link to="/login">Log in</Link>
      </p>
    </Page>
  );
}

function RequestResetForm({ onSent }: { onSent: (email: string) => void }) {
  const change = useChange();
  return (
    <Form
      label="Forgotten password"
      submit="Mail me a link"
      act={async (value) => {
        const email = value('email').trim();
        await change(RequestPasswordResetDocument, { input: { email } });
        onSent(email);
      }}
    >
      <EmailField defaultValue={knownAddress()} />
    </Form>
  );
}

export function ResetPassword() {
  const change = useChange();
  const [sentTo, setSentTo] = useState<string | null>(null);
  return (
    <LinkPage
      path="/reset-password"
      title="Choose a new password"
      text="The new password ends every session of your account, on this device and on all others."
      doneTitle="Your password is changed"
      invalid={
        sentTo ? (
          <>
            <p>
              If <b>{sentTo}</b> has an account, another link is on its way.
            </p>
            <Onward to="/login">Back to login</Onward>
          </>
        ) : (
          <>
            <p>We can mail you another one.</p>
            <RequestResetForm onSent={setSentTo} />
          </>
        )
      }
    >
      {(token, { done, refused }) => (
        <Form
          label="Choose a new password"
          submit="Set the new password"
          act={(value) =>
            refused(async () => {
              await change(ResetPasswordDocument, { input: { token, newPassword: value('newPassword') } });
              done(
                <>
                  <p>All sessions have ended. Log in with the new password.</p>
                  <Onward to="/login">Log in</Onward>
                </>,
              );
            })
          }
        >
          <NewPasswordField name="newPassword" label="New password" />
        </Form>
      )}
    </LinkPage>
  );
}
