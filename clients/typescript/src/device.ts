// What the service is told about this browser, so that people recognise their sessions.

import type { KeyValue } from './stores.js';

export interface DeviceOptions {
  /** Made once and kept, unless given. */
  id?: string;
  /** Such as `Firefox on Linux`. */
  name?: string;
  /** Such as `web`. */
  type?: string;
}

const KEY = 'latchkey:device';

/**
 * A refresh whose answer was lost is answered again only to the device that asked, so the id has to outlive
 * the page, as the tokens do.
 */
export function deviceHeaders(device: DeviceOptions, storage: KeyValue | null): Record<string, string> {
  const headers: Record<string, string> = { 'X-Device-ID': device.id ?? keptId(storage) };
  if (device.name) headers['X-Device-Name'] = plain(device.name);
  if (device.type) headers['X-Device-Type'] = plain(device.type);
  return headers;
}

function keptId(storage: KeyValue | null): string {
  try {
    const kept = storage?.getItem(KEY);
    if (kept) return kept;
  } catch {
    // Forbidden: one for this page.
  }
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID needs https
  const id = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  try {
    storage?.setItem(KEY, id);
  } catch {
    // Full, or forbidden.
  }
  return id;
}

/** The service reads UTF-8, and `fetch` takes a header byte by byte. */
function plain(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text.replace(/\p{Cc}/gu, ' ')));
}
