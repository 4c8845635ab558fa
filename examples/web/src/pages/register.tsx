import { useChange } from '../data';
import { EmailField, Field, Form } from '../forms';
import { RegisterDocument } from '../gql/graphql';
import { NewPasswordField } from '../password';
import { Link, navigate } from '../router';
import { Page } from '../ui';
import { rememberAddress } from './check-mail';

export function Register() {
  const change = useChange();
  return (
    <Page title="Register">
      <Form
        label="Register"
        submit="Register"
        blame={{ AUTH_EMAIL_EXISTS: 'email', AUTH_USERNAME_EXISTS: 'username' }}
        act={async (value) => {
          const email = value('email').trim();
          await change(RegisterDocument, {
            input: {
              email,
              username: value('username').trim(),
              password: value('password'),
              displayName: value('displayName').trim() || null,
              organizationName: value('organizationName').trim() || null,
            },
          });
          rememberAddress(email);
          navigate('/check-mail');
        }}
      >
        <EmailField />
        <Field
          name="username"
          label="Username"
          hint="2 to 32 letters, digits, dots, hyphens or underscores."
          autoComplete="username"
          autoCapitalize="off"
          spellCheck={false}
        />
        <NewPasswordField name="password" label="Password" />
        <Field name="displayName" label="Display name" hint="How others see you." autoComplete="name" optional />
        <Field
          name="organizationName"
          label="Organization"
          hint="The name of your first organization. You can invite people into it later."
          autoComplete="organization"
          optional
        />
      </Form>
      <p className="below">
        Already have an account? <Link to="/login">Log in</Link>
      </p>
    </Page>
  );
}
