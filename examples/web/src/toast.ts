// What was done, said in one place of the page, to eyes and to screen readers.

import { useSyncExternalStore } from 'react';

let said: { text: string } | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

export function say(text: string | null) {
  clearTimeout(timer);
  said = text ? { text } : null;
  if (text) timer = setTimeout(() => say(null), 12_000);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export const useSaid = () => useSyncExternalStore(subscribe, () => said);
