// Routes by the path of the URL, and the tokens of mailed links.

import { useSyncExternalStore, type AnchorHTMLAttributes } from 'react';
import { showMessage } from './toast';

// A mailed link ends in `#token=…`. The token is removed from the address bar and the history at once. It is kept here, for its
// page, until it is used or the tab is closed.
const tokens = new Map<string, string>();

// The token of an invitation survives a reload, in this tab only: people leave the page to read another mail, and phones may load
// it again when they come back.
const KEPT = new Set(['/accept-invitation']);
const keptAs = (path: string) => `example:token:${path}`;

// Storage may be denied.
function inTab<T>(act: (storage: Storage) => T): T | null {
  try {
    return act(sessionStorage);
  } catch {
    return null;
  }
}

function takeToken() {
  const token = /^#token=(.+)$/.exec(location.hash)?.[1];
  if (!token) return;
  tokens.set(location.pathname, token);
  if (KEPT.has(location.pathname)) inTab((storage) => storage.setItem(keptAs(location.pathname), token));
  history.replaceState(null, '', location.pathname + location.search);
}

export const linkToken = (path: string) =>
  tokens.get(path) ?? (KEPT.has(path) ? inTab((storage) => storage.getItem(keptAs(path))) : null);

export function dropLinkToken(path: string) {
  tokens.delete(path);
  inTab((storage) => storage.removeItem(keptAs(path)));
}

// `visit` counts navigations; `joined`: the user has just become a member of this organization.
type Place = { path: string; visit: number; joined: boolean };

let place: Place = { path: '/', visit: 0, joined: false };
const listeners = new Set<() => void>();

function arrive(joined: boolean) {
  takeToken();
  place = { path: location.pathname.replace(/(.)\/+$/, '$1'), visit: place.visit + 1, joined };
  for (const listener of listeners) listener();
}

arrive(false);
addEventListener('popstate', () => arrive(false));
addEventListener('hashchange', () => arrive(false));

export function navigate(path: string, { replace = false, joined = false } = {}) {
  if (replace) history.replaceState(null, '', path);
  else history.pushState(null, '', path);
  arrive(joined);
  scrollTo(0, 0);
}

// Keeps the page, but a reload or the Back button leads to `path`.
export const leaveBehind = (path: string) => history.replaceState(null, '', path);

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export const usePlace = () => useSyncExternalStore(subscribe, () => place);

// `first` is called before the navigation.
type LinkProps = { to: string; first?: (link: HTMLAnchorElement) => void } & Omit<
  AnchorHTMLAttributes<HTMLAnchorElement>,
  'href' | 'onClick'
>;

export function Link({ to, first, ...rest }: LinkProps) {
  return (
    <a
      href={to}
      onClick={(event) => {
        const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
        if (!plain) return;
        event.preventDefault();
        first?.(event.currentTarget);
        showMessage(null);
        navigate(to);
      }}
      {...rest}
    />
  );
}
