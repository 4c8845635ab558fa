// For people who have just registered, or are logged in with an unverified address.

import { useState } from 'react';
import { Loaded, useChange, useData } from '../data';
import { EmailField, Form, PasswordField, UsernameForManagers } from '../forms';
import { RequestEmailChangeDocument, ResendVerificationEmailDocument, ViewerDocument } from '../gql/graphql';
import { Envelope } from '../icons';
import { Link } from '../router';
import { Page } from '../ui';
import { useSignInOptions } from './register';

// The address that was typed last, as the default of other forms. The service reveals no address to people who are not logged in.
const KEY = 'example:address';

export function rememberAddress(address: string) {
  if (address.includes('@')) sessionStorage.setItem(KEY, address);
  else sessionStorage.removeItem(KEY);
}

export const knownAddress = () => sessionStorage.getItem(KEY) ?? '';

// For a logged-in user, the address comes from the service.
export function Unverified() {
  const answer = useData(ViewerDocument, {}, ['User']);
  if (answer.data) return <CheckMail email={answer.data.viewer.user.email} signedIn />;
  return (
    <Page title="Check your email">
      <Loaded from={answer}>{() => null}</Loaded>
    </Page>
  );
}

type Props = { email?: string; signedIn?: boolean };

export function CheckMail({ email = knownAddress(), signedIn = false }: Props) {
  const [again, setAgain] = useState(!email);
  return (
    <Page
      title="Check your email"
      lead={
        email ? (
          <>
            We sent a link to <b>{email}</b>. Open it to verify your address.
          </>
        ) : (
          'We sent you a link. Open it to verify your address.'
        )
      }
    >
      <div className="picture">
        <Envelope />
      </div>
      <MailboxHint />
      {signedIn && <CorrectAddress key={email} email={email} />}
      {again ? (
        <ResendForm email={email} />
      ) : (
        <p>
          No email? Look in your spam folder, or{' '}
          <button type="button" className="as-link" onClick={() => setAgain(true)}>
            send the link again
          </button>
          .
        </p>
      )}
      {!signedIn && (
        <>
          <WrongAddress email={email} />
          <p className="below">
            Already verified? <Link to="/login">Log in</Link>
          </p>
        </>
      )}
    </Page>
  );
}

// A person with a mistyped address gets no email. If unverified accounts cannot log in, the person cannot correct it.
function WrongAddress({ email }: { email: string }) {
  const { unverifiedLogin } = useSignInOptions();
  const question = email ? (
    <>
      Is <b>{email}</b> misspelled?
    </>
  ) : (
    'Was the address misspelled?'
  );
  return (
    <p>
      {question}{' '}
      {unverifiedLogin ? (
        <>
          <Link to="/login">Log in</Link> to correct it.
        </>
      ) : (
        <>
          <Link to="/register">Register again</Link> with the right address and another username, because the
          first registration still has yours.
        </>
      )}
    </p>
  );
}

// A typo in the address can be corrected before it is verified.
function CorrectAddress({ email }: { email: string }) {
  const [open, setOpen] = useState(false);
  const change = useChange();
  if (!open) {
    return (
      <p>
        Wrong address?{' '}
        <button type="button" className="as-link" onClick={() => setOpen(true)}>
          Correct it
        </button>
      </p>
    );
  }
  return (
    <Form
      label="Correct the address"
      submit="Use this address"
      blame={{ AUTH_INVALID_CREDENTIALS: 'password', AUTH_EMAIL_EXISTS: 'newEmail' }}
      sentences={{
        AUTH_EMAIL_NOT_VERIFIED: 'The address cannot be changed before it is verified. Register with the right address.',
      }}
      act={async (value) => {
        const newEmail = value('newEmail').trim();
        await change(RequestEmailChangeDocument, { input: { newEmail, password: value('password') } }, ['User']);
        rememberAddress(newEmail);
        return 'Your address has been corrected.';
      }}
      beside={
        <button type="button" onClick={() => setOpen(false)}>
          Cancel
        </button>
      }
    >
      <EmailField name="newEmail" label="Right email address" defaultValue={email} />
      <UsernameForManagers value={email} />
      <PasswordField name="password" label="Password" autoComplete="current-password" />
    </Form>
  );
}

// The mailbox of captured mail, during development.
const MAILBOX = import.meta.env.DEV ? __MAILBOX__ : null;

export function MailboxHint() {
  if (!MAILBOX) return null;
  return (
    <p className="quiet">
      Without a mail server, the email is in <a href={MAILBOX}>the service’s mailbox</a>.
    </p>
  );
}

export function ResendForm({ email = '' }: { email?: string }) {
  const change = useChange();
  return (
    <Form
      label="Send the link again"
      submit="Send the link again"
      act={async (value) => {
        const address = value('email').trim();
        await change(ResendVerificationEmailDocument, { input: { email: address } });
        return `If ${address} is not verified yet, a link is on its way.`;
      }}
    >
      <EmailField defaultValue={email} />
    </Form>
  );
}
