import { Loaded, useChange, useData } from '../data';
import { isProblem } from '../errors';
import { Form, PasswordField, UsernameForManagers } from '../forms';
import { DeleteAccountDocument, MeDocument, SignInMethodsDocument } from '../gql/graphql';
import { requestUncached } from '../latchkey';
import { useMe } from '../me';
import { Link, navigate } from '../router';
import { withStepUp } from '../step-up';
import { Card, Page } from '../ui';

export function DeleteAccount() {
  const me = useMe();
  const answer = useData(SignInMethodsDocument, {});
  return (
    <Page title="Delete account" lead="This cannot be undone.">
      <Card title={`Delete ${me.username}`} tone="danger">
        <ul>
          <li>Your profile, your devices and your activity will be deleted.</li>
          <li>Organizations that nobody else belongs to will be deleted, too.</li>
          <li>You will leave all other organizations. If you are the last owner of one, make another member an owner first.</li>
        </ul>
        <Loaded from={answer}>{({ signInMethods }) => <DeletionForm hasPassword={signInMethods.password} />}</Loaded>
      </Card>
    </Page>
  );
}

// Without a password, the session has to be fresh.
function DeletionForm({ hasPassword }: { hasPassword: boolean }) {
  const me = useMe();
  const change = useChange();
  return (
    <Form
      label="Delete account"
      submit="Delete my account"
      danger
      blame={{ AUTH_INVALID_CREDENTIALS: 'password' }}
      sentences={{
        ORGANIZATION_LAST_OWNER:
          'You are the last owner of an organization that has other members. Make one of them an owner, or delete the organization, before you delete your account:',
      }}
      act={async (value) => {
        const password = hasPassword ? value('password') : null;
        await withStepUp(() => change(DeleteAccountDocument, { input: { password } }));
        await detectEnd();
        navigate('/');
      }}
      beside={
        <Link to="/security" className="button">
          Cancel
        </Link>
      }
    >
      {hasPassword && (
        <>
          <UsernameForManagers value={me.username} />
          <PasswordField name="password" label="Password" autoComplete="current-password" />
        </>
      )}
    </Form>
  );
}

// The session ended with the account. The next request fails with that error, which the client then reports.
async function detectEnd() {
  try {
    await requestUncached(MeDocument, {});
  } catch (error) {
    if (!isProblem(error, 'AUTH_SESSION_ENDED')) throw error;
  }
}
