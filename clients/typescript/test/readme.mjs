// The README's pages, against the service.

import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { compile } from 'svelte/compiler';
import { compileScript, parse } from 'vue/compiler-sfc';
import { CookieJar } from './browser.mjs';
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

// What phones have, as a page has it.
const phone = {
  'react-native': `
    import { createElement } from 'react';
    export const View = 'div';
    export const Text = 'p';
    export const Button = ({ title, onPress }) => createElement('button', { type: 'button', onClick: onPress }, title);
    export const TextInput = ({ placeholder, value, onChangeText }) =>
      createElement('label', null, placeholder, createElement('input', {
        value, onChange() {}, onInput: ({ currentTarget }) => onChangeText(currentTarget.value),
      }));`,
  '@react-native-async-storage/async-storage': `
    const items = new Map();
    export default {
      getItem: async (key) => items.get(key) ?? null,
      setItem: async (key, value) => void items.set(key, value),
      removeItem: async (key) => void items.delete(key),
    };`,
};

const phones = {
  name: 'phones',
  setup(setUp) {
    setUp.onResolve({ filter: /react-native/ }, ({ path }) => ({ path, namespace: 'phone' }));
    setUp.onLoad({ filter: /.*/, namespace: 'phone' }, ({ path }) => ({ contents: phone[path], resolveDir: import.meta.dirname }));
  },
};

// The README's files in a folder of their own, with the one component that is written in this language, if it is one.
async function appOf(language, url) {
  const folder = fileURLToPath(new URL(`made/${language}-app`, import.meta.url));
  await programs(README, `${language}-app`, (program) => program.replaceAll('https://auth.example.com/graphql', url));
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
    plugins: [components, phones],
    outfile,
    logLevel: 'error',
  });
  return import(outfile);
}

// A page in which one logs in and out; `mount` renders the app and returns what ends that.
const logsInAndOut = (language, entry, external) => async (stage) => {
  const person = await stage.service.registerVerified();
  const folder = await appOf(language, stage.proxy.url);
  await inPage(async (page) => {
    const app = await importApp(folder, entry, external);
    const stop = await app.mount(page.root);
    await page.shows('Log in');
    page.fill('Username', person.username);
    page.fill('Password', 'wrong');
    await page.press('Log in');
    await page.shows('wrong');
    page.fill('Password', PASSWORD);
    await page.press('Log in');
    await page.shows(`Hello ${person.username}`);
    await page.press('Log out');
    await page.shows('Log in');
    assert.equal(page.value('Password'), '', 'whoever comes next finds no password');
    await stop();
    app.latchkey.dispose();
  }, stage.proxy.url);
};

// React looks for a page while it loads.
const mountsReact = (component) => `
  import { createElement } from 'react';
  export async function mount(container) {
    const { createRoot } = await import('react-dom/client');
    const root = createRoot(container);
    root.render(createElement(${component}));
    return () => root.unmount();
  }`;

const inCookieJar = (check) => async (stage) => {
  const real = globalThis.fetch;
  globalThis.fetch = new CookieJar().fetch;
  try {
    await check(stage);
  } finally {
    globalThis.fetch = real;
  }
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

  'the page of Next.js logs in and out': inCookieJar(
    logsInAndOut(
      'next',
      `import { Account } from '../app/account';
      export { latchkey } from '../lib/latchkey';
      ${mountsReact('Account')}`,
      ['react', 'react-dom'],
    ),
  ),

  'the app of React Native logs in and out': logsInAndOut(
    'native',
    `import App, { latchkey } from '../App';
    export { latchkey };
    ${mountsReact('App')}`,
    ['react', 'react-dom'],
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
      await page.press('Register');
      await page.shows('must begin');
      page.fill('Username', person.username);
      await page.press('Register');
      await page.shows(`Please press the button in the mail to ${person.email}`);
      await stage.service.verify(person.email);
      await page.press('I have');
      await page.shows(`You are logged in as ${person.email}.`);
      await page.press('Log out');
      await page.shows('I have an account');
      assert.equal(page.value('Password'), '');
      await page.press('I have an account');
      await page.shows('I am new here');
      page.fill('Username', person.username);
      page.fill('Password', 'wrong');
      await page.press('Log in');
      await page.shows('wrong');
      page.fill('Password', PASSWORD);
      await page.press('Log in');
      await page.shows('You are logged in');
      root.unmount();
      latchkey.dispose();
    }, stage.proxy.url);
  },
};
