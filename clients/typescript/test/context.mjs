// Runs the package in other environments: with only the given globals.

import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { build } from 'esbuild';

const { clearTimeout, setTimeout } = globalThis;
const ENTRY = ['index', 'async-storage', 'passkeys']
  .map((entry) => `export * from ${JSON.stringify(fileURLToPath(new URL(`../dist/${entry}.js`, import.meta.url)))};`)
  .join('\n');

let bundled;
async function bundle() {
  const { outputFiles } = await build({
    stdin: { contents: ENTRY, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    format: 'iife',
    globalName: 'client',
    write: false,
  });
  return outputFiles[0].text;
}

export async function packageIn(environment) {
  const text = await (bundled ??= bundle());
  const descriptors = Object.getOwnPropertyDescriptors(environment); // with getters
  const context = Object.defineProperties({ clearTimeout, setTimeout }, descriptors);
  vm.runInNewContext(text, context);
  return context.client;
}
