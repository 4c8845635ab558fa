// The card of the authenticator app: to set it up, to get new recovery codes, and to remove it.

import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useChange } from '../data';
import { Confirm, Form, TaskButton } from '../forms';
import {
  ConfirmTotpSetupDocument,
  RemoveTotpDocument,
  RenewRecoveryCodesDocument,
  StartTotpSetupDocument,
  type SignInMethodsQuery,
  type StartTotpSetupMutation,
} from '../gql/graphql';
import { CodeField } from '../proof';
import { withStepUp } from '../step-up';
import { useTask } from '../task';
import { showMessage } from '../toast';
import { Card, keepFocus, Notice, Refusal } from '../ui';
import { count } from '../words';

type Setup = StartTotpSetupMutation['startTotpSetup'];
type Step = { setup: Setup } | { codes: string[] } | null;

const TOUCHED = ['SignInMethods', 'Session', 'SecurityEvent'];
const FEW_CODES = 3;

type Props = Pick<SignInMethodsQuery['signInMethods'], 'totp' | 'recoveryCodesLeft'>;

export function Authenticator({ totp, recoveryCodesLeft }: Props) {
  const [step, setStep] = useState<Step>(null);
  const end = () => {
    keepFocus();
    setStep(null);
  };
  return (
    <Card
      title="Authenticator app"
      note="An app on your phone that shows a code. Logging in with your password then needs the code, too."
    >
      {step && 'setup' in step && (
        <SetUp setup={step.setup} onConfirmed={(codes) => setStep({ codes })} onCancel={end} />
      )}
      {step && 'codes' in step && <RecoveryCodes codes={step.codes} onKept={end} />}
      {!step && totp && <TurnedOn left={recoveryCodesLeft} onRenewed={(codes) => setStep({ codes })} />}
      {!step && !totp && <TurnedOff onStarted={(setup) => setStep({ setup })} />}
    </Card>
  );
}

function TurnedOff({ onStarted }: { onStarted: (setup: Setup) => void }) {
  const change = useChange();
  const start = useTask(async () => {
    const { startTotpSetup } = await withStepUp(() => change(StartTotpSetupDocument, {}));
    onStarted(startTotpSetup);
  });
  return (
    <>
      {start.problem && <Refusal problem={start.problem} />}
      <div className="actions">
        <TaskButton task={start}>Set up an authenticator app</TaskButton>
      </div>
    </>
  );
}

type SetUpProps = { setup: Setup; onConfirmed: (codes: string[]) => void; onCancel: () => void };

function SetUp({ setup: { qrCodeSvg, uri, secret }, onConfirmed, onCancel }: SetUpProps) {
  const change = useChange();
  return (
    <>
      <StepHeading>Add the account to your app</StepHeading>
      <p>
        Scan this picture with an authenticator app. If you have no camera at hand, <a href={uri}>open the app on this device</a>,
        or type the key.
      </p>
      <img className="qr-code" src={`data:image/svg+xml,${encodeURIComponent(qrCodeSvg)}`} alt="QR code with the key" />
      <dl>
        <dt>Key</dt>
        <dd>
          <code>{inGroups(secret)}</code>
        </dd>
      </dl>
      <Form
        label="Set up an authenticator app"
        submit="Turn on"
        blame={{ AUTH_SECOND_FACTOR_INVALID: 'code' }}
        sentences={{ AUTH_CHALLENGE_INVALID: 'This took too long. Cancel, and start again with a new key.' }}
        act={async (value) => {
          const input = { code: value('code') };
          const { confirmTotpSetup } = await withStepUp(() => change(ConfirmTotpSetupDocument, { input }, TOUCHED));
          onConfirmed(confirmTotpSetup.recoveryCodes);
          return 'Your authenticator app is on.';
        }}
        beside={
          <button type="button" onClick={onCancel}>
            Cancel
          </button>
        }
      >
        <CodeField name="code" />
      </Form>
    </>
  );
}

const inGroups = (secret: string) => secret.replace(/.{4}(?=.)/g, '$& ');

function RecoveryCodes({ codes, onKept }: { codes: string[]; onKept: () => void }) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(codes.join('\n'));
      showMessage('Your recovery codes are copied.');
    } catch {
      showMessage('The browser does not allow it. Select the codes to copy them.');
    }
  };
  return (
    <>
      <StepHeading>Keep your recovery codes</StepHeading>
      <p>
        If you lose your phone, each of these codes works once in place of the app. Print them, or copy them to a safe place. They
        are not shown again.
      </p>
      <ul className="codes" aria-label="Recovery codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className="actions">
        <button type="button" onClick={() => void copy()}>
          Copy
        </button>
        <button type="button" onClick={() => print()}>
          Print
        </button>
        <button type="button" className="primary" onClick={onKept}>
          I have kept them
        </button>
      </div>
    </>
  );
}

function TurnedOn({ left, onRenewed }: { left: number; onRenewed: (codes: string[]) => void }) {
  const change = useChange();
  return (
    <>
      {left <= FEW_CODES && (
        <Notice tone="info">
          <p>Make new recovery codes before they run out.</p>
        </Notice>
      )}
      <p>It is on. You have {count(left, 'recovery code')} left.</p>
      <div className="actions">
        <Confirm
          title="Make new recovery codes?"
          text="The codes that you have now stop working."
          confirm="Make new codes"
          act={async () => {
            const { renewRecoveryCodes } = await withStepUp(() => change(RenewRecoveryCodesDocument, {}, TOUCHED));
            onRenewed(renewRecoveryCodes.recoveryCodes);
          }}
        >
          New recovery codes
        </Confirm>
        <Confirm
          title="Remove the authenticator app?"
          text="Your password alone is then enough to log in. Your recovery codes stop working."
          confirm="Remove the app"
          act={async () => {
            await withStepUp(() => change(RemoveTotpDocument, {}, TOUCHED));
            return 'Your authenticator app is removed.';
          }}
        >
          Remove the app
        </Confirm>
      </div>
    </>
  );
}

// The heading of a step gets the focus, so that a screen reader announces it.
function StepHeading({ children }: { children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <h3 ref={heading} tabIndex={-1}>
      {children}
    </h3>
  );
}
