// Generates code from schema.graphql: src/schema.ts, the types of the API, and src/flows.ts, a function for each operation of
// src/flows.graphql.
//
//     node codegen.mjs            writes the files
//     node codegen.mjs --check    fails if a file is out of date
//
// This uses the core of @graphql-codegen and two of its plugins. Its command line can also fetch schemas from elsewhere, for
// which it needs 250 more packages.

import { readFile, writeFile } from 'node:fs/promises';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as operations from '@graphql-codegen/typescript-operations';
import { buildASTSchema, parse, print, stripIgnoredCharacters, validate, visit } from 'graphql';

process.chdir(import.meta.dirname);

// Operations that may end the session of this client, too. Their flows check that afterwards.
const ENDING = new Set(['cancelRegistration', 'deleteAccount', 'resetPassword', 'revokeSession', 'secureAccount']);

const schema = parse(await readFile('../../schema.graphql', 'utf8'));
const api = buildASTSchema(schema, { assumeValid: true });
const document = parse(await readFile('src/flows.graphql', 'utf8'));

const config = {
  enumsAsTypes: true, // unions of strings, which a `switch` can exhaust
  scalars: { DateTime: 'string', ID: 'string', JSON: 'object', _Any: 'unknown', link__Import: 'unknown' },
  strictScalars: true,
  useTypeImports: true,
};

const typesOfFlows = {
  ...config,
  importSchemaTypesFrom: 'src/schema',
  namespacedImportName: 'Api',
  importExtension: '.js',
  inlineFragmentTypes: 'combine',
  omitOperationSuffix: true,
  skipTypename: true,
};

const files = {
  'src/schema.ts': await codegen({
    filename: 'src/schema.ts',
    schema,
    documents: [],
    config,
    plugins: [{ typescript: {} }],
    pluginMap: { typescript },
  }),
  'src/flows.ts': await codegen({
    filename: 'src/flows.ts',
    schema,
    documents: [{ location: 'src/flows.graphql', document }],
    config: typesOfFlows,
    plugins: [{ operations: {} }, { flows: {} }],
    pluginMap: { operations, flows: { plugin: flows } },
  }),
};

// Generates the functions. Each has its whole document, so that a bundler can leave out those that an app does not use.
function flows() {
  const errors = validate(api, document);
  if (errors.length > 0) throw new Error(errors.join('\n'));
  const fragments = document.definitions.filter(({ kind }) => kind === 'FragmentDefinition');
  const functions = document.definitions.filter(({ kind }) => kind === 'OperationDefinition').map(flow);
  return {
    prepend: [
      "import { request, requestAndCheck } from './flow-requests.js';",
      "import type { Latchkey } from './latchkey.js';",
      "export { fieldErrors } from './field-errors.js';",
    ],
    content: functions.join('\n\n'),
  };

  function flow(operation) {
    const name = operation.name.value;
    const root = operation.operation === 'query' ? api.getQueryType() : api.getMutationType();
    const field = root.getFields()[name];
    const selected = operation.selectionSet.selections;
    if (!field || selected.length !== 1 || selected[0].name.value !== name) {
      throw new Error(`src/flows.graphql: '${name}' must select the one field of that name`);
    }
    const variables = operation.variableDefinitions ?? [];
    const type = name[0].toUpperCase() + name.slice(1);
    const send = ENDING.has(name) ? 'requestAndCheck' : 'request';
    const text = JSON.stringify(compact(operation));
    const { parameter, argument } = parameters(variables, type);
    return [
      comment(field.description),
      `export async function ${name}(latchkey: Latchkey${parameter}): Promise<${type}['${name}']> {`,
      `  return (await ${send}<${type}>(latchkey, ${text}${argument})).${name};`,
      '}',
    ].join('\n');
  }

  // An operation with an input takes that as its argument; another operation takes its variables.
  function parameters(variables, type) {
    if (variables.length === 0) return { parameter: '', argument: '' };
    const [{ variable, type: inputType }] = variables;
    if (variables.length === 1 && variable.name.value === 'input') {
      const optional = inputType.kind === 'NonNullType' ? '' : '?';
      return { parameter: `, input${optional}: ${type}Variables['input']`, argument: ', { input }' };
    }
    const isOptional = variables.every(({ type, defaultValue }) => type.kind !== 'NonNullType' || defaultValue);
    return { parameter: `, variables: ${type}Variables${isOptional ? ' = {}' : ''}`, argument: ', variables' };
  }

  // Returns the document on one line, with its fragments inlined.
  function compact(operation) {
    const enter = (set) => ({ ...set, selections: inline(set.selections) });
    return stripIgnoredCharacters(print(visit(operation, { SelectionSet: { enter } })));
  }

  function inline(selections) {
    return selections.flatMap((selection) => {
      if (selection.kind !== 'FragmentSpread') return [selection];
      const { selectionSet } = fragments.find(({ name }) => name.value === selection.name.value);
      return inline(selectionSet.selections);
    });
  }
}

function comment(text) {
  const lines = text.split('\n').map((line) => (line ? ` * ${line}` : ' *'));
  return lines.length > 1 ? ['/**', ...lines, ' */'].join('\n') : `/** ${text} */`;
}

let isOutdated = false;
for (const [path, generated] of Object.entries(files)) {
  const source = path === 'src/flows.ts' ? 'schema.graphql and src/flows.graphql' : 'schema.graphql';
  const text = `// Generated from ${source} by \`npm run codegen\`.\n\n${generated}`;
  if (process.argv[2] !== '--check') {
    await writeFile(path, text);
    continue;
  }
  const isCurrent = (await readFile(path, 'utf8').catch(() => '')) === text;
  console.log(`${path} is ${isCurrent ? 'up to date' : 'out of date: npm run codegen'}`);
  isOutdated ||= !isCurrent;
}
process.exitCode = isOutdated ? 1 : 0;
