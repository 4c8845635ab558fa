// The README's pages, against the service.

import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { compile } from 'svelte/compiler';
import { compileScript, parse } from 'vue/compiler-sfc';
import { inPage } from './page.mjs';
import { programs, README } from './programs.mjs';
import { PASSWORD } from './stage.mjs';

// What a component's file becomes.
const compilers = {
  vue: (text) => compileScript(parse(text).descriptor, { id: 'app', inlineTemplate: true }).content,
  svelte: (text) => compile(text, { generate: 'client' }).js.code,
};

const components = {
  name: 'components',
  setup(setUp) {
    setUp.onLoad({ filter: /\.(vue|svelte)$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      return { contents: compilers[/\w+$/.exec(path)[0]](text), loader: 'ts', resolveDir: dirname(path) };
    });
  },
};

// The README's files in a folder of their own, with the one component that is written in this language, if it is one.
async function appOf(language) {
  const folder = fileURLToPath(new URL(`made/${language}-app`, import.meta.url));
  await programs(README, `${language}-app`);
  if (compilers[language]) {
    const text = await readFile(README, 'utf8');
    const [, component] = new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'm').exec(text);
    await mkdir(`${folder}/src`, { recursive: true });
    await writeFile(`${folder}/src/App.${language}`, component);
  }
  return `${folder}/src`;
}

// Imports an entry of the app as a bundler for browsers makes it.
async function importApp(folder, contents, external = []) {
  const outfile = `${folder}/app.mjs`;
  await build({
    stdin: { contents, resolveDir: folder },
    bundle: true,
    format: 'esm',
    jsx: 'automatic',
    conditions: ['browser'],
    define: { __VUE_OPTIONS_API__: 'true', __VUE_PROD_DEVTOOLS__: 'false', __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false' },
    external: ['latchkey-client', ...external],
    plugins: [components],
    outfile,
    logLevel: 'error',
  });
  return import(outfile);
}

// A page in which one logs in and out; `mount` renders the app and returns what ends that.
const logsInAndOut = (language, entry) => async (stage) => {
  const person = await stage.service.registerVerified();
  const folder = await appOf(language);
  await inPage(async (page) => {
    const app = await importApp(folder, entry);
    const stop = app.mount(page.root);
    await page.shows('Log in');
    page.fill('Username', person.username);
    page.fill('Password', 'wrong');
    page.press('Log in');
    await page.shows('wrong');
    page.fill('Password', PASSWORD);
    page.press('Log in');
    await page.shows(`Hello ${person.username}`);
    page.press('Log out');
    await page.shows('Log in');
    await stop();
    app.latchkey.dispose();
  }, stage.proxy.url);
};

export const readme = {
  'the page of Vue logs in and out': logsInAndOut(
    'vue',
    `import { createApp } from 'vue';
    import App from './App.vue';
    export { latchkey } from './latchkey';
    export function mount(root) {
      const app = createApp(App);
      app.mount(root);
      return () => app.unmount();
    }`,
  ),

  'the page of Svelte logs in and out': logsInAndOut(
    'svelte',
    `import { mount as render, unmount } from 'svelte';
    import App from './App.svelte';
    export { latchkey } from './latchkey';
    export function mount(target) {
      const app = render(App, { target });
      return () => unmount(app);
    }`,
  ),

  async 'the first page leads from a registration to a signed-in page, and back'(stage) {
    const person = stage.service.stranger();
    const folder = await appOf('react');
    await inPage(async (page) => {
      const { createElement } = await import('react');
      const { createRoot } = await import('react-dom/client');
      const entry = "export { default as App } from './App'; export { latchkey } from './latchkey';";
      const { App, latchkey } = await importApp(folder, entry, ['react']);
      const root = createRoot(page.root);
      root.render(createElement(App));
      await page.shows('I have an account');
      page.fill('Email', person.email);
      page.fill('Username', 'a b');
      page.fill('Password', PASSWORD);
      page.press('Register');
      await page.shows('must begin');
      page.fill('Username', person.username);
      page.press('Register');
      await page.shows(`Please press the button in the mail to ${person.email}`);
      await stage.service.verify(person.email);
      page.press('I have');
      await page.shows(`You are logged in as ${person.email}.`);
      page.press('Log out');
      await page.shows('I have an account');
      page.press('I have an account');
      await page.shows('I am new here');
      page.fill('Username', person.username);
      page.fill('Password', 'wrong');
      page.press('Log in');
      await page.shows('wrong');
      page.fill('Password', PASSWORD);
      page.press('Log in');
      await page.shows('You are logged in');
      root.unmount();
      latchkey.dispose();
    }, stage.proxy.url);
  },
};
