import { LatchkeyError, type SecondFactorMethod } from 'latchkey-client';
import { completeLoginWithPasskey, offerPasskeys, signInWithPasskey, supportsPasskeys } from 'latchkey-client/passkeys';
import { useEffect, useState } from 'react';
import { Field, Form, PasswordField, TaskButton } from '../forms';
import { latchkey, useLatchkeyState } from '../latchkey';
import { ProofForm } from '../proof';
import { Link } from '../router';
import { useTask } from '../task';
import { Notice, Page, Refusal } from '../ui';
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
      <>
        <FirstStepForm
          identifier={typed ?? identifier}
          onSecondStep={(step) => {
            setTyped(step.identifier);
            setStep(step);
          }}
        />
        {supportsPasskeys() && <PasskeyLogin />}
      </>
    );
  }
  return (
    <ProofForm
      label="Second step of the login"
      submit="Log in"
      methods={step.methods}
      prove={(proof) => latchkey.completeLogin({ challenge: step.challenge, ...proof })}
      proveByPasskey={() => completeLoginWithPasskey(latchkey, step.challenge)}
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
        autoComplete="username webauthn"
        autoCapitalize="off"
        spellCheck={false}
      />
      <PasswordField name="password" label="Password" autoComplete="current-password" />
    </Form>
  );
}

// Passkeys are offered by a button, and in the autofill of the field above.
function PasskeyLogin() {
  const task = useTask(async (signIn: () => Promise<unknown>) => void (await signIn()));
  useEffect(() => offerPasskeys(latchkey, (error) => void task.run(() => Promise.reject(error))), []);
  return (
    <>
      {task.problem && <Refusal problem={task.problem} sentences={WITH_PASSWORD} />}
      <div className="actions">
        <TaskButton task={{ ...task, run: () => task.run(() => signInWithPasskey(latchkey)) }}>Log in with a passkey</TaskButton>
      </div>
    </>
  );
}

const WITH_PASSWORD = {
  PASSKEY_CANCELLED: 'No passkey was used. Try again, or log in with your password.',
  PASSKEY_FAILED: 'This browser refused the passkey. Log in with your password, or try another browser or device.',
  AUTH_SECOND_FACTOR_INVALID: 'This passkey could not be verified. Try another one, or log in with your password.',
};

const NO_ACCOUNT_OR_UNVERIFIED =
  'There is no account with this username or email address and password, or its address is not verified yet. Open the link in the email that you got when you registered.';

function typedIn(link: HTMLAnchorElement) {
  const form = link.closest('form');
  return form ? String(new FormData(form).get('identifier') ?? '').trim() : '';
}
