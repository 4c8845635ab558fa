// The pages of mailed links. A link is only used when a button is pressed, because mail scanners open links.

import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Loaded, useChange, useData } from '../data';
import { isProblem } from '../errors';
import { Confirm, Form, TaskButton } from '../forms';
import {
  AcceptInvitationDocument,
  CancelRegistrationDocument,
  ConfirmEmailChangeDocument,
  DeclineInvitationDocument,
  InvitationDocument,
  RegistrationDocument,
  ResendVerificationEmailDocument,
  SecureAccountDocument,
  VerifyEmailDocument,
  ViewerDocument,
  type InvitationQuery,
} from '../gql/graphql';
import { latchkey, useLatchkeyState } from '../latchkey';
import { useMe } from '../me';
import { dropLinkToken, leaveBehind, Link, linkToken, navigate, usePlace } from '../router';
import { useTask } from '../task';
import { Loading, Notice, Onward, Page, Refusal } from '../ui';
import { count, dateAndTime, roleName, whyEnded } from '../words';
import { MailboxHint, ResendForm } from './check-mail';
import { LoginForm } from './login';
import { RegisterInvited, useSignInOptions } from './register';

type Steps = {
  // The link was used: shows the result.
  done: (result: ReactNode, title?: string) => void;
  // Runs an action that uses the link, and shows the page for invalid links if the link does not work.
  refused: (act: () => Promise<string | void>) => Promise<string | void>;
  // Shows the page for invalid links.
  showInvalid: () => void;
};

type LinkPageProps = {
  path: string;
  title: string;
  text?: ReactNode;
  doneTitle: string;
  // Why the link may no longer work, and what to do then.
  why?: string;
  invalid: ReactNode;
  children: (token: string, steps: Steps) => ReactNode;
};

// If another link is opened while the result of one is shown, the page starts anew.
export function LinkPage(props: LinkPageProps) {
  usePlace();
  const [opened, setOpened] = useState(() => linkToken(props.path));
  const token = linkToken(props.path);
  if (token && token !== opened) setOpened(token);
  return <OneLink key={opened} token={opened} {...props} />;
}

const WHY = 'It has expired, is incomplete, or was used before.';

type OneLinkProps = LinkPageProps & { token: string | null };

function OneLink({ path, token, title, text, doneTitle, why = WHY, invalid, children }: OneLinkProps) {
  const [result, setResult] = useState<{ title: string; text: ReactNode } | null>(null);
  const [broken, setBroken] = useState(false);

  if (result) return <Page title={result.title}>{result.text}</Page>;
  if (!token) {
    return (
      <Page
        title="Please open the link in your mail"
        lead="This page works only through the link that we mailed to you. If you have reloaded it, open the link once more."
      >
        <ToAccount />
      </Page>
    );
  }
  if (broken) {
    return (
      <Page title="This link does not work any more" lead={why}>
        {invalid}
      </Page>
    );
  }
  const showInvalid = () => {
    dropLinkToken(path);
    setBroken(true);
  };
  const steps: Steps = {
    done: (text, title = doneTitle) => {
      dropLinkToken(path);
      setResult({ title, text });
    },
    refused: async (act) => {
      try {
        return await act();
      } catch (error) {
        if (!isProblem(error, 'AUTH_LINK_INVALID')) throw error;
        showInvalid();
      }
    },
    showInvalid,
  };
  return (
    <Page title={title} lead={text}>
      {children(token, steps)}
    </Page>
  );
}

function ToAccount() {
  const { status } = useLatchkeyState();
  return status === 'signedIn' ? <Onward to="/">Go to your account</Onward> : <Onward to="/login">Log in</Onward>;
}

export function VerifyEmail() {
  return (
    <LinkPage
      path="/verify-email"
      title="Verify your email address"
      text="Somebody registered with your email address. Was it you?"
      doneTitle="Your address is verified"
      invalid={
        <>
          <p>
            If you have verified your address, <Link to="/login">log in</Link>. If you have deleted the account, there is
            nothing left to do. Otherwise we mail you another link.
          </p>
          <ResendForm />
        </>
      }
    >
      {(token, steps) => <OneRegistration token={token} {...steps} />}
    </LinkPage>
  );
}

// Shows who registered before the address is verified: it may have been somebody else, who knows the password of the account.
function OneRegistration({ token, done, refused, showInvalid }: { token: string } & Steps) {
  const change = useChange();
  const answer = useData(RegistrationDocument, { token });
  const broken = answer.problem?.code === 'AUTH_LINK_INVALID';
  useEffect(() => {
    if (broken) showInvalid();
  });
  if (broken) return null;

  const verify = () =>
    refused(async () => {
      const { verifyEmail } = await change(VerifyEmailDocument, { input: { token } }, ['User']);
      done(
        <>
          <p>{verifyEmail.user.email} is verified.</p>
          <ToAccount />
        </>,
      );
    });
  const cancel = (username: string, email: string) =>
    refused(async () => {
      await change(CancelRegistrationDocument, { input: { token } });
      done(
        <>
          <p>
            The account <b>{username}</b> has been deleted, and its sessions have ended. You do not need to do anything else. If
            you want an account with <b>{email}</b>, you can register at any time.
          </p>
          <Onward to="/register">Register</Onward>
        </>,
        'The account is deleted',
      );
    });
  return (
    <Loaded from={answer}>
      {({ registration: { email, username, registeredAt, device } }) => (
        <>
          <dl>
            <dt>Email address</dt>
            <dd>{email}</dd>
            <dt>Username</dt>
            <dd>{username}</dd>
            <dt>Registered</dt>
            <dd>{dateAndTime(registeredAt)}</dd>
            <dt>Device name</dt>
            <dd>{device ?? 'Unknown'}</dd>
          </dl>
          <Form
            submit="Verify my address"
            act={verify}
            beside={
              <Confirm
                title="Delete this account?"
                text={`The account ${username} and everything that belongs to it will be deleted, and its sessions will end. Your address ${email} can then be registered again.`}
                confirm="Delete the account"
                act={() => cancel(username, email)}
              >
                I did not register
              </Confirm>
            }
          />
        </>
      )}
    </Loaded>
  );
}

export function ConfirmEmail() {
  const change = useChange();
  return (
    <LinkPage
      path="/confirm-email"
      title="Confirm your new email address"
      text="Press the button to use this address for your account. If you did not ask for this, close this page: nothing changes."
      doneTitle="Your address is changed"
      invalid={
        <>
          <p>To change your address, start the change again.</p>
          <Onward to="/security">Change email address</Onward>
        </>
      }
    >
      {(token, { done, refused }) => (
        <Form
          submit="Confirm my new address"
          sentences={{ AUTH_EMAIL_EXISTS: 'Another account has taken this address in the meantime. Your account keeps its current address.' }}
          act={() =>
            refused(async () => {
              const { confirmEmailChange } = await change(ConfirmEmailChangeDocument, { input: { token } }, ['User']);
              done(
                <>
                  <p>Your account now has the address {confirmEmailChange.user.email}.</p>
                  <ToAccount />
                </>,
              );
            })
          }
        />
      )}
    </LinkPage>
  );
}

export function SecureAccount() {
  const change = useChange();
  return (
    <LinkPage
      path="/secure-account"
      title="This was not me"
      text="If somebody else did what our mail describes, secure your account now."
      doneTitle="Your account is secured"
      invalid={
        <>
          <p>You can still choose a new password, which ends every session too.</p>
          <Onward to="/forgotten-password">Choose a new password</Onward>
        </>
      }
    >
      {(token, { done, refused }) => (
        <Form
          submit="Secure my account"
          danger
          act={() =>
            refused(async () => {
              const { secureAccount } = await change(SecureAccountDocument, { input: { token } });
              done(
                <>
                  <p>
                    {count(secureAccount.revokedSessions, 'session')} ended. We mailed a link to choose a new password to{' '}
                    <b>{secureAccount.email}</b>. Open it to log in again.
                  </p>
                  <Onward to="/login">Back to login</Onward>
                </>,
              );
            })
          }
        >
          <ul>
            <li>Every session ends, on all devices.</li>
            <li>The current password stops working, and passkeys that were added since our mail are removed.</li>
            <li>If the address of your account was changed, it is changed back to the address that got our mail.</li>
            <li>We mail you a link to choose a new password.</li>
          </ul>
        </Form>
      )}
    </LinkPage>
  );
}

export const INVITATION = '/accept-invitation';

type Visitor = 'signedOut' | 'unverified' | 'verified';

export function AcceptInvitation({ visitor }: { visitor: Visitor }) {
  return (
    <LinkPage
      path={INVITATION}
      title="You are invited to an organization"
      doneTitle="The invitation is declined"
      why="The invitation was answered before, was withdrawn, or has expired, or the link is incomplete."
      invalid={
        <>
          <p>
            If you have accepted the invitation, the organization is in your list. Otherwise, ask the person who invited you
            for another one: the mail names them.
          </p>
          <Onward to="/organizations">{visitor === 'signedOut' ? 'Log in' : 'Go to your organizations'}</Onward>
        </>
      }
    >
      {(token, steps) => <OneInvitation token={token} visitor={visitor} {...steps} />}
    </LinkPage>
  );
}

type Invitation = NonNullable<InvitationQuery['invitation']>;

// Shows the invitation before it is accepted, also to people without an account.
function OneInvitation({ token, visitor, ...steps }: { token: string; visitor: Visitor } & Steps) {
  const answer = useData(InvitationDocument, { token });
  const broken = answer.problem?.code === 'AUTH_LINK_INVALID';
  useEffect(() => {
    if (broken) steps.showInvalid();
  });
  if (broken) return null;
  return (
    <Loaded from={answer}>
      {({ invitation }) =>
        invitation &&
        (visitor === 'signedOut' ? (
          <EnterInvited token={token} invitation={invitation} {...steps} />
        ) : (
          <>
            <Facts invitation={invitation} />
            {visitor === 'verified' ? (
              <AnswerInvitation token={token} invitation={invitation} {...steps} />
            ) : (
              <InvitationWaits invitation={invitation} />
            )}
          </>
        ))
      }
    </Loaded>
  );
}

function Facts({ invitation }: { invitation: Invitation }) {
  return (
    <dl>
      <dt>Organization</dt>
      <dd>{invitation.organizationName}</dd>
      <dt>Invited as</dt>
      <dd>{roleName[invitation.role]}</dd>
      {invitation.invitedByName && (
        <>
          <dt>Invited by</dt>
          <dd>{invitation.invitedByName}</dd>
        </>
      )}
      <dt>Invited address</dt>
      <dd>{invitation.email}</dd>
      <dt>Valid until</dt>
      <dd>{dateAndTime(invitation.expiresAt)}</dd>
    </dl>
  );
}

// To answer, a visitor creates an account or logs in. Most invited people have no account yet.
function EnterInvited({ token, invitation, refused }: { token: string; invitation: Invitation } & Steps) {
  const { end } = useLatchkeyState();
  const { registration, isKnown } = useSignInOptions();
  const [step, setStep] = useState<'choice' | 'create' | 'login'>('choice');
  if (!isKnown) return <Loading />;
  const ended = end && (
    <Notice tone="info">
      <p>{whyEnded(end)}</p>
    </Notice>
  );
  if (registration === 'CLOSED') {
    return (
      <>
        <Facts invitation={invitation} />
        {ended}
        <p>
          Registration is closed: new accounts cannot be created here. If you have an account, log in to accept or decline the
          invitation. If you have none, ask {inviterOf(invitation)} how to get one.
        </p>
        <LoginForm identifier={invitation.email} />
      </>
    );
  }
  if (step === 'choice') {
    return (
      <>
        <Facts invitation={invitation} />
        {ended}
        <div className="actions equal">
          <button type="button" className="primary" onClick={() => setStep('create')}>
            Create account
          </button>
          <button type="button" onClick={() => setStep('login')}>
            I have an account
          </button>
        </div>
      </>
    );
  }
  const other = step === 'create' ? 'login' : 'create';
  return (
    <>
      <StepHeading key={step}>{step === 'create' ? 'Create account' : 'Log in'}</StepHeading>
      {step === 'create' ? (
        <RegisterInvited token={token} path={INVITATION} invitation={invitation} refused={(act) => refused(act)} />
      ) : (
        <>
          <p>
            Log in to accept or decline the invitation to <b>{invitation.organizationName}</b>.
          </p>
          <LoginForm identifier={invitation.email} />
        </>
      )}
      <p className="below">
        {step === 'create' ? 'Already have an account?' : 'No account yet?'}{' '}
        <button type="button" className="as-link" onClick={() => setStep(other)}>
          {step === 'create' ? 'Log in instead' : 'Create one'}
        </button>
      </p>
    </>
  );
}

// Gets the focus when its step is shown, so that a screen reader announces it.
function StepHeading({ children }: { children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, []);
  return (
    <h2 ref={heading} tabIndex={-1}>
      {children}
    </h2>
  );
}

// The service decides which addresses are the same. This only shows a difference earlier.
const isFor = (invitation: Invitation, email: string) => email.toLowerCase() === invitation.email.toLowerCase();

const inviterOf = ({ invitedByName }: Invitation) => invitedByName ?? 'the person who invited you';

function AnswerInvitation({ token, invitation, done, refused }: { token: string; invitation: Invitation } & Steps) {
  const change = useChange();
  const me = useMe();
  const { organizationName } = invitation;
  const accept = useTask(() =>
    refused(async () => {
      const touched = ['Membership', 'Invitation', 'User'];
      const { acceptInvitation } = await change(AcceptInvitationDocument, { input: { token } }, touched);
      dropLinkToken(INVITATION);
      navigate(`/organizations/${acceptInvitation.membership.organization.id}`, { replace: true, joined: true });
    }),
  );
  const decline = () =>
    refused(async () => {
      await change(DeclineInvitationDocument, { input: { token } }, ['Invitation']);
      leaveBehind('/organizations');
      done(
        <>
          <p>
            You declined the invitation to <b>{organizationName}</b>. If you change your mind, ask {inviterOf(invitation)} for
            another one.
          </p>
          <Onward to="/organizations">Go to your organizations</Onward>
        </>,
      );
    });
  if (!isFor(invitation, me.email)) return <OtherAddress invitation={invitation} email={me.email} />;
  if (accept.problem?.code === 'MEMBERSHIP_EXISTS') return <AlreadyMember name={organizationName} />;
  return (
    <>
      {accept.problem && <Refusal problem={accept.problem} />}
      <div className="actions">
        <TaskButton task={accept} className="primary">
          Accept
        </TaskButton>
        <Confirm
          title={`Decline the invitation to ${organizationName}?`}
          text={`You will not become a member. If you change your mind, ask ${inviterOf(invitation)} for a new invitation.`}
          confirm="Decline"
          act={decline}
        >
          Decline
        </Confirm>
      </div>
    </>
  );
}

function AlreadyMember({ name }: { name: string }) {
  const named = useMe().memberships.filter(({ organization }) => organization.name === name);
  // Two organizations may have the same name.
  const only = named.length === 1 ? named[0] : undefined;
  return (
    <>
      <Notice tone="info">
        <p>You are already a member of this organization. Your role does not change.</p>
      </Notice>
      {only ? (
        <Onward to={`/organizations/${only.organization.id}`}>Go to the organization</Onward>
      ) : (
        <Onward to="/organizations">Go to your organizations</Onward>
      )}
    </>
  );
}

function OtherAddress({ invitation, email }: { invitation: Invitation; email: string }) {
  const { registration } = useSignInOptions();
  const logOut = useTask(() => latchkey.logout());
  return (
    <>
      <Notice tone="bad">
        <p>
          This invitation was sent to <b>{invitation.email}</b>, and you are logged in with <b>{email}</b>.
        </p>
      </Notice>
      <p>
        {registration !== 'CLOSED' && (
          <>
            If there is no account with <b>{invitation.email}</b> yet, log out and create one.{' '}
          </>
        )}
        To join with <b>{email}</b>, ask {inviterOf(invitation)} to invite that address.
      </p>
      <p className="actions">
        <TaskButton task={logOut} className="primary">
          Log out and answer as {invitation.email}
        </TaskButton>
      </p>
    </>
  );
}

// An invitation can be answered when the address of the account is verified.
function InvitationWaits({ invitation }: { invitation: Invitation }) {
  const change = useChange();
  const answer = useData(ViewerDocument, {}, ['User']);
  return (
    <Loaded from={answer}>
      {({ viewer: { user: { email } } }) =>
        isFor(invitation, email) ? (
          <>
            <Notice tone="info">
              <p>
                To accept or decline the invitation, verify your address first: open the link that we sent to <b>{email}</b>.
              </p>
            </Notice>
            <MailboxHint />
            <Form
              label="Send the link again"
              submit="Send the link again"
              act={async () => {
                await change(ResendVerificationEmailDocument, { input: { email } });
                return `A link to ${email} is on its way.`;
              }}
            />
          </>
        ) : (
          <OtherAddress invitation={invitation} email={email} />
        )
      }
    </Loaded>
  );
}
