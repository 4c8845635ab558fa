// The apps in the README, against the service.

import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { compile } from 'svelte/compiler';
import { compileScript, parse } from 'vue/compiler-sfc';
import { CookieJar } from './browser.mjs';
import { inPage } from './page.mjs';
import { README, readmePrograms } from './programs.mjs';
import { ME, PASSWORD } from './stage.mjs';

const REVOKE = 'mutation($input: RevokeSessionInput!) { revokeSession(input: $input) { session { id } } }';

// Compiles component files.
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

// The components of React Native, as elements of a page.
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

// Writes the files of the README to a folder, with the component in this language, if there is one.
async function appOf(language, url) {
  const folder = fileURLToPath(new URL(`made/${language}-app`, import.meta.url));
  await readmePrograms(`${language}-app`, (program) => program.replaceAll('https://auth.example.com/graphql', url));
  if (compilers[language]) {
    const text = await readFile(README, 'utf8');
    const [, component] = new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'm').exec(text);
    await mkdir(`${folder}/src`, { recursive: true });
    await writeFile(`${folder}/src/App.${language}`, component);
  }
  return `${folder}/src`;
}

let imports = 0;

// Bundles an entry of the app for browsers, and imports it.
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
  return import(`${outfile}?${(imports += 1)}`); // a new module each time
}

// Returns a check that logs in and out; `mount` renders the app and returns the function that removes it.
const logsInAndOut = (language, entry, external) => async (stage) => {
  const person = await stage.service.registerVerified();
  const folder = await appOf(language, stage.proxy.url);
  await inPage(async (page) => {
    const app = await importApp(folder, entry, external);
    const stop = await app.mount(page.root);
    await page.shows('Log in');
    page.fill('Email or username', person.email);
    page.fill('Password', 'wrong');
    await page.press('Log in');
    await page.shows('wrong');
    page.fill('Password', PASSWORD);
    await page.press('Log in');
    await page.shows(`Hello ${person.username}`);
    await page.press('Log out');
    await page.shows('You have logged out.');
    assert.equal(page.value('Password'), '', 'the password field is empty after the logout');
    await stop();
    app.latchkey.dispose();
  }, stage.proxy.url);
};

// React checks for a page while it loads.
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

// Runs a check in the first page; `page.app` has its modules.
const onFirstPage = (check) => async (stage) => {
  const folder = await appOf('react', stage.proxy.url);
  await inPage(async (page) => {
    const entry = `import App from './App'; export { latchkey } from './latchkey'; ${mountsReact('App')}`;
    page.app = await importApp(folder, entry, ['react', 'react-dom']);
    const stop = await page.app.mount(page.root);
    try {
      await check(page, stage);
    } finally {
      stop();
      page.app.latchkey.dispose();
    }
  }, stage.proxy.url);
};

async function logIn(page, { email }) {
  await page.shows('I have an account');
  await page.press('I have an account');
  await page.shows('I am new here');
  page.fill('Email or username', email);
  page.fill('Password', PASSWORD);
  await page.press('Log in');
}

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

  'the first page: register, verify, log out and log in': onFirstPage(async (page, { service }) => {
    const person = service.stranger();
    await page.shows('I have an account');
    page.fill('Email', person.email);
    page.fill('Username', 'a b');
    page.fill('Password', PASSWORD);
    await page.press('Register');
    await page.shows('must begin');
    page.fill('Username', person.username);
    await page.press('Register');
    await page.shows(`Please press the button in the mail to ${person.email}`);
    await page.press('I have');
    await page.shows('It is not verified yet.');
    await service.verify(person.email);
    await page.press('I have');
    await page.shows(`You are logged in as ${person.email}.`);
    assert.ok(!page.text.includes('not verified'), page.text);
    await page.press('Log out');
    await page.shows('You have logged out.');
    await page.shows('I am new here'); // it shows the login form
    assert.equal(page.value('Password'), '');
    page.fill('Email or username', person.username);
    page.fill('Password', 'wrong');
    await page.press('Log in');
    await page.shows('wrong');
    page.fill('Password', PASSWORD);
    await page.press('Log in');
    await page.shows('You are logged in');
  }),

  'the first page clears the errors of one form in the other': onFirstPage(async (page, { service }) => {
    const { email } = await service.registerVerified();
    await page.shows('I have an account');
    page.fill('Email', email);
    page.fill('Username', service.stranger().username);
    page.fill('Password', PASSWORD);
    await page.press('Register');
    await page.shows('You have an account. Log in instead.');
    await page.press('I have an account');
    await page.shows('I am new here');
    await page.press('I am new here');
    await page.shows('I have an account');
    assert.ok(!page.text.includes('instead'), page.text);
  }),

  'the first page registers only once if the button is pressed twice, and then only logs in': onFirstPage(async (page, { service, proxy }) => {
    const person = service.stranger();
    await page.shows('I have an account');
    page.fill('Email', person.email);
    page.fill('Username', person.username);
    page.fill('Password', PASSWORD);
    proxy.fate = (name) => (name === 'login' ? { status: 502, body: '' } : 'pass');
    await page.press('Register');
    await page.press('Register');
    await page.shows('answered HTTP 502');
    assert.deepEqual([proxy.count('register'), proxy.count('login')], [1, 1]);
    proxy.fate = () => 'pass';
    await page.press('Log in');
    await page.shows('Please press the button');
    assert.equal(proxy.count('register'), 1);
  }),

  'the first page offers to try again when the service is down': onFirstPage(async (page, { service, proxy }) => {
    const person = await service.registerVerified();
    proxy.fate = (name) => (name === 'viewer' ? 'refuse' : 'pass');
    await logIn(page, person);
    await page.shows(`No answer from ${proxy.url}`);
    proxy.fate = () => 'pass';
    await page.press('Try again');
    await page.shows(`You are logged in as ${person.email}.`);
    assert.ok(!page.text.includes('No answer'), page.text);
  }),

  'the first page shows why a session ended, after a request to the service': onFirstPage(async (page, { service, proxy, people }) => {
    const person = await service.registerVerified();
    proxy.fate = (name) => (name === 'viewer' ? 'refuse' : 'pass');
    await logIn(page, person);
    await page.shows('No answer');
    const { sid } = page.app.latchkey.claims;
    await service.ask(REVOKE, { input: { sessionId: sid }, accessToken: await people.signIn(person) });
    assert.ok(page.text.includes('Hello'));
    proxy.fate = () => 'pass';
    await page.press('Try again');
    await page.shows('You ended this session from another device.');
  }),

  async '`advice` and `signUp` have the right messages for a wrong URL, and for a service that is down'(stage) {
    const folder = await appOf('advice', stage.proxy.url);
    const { advice, latchkey, signUp } = await inPage(
      () => importApp(folder, "export * from './advice'; export * from './latchkey'; export * from './sign-up';"),
      stage.proxy.url,
    );
    const words = 'The service cannot be reached. Please check your network.';
    const { error } = console;
    const logged = [];
    console.error = ({ message }) => logged.push(message);
    try {
      const url = stage.proxy.url.replace('graphql', 'grapql');
      assert.equal(await stage.client({ url }).request(ME).catch(advice), words);
      const other = stage.client().login({ identifier: 'nobody', password: 'wrong' });
      assert.equal(await other.catch(advice), 'Unknown user, or wrong password.');
      stage.proxy.fate = () => 'refuse';
      assert.equal(await stage.client().request(ME).catch(advice), words);
      assert.match(logged.join(), /grapql answered HTTP 404.*No answer from/);
      assert.deepEqual(await signUp('ada@example.com', 'ada', PASSWORD), { form: words });
    } finally {
      console.error = error;
      latchkey.dispose();
    }
  },
};
