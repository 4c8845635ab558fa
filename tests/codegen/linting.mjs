// schema.graphql, and what the rules for schemas that @graphql-eslint recommends say of it.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import graphql from '@graphql-eslint/eslint-plugin';
import { ESLint } from 'eslint';
import { BUILD, HERE, SCHEMA } from './places.mjs';

const RECOMMENDED = graphql.configs['flat/schema-recommended'].rules;
const LEAST_RULES = 15; // there are 20: an empty list would find no fault with anything

// What a rule's own options can excuse.
const OPTIONS = {
  '@graphql-eslint/strict-id-in-types': {
    exceptions: {
      // What a mutation answers, and a page of a list (Relay's specification): neither is a thing that
      // one could ask for again.
      suffixes: ['Payload', 'Connection', 'Edge'],
      types: [
        'Device', // what a client tells about itself, and its `id` is what it calls itself, if it does
        'InvitationPreview', // asked for by the token of a mailed link alone
        'PageInfo', // Relay's
        'PasswordCheck', // a verdict, which is stored nowhere
        'PasswordPolicy', // there is one
        'PendingRegistration', // asked for by the token of a mailed link alone
        'SignInOptions', // there is one
        'TokenPair', // never to be asked for again
        'Viewer', // whoever asks
        '_Service', // Apollo Federation's
      ],
    },
  },
};

// Rules that have no options for it: what each of them may say of which names, and of no others. These
// names cannot change.
const EXCUSED = {
  // By the specification of Apollo Federation subgraphs.
  'naming-convention': ['_Any', '_Entity', '_Service', '_entities', '_service', 'link__Import'],
  // There is no other word for it, and `User.name` would be taken for what people are called.
  'no-typename-prefix': ['username'],
};

// Schemas with one fault more: which rule must complain of it, and about which name.
const FAULTS = {
  'a type without a description': {
    rule: 'require-description',
    name: 'Session',
    make: replace(/"""[^"]*"""\n(?=type Session implements Node \{)/, ''),
  },
  'a description on the line of its quotes': {
    rule: 'description-style',
    name: '"A logged-in device."',
    make: replace(/"""\nA logged-in device\.\n"""/, '"A logged-in device."'),
  },
  'a field in snake_case': {
    rule: 'naming-convention',
    name: 'last_used',
    make: addTo('type Session implements Node', 'last_used: DateTime!'),
  },
  'a field that repeats the name of its type': {
    rule: 'no-typename-prefix',
    name: 'sessionKind',
    make: addTo('type Session implements Node', 'sessionKind: String!'),
  },
  'a value of an enum in small letters': {
    rule: 'naming-convention',
    name: 'idle',
    make: addTo('enum SessionStatus', 'idle'),
  },
  'a type that nothing leads to': {
    rule: 'no-unreachable-types',
    name: 'Orphan',
    make: (sdl) => `${sdl}"""\nAlone.\n"""\nenum Orphan {\n  A\n}\n`,
  },
  'a type without an id': {
    rule: 'strict-id-in-types',
    name: 'Session',
    make: replace(/(?<=\ntype Session implements Node \{\n) {2}id: ID!\n/, ''),
  },
};

export const checks = {
  'schema.graphql passes the rules for schemas that @graphql-eslint recommends': async () => {
    assert.ok(Object.keys(RECOMMENDED).length >= LEAST_RULES, 'there are rules');
    const complaints = (await lint(SCHEMA)).filter((it) => !isExcused(it));
    assert.deepEqual(complaints.map(asText), []);
  },

  'every exception to them is still needed': async () => {
    const complaints = await lint(SCHEMA, {});
    const saidOf = (rule) => new Set(complaints.filter((it) => it.rule === rule).map(({ name }) => name));
    for (const [rule, names] of Object.entries(EXCUSED)) {
      const said = saidOf(rule);
      assert.deepEqual(names.filter((name) => !said.has(name)), [], rule);
    }
    const without = [...saidOf('strict-id-in-types')];
    const { suffixes, types } = OPTIONS['@graphql-eslint/strict-id-in-types'].exceptions;
    assert.deepEqual(types.filter((name) => !without.includes(name)), []);
    assert.deepEqual(suffixes.filter((suffix) => !without.some((name) => name.endsWith(suffix))), []);
  },

  ...Object.fromEntries(
    Object.entries(FAULTS).map(([fault, { rule, name, make }], n) => [
      `they would notice ${fault}`,
      async () => {
        const sound = await readFile(SCHEMA, 'utf8');
        const faulty = make(sound);
        assert.notEqual(faulty, sound, 'the fault is there');
        const file = join(BUILD, `fault-${n}.graphql`);
        await writeFile(file, faulty);
        const complaints = (await lint(file)).filter((it) => !isExcused(it));
        assert.deepEqual(complaints.map((it) => [it.rule, it.name]), [[rule, name]]);
      },
    ]),
  ),
};

// Every complaint, with the text that it is about.
async function lint(file, options = OPTIONS) {
  const rules = Object.entries(RECOMMENDED).map(([rule, level]) => [
    rule,
    options[rule] ? [level, options[rule]] : level,
  ]);
  const eslint = new ESLint({
    cwd: join(HERE, '../..'), // files outside of it would be passed over
    overrideConfigFile: true, // this one alone
    overrideConfig: {
      files: ['**/*.graphql'],
      plugins: { '@graphql-eslint': graphql },
      languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema: file } } },
      linterOptions: { noInlineConfig: true },
      rules: Object.fromEntries(rules),
    },
  });
  const [result, ...others] = await eslint.lintFiles(file);
  assert.deepEqual(others, []);
  const lines = (await readFile(file, 'utf8')).split('\n');
  return result.messages.map(({ ruleId, message, line, column, endColumn }) => ({
    rule: ruleId?.replace('@graphql-eslint/', '') ?? 'syntax',
    name: lines[line - 1]?.slice(column - 1, endColumn - 1),
    line,
    message,
  }));
}

function isExcused({ rule, name }) {
  return EXCUSED[rule]?.includes(name) ?? false;
}

function asText({ line, message }) {
  return `line ${line}: ${message}`;
}

function replace(pattern, text) {
  return (sdl) => sdl.replace(pattern, text);
}

function addTo(type, member) {
  return replace(`\n${type} {\n`, `\n${type} {\n  ${member}\n`);
}
