// The JSON of WebAuthn, in which the service writes options and reads credentials. Browsers convert it themselves, Safari only
// since 2025: this file does the same for those that do not.

export function readCreationOptions(json: object): PublicKeyCredentialCreationOptions {
  const options = json as PublicKeyCredentialCreationOptionsJSON;
  return (PublicKeyCredential.parseCreationOptionsFromJSON?.(options) ??
    readOptions(options)) as PublicKeyCredentialCreationOptions;
}

export function readRequestOptions(json: object): PublicKeyCredentialRequestOptions {
  const options = json as PublicKeyCredentialRequestOptionsJSON;
  return (PublicKeyCredential.parseRequestOptionsFromJSON?.(options) ??
    readOptions(options)) as PublicKeyCredentialRequestOptions;
}

/** The members of both kinds of options. */
type Options = Omit<PublicKeyCredentialRequestOptionsJSON, 'extensions'> & Partial<PublicKeyCredentialCreationOptionsJSON>;

function readOptions({ challenge, user, allowCredentials, excludeCredentials, ...more }: Options) {
  return {
    ...more,
    challenge: decode(challenge),
    user: user && withId(user),
    allowCredentials: allowCredentials?.map(withId),
    excludeCredentials: excludeCredentials?.map(withId),
  };
}

const withId = ({ id, ...more }: { id: string }) => ({ ...more, id: decode(id) });

// The members of responses that are bytes.
const BYTES = ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'];

export function writeCredential(credential: PublicKeyCredential): object {
  if (credential.toJSON) return credential.toJSON();
  const { id, type } = credential;
  const from = credential.response as AuthenticatorAttestationResponse & Record<string, ArrayBuffer | null | undefined>;
  const response: Record<string, unknown> = { transports: from.getTransports?.() };
  for (const name of BYTES) {
    const bytes = from[name];
    if (bytes) response[name] = encode(bytes);
  }
  return { id, rawId: id, type, response, clientExtensionResults: credential.getClientExtensionResults() };
}

/** Decodes Base64url. */
function decode(text: string): Uint8Array {
  const bytes = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(bytes, (byte) => byte.charCodeAt(0));
}

function encode(bytes: ArrayBuffer): string {
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return text.replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');
}
