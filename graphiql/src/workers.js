/**
 * Tells Monaco where its workers are: beside the script, as files of our own origin.
 *
 * GraphiQL's own `setup-workers` modules rely on Vite or webpack, or fetch from esm.sh. Blob URLs
 * would work too, but would put `blob:` into the policy's `worker-src`.
 */
const FILES = { json: 'json.worker.js', graphql: 'graphql.worker.js' };

globalThis.MonacoEnvironment = {
  getWorker: (_id, label) =>
    new Worker(new URL(FILES[label] ?? 'editor.worker.js', import.meta.url), { name: label }),
};
