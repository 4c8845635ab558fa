/**
 * The tokens of the session that one plays with.
 *
 * The access token is kept in sessionStorage: it survives a reload, and ends with the browser tab.
 * Never localStorage: there it would outlive the browser, and lie open to everything that ever
 * runs on this origin.
 */
const KEY = 'latchkey:accessToken';
const accessListeners = new Set();
const inputListeners = new Set();

export const getAccessToken = () => sessionStorage.getItem(KEY) ?? '';

export function setAccessToken(token) {
  if (token) sessionStorage.setItem(KEY, token);
  else sessionStorage.removeItem(KEY);
  for (const listener of accessListeners) listener();
}

/** For `useSyncExternalStore`: calls back at each change, returns how to stop that. */
export function onAccessToken(listener) {
  accessListeners.add(listener);
  return () => accessListeners.delete(listener);
}

/**
 * Calls back with the title of a tab and its new input, such as a refresh token, or the challenge
 * of a login. They are not kept here: they live in their tabs.
 */
export function onInput(listener) {
  inputListeners.add(listener);
  return () => inputListeners.delete(listener);
}

/** Takes over what a response holds for other tabs: tokens, the challenge of a login, the id of a passkey. */
export function takeTokens(result) {
  const { login, completeLogin, completePasskeyLogin, refresh, completePasskeyRegistration } =
    result?.data ?? {};
  const token = (login ?? completeLogin ?? completePasskeyLogin ?? refresh)?.token;
  const passkeyId = completePasskeyRegistration?.passkey?.id;
  const { challenge } = result?.errors?.[0]?.extensions ?? {};
  // Each may be missing: the document selects what it likes.
  if (token?.accessToken) setAccessToken(token.accessToken);
  if (token?.refreshToken) tell('Refresh', { refreshToken: token.refreshToken });
  if (challenge) tell('CompleteLogin', { challenge, totpCode: '' });
  if (passkeyId) {
    tell('RenamePasskey', { passkeyId, name: 'My laptop' });
    tell('RemovePasskey', { passkeyId });
  }
}

/** Puts the input of a field into its tab. */
export function tell(title, input) {
  for (const listener of inputListeners) listener(title, input);
}
