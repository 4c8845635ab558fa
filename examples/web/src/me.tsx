// The logged-in user.

import { createContext, useContext, useEffect, type ReactNode } from 'react';
import { useData } from './data';
import { MeDocument, type ProfileFragment } from './gql/graphql';
import { Loading, Page, Plate, Refusal } from './ui';

const MeContext = createContext<ProfileFragment | null>(null);

export function useMe(): ProfileFragment {
  const me = useContext(MeContext);
  if (!me) throw new Error('useMe outside of MeProvider');
  return me;
}

type Props = { unverified: ReactNode; children: ReactNode };

export function MeProvider({ unverified, children }: Props) {
  const { data, problem, again } = useData(MeDocument, {}, ['Membership']);

  // Loads the user again when the page becomes visible: the session may have ended elsewhere, or the address been verified.
  useEffect(() => {
    const reload = () => {
      if (document.visibilityState === 'visible') again();
    };
    document.addEventListener('visibilitychange', reload);
    addEventListener('focus', reload);
    return () => {
      document.removeEventListener('visibilitychange', reload);
      removeEventListener('focus', reload);
    };
  }, [again]);

  if (problem?.code === 'AUTH_EMAIL_NOT_VERIFIED') return unverified;
  if (data) return <MeContext value={data.me}>{children}</MeContext>;
  return (
    <main id="main" className="single">
      {problem ? (
        <Plate>
          <Page title="Your account">
            <Refusal problem={problem} again={again} />
          </Page>
        </Plate>
      ) : (
        <Loading />
      )}
    </main>
  );
}
