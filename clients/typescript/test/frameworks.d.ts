// The parts of frameworks and platforms that the README and ../../../docs/client-on-a-server.md use.

declare module 'next/headers' {
  export function cookies(): Promise<{ get(name: string): { value: string } | undefined }>;
}

declare module 'vite' {
  export function defineConfig(config: { plugins: unknown[]; server: { proxy: Record<string, string> } }): unknown;
}

declare module '@vitejs/plugin-react' {
  export default function react(): unknown;
}

declare module '@vitejs/plugin-vue' {
  export default function vue(): unknown;
}

declare module '@sveltejs/vite-plugin-svelte' {
  export function svelte(): unknown;
}

declare module 'react-router' {
  export function useLoaderData<Loader extends (...args: never[]) => unknown>(): Awaited<ReturnType<Loader>>;
}

declare module 'next' {
  export interface NextConfig {
    rewrites?: () => Promise<{ source: string; destination: string }[]>;
  }
}

interface StorageOfPhones {
  getItem(key: string): Promise<string | null>;
  setItem(key: string, value: string): Promise<void>;
  removeItem(key: string): Promise<void>;
}

declare module '@react-native-async-storage/async-storage' {
  const storage: StorageOfPhones;
  export default storage;
}

declare module 'expo-secure-store' {
  export const getItemAsync: StorageOfPhones['getItem'];
  export const setItemAsync: StorageOfPhones['setItem'];
  export const deleteItemAsync: StorageOfPhones['removeItem'];
}

declare module 'react-native' {
  import type { ComponentType, ReactNode } from 'react';
  export const View: ComponentType<{ children: ReactNode }>;
  export const Text: ComponentType<{ children: ReactNode }>;
  export const Button: ComponentType<{ title: string; onPress: () => void }>;
  export const TextInput: ComponentType<{
    placeholder?: string;
    autoCapitalize?: 'none';
    autoComplete?: 'username' | 'current-password';
    secureTextEntry?: boolean;
    value: string;
    onChangeText: (text: string) => void;
  }>;
}

declare const chrome: {
  storage: {
    local: {
      get(key: string): Promise<Record<string, string>>;
      set(items: Record<string, string>): Promise<void>;
      remove(key: string): Promise<void>;
    };
  };
};
