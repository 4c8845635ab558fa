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

declare module 'react-router' {
  export function useLoaderData<Loader extends (...args: never[]) => unknown>(): Awaited<ReturnType<Loader>>;
}

declare module '@react-native-async-storage/async-storage' {
  const storage: { getItem(key: string): Promise<string | null>; setItem(key: string, value: string): Promise<void> };
  export default storage;
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
