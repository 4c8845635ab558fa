// What holds of the package as it lies there.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { programs, SERVERS } from './programs.mjs';

const MAX_BYTES = 6000;
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const README = new URL('../README.md', import.meta.url);
const run = promisify(execFile);

// What tsc says; nothing if it is content.
function compile(...args) {
  return run(process.execPath, ['node_modules/typescript/bin/tsc', ...args], { cwd: ROOT }).then(
    () => '',
    ({ stdout }) => stdout,
  );
}

async function sizeOf(entry) {
  const { outputFiles } = await build({
    entryPoints: [`${ROOT}/dist/${entry}.js`],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    external: ['@apollo/client', '@urql/core'],
    write: false,
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}

export const still = {
  async 'its types are what schema.graphql says'() {
    const { stdout } = await run(process.execPath, ['codegen.mjs', '--check'], { cwd: ROOT }).catch((error) => error);
    assert.match(stdout, /is what/);
  },

  async 'it is smaller than 6 kB, minified and gzipped'() {
    const [core, ...more] = await Promise.all(['index', 'apollo', 'urql', 'async-storage'].map(sizeOf));
    const told = `${core} bytes; apollo ${more[0]}, urql ${more[1]} and async-storage ${more[2]} more`;
    assert.ok(core < MAX_BYTES && more.every((size) => size < 1000), told);
    return told;
  },

  async 'it needs nothing at run time'() {
    const { dependencies } = JSON.parse(await readFile(`${ROOT}/package.json`, 'utf8'));
    assert.equal(dependencies, undefined);
  },

  async 'the types refuse what they should, such as a switch that misses a code'() {
    assert.equal(await compile('-p', 'test/tsconfig.json'), '');
  },

  async 'the link compiles with Apollo Client 3, too'() {
    assert.equal(await compile('-p', 'test/tsconfig.apollo3.json'), '');
  },

  async 'the programs in its README, and in the page about servers, compile'() {
    const readme = await programs(README, 'readme');
    const servers = await programs(SERVERS, 'servers');
    assert.ok(readme.length > 3 && servers.length > 3);
    assert.equal(await compile('-p', 'test/tsconfig.readme.json'), '');
  },
};
