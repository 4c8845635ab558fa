// The one client of the service: it keeps the tokens, refreshes them, and knows why a session ended.

import { stringifyDocument, type TypedDocumentNode } from '@urql/core';
import { browserStorage, cookieMode, createLatchkey } from 'latchkey-client';
import { useSyncExternalStore } from 'react';
import { describeAgent } from './agents';

export const url = new URL(import.meta.env.VITE_AUTH_SERVICE_URL ?? '/graphql', location.href).href;

export const latchkey = createLatchkey({
  url,
  tokens: import.meta.env.VITE_TOKENS === 'cookie' ? cookieMode() : browserStorage(),
  device: { name: describeAgent(navigator.userAgent), type: 'web' },
  refreshAhead: 30,
});

const subscribe = (listener: () => void) => latchkey.subscribe(listener);

export const useLatchkeyState = () => useSyncExternalStore(subscribe, () => latchkey.state);

// Past urql, and so past its cache: for what nothing here should remember.
export const askOnce = <Data, Variables extends Record<string, unknown>>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
) => latchkey.request<Data>(stringifyDocument(document), variables);

// The organization that the access token is for.
export const useActingFor = () => useSyncExternalStore(subscribe, actingFor);

const actingFor = () => latchkey.claims?.org?.id ?? null;
