// For people who have just registered, and for those who are logged in with an address that is not verified yet.

import { useState } from 'react';
import { Loaded, useChange, useData } from '../data';
import { EmailField, Form, PasswordField, UsernameForManagers } from '../forms';
import { RequestEmailChangeDocument, ResendVerificationEmailDocument, ViewerDocument } from '../gql/graphql';
import { Envelope } from '../icons';
import { Link } from '../router';
import { Page } from '../ui';
import { useSignInOptions } from './register';

// The address that was typed last, for the forms that ask for it: who is not logged in is told no address.
const KEY = 'example:address';

export function rememberAddress(address: string) {
  if (address.includes('@')) sessionStorage.setItem(KEY, address);
  else sessionStorage.removeItem(KEY);
}

export const knownAddress = () => sessionStorage.getItem(KEY) ?? '';

// Of somebody who is logged in, the service tells which address waits.
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
          No email? Look into your spam folder, or{' '}
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

// Somebody who mistyped their address gets no email, and where unverified accounts cannot log in, they cannot correct it.
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
          <Link to="/login">Log in</Link> all the same: you can correct it there.
        </>
      ) : (
        <>
          <Link to="/register">Register again</Link> with the right address, and with another username: the first try still
          holds yours.
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
        return 'Your address is corrected.';
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

// Where the service shows captured mail, while this page is developed beside it.
const MAILBOX = import.meta.env.DEV ? __MAILBOX__ : null;

export function MailboxHint() {
  if (!MAILBOX) return null;
  return (
    <p className="quiet">
      Without a mail server, you find the email in <a href={MAILBOX}>the service’s mailbox</a>.
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
        return `If ${address} still has to be verified, a link is on its way.`;
      }}
    >
      <EmailField defaultValue={email} />
    </Form>
  );
}
