// The files of the package: generated code, sizes, types, and the programs in its documentation.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { buildSchema } from 'graphql';
import { programs, README, readmePrograms, SERVERS } from './programs.mjs';

const MAX_BYTES = 7000;
const MAX_BYTES_OF_PASSKEYS = 1700;
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);

// Returns the output of tsc, which is empty if it finds no error.
function compile(...args) {
  return run(process.execPath, ['node_modules/typescript/bin/tsc', ...args], { cwd: ROOT }).then(
    () => '',
    ({ stdout }) => stdout,
  );
}

// Bundles an app with this source; returns its text and its compressed size.
async function bundled(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: ROOT },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    external: ['@apollo/client', '@urql/core', 'react'],
    write: false,
  });
  const [{ contents: bytes, text }] = outputFiles;
  return { size: gzipSync(bytes, { level: 9 }).length, text };
}

const sizeOf = async (entry) => (await bundled(`export * from './dist/${entry}.js'`)).size;

// Returns the names of the root fields of the API.
async function rootFields() {
  const schema = buildSchema(await readFile(new URL('../../../schema.graphql', import.meta.url), 'utf8'), {
    assumeValid: true,
  });
  return [schema.getQueryType(), schema.getMutationType()].flatMap((type) => Object.keys(type.getFields()));
}

// The root fields without a flow, and the reasons.
const NO_FLOWS = {
  login: 'a method of the client',
  completeLogin: 'a method of the client',
  completePasskeyLogin: 'a method of the client',
  logout: 'a method of the client',
  switchOrganization: 'a method of the client',
  refresh: 'done by the client',
  node: 'for clients that keep a cache, such as Relay',
  _entities: 'for a gateway',
  _service: 'for a gateway',
};

export const packaging = {
  async 'the generated files are up to date'() {
    const { stdout } = await run(process.execPath, ['codegen.mjs', '--check'], { cwd: ROOT }).catch((error) => error);
    assert.match(stdout, /^(src\/\w+\.ts is up to date\n){2}$/);
  },

  async 'each root field of the API has a flow, or a method of the client'() {
    const flows = Object.keys(await import('latchkey-client/flows')).filter((name) => name !== 'fieldErrors');
    const covered = new Set([...flows, ...Object.keys(NO_FLOWS)]);
    const fields = await rootFields();
    assert.deepEqual(fields.filter((name) => !covered.has(name)), [], 'an operation in src/flows.graphql is missing');
    assert.deepEqual([...covered].filter((name) => !fields.includes(name)), [], 'not a field of the API');
    const readme = await readFile(README, 'utf8');
    assert.deepEqual(flows.filter((name) => !readme.includes(`\`${name}\``)), [], 'missing in the README');
  },

  async 'the bundle of an app contains only the flows that it imports'() {
    const core = "import { createLatchkey } from 'latchkey-client'; console.log(createLatchkey);";
    const [without, with2] = await Promise.all(
      [core, `${core} import { register, me } from 'latchkey-client/flows'; console.log(register, me);`].map(bundled),
    );
    const bundledFlows = (await rootFields()).filter((name) => new RegExp(`(query|mutation) ${name}\\b`).test(with2.text));
    assert.deepEqual(bundledFlows.sort(), ['me', 'register']);
    const more = with2.size - without.size;
    assert.ok(more < 300, `${more} bytes`);
    return `two flows are ${more} bytes`;
  },

  async 'the client is smaller than 7 kB, minified and gzipped'() {
    const entries = ['index', 'apollo', 'urql', 'async-storage', 'react', 'session', 'fresh'];
    const [core, ...more] = await Promise.all(entries.map(sizeOf));
    const sizes = `${core} bytes; ${more.map((size, at) => `${entries[at + 1]} ${size}`).join(', ')} more`;
    assert.ok(core < MAX_BYTES && more.every((size) => size < 1000), sizes);
    return sizes;
  },

  async 'the bundle of an app contains passkeys only if it imports them, in less than 1.7 kB more'() {
    const core = "export * from './dist/index.js';";
    const [without, withPasskeys] = await Promise.all([core, `${core} export * from './dist/passkeys.js';`].map(bundled));
    assert.deepEqual([without, withPasskeys].map(({ text }) => text.includes('navigator.credentials')), [false, true]);
    const more = withPasskeys.size - without.size;
    assert.ok(more < MAX_BYTES_OF_PASSKEYS, `${more} bytes`);
    return `passkeys are ${more} bytes more, ${withPasskeys.size} in all`;
  },

  async 'the package has no dependencies at run time'() {
    const { dependencies } = JSON.parse(await readFile(`${ROOT}/package.json`, 'utf8'));
    assert.equal(dependencies, undefined);
  },

  async 'the types reject wrong programs, such as a switch that misses a code'() {
    assert.equal(await compile('-p', 'test/tsconfig.json'), '');
  },

  async 'the link compiles with Apollo Client 3'() {
    assert.equal(await compile('-p', 'test/tsconfig.apollo3.json'), '');
  },

  async 'the programs in the README and in docs/client-on-a-server.md compile'() {
    const readme = await readmePrograms('readme');
    const servers = await programs(SERVERS, 'servers');
    assert.ok(readme.length > 3 && servers.length > 3);
    // With the newest types of React, and with older ones.
    for (const config of ['readme', 'react19.1', 'react18']) {
      assert.equal(await compile('-p', `test/tsconfig.${config}.json`), '', config);
    }
  },
};
