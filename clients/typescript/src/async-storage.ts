// Asynchronous storage, such as AsyncStorage of React Native and chrome.storage.

import { DEVICE_KEY, newDeviceId } from './device.js';
import { browserStorage, type KeyValue, type TokenStore } from './stores.js';

/** An asynchronous storage. */
export interface AsyncKeyValue {
  getItem(key: string): Promise<string | null>;
  setItem(key: string, value: string): Promise<unknown>;
  /** Removes outdated tokens when the storage is too full for newer ones. */
  removeItem?(key: string): Promise<unknown>;
}

type Items = Record<string, string | undefined>; // undefined values are not stored

/**
 * Keeps the tokens and the device's id in one item of this name. `status` is `loading` until it is read. Other contexts may write
 * the item, too, such as the popup of an extension beside its worker. So each change is made to the stored item, not to the copy.
 */
export function asyncStorage(storage: AsyncKeyValue, name = 'latchkey'): TokenStore {
  let items: Items = {};
  const unwritten = new Set<Items>();
  let last: Promise<unknown> = Promise.resolve();

  const get = async (): Promise<Items> => ({ ...JSON.parse((await storage.getItem(name)) ?? '{}') });
  const set = async (all: Items) => storage.setItem(name, JSON.stringify(all));

  const change = (key: string, value?: string) => {
    const changed = { [key]: value };
    items = { ...items, ...changed };
    unwritten.add(changed);
    last = last.then(async () => {
      // If the item cannot be read, nothing comes from the copy, which may be out of date.
      const stored = await get().catch(() => ({}));
      const others = { [DEVICE_KEY]: items[DEVICE_KEY], ...stored, [key]: undefined };
      await set({ ...others, ...changed })
        // Full: the stored tokens are out of date, and the service would take them for a stolen copy.
        .catch(() => set(others))
        .catch(() => storage.removeItem?.(name))
        .catch(() => {}); // denied
      unwritten.delete(changed);
    });
  };
  const load = async () => {
    try {
      const stored = await get();
      items = Object.assign({}, stored, ...unwritten);
      if (items[DEVICE_KEY]) return;
      // Generated here, where a failure to store it is noticed.
      const device = { [DEVICE_KEY]: newDeviceId() };
      await set({ ...device, ...stored });
      items = { ...items, ...device };
    } catch {
      // Not written by this client, or denied: the app still has its copy.
    }
  };
  const copy: KeyValue = {
    getItem: (key) => items[key] ?? null,
    setItem(key, value) {
      if (key !== DEVICE_KEY) change(key, value);
    },
    removeItem: (key) => change(key),
  };
  return {
    ...browserStorage(copy),
    load() {
      const loaded = last.then(load);
      last = loaded;
      return loaded;
    },
  };
}
