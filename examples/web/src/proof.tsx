// A form in which users prove who they are: with their password, a passkey, a code of their authenticator app, or a recovery code.

import type { ReauthenticationMethod } from 'latchkey-client';
import { useState } from 'react';
import { Field, Form, PasswordField, UsernameForManagers } from './forms';
import { Notice } from './ui';

type Method = ReauthenticationMethod;
type FieldName = 'password' | 'totpCode' | 'recoveryCode';
export type Proof = Partial<Record<FieldName, string>>;

// A passkey has no field: the browser asks for it.
const METHODS: Record<Method, { field: FieldName | null; offer: string }> = {
  PASSWORD: { field: 'password', offer: 'Use your password' },
  PASSKEY: { field: null, offer: 'Use a passkey' },
  TOTP: { field: 'totpCode', offer: 'Use your authenticator app' },
  RECOVERY_CODE: { field: 'recoveryCode', offer: 'Use a recovery code' },
};

type Props = {
  label: string;
  submit: string;
  // A service that is newer than this page may have more methods, which are not offered.
  methods: Method[];
  username?: string;
  prove: (proof: Proof) => Promise<unknown>;
  proveByPasskey: () => Promise<unknown>;
  back: string;
  onBack: () => void;
};

export function ProofForm({ label, submit, methods, username = '', prove, proveByPasskey, back, onBack }: Props) {
  const offered = methods.filter((method) => method in METHODS);
  const [method, setMethod] = useState(offered[0]);
  const leave = (
    <button type="button" onClick={onBack}>
      {back}
    </button>
  );
  if (!method) {
    return (
      <>
        <Notice tone="bad">
          <p>This page does not know how your account is protected. Reload it, and try again.</p>
        </Notice>
        <div className="actions">{leave}</div>
      </>
    );
  }
  const { field } = METHODS[method];
  const others = offered.filter((other) => other !== method);
  return (
    <Form
      key={method}
      label={label}
      submit={field ? submit : METHODS.PASSKEY.offer}
      focusSubmit={!field}
      blame={{ ...(field && { AUTH_SECOND_FACTOR_INVALID: field }), AUTH_INVALID_CREDENTIALS: 'password' }}
      sentences={{ AUTH_CHALLENGE_INVALID: TOO_LATE, ...(!field && { AUTH_SECOND_FACTOR_INVALID: NOT_VERIFIED }) }}
      act={async (value) => {
        await (field ? prove({ [field]: value(field) }) : proveByPasskey());
      }}
      beside={leave}
    >
      {method === 'PASSWORD' && <UsernameForManagers value={username} />}
      <ProofField method={method} />
      {others.length > 0 && (
        <div className="actions">
          {others.map((other) => (
            <button key={other} type="button" className="as-link" onClick={() => setMethod(other)}>
              {METHODS[other].offer}
            </button>
          ))}
        </div>
      )}
    </Form>
  );
}

const TOO_LATE = 'This took too long, or there were too many wrong codes. Go back, and log in again.';
const NOT_VERIFIED = 'This passkey could not be verified. Please try again, or use another one.';

function ProofField({ method }: { method: Method }) {
  switch (method) {
    case 'PASSWORD':
      return <PasswordField name="password" label="Password" autoComplete="current-password" autoFocus />;
    case 'TOTP':
      return <CodeField name="totpCode" autoFocus />;
    case 'PASSKEY':
      return <p>Your browser asks for your fingerprint, your face or a PIN.</p>;
    case 'RECOVERY_CODE':
      return (
        <Field
          name="recoveryCode"
          label="Recovery code"
          hint="One of the codes that you kept when you set up the app. Each works once."
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          autoFocus
        />
      );
  }
}

// A field for a code of the app.
export function CodeField({ name, autoFocus = false }: { name: string; autoFocus?: boolean }) {
  return (
    <Field
      name={name}
      label="Code"
      hint="The six digits that your authenticator app shows now."
      inputMode="numeric"
      autoComplete="one-time-code"
      autoFocus={autoFocus}
    />
  );
}
