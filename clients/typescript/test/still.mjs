// What holds of the package as it lies there.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const MOST_BYTES = 5000;
const ROOT = fileURLToPath(new URL('..', import.meta.url));
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
    entryPoints: [`${ROOT}/dist/${entry}`],
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

  async 'it is smaller than 5 kB, minified and gzipped'() {
    const [core, apollo, urql] = await Promise.all(['index.js', 'apollo.js', 'urql.js'].map(sizeOf));
    const told = `${core} bytes; apollo ${apollo} and urql ${urql} more`;
    assert.ok(core < MOST_BYTES && apollo < 1000 && urql < 1000, told);
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

  async 'the programs in its README compile'() {
    const folder = `${ROOT}/test/made/readme`;
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const text = await readFile(`${ROOT}/README.md`, 'utf8');
    const programs = [...text.matchAll(/```ts\n([^]*?)```/g)].map(([, program]) => program);
    assert.ok(programs.length > 3);
    await Promise.all(programs.map((program, at) => writeFile(`${folder}/${at}.ts`, `${program}\nexport {};\n`)));
    assert.equal(await compile('-p', 'test/tsconfig.readme.json'), '');
  },
};
