// For storage that answers later, such as AsyncStorage of React Native and chrome.storage.

import { DEVICE_KEY, newDeviceId } from './device.js';
import { browserStorage, type KeyValue, type TokenStore } from './stores.js';

/** An asynchronous storage. */
export interface AsyncKeyValue {
  getItem(key: string): Promise<string | null>;
  setItem(key: string, value: string): Promise<unknown>;
  /** Removes tokens that are out of date, where the storage has become too full for newer ones. */
  removeItem?(key: string): Promise<unknown>;
}

type Items = Record<string, string | undefined>; // what is undefined is not stored

/**
 * Keeps the tokens, and the id of the device, in one item of this name. `status` is `loading` until it is read. Others may write
 * the item, too, such as the popup of an extension beside its worker. So each change is made to what is stored, and not to the copy.
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
      // Nothing of the copy where it cannot be read: that may be out of date.
      const stored = await get().catch(() => ({}));
      const others = { [DEVICE_KEY]: items[DEVICE_KEY], ...stored, [key]: undefined };
      await set({ ...others, ...changed })
        // Full: what is stored is out of date, and the service would take it for a copy.
        .catch(() => set(others))
        .catch(() => storage.removeItem?.(name))
        .catch(() => {}); // forbidden
      unwritten.delete(changed);
    });
  };
  const load = async () => {
    try {
      const stored = await get();
      items = Object.assign({}, stored, ...unwritten);
      if (items[DEVICE_KEY]) return;
      // Made here, where a failure to store it is seen.
      const made = { [DEVICE_KEY]: newDeviceId() };
      await set({ ...made, ...stored });
      items = { ...items, ...made };
    } catch {
      // Somebody else's, or forbidden: the app still has its copy.
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
