// The environment that the client runs in, and substitutes for functions that some environments lack.

/**
 * Whether this is a page in a person's browser. Servers have parts of a browser, too: Node.js has BroadcastChannel, Web
 * Locks and localStorage, and tools that render pages there add a `document`. On a server, all visitors share these.
 */
export function isPage(): boolean {
  const { document, process } = globalThis as { document?: unknown; process?: Partial<Process> };
  return !!document && (!process?.versions?.node || process.type === 'renderer');
}

/** The `process` of Node.js. Electron has it in pages that may use Node.js, with the type `renderer`. */
interface Process {
  versions: { node?: string };
  type: string;
}

/** Stands in for `AbortSignal.timeout`, which React Native and older browsers lack. */
export function abortAfter(milliseconds: number): AbortSignal {
  const controller = new AbortController();
  unref(setTimeout(() => controller.abort(), milliseconds));
  return controller.signal;
}

/** Keeps Node.js from waiting for a timer or a channel. */
export function unref(resource: unknown) {
  (resource as { unref?: () => void }).unref?.();
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
