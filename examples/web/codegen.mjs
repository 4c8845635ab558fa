// Generates src/gql/graphql.ts, the documents of src/operations.graphql with their types, with graphql-codegen's client preset.
//
//     node codegen.mjs            writes the file
//     node codegen.mjs --check    fails if the file is out of date
//
// It does the same as the command line with
//
//     schema: '../../schema.graphql'
//     documents: 'src/operations.graphql'
//     generates: { 'src/gql/': { preset: 'client', presetConfig, config } }
//
// but without the 200 packages that fetch schemas from elsewhere, and without the files for documents in the code.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { preset } from '@graphql-codegen/client-preset';
import { codegen } from '@graphql-codegen/core';
import { buildASTSchema, parse } from 'graphql';

const SCHEMA = new URL('../../schema.graphql', import.meta.url);
const DOCUMENTS = 'src/operations.graphql';
const FOLDER = 'src/gql/';

const presetConfig = { fragmentMasking: false };

const config = {
  enumsAsTypes: true, // unions of strings, which a `switch` can exhaust
  scalars: { DateTime: 'string', ID: 'string', JSON: 'object', _Any: 'unknown', link__Import: 'unknown' },
  strictScalars: true,
  useTypeImports: true,
};

process.chdir(new URL('.', import.meta.url).pathname);
const schema = parse(await readFile(SCHEMA, 'utf8'));
const rawSDL = await readFile(DOCUMENTS, 'utf8');

const files = await preset.buildGeneratesSection({
  baseOutputDir: FOLDER,
  schema,
  schemaAst: buildASTSchema(schema, { assumeValid: true }),
  documents: [{ location: DOCUMENTS, rawSDL, document: parse(rawSDL) }],
  config,
  presetConfig,
  plugins: [],
  pluginMap: {},
});

const file = files.find(({ filename }) => filename === `${FOLDER}graphql.ts`);
const text = await codegen(file);
if (process.argv[2] === '--check') {
  const isCurrent = (await readFile(file.filename, 'utf8')) === text;
  console.log(`${file.filename} is ${isCurrent ? 'up to date' : 'out of date: npm run codegen'}`);
  process.exitCode = isCurrent ? 0 : 1;
} else {
  await mkdir(FOLDER, { recursive: true });
  await writeFile(file.filename, text);
}
