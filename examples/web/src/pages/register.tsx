import { useQuery } from 'urql';
import { useChange } from '../data';
import { EmailField, Field, Form, UsernameForManagers } from '../forms';
import { RegisterDocument, SignInOptionsDocument, type InvitationQuery } from '../gql/graphql';
import { latchkey } from '../latchkey';
import { NewPasswordField } from '../password';
import { dropLinkToken, Link, navigate } from '../router';
import { Onward, Page } from '../ui';
import { rememberAddress } from './check-mail';

// Who may register, and whether unverified users can log in. Until this is known, the page allows both, because the service
// decides.
export function useSignInOptions() {
  const [{ data, fetching }] = useQuery({ query: SignInOptionsDocument, requestPolicy: 'cache-first' });
  const { registration = 'OPEN', unverifiedLogin = true } = data?.signInOptions ?? {};
  return { registration, unverifiedLogin, isKnown: !fetching };
}

export function Register() {
  const change = useChange();
  const { registration } = useSignInOptions();
  if (registration !== 'OPEN') return <NotOpen byInvitation={registration === 'INVITATION'} />;
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
        <Names />
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

function NotOpen({ byInvitation }: { byInvitation: boolean }) {
  const lead = byInvitation
    ? 'To register, open the link in your invitation mail.'
    : 'New accounts cannot be created here at the moment.';
  return (
    <Page title={byInvitation ? 'Registration is by invitation' : 'Registration is closed'} lead={lead}>
      <Onward to="/login">Log in</Onward>
    </Page>
  );
}

function Names() {
  return (
    <>
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
    </>
  );
}

type Invitation = NonNullable<InvitationQuery['invitation']>;
type InvitedProps = { token: string; path: string; invitation: Invitation; refused: (act: () => Promise<void>) => Promise<string | void> };

// The mail of an invitation verifies the address. So the new user is verified, a member of the organization, and logged in at once.
export function RegisterInvited({ token, path, invitation: { email, organizationName }, refused }: InvitedProps) {
  const change = useChange();
  return (
    <Form
      label="Create account"
      submit="Create account and join"
      blame={{ AUTH_USERNAME_EXISTS: 'username' }}
      act={(value) =>
        refused(async () => {
          const password = value('password');
          const { register } = await change(RegisterDocument, {
            input: {
              email,
              username: value('username').trim(),
              password,
              displayName: value('displayName').trim() || null,
              invitationToken: token,
            },
          });
          dropLinkToken(path);
          const id = register.user.memberships[0]?.organization.id;
          await logInAt(id ? `/organizations/${id}` : '/organizations', email, password);
        })
      }
    >
      <div className="field">
        <span className="label">Email address</span>
        <p>{email}</p>
      </div>
      <UsernameForManagers value={email} />
      <input type="hidden" name="email" value={email} />
      <Names />
      <p className="hint">You join {organizationName} with this account.</p>
    </Form>
  );
}

// Navigates at the moment of the login, so that no other page is shown in between. Replaces the page of the invitation in the
// history, because its link has been used.
async function logInAt(path: string, identifier: string, password: string) {
  const stop = latchkey.subscribe(() => {
    if (latchkey.state.status === 'signedIn') navigate(path, { replace: true, joined: true });
  });
  try {
    await latchkey.login({ identifier, password });
  } finally {
    stop();
  }
}
