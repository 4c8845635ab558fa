// The card of the passkeys: to add, rename and remove them.

import { createPasskey, supportsPasskeys } from 'latchkey-client/passkeys';
import { useState } from 'react';
import { useChange } from '../data';
import { Confirm, Dialog, Field, Form, TaskButton } from '../forms';
import {
  CompletePasskeyRegistrationDocument,
  RemovePasskeyDocument,
  RenamePasskeyDocument,
  StartPasskeyRegistrationDocument,
  type PasskeyItemFragment,
} from '../gql/graphql';
import { Key } from '../icons';
import { withStepUp } from '../step-up';
import { useTask } from '../task';
import { Card, Refusal } from '../ui';
import { date, fromNow } from '../words';

const TOUCHED = ['SignInMethods', 'Session', 'SecurityEvent'];

export function Passkeys({ passkeys }: { passkeys: PasskeyItemFragment[] }) {
  return (
    <Card
      title="Passkeys"
      note="Log in with your fingerprint, your face or a PIN, without a password and without a code. Keep one on a second device, too."
    >
      {passkeys.length > 0 && (
        <ul className="rows" aria-label="Passkeys">
          {passkeys.map((passkey) => (
            <PasskeyRow key={passkey.id} passkey={passkey} />
          ))}
        </ul>
      )}
      {supportsPasskeys() ? (
        <AddPasskey />
      ) : (
        <p>This browser has no passkeys. To add one, open this page in another browser or on another device.</p>
      )}
    </Card>
  );
}

// The service suggests a name: that of the password manager or of the device.
function AddPasskey() {
  const change = useChange();
  const add = useTask(async () => {
    const { startPasskeyRegistration } = await withStepUp(() => change(StartPasskeyRegistrationDocument, {}));
    const input = await createPasskey(startPasskeyRegistration.ceremony);
    const { completePasskeyRegistration } = await withStepUp(() =>
      change(CompletePasskeyRegistrationDocument, { input }, TOUCHED),
    );
    return `The passkey “${completePasskeyRegistration.passkey.name}” is added.`;
  });
  return (
    <>
      {add.problem && <Refusal problem={add.problem} sentences={NOT_ADDED} />}
      <div className="actions">
        <TaskButton task={add}>Add a passkey</TaskButton>
      </div>
    </>
  );
}

const NOT_ADDED = {
  PASSKEY_CANCELLED: 'No passkey was added. You can try again.',
  AUTH_CHALLENGE_INVALID: 'This took too long, so no passkey was added. You can try again.',
  AUTH_SECOND_FACTOR_INVALID: 'This passkey could not be verified, so it was not added. Try another browser or device.',
};

function PasskeyRow({ passkey: { id, name, createdAt, lastUsedAt, backedUp, signsInAlone } }: { passkey: PasskeyItemFragment }) {
  const change = useChange();
  const [renaming, setRenaming] = useState(false);
  const close = () => setRenaming(false);
  return (
    <li className="row">
      <span className="row-icon">
        <Key />
      </span>
      <div className="row-text">
        <h3>
          {name}
          {backedUp && <span className="badge">Synced</span>}
          <span className="badge" data-tone={signsInAlone ? 'good' : undefined}>
            {signsInAlone ? 'Signs in alone' : 'Second factor only'}
          </span>
        </h3>
        <p className="quiet">
          Added {date(createdAt)} ·{' '}
          {lastUsedAt ? (
            <>
              last used <time dateTime={lastUsedAt}>{fromNow(lastUsedAt)}</time>
            </>
          ) : (
            'never used'
          )}
        </p>
      </div>
      <div className="actions">
        <button type="button" className="small" aria-label={`Rename ${name}`} onClick={() => setRenaming(true)}>
          Rename
        </button>
        <Confirm
          small
          name={`Remove ${name}`}
          title={`Remove ${name}?`}
          text="You can no longer log in with this passkey. Your password manager may still offer it: delete it there, too."
          confirm="Remove the passkey"
          act={async () => {
            await withStepUp(() => change(RemovePasskeyDocument, { input: { passkeyId: id } }, TOUCHED));
            return `The passkey “${name}” is removed.`;
          }}
        >
          Remove
        </Confirm>
      </div>
      {renaming && (
        <Dialog title="Rename the passkey" onClose={close}>
          <Form
            label="Rename the passkey"
            submit="Save"
            act={async (value) => {
              await change(RenamePasskeyDocument, { input: { passkeyId: id, name: value('name') } });
              close();
              return 'The passkey has its new name.';
            }}
            beside={
              <button type="button" onClick={close}>
                Cancel
              </button>
            }
          >
            <Field name="name" label="Name" defaultValue={name} maxLength={64} autoComplete="off" />
          </Form>
        </Dialog>
      )}
    </li>
  );
}
