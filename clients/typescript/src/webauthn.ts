// Ceremonies in the browser. Its errors become LatchkeyErrors, which say what they mean for the app.

import { LatchkeyError, type ClientErrorCode } from './errors.js';
import type { ErrorCode } from './schema.js';
import { readCreationOptions, readRequestOptions, writeCredential } from './webauthn-json.js';

/** Whether this browser has passkeys. On plain http, it has them only for pages on localhost. */
export function supportsPasskeys(): boolean {
  return 'PublicKeyCredential' in globalThis;
}

export function requirePasskeys() {
  if (!supportsPasskeys()) throw failure('PASSKEY_UNSUPPORTED', 'This browser has no passkeys, or the page needs https');
}

/** Asks the user to make a passkey; returns the credential. */
export function createCredential(options: object): Promise<object> {
  return perform(() => navigator.credentials.create({ publicKey: readCreationOptions(options) }));
}

/** Asks the user for a passkey; returns the credential. */
export function getCredential(options: object, more?: CredentialRequestOptions): Promise<object> {
  return perform(() => navigator.credentials.get({ ...more, publicKey: readRequestOptions(options) }));
}

async function perform(ceremony: () => Promise<Credential | null>): Promise<object> {
  try {
    return writeCredential((await ceremony()) as PublicKeyCredential);
  } catch (error) {
    throw explained(error as DOMException);
  }
}

function explained(cause: DOMException): LatchkeyError {
  switch (cause.name) {
    case 'AbortError':
    case 'NotAllowedError':
      return failure('PASSKEY_CANCELLED', 'The user closed the dialog, waited too long, or has no passkey', cause);
    case 'InvalidStateError':
      return failure('PASSKEY_EXISTS', 'The authenticator has a passkey of this account already', cause);
    case 'SecurityError':
      return failure('PASSKEY_FAILED', `${location.host} is not PASSKEY_RP_ID of the service, nor below it`, cause);
    default:
      return failure('PASSKEY_FAILED', `The browser refused the ceremony: ${cause.message}`, cause);
  }
}

function failure(code: ErrorCode | ClientErrorCode, message: string, cause?: DOMException): LatchkeyError {
  return new LatchkeyError({ message, extensions: { code } }, { cause });
}
