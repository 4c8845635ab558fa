// Installing the package in other projects.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, lstat, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const LEFT_OUT = new Set(['node_modules', 'dist', 'test', 'made']);
const run = promisify(execFile);

const PROGRAM = `
import { createLatchkey, LatchkeyError, type Latchkey } from 'latchkey-client';
import { asyncStorage } from 'latchkey-client/async-storage';
import { me, type UserDetails } from 'latchkey-client/flows';
import { sessionOf } from 'latchkey-client/session';

const latchkey: Latchkey = createLatchkey({ url: 'http://127.0.0.1:8000/graphql', tokens: asyncStorage(new Map() as never) });
export const user: Promise<UserDetails> = me(latchkey);
export const name: string | undefined = sessionOf(latchkey).claims?.username;
export const isTold = (error: unknown): boolean => error instanceof LatchkeyError;
`;

const LOAD = `
for (const { exports } of [(await import('latchkey-client/package.json', { with: { type: 'json' } })).default]) {
  const entries = Object.keys(exports).filter((entry) => !/json|apollo|urql|react/.test(entry));
  for (const entry of entries) await import('latchkey-client' + entry.slice(1));
  console.log(entries.length);
}
`;

// Runs a check with a project beside a copy of the sources, as in a fresh checkout.
async function inProject(work) {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-client-'));
  try {
    const client = join(folder, 'client');
    const project = join(folder, 'project');
    const isSource = (path) => !path.slice(ROOT.length).split('/').some((part) => LEFT_OUT.has(part));
    await cp(ROOT, client, { recursive: true, filter: isSource });
    await mkdir(project);
    await writeFile(join(project, 'package.json'), '{ "private": true, "type": "module" }');
    await writeFile(join(project, 'program.ts'), PROGRAM);
    const npm = async (...args) => {
      const { stdout } = await run('npm', [...args, '--no-audit', '--no-fund', '--prefer-offline'], { cwd: project });
      return stdout;
    };
    await work({ npm, client, project });
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function load(project) {
  const { stdout } = await run(process.execPath, ['--no-warnings', '--input-type=module', '-e', LOAD], { cwd: project });
  assert.ok(Number(stdout) >= 4, stdout);
}

async function compile(project) {
  const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext'];
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { stdout } = await run(process.execPath, [tsc, ...options, 'program.ts'], { cwd: project }).catch((error) => error);
  assert.equal(stdout, '');
}

const licence = (folder) => readFile(join(folder, 'LICENSE'), 'utf8');

export const installing = {
  'a fresh checkout can be packed and linked: compiled, with types and licence': () =>
    inProject(async ({ npm, client, project }) => {
      const [{ filename, files }] = JSON.parse(await npm('pack', client, '--json'));
      const isCode = ({ path }) => /^(dist|src)\/[\w-]+\.(d\.ts|ts|js|graphql)$/.test(path);
      const others = files.filter((file) => !isCode(file)).map(({ path }) => path);
      assert.deepEqual(others.sort(), ['LICENSE', 'README.md', 'package.json']);
      assert.equal(await licence(client), await licence(join(ROOT, '../..')));
      await npm('install', join(project, filename));
      await load(project);
      await compile(project);
      await npm('install', client);
      assert.ok((await lstat(join(project, 'node_modules/latchkey-client'))).isSymbolicLink());
      await load(project);
    }),
};
