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

export const DEVICE_KEY = 'latchkey:device';

export function deviceHeaders(device: DeviceOptions, storage: KeyValue | null): Record<string, string> {
  const headers: Record<string, string> = {};
  const id = device.id ?? keptId(storage);
  if (id) headers['X-Device-ID'] = id;
  if (device.name) headers['X-Device-Name'] = plain(device.name);
  if (device.type) headers['X-Device-Type'] = plain(device.type);
  return headers;
}

/**
 * The id that is stored, which is made if there is none; null if none can be stored. A refresh whose answer was lost is answered
 * again only to the device that asked, so an id has to outlive the page. Without one, the service tells browsers by `User-Agent`.
 */
function keptId(storage: KeyValue | null): string | null {
  try {
    if (!storage?.getItem(DEVICE_KEY)) storage?.setItem(DEVICE_KEY, newDeviceId());
    return storage?.getItem(DEVICE_KEY) ?? null;
  } catch {
    return null; // full, or forbidden
  }
}

export function newDeviceId(): string {
  const bytes = new Uint8Array(16);
  // Not randomUUID, which needs https. React Native has no crypto; an id has to be unlike others. It proves nothing, but opens its
  // device's own bucket and lane of the limits: do not show it to others.
  if (globalThis.crypto) crypto.getRandomValues(bytes);
  else bytes.forEach((_, at) => (bytes[at] = Math.random() * 256));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The service reads UTF-8, and `fetch` takes a header byte by byte. React Native has no `TextEncoder`. */
function plain(text: string): string {
  const visible = text.replace(/[\0-\x1f\x7f-\x9f\ud800-\udfff]/gu, ' '); // halves of characters alone have no UTF-8
  return encodeURIComponent(visible).replace(/%(..)/g, (_, byte) => String.fromCharCode(parseInt(byte, 16)));
}
