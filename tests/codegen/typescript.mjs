// TypeScript clients that graphql-codegen generates from schema.graphql.
//
// ../package.json overrides libraries of its command line whose newest versions need a Node.js newer than 20.

import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execute } from './execute.mjs';
import { BUILD, HERE, SCHEMA } from './paths.mjs';

const CODEGEN = join(HERE, '../node_modules/.bin/graphql-codegen');
const TSC = join(HERE, '../node_modules/.bin/tsc');
const PROGRAM = join(HERE, 'program/refusals.ts');

// The normal output of the command line: the steps that it begins and completes.
const PROGRESS = /^[❯✔] (Parse Configuration|Generate( outputs| to \S+)?|Load GraphQL (schemas|documents))$/;

export const checks = {
  'graphql-codegen generates TypeScript from schema.graphql without warnings': async () => {
    const { code, said } = await generate('codegen.ts');
    assert.deepEqual(said, []);
    assert.equal(code, 0);
    for (const file of ['client/graphql.ts', 'client/gql.ts', 'schema.ts', 'operations.ts']) {
      assert.ok((await readFile(join(BUILD, file), 'utf8')).length > 1000, file);
    }
  },

  'a warning of graphql-codegen would be noticed': async () => {
    const documents = join(BUILD, 'nameless.graphql');
    await writeFile(documents, '{ me { id } }');
    const config = join(BUILD, 'nameless.json');
    const generates = { [join(BUILD, 'nameless/')]: { preset: 'client' } };
    await writeFile(config, JSON.stringify({ schema: SCHEMA, documents, generates }));
    const { said } = await generate(config);
    assert.match(said.join(), /anonymous operation is skipped/);
  },

  'the program compiles with the generated code in the strictest mode': async () => {
    assert.deepEqual(await compile(HERE), []);
  },

  'a switch over ErrorCode that misses a code does not compile': async () => {
    const whole = await readFile(PROGRAM, 'utf8');
    const part = whole.replace(/^ +case ErrorCode\.RateLimited:\n/m, '');
    assert.notEqual(part, whole, 'the switch misses a code');
    const folder = join(BUILD, 'forgetful');
    await mkdir(folder);
    await writeFile(join(folder, 'refusals.ts'), part.replaceAll("'../build/", "'../"));
    await writeFile(join(folder, 'tsconfig.json'), '{ "extends": "../../tsconfig.json", "include": ["."] }');
    const complaints = await compile(folder);
    assert.equal(complaints.length, 1, complaints.join());
    assert.match(complaints[0], /^build\/forgetful\/.*'ErrorCode\.RateLimited' is not assignable to .*'never'/);
  },
};

// Runs the command line; returns whether it succeeded, and its output except for the progress.
async function generate(config) {
  const { code, stdout, stderr } = await execute(CODEGEN, ['--config', config]);
  const lines = `${stdout}\n${stderr}`.split('\n').map((line) => line.trim());
  return { code, said: lines.filter((line) => line !== '' && !PROGRESS.test(line)) };
}

async function compile(folder) {
  const { stdout, stderr } = await execute(TSC, ['--project', folder, '--pretty', 'false']);
  return `${stdout}\n${stderr}`.split('\n').filter((line) => line !== '');
}
