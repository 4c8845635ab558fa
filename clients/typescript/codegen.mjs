// Writes src/schema.ts, the types of the API, from schema.graphql.
//
//     node codegen.mjs            writes it
//     node codegen.mjs --check    fails if it is not what would be written
//
// By the core of @graphql-codegen and its plugin for TypeScript alone: its command line can fetch schemas from
// everywhere, for 250 packages more.

import { readFile, writeFile } from 'node:fs/promises';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import { parse } from 'graphql';

const SCHEMA = new URL('../../schema.graphql', import.meta.url);
const TYPES = new URL('src/schema.ts', import.meta.url);

const config = {
  enumsAsTypes: true, // unions of strings, which a `switch` can exhaust
  scalars: { DateTime: 'string', ID: 'string', _Any: 'unknown', link__Import: 'unknown' },
  strictScalars: true,
  useTypeImports: true,
};

const written = await codegen({
  filename: TYPES.pathname,
  schema: parse(await readFile(SCHEMA, 'utf8')),
  documents: [],
  config,
  plugins: [{ typescript: {} }],
  pluginMap: { typescript },
});
const text = `// Written from schema.graphql by \`npm run codegen\`.\n\n${written}`;

if (process.argv[2] === '--check') {
  const same = (await readFile(TYPES, 'utf8')) === text;
  console.log(same ? 'src/schema.ts is what schema.graphql says' : 'src/schema.ts is old: npm run codegen');
  process.exitCode = same ? 0 : 1;
} else {
  await writeFile(TYPES, text);
}
