// Describes this device to the service, so that users recognise their sessions.

import type { KeyValue } from './stores.js';

export interface DeviceOptions {
  /** Generated once and stored, unless given. */
  id?: string;
  /** Such as `Firefox on Linux`. */
  name?: string;
  /** Such as `web`. */
  type?: string;
}

export const DEVICE_KEY = 'latchkey:device';

export function deviceHeaders(device: DeviceOptions, storage: KeyValue | null): Record<string, string> {
  const headers: Record<string, string> = {};
  const id = device.id ?? storedId(storage);
  if (id) headers['X-Device-ID'] = id;
  if (device.name) headers['X-Device-Name'] = plain(device.name);
  if (device.type) headers['X-Device-Type'] = plain(device.type);
  return headers;
}

/**
 * Returns the stored id, or stores a new one; null if none can be stored. The service answers a repeated refresh only to the same
 * device, so an id has to outlive the page. Without an id, the service tells browsers apart by `User-Agent`.
 */
function storedId(storage: KeyValue | null): string | null {
  try {
    if (!storage?.getItem(DEVICE_KEY)) storage?.setItem(DEVICE_KEY, newDeviceId());
    return storage?.getItem(DEVICE_KEY) ?? null;
  } catch {
    return null; // full, or denied
  }
}

export function newDeviceId(): string {
  const bytes = new Uint8Array(16);
  // Not randomUUID, which needs https. React Native has no crypto; the id has to be unique, but is no credential. It does give the
  // device rate limits of its own, so do not show it to others.
  if (globalThis.crypto) crypto.getRandomValues(bytes);
  else bytes.forEach((_, at) => (bytes[at] = Math.random() * 256));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Encodes a header value as UTF-8, in a string of bytes as `fetch` takes it. React Native has no `TextEncoder`. */
function plain(text: string): string {
  const visible = text.replace(/[\0-\x1f\x7f-\x9f\ud800-\udfff]/gu, ' '); // lone surrogates have no UTF-8
  return encodeURIComponent(visible).replace(/%(..)/g, (_, byte) => String.fromCharCode(parseInt(byte, 16)));
}
