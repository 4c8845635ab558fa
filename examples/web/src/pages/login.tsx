import { Field, Form, PasswordField } from '../forms';
import { latchkey, useLatchkeyState } from '../latchkey';
import { Link } from '../router';
import { Notice, Page } from '../ui';
import { whyEnded } from '../words';
import { rememberAddress } from './check-mail';
import { useRegistration } from './register';

// Stands wherever somebody has to be signed in, so that they are where they wanted to be once they are.
export function Login() {
  const { end } = useLatchkeyState();
  const { registration, isKnown } = useRegistration();
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

export function LoginForm({ identifier }: { identifier?: string }) {
  return (
    <Form
      label="Log in"
      submit="Log in"
      act={async (value) => {
        const identifier = value('identifier').trim();
        rememberAddress(identifier);
        await latchkey.login({ identifier, password: value('password') });
      }}
      beside={<Link to="/forgotten-password">Forgot your password?</Link>}
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
