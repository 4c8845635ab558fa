// The logged-in user, for the pages that are theirs.

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

  // Who comes back to the page learns at once if the session was ended elsewhere, or the address verified.
  useEffect(() => {
    const look = () => {
      if (document.visibilityState === 'visible') again();
    };
    document.addEventListener('visibilitychange', look);
    addEventListener('focus', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      removeEventListener('focus', look);
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
