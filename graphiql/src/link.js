/**
 * Takes the token out of a mailed link (`/graphql#token=lkm_…`), or returns null.
 *
 * The fragment is removed at once, so that the token stays neither in the address bar nor in the
 * browser's history. It is only filled in, never sent: whatever opens the link (a mail scanner, a
 * preview) must not use it up, so a person presses the button.
 */
export function takeLinkToken() {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (!token) return null;
  history.replaceState(history.state, '', location.pathname + location.search);
  return token;
}
