import { Field, Form, PasswordField } from '../forms';
import { latchkey, useLatchkeyState } from '../latchkey';
import { Link } from '../router';
import { Notice, Page } from '../ui';
import { whyEnded } from '../words';
import { rememberAddress } from './check-mail';
import { useSignInOptions } from './register';

// Stands wherever somebody has to be logged in, so that they are where they wanted to be once they are.
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

export function LoginForm({ identifier }: { identifier?: string }) {
  const { unverifiedLogin } = useSignInOptions();
  return (
    <Form
      label="Log in"
      submit="Log in"
      sentences={unverifiedLogin ? {} : { AUTH_INVALID_CREDENTIALS: NO_ACCOUNT_OR_UNVERIFIED }}
      act={async (value) => {
        const identifier = value('identifier').trim();
        rememberAddress(identifier);
        await latchkey.login({ identifier, password: value('password') });
      }}
      beside={
        <Link
          to="/forgotten-password"
          first={(link) => {
            // Somebody who typed a username is asked for their address, unless an invitation tells it.
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
  'There is no account with this username or email address and password, or its address is not verified yet: open the link in the email that you got when you registered.';

function typedIn(link: HTMLAnchorElement) {
  const form = link.closest('form');
  return form ? String(new FormData(form).get('identifier') ?? '').trim() : '';
}
