import { useState } from 'react';
import { useChange } from '../data';
import { EmailField, Form } from '../forms';
import { RequestPasswordResetDocument, ResetPasswordDocument } from '../gql/graphql';
import { NewPasswordField } from '../password';
import { Link } from '../router';
import { Page } from '../ui';
import { LinkPage } from './links';

export function ForgottenPassword() {
  const [sentTo, setSentTo] = useState<string | null>(null);
  if (sentTo) {
    return (
      <Page
        title="Look into your mail"
        lead={
          <>
            If <b>{sentTo}</b> has an account, a link to choose a new password is on its way. It works once, and not for
            long.
          </>
        }
      >
        <p>
          Nothing came?{' '}
          <button type="button" className="as-link" onClick={() => setSentTo(null)}>
            Try again
          </button>
        </p>
        <p className="below">
          <Link to="/login">Back to log in</Link>
        </p>
      </Page>
    );
  }
  return (
    <Page title="Forgotten your password?" lead="Tell us your email address: we mail you a link to choose a new one.">
      <RequestResetForm onSent={setSentTo} />
      <p className="below">
        You remember it? <Link to="/login">Log in</Link>
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
      <EmailField />
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
      text="Every session of your account ends with it, on this device and on others."
      doneTitle="Your password is changed"
      invalid={
        sentTo ? (
          <p>
            If <b>{sentTo}</b> has an account, another link is on its way.
          </p>
        ) : (
          <>
            <p>We can mail you another one:</p>
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
                  <p className="actions">
                    <Link to="/login" className="button primary">
                      Log in
                    </Link>
                  </p>
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
