// The frame around the pages, and the choice of the page.

import { useEffect, useMemo, type ReactNode } from 'react';
import { Provider } from 'urql';
import { useConnection } from './connection';
import { makeClient } from './data';
import { TaskButton } from './forms';
import { Key, People, Phone, Pulse, Shield, User } from './icons';
import { latchkey, useActiveOrganization, useLatchkeyState } from './latchkey';
import { MeProvider, useMe } from './me';
import { Activity } from './pages/activity';
import { CheckMail, Unverified } from './pages/check-mail';
import { DeleteAccount } from './pages/delete-account';
import { ForgottenPassword, ResetPassword } from './pages/forgotten';
import { Home } from './pages/home';
import { AcceptInvitation, ConfirmEmail, INVITATION, SecureAccount, VerifyEmail } from './pages/links';
import { Login } from './pages/login';
import { OrganizationPage } from './pages/organization';
import { Organizations } from './pages/organizations';
import { Register } from './pages/register';
import { Security } from './pages/security';
import { Sessions } from './pages/sessions';
import { Link, navigate, usePlace } from './router';
import { StepUpDialog } from './step-up';
import { useTask } from './task';
import { showMessage, useMessage } from './toast';
import { Loading, Onward, Page, Plate, PRODUCT, Refusal } from './ui';

export function App() {
  const { status } = useLatchkeyState();
  // A new client for each user, so that no user sees cached data of another.
  const user = status === 'signedIn' ? (latchkey.claims?.sub ?? 'somebody') : null;
  const client = useMemo(() => makeClient(), [user]);

  return (
    <Provider value={client}>
      <a className="skip" href="#main" onClick={skip}>
        Skip to the content
      </a>
      <Connection signedIn={status === 'signedIn'} />
      <Frame status={status} user={user} />
      <Toast />
    </Provider>
  );
}

function skip(event: { preventDefault(): void }) {
  event.preventDefault();
  document.querySelector('h1')?.focus();
}

// Nobody is logged out without a connection: loaded data stay, and the rest is loaded later.
function Connection({ signedIn }: { signedIn: boolean }) {
  const { lost } = useConnection();
  return (
    <div role="status" className="connection">
      {lost && <p>{signedIn ? 'No connection. You stay logged in.' : 'No connection.'}</p>}
    </div>
  );
}

function Toast() {
  const message = useMessage();
  return (
    <div role="status" className="toast">
      {message && (
        <p>
          <span>{message.text}</span>
          <button type="button" className="small" onClick={() => showMessage(null)}>
            Dismiss
          </button>
        </p>
      )}
    </div>
  );
}

// The pages of mailed links work for everybody.
const LINKS: Record<string, () => ReactNode> = {
  '/verify-email': () => <VerifyEmail />,
  '/reset-password': () => <ResetPassword />,
  '/confirm-email': () => <ConfirmEmail />,
  '/secure-account': () => <SecureAccount />,
};

const SIGNED_OUT: Record<string, () => ReactNode> = {
  '/register': () => <Register />,
  '/check-mail': () => <CheckMail />,
  '/forgotten-password': () => <ForgottenPassword />,
  [INVITATION]: () => <AcceptInvitation visitor="signedOut" />,
};

const SIGNED_IN: Record<string, () => ReactNode> = {
  '/': () => <Home />,
  '/sessions': () => <Sessions />,
  '/security': () => <Security />,
  '/activity': () => <Activity />,
  '/organizations': () => <Organizations />,
  '/delete-account': () => <DeleteAccount />,
  [INVITATION]: () => (
    <Plate>
      <AcceptInvitation visitor="verified" />
    </Plate>
  ),
};

type FrameProps = { status: 'loading' | 'signedOut' | 'signedIn'; user: string | null };

// The page of a mailed link keeps its state when a user logs in or out.
function Frame({ status, user }: FrameProps) {
  const { path } = usePlace();
  const link = LINKS[path];
  if (link) return <Narrow>{link()}</Narrow>;
  if (status === 'loading') {
    return (
      <Narrow>
        <Restoring />
      </Narrow>
    );
  }
  if (status === 'signedOut') {
    const page = SIGNED_OUT[path];
    return <Narrow>{page ? page() : <Login />}</Narrow>;
  }
  return <SignedIn key={user} path={path} />;
}

// In cookie mode, only a request shows whether a user is logged in.
function Restoring() {
  const { restored } = useConnection();
  const task = useTask(async () => void (await latchkey.accessToken()));
  const ask = () => void task.run();
  useEffect(ask, [restored]);
  return task.problem ? <Refusal problem={task.problem} again={ask} /> : <Loading />;
}

function Narrow({ children }: { children: ReactNode }) {
  return (
    <div className="narrow">
      <header>
        <Brand />
      </header>
      <main id="main">{children}</main>
    </div>
  );
}

function Brand() {
  return (
    <Link to="/" className="brand">
      <Key />
      {PRODUCT}
    </Link>
  );
}

function SignedIn({ path }: { path: string }) {
  // Pages for people who are not logged in.
  const isForVisitors = path === '/login' || path in SIGNED_OUT ? !(path in SIGNED_IN) : false;
  useEffect(() => {
    if (isForVisitors) navigate('/', { replace: true });
  }, [isForVisitors]);

  const logOut = useTask(async () => {
    navigate('/');
    await latchkey.logout();
  });

  if (isForVisitors) return null;
  const organization = /^\/organizations\/([\w-]+)$/.exec(path)?.[1];
  const page = organization ? () => <OrganizationPage key={organization} id={organization} /> : SIGNED_IN[path];
  return (
    <div className="wide">
      <header>
        <Brand />
        <TaskButton task={logOut} className="small">
          Log out
        </TaskButton>
      </header>
      <MeProvider
        unverified={
          <main id="main" className="single">
            <Plate>
              {path === INVITATION ? <AcceptInvitation visitor="unverified" /> : <Unverified />}
            </Plate>
          </main>
        }
      >
        <Navigation path={path} />
        <main id="main">{page ? page() : <NotFound />}</main>
        <StepUpDialog />
      </MeProvider>
    </div>
  );
}

const PLACES = [
  { to: '/', name: 'Profile', icon: <User /> },
  { to: '/sessions', name: 'Devices', icon: <Phone /> },
  { to: '/security', name: 'Security', icon: <Shield /> },
  { to: '/activity', name: 'Activity', icon: <Pulse /> },
  { to: '/organizations', name: 'Organizations', icon: <People /> },
];

function Navigation({ path }: { path: string }) {
  return (
    <nav className="places" aria-label="Account">
      <ul>
        {PLACES.map(({ to, name, icon }) => (
          <li key={to}>
            <Link
              to={to}
              aria-current={path === to ? 'page' : to !== '/' && path.startsWith(to) ? 'true' : undefined}
            >
              {icon}
              {name}
            </Link>
          </li>
        ))}
      </ul>
      <ActiveOrganization />
    </nav>
  );
}

function ActiveOrganization() {
  const id = useActiveOrganization();
  const { memberships } = useMe();
  const organization = memberships.find(({ organization }) => organization.id === id)?.organization;
  if (!organization) return null;
  return (
    <p className="active-organization">
      Active organization: <Link to={`/organizations/${organization.id}`}>{organization.name}</Link>
    </p>
  );
}

function NotFound() {
  return (
    <Plate>
      <Page title="This page does not exist" lead="The address may be misspelled, or the link may be old.">
        <Onward to="/">Go to your profile</Onward>
      </Page>
    </Plate>
  );
}
