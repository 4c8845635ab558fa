// Messages about completed actions, shown in one place of the page, and announced by screen readers.

import { useSyncExternalStore } from 'react';

let message: { text: string } | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

export function showMessage(text: string | null) {
  clearTimeout(timer);
  message = text ? { text } : null;
  if (text) timer = setTimeout(() => showMessage(null), 12_000);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export const useMessage = () => useSyncExternalStore(subscribe, () => message);
