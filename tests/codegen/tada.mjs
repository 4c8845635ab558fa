// gql.tada with schema.graphql: TypeScript infers types from documents.

import assert from 'node:assert/strict';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execute } from './execute.mjs';
import { BUILD, HERE, SCHEMA } from './paths.mjs';

const TADA = join(HERE, '../node_modules/.bin/gql-tada');
const TSC = join(HERE, '../node_modules/.bin/tsc');

export const checks = {
  'gql.tada infers types from schema.graphql, and a program compiles with them': async () => {
    const folder = await place('tada', (program) => program);
    assert.deepEqual(await compile(folder), []);
  },

  'an unknown field is reported': async () => {
    const folder = await place('tada-faulty', (program) => program.replace('`${device.name} ', '`${device.nothing} '));
    const complaints = await compile(folder);
    assert.equal(complaints.length, 1, complaints.join());
    assert.match(complaints[0], /'nothing' does not exist/);
  },
};

// Creates a folder with the program and the files that gql.tada generates.
async function place(name, change) {
  const folder = join(BUILD, name);
  await mkdir(folder);
  const program = await readFile(join(HERE, 'tada/sessions.ts'), 'utf8');
  const changed = change(program);
  assert.equal(changed === program, name === 'tada', 'the program has the fault');
  await writeFile(join(folder, 'sessions.ts'), changed);
  await cp(SCHEMA, join(folder, 'schema.graphql'));
  const plugin = { name: 'gql.tada/ts-plugin', schema: './schema.graphql', tadaOutputLocation: './graphql-env.d.ts' };
  const config = { extends: '../../tsconfig.json', compilerOptions: { plugins: [plugin] }, include: ['.'] };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const { code, stdout, stderr } = await execute(TADA, ['generate-output'], folder);
  assert.equal(code, 0, `${stdout}\n${stderr}`);
  return folder;
}

async function compile(folder) {
  const { stdout, stderr } = await execute(TSC, ['--project', '.', '--pretty', 'false'], folder);
  return `${stdout}\n${stderr}`.split('\n').filter((line) => line !== '');
}
