// Relay's compiler with schema.graphql. It needs connections, nodes and mutations in Relay's form.

import assert from 'node:assert/strict';
import { cp, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execute } from './execute.mjs';
import { BUILD, HERE, SCHEMA } from './paths.mjs';

const COMPILER = join(HERE, '../node_modules/.bin/relay-compiler');

// The programs in `relay/`, and the generated files of each.
const PROGRAMS = {
  'members.ts': ['membersPageQuery', 'members_page'],
  'sessions.ts': ['sessionsQuery', 'sessionsPageQuery', 'sessionsRevokeMutation', 'sessions_page'],
};

export const checks = {
  "Relay's compiler takes pages, a fragment that is fetched again, and a mutation": async () => {
    const folder = await place('relay', Object.keys(PROGRAMS));
    const { code, said } = await compile(folder);
    assert.equal(code, 0, said);
    assert.doesNotMatch(said, /warn/i);
    const written = await readdir(join(folder, 'generated'));
    const expected = Object.values(PROGRAMS).flat().map((name) => `${name}.graphql.ts`);
    assert.deepEqual(written.sort(), expected.sort());
  },

  "what Relay's compiler has no field for is refused": async () => {
    const folder = await place('relay-faulty', Object.keys(PROGRAMS));
    const file = join(folder, 'sessions.ts');
    const whole = await readFile(file, 'utf8');
    await writeFile(file, whole.replace('          current\n', '          nothing\n'));
    const { code, said } = await compile(folder);
    assert.notEqual(code, 0);
    assert.match(said, /nothing/);
  },
};

// Creates a folder with these programs.
async function place(name, programs) {
  const folder = join(BUILD, name);
  await mkdir(join(folder, 'generated'), { recursive: true });
  for (const program of programs) await cp(join(HERE, 'relay', program), join(folder, program));
  await cp(SCHEMA, join(folder, 'schema.graphql'));
  const config = {
    src: '.',
    schema: './schema.graphql',
    language: 'typescript',
    artifactDirectory: './generated',
    eagerEsModules: true,
  };
  await writeFile(join(folder, 'relay.config.json'), JSON.stringify(config));
  return folder;
}

async function compile(folder) {
  const { code, stdout, stderr } = await execute(COMPILER, ['relay.config.json'], folder);
  return { code, said: `${stdout}\n${stderr}` };
}
