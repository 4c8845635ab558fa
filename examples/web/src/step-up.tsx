// The dialog in which users prove again who they are, because an action needs a fresh session.

import { withFreshSession, type FreshSessionNeed } from 'latchkey-client/fresh';
import { reauthenticateWithPasskey } from 'latchkey-client/passkeys';
import { useEffect, useSyncExternalStore } from 'react';
import { useChange } from './data';
import { Dialog } from './forms';
import { ReauthenticateDocument } from './gql/graphql';
import { latchkey } from './latchkey';
import { useMe } from './me';
import { ProofForm } from './proof';

type Question = { need: FreshSessionNeed; answer: (isFresh: boolean) => void };

let question: Question | null = null;
const listeners = new Set<() => void>();

function set(next: Question | null) {
  question = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

const stepUp = (need: FreshSessionNeed) =>
  new Promise<boolean>((resolve) => {
    const answer = (isFresh: boolean) => {
      set(null);
      resolve(isFresh);
    };
    set({ need, answer });
  });

// Runs an action, if necessary after the user has proved who they are. If they close the dialog, it throws the error of the action.
export const withStepUp = <Result,>(action: () => Promise<Result>) => withFreshSession(action, stepUp);

export function StepUpDialog() {
  const asked = useSyncExternalStore(subscribe, () => question);
  const me = useMe();
  const change = useChange();
  // The session may end while the dialog is open.
  useEffect(() => () => question?.answer(false), []);
  if (!asked) return null;
  const close = () => asked.answer(false);
  return (
    <Dialog title="Confirm that it is you" onClose={close}>
      <p>You logged in a while ago, and this change needs a recent confirmation.</p>
      <ProofForm
        label="Confirm that it is you"
        submit="Confirm"
        methods={asked.need.methods}
        username={me.username}
        prove={async (input) => {
          await change(ReauthenticateDocument, { input }, ['SecurityEvent']);
          asked.answer(true);
        }}
        proveByPasskey={async () => {
          await reauthenticateWithPasskey(latchkey);
          asked.answer(true);
        }}
        back="Cancel"
        onBack={close}
      />
    </Dialog>
  );
}
