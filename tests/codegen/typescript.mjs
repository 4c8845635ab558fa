// Clients in TypeScript: what graphql-codegen makes of schema.graphql, and whether it compiles.
//
// What ../package.json overrides are libraries of its command line, whose newest versions want a Node.js that
// is newer than 20.

import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execute } from './execute.mjs';
import { BUILD, HERE, SCHEMA } from './places.mjs';

const CODEGEN = join(HERE, '../node_modules/.bin/graphql-codegen');
const TSC = join(HERE, '../node_modules/.bin/tsc');
const PROGRAM = join(HERE, 'program/refusals.ts');

// All that the command line says of its own accord: what it begins with, and what it is done with.
const PROGRESS = /^[❯✔] (Parse Configuration|Generate( outputs| to \S+)?|Load GraphQL (schemas|documents))$/;

export const checks = {
  'graphql-codegen generates TypeScript from schema.graphql, and warns of nothing': async () => {
    const { code, said } = await generate('codegen.ts');
    assert.deepEqual(said, []);
    assert.equal(code, 0);
    for (const file of ['client/graphql.ts', 'client/gql.ts', 'schema.ts', 'operations.ts']) {
      assert.ok((await readFile(join(BUILD, file), 'utf8')).length > 1000, file);
    }
  },

  'a warning of it would be noticed': async () => {
    const documents = join(BUILD, 'nameless.graphql');
    await writeFile(documents, '{ me { id } }');
    const config = join(BUILD, 'nameless.json');
    const generates = { [join(BUILD, 'nameless/')]: { preset: 'client' } };
    await writeFile(config, JSON.stringify({ schema: SCHEMA, documents, generates }));
    const { said } = await generate(config);
    assert.match(said.join(), /anonymous operation is skipped/);
  },

  'the program compiles with what was generated, as strictly as TypeScript can': async () => {
    assert.deepEqual(await compile(HERE), []);
  },

  'a switch over ErrorCode that forgets one of them does not': async () => {
    const whole = await readFile(PROGRAM, 'utf8');
    const part = whole.replace(/^ +case ErrorCode\.RateLimited:\n/m, '');
    assert.notEqual(part, whole, 'one of them is forgotten');
    const folder = join(BUILD, 'forgetful');
    await mkdir(folder);
    await writeFile(join(folder, 'refusals.ts'), part.replaceAll("'../build/", "'../"));
    await writeFile(join(folder, 'tsconfig.json'), '{ "extends": "../../tsconfig.json", "include": ["."] }');
    const complaints = await compile(folder);
    assert.equal(complaints.length, 1, complaints.join());
    assert.match(complaints[0], /^build\/forgetful\/.*'ErrorCode\.RateLimited' is not assignable to .*'never'/);
  },
};

// Whether it went well, and what it said apart from its progress.
async function generate(config) {
  const { code, stdout, stderr } = await execute(CODEGEN, ['--config', config]);
  const lines = `${stdout}\n${stderr}`.split('\n').map((line) => line.trim());
  return { code, said: lines.filter((line) => line !== '' && !PROGRESS.test(line)) };
}

async function compile(folder) {
  const { stdout, stderr } = await execute(TSC, ['--project', folder, '--pretty', 'false']);
  return `${stdout}\n${stderr}`.split('\n').filter((line) => line !== '');
}
