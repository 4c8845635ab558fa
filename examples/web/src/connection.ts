// Whether the service can be reached. While it cannot, a request is sent every few seconds. When one succeeds, failed queries are
// loaded again.

import { useSyncExternalStore } from 'react';
import { url } from './latchkey';

// `restored` counts how often the connection came back.
type Connection = { lost: boolean; restored: number };

let connection: Connection = { lost: false, restored: 0 };
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

function set(next: Connection) {
  connection = next;
  for (const listener of listeners) listener();
}

export function connectionLost() {
  if (!connection.lost) set({ ...connection, lost: true });
  clearTimeout(timer);
  timer = setTimeout(probe, 3000);
}

export function connectionWorks() {
  clearTimeout(timer);
  if (connection.lost) set({ lost: false, restored: connection.restored + 1 });
}

async function probe() {
  if (await responds()) connectionWorks();
  else connectionLost();
}

async function responds(): Promise<boolean> {
  try {
    const headers = { 'Content-Type': 'application/json' };
    return (await fetch(url, { method: 'POST', headers, body: '{"query":"{ __typename }"}' })).ok;
  } catch {
    return false;
  }
}

addEventListener('offline', connectionLost);
addEventListener('online', () => void probe());
if (!navigator.onLine) connectionLost();

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export const useConnection = () => useSyncExternalStore(subscribe, () => connection);
