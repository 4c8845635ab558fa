import { LatchkeyError, type SecondFactorMethod } from 'latchkey-client';
import { useState } from 'react';
import { Field, Form, PasswordField } from '../forms';
import { latchkey, useLatchkeyState } from '../latchkey';
import { ProofForm } from '../proof';
import { Link } from '../router';
import { Notice, Page } from '../ui';
import { whyEnded } from '../words';
import { rememberAddress } from './check-mail';
import { useSignInOptions } from './register';

// Shown in place of every page that needs a login, so that the page is there after the login.
export function Login() {
  const { end } = useLatchkeyState();
  const { registration, isKnown } = useSignInOptions();
  return (
    <Page title="Log in">
      {end && (
        <Notice tone="info">
          <p>{whyEnded(end)}</p>
        </Notice>
      )}
      <LoginForm />
      {isKnown && registration === 'OPEN' && (
        <p className="below">
          New here? <Link to="/register">Register</Link>
        </p>
      )}
    </Page>
  );
}

type SecondStep = { identifier: string; challenge: string; methods: SecondFactorMethod[] };

export function LoginForm({ identifier }: { identifier?: string }) {
  const [typed, setTyped] = useState<string>();
  const [step, setStep] = useState<SecondStep | null>(null);
  if (!step) {
    return (
      <FirstStepForm
        identifier={typed ?? identifier}
        onSecondStep={(step) => {
          setTyped(step.identifier);
          setStep(step);
        }}
      />
    );
  }
  return (
    <ProofForm
      label="Second step of the login"
      submit="Log in"
      methods={step.methods}
      prove={(proof) => latchkey.completeLogin({ challenge: step.challenge, ...proof })}
      back="Back"
      onBack={() => setStep(null)}
    />
  );
}

type FirstStepProps = { identifier: string | undefined; onSecondStep: (step: SecondStep) => void };

function FirstStepForm({ identifier, onSecondStep }: FirstStepProps) {
  const { unverifiedLogin } = useSignInOptions();
  return (
    <Form
      label="Log in"
      submit="Log in"
      sentences={unverifiedLogin ? {} : { AUTH_INVALID_CREDENTIALS: NO_ACCOUNT_OR_UNVERIFIED }}
      act={async (value) => {
        const identifier = value('identifier').trim();
        rememberAddress(identifier);
        try {
          await latchkey.login({ identifier, password: value('password') });
        } catch (error) {
          if (!(error instanceof LatchkeyError) || error.code !== 'AUTH_SECOND_FACTOR_REQUIRED') throw error;
          onSecondStep({ identifier, ...error.extensions });
        }
      }}
      beside={
        <Link
          to="/forgotten-password"
          first={(link) => {
            // If the user typed a username, the address comes from the invitation, if there is one.
            const typed = typedIn(link);
            rememberAddress(typed.includes('@') ? typed : (identifier ?? typed));
          }}
        >
          Forgot your password?
        </Link>
      }
    >
      <Field
        name="identifier"
        label="Email address or username"
        defaultValue={identifier}
        autoComplete="username"
        autoCapitalize="off"
        spellCheck={false}
      />
      <PasswordField name="password" label="Password" autoComplete="current-password" />
    </Form>
  );
}

const NO_ACCOUNT_OR_UNVERIFIED =
  'There is no account with this username or email address and password, or its address is not verified yet. Open the link in the email that you got when you registered.';

function typedIn(link: HTMLAnchorElement) {
  const form = link.closest('form');
  return form ? String(new FormData(form).get('identifier') ?? '').trim() : '';
}
