// Whoever has registered, and whoever is signed in with an address that is not verified yet, is sent here.

import { useState } from 'react';
import { useChange } from '../data';
import { EmailField, Form } from '../forms';
import { ResendVerificationEmailDocument } from '../gql/graphql';
import { Envelope } from '../icons';
import { Link } from '../router';
import { Page } from '../ui';

// The address that was typed last, for the form below: the service tells it only once it is verified.
const KEY = 'example:address';

export function rememberAddress(address: string) {
  if (address.includes('@')) sessionStorage.setItem(KEY, address);
  else sessionStorage.removeItem(KEY);
}

export const registeredAs = () => sessionStorage.getItem(KEY) ?? '';

type Props = { email?: string; signedIn?: boolean };

export function CheckMail({ email = registeredAs(), signedIn = false }: Props) {
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
      {MAILBOX && (
        <p className="quiet">
          Without a mail server, you find the email in <a href={MAILBOX}>the service’s mailbox</a>.
        </p>
      )}
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
        <p className="below">
          Already verified? <Link to="/login">Log in</Link>
        </p>
      )}
    </Page>
  );
}

// Where the service shows captured mail, while this page is developed beside it.
const MAILBOX = import.meta.env.DEV ? __MAILBOX__ : null;

export function ResendForm({ email = '' }: { email?: string }) {
  const change = useChange();
  return (
    <Form
      label="Send the link again"
      submit="Send the link again"
      act={async (value) => {
        const address = value('email').trim();
        await change(ResendVerificationEmailDocument, { input: { email: address } });
        rememberAddress(address);
        return `If ${address} still has to be verified, a link is on its way.`;
      }}
    >
      <EmailField defaultValue={email} />
    </Form>
  );
}
