// The client of the service. It keeps and refreshes the tokens, and reports why a session ended.

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

// Sends a request without urql, so that its result is not cached.
export const requestUncached = <Data, Variables extends Record<string, unknown>>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
) => latchkey.request<Data>(stringifyDocument(document), variables);

// Returns the id of the active organization.
export const useActiveOrganization = () => useSyncExternalStore(subscribe, activeOrganization);

const activeOrganization = () => latchkey.claims?.org?.id ?? null;
