// Passkeys: signing in, the second step of a login, step-up, and adding one. The service starts a ceremony, the browser performs it
// in a dialog or in the autofill of a field, and the service gets the answer.

import { sleep } from './environment.js';
import { errorCode, LatchkeyError } from './errors.js';
import {
  completePasskeyRegistration,
  reauthenticate,
  startPasskeyLogin,
  startPasskeyRegistration,
  startReauthentication,
  type PasskeyDetails,
} from './flows.js';
import type { Latchkey } from './latchkey.js';
import type { LoggedIn } from './operations.js';
import type { CompletePasskeyLoginInput, PasskeyCeremony, PasskeyCredentialInput } from './schema.js';
import { createCredential, getCredential, requirePasskeys } from './webauthn.js';

export { supportsPasskeys } from './webauthn.js';

type Ceremony = Pick<PasskeyCeremony, 'token' | 'options'>;

// A ceremony in the autofill is replaced by another one before its five minutes are over.
const RENEWAL = 4 * 60_000; // milliseconds
const RETRY_DELAY = 30_000; // after a ceremony in the autofill that nobody ended

// A page has one ceremony at a time: a dialog ends the one that waits in the autofill, which begins again after it.
let waiting: AbortController | undefined;
let dialog: Promise<unknown> | undefined;

async function inDialog<Value>(work: () => Promise<Value>): Promise<Value> {
  requirePasskeys();
  waiting?.abort();
  const done = work();
  dialog = done.catch(() => {});
  return done;
}

/** Signs the owner of a passkey in, in a dialog. */
export function signInWithPasskey(
  latchkey: Latchkey,
  input: Pick<CompletePasskeyLoginInput, 'organizationId'> = {},
): Promise<LoggedIn> {
  return inDialog(async () => {
    const { ceremony } = await startPasskeyLogin(latchkey);
    return signIn(latchkey, ceremony, { ...(await use(ceremony)), ...input });
  });
}

/** Finishes a login with the `challenge` in the `extensions` of AUTH_SECOND_FACTOR_REQUIRED, in a dialog. */
export function completeLoginWithPasskey(latchkey: Latchkey, challenge: string): Promise<LoggedIn> {
  return inDialog(async () => {
    const { ceremony } = await startPasskeyLogin(latchkey, { challenge });
    return latchkey.completeLogin({ challenge, passkey: await use(ceremony) });
  });
}

/** Makes the session fresh, in a dialog: for the step-up of `withFreshSession` in `latchkey-client/fresh`. */
export function reauthenticateWithPasskey(latchkey: Latchkey): Promise<void> {
  return inDialog(async () => {
    const { ceremony } = await startReauthentication(latchkey);
    if (!ceremony) throw new LatchkeyError({ message: NO_PASSKEY, extensions: { code: 'PASSKEY_NOT_FOUND' } });
    await reauthenticate(latchkey, { passkey: await use(ceremony) });
  });
}

const NO_PASSKEY = 'The account has no passkey that verifies its user';

/** Adds a passkey to the account, in a dialog. Without a name, the service suggests one. Needs a fresh session. */
export function addPasskey(latchkey: Latchkey, name: string | null = null): Promise<PasskeyDetails> {
  return inDialog(async () => {
    const { ceremony } = await startPasskeyRegistration(latchkey);
    const input = { ...(await make(ceremony)), name };
    return (await completePasskeyRegistration(latchkey, input)).passkey;
  });
}

/** Asks the user for a passkey, in a dialog; returns the answer to the ceremony. For requests of other GraphQL clients. */
export function getPasskey(ceremony: Ceremony): Promise<PasskeyCredentialInput> {
  return inDialog(() => use(ceremony));
}

/** Asks the user to make a passkey, in a dialog; returns the answer to the ceremony. For requests of other GraphQL clients. */
export function createPasskey(ceremony: Ceremony): Promise<PasskeyCredentialInput> {
  return inDialog(() => make(ceremony));
}

/**
 * Offers passkeys in the autofill of the field with `autocomplete="username webauthn"`, until a user has signed in or the returned
 * function is called. Does nothing in browsers that cannot. The listener gets the error if a chosen passkey is refused.
 */
export function offerPasskeys(latchkey: Latchkey, onError: (error: unknown) => void): () => void {
  let isStopped = false;
  let request = new AbortController();

  /** Offers them until the ceremony is due; returns whether to go on. */
  const offer = async (): Promise<boolean> => {
    waiting = request = new AbortController();
    const { signal } = request;
    let isChosen = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      const { ceremony } = await startPasskeyLogin(latchkey);
      timer = setTimeout(() => request.abort(), RENEWAL);
      const answer = await use(ceremony, { mediation: 'conditional', signal });
      isChosen = true;
      await signIn(latchkey, ceremony, answer);
      return false;
    } catch (error) {
      if (isChosen) onError(error);
      else if (errorCode(error) === 'PASSKEY_FAILED') return false;
      else if (!signal.aborted) await sleep(RETRY_DELAY);
      return true;
    } finally {
      clearTimeout(timer);
    }
  };

  void (async () => {
    if (!(await globalThis.PublicKeyCredential?.isConditionalMediationAvailable?.())) return;
    do await dialog;
    while (!isStopped && (await offer()));
  })();
  return () => {
    isStopped = true;
    request.abort();
  };
}

async function use({ token, options }: Ceremony, more?: CredentialRequestOptions): Promise<PasskeyCredentialInput> {
  return { ceremony: token, credential: await getCredential(options, more) };
}

async function make({ token, options }: Ceremony): Promise<PasskeyCredentialInput> {
  return { ceremony: token, credential: await createCredential(options) };
}

/** Completes a sign-in. If the passkey was removed, the password manager offers it no more, where a browser can tell it so. */
async function signIn(latchkey: Latchkey, { options }: Ceremony, answer: CompletePasskeyLoginInput): Promise<LoggedIn> {
  try {
    return await latchkey.completePasskeyLogin(answer);
  } catch (error) {
    if (errorCode(error) === 'PASSKEY_NOT_FOUND') {
      const { rpId } = options as PublicKeyCredentialRequestOptionsJSON;
      const { id: credentialId } = answer.credential as Credential;
      await PublicKeyCredential.signalUnknownCredential?.({ rpId: rpId!, credentialId }).catch(() => {});
    }
    throw error;
  }
}
