/**
 * The tokens of the session that one plays with.
 *
 * The access token is kept in sessionStorage: it survives a reload, and ends with the browser tab.
 * Never localStorage: there it would outlive the browser, and lie open to everything that ever
 * runs on this origin.
 */
const KEY = 'latchkey:accessToken';
const accessListeners = new Set();
const refreshListeners = new Set();

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

/** Calls back with each new refresh token. It is not kept here: it lives in the Refresh tab. */
export function onRefreshToken(listener) {
  refreshListeners.add(listener);
  return () => refreshListeners.delete(listener);
}

/** Takes over the tokens that a response to `login` or `refresh` holds. */
export function takeTokens(result) {
  const token = result?.data?.login?.token ?? result?.data?.refresh?.token;
  // Either may be missing: the document selects what it likes.
  if (token?.accessToken) setAccessToken(token.accessToken);
  if (token?.refreshToken) for (const listener of refreshListeners) listener(token.refreshToken);
}
