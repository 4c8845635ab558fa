// Lints schema.graphql with the schema rules that @graphql-eslint recommends.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import graphql from '@graphql-eslint/eslint-plugin';
import { ESLint } from 'eslint';
import { BUILD, HERE, SCHEMA } from './paths.mjs';

const RECOMMENDED = graphql.configs['flat/schema-recommended'].rules;
const MIN_RULES = 15; // there are 20; an empty list would find nothing

// Exceptions in the options of a rule.
const OPTIONS = {
  '@graphql-eslint/strict-id-in-types': {
    exceptions: {
      // Payloads of mutations, and pages of lists (Relay's specification), which cannot be refetched.
      suffixes: ['Payload', 'Connection', 'Edge'],
      types: [
        'Device', // described by the client, which may also set the `id`
        'InvitationPreview', // found only with the token of a mailed link
        'PageInfo', // of Relay
        'PasskeyCeremony', // finished with its token
        'PasswordCheck', // not stored
        'PasswordPolicy', // a single one
        'PendingRegistration', // found only with the token of a mailed link
        'SignInMethods', // of the caller
        'SignInOptions', // a single one
        'TokenPair', // cannot be refetched
        'Viewer', // the caller
        '_Service', // of Apollo Federation
      ],
    },
  },
};

// Exceptions to rules without such options: the names that a rule may report. These names cannot change.
const EXCUSED = {
  // Required by the specification of Apollo Federation subgraphs.
  'naming-convention': ['_Any', '_Entity', '_Service', '_entities', '_service', 'link__Import'],
  // There is no better word, and `User.name` would be taken for a person's name.
  'no-typename-prefix': ['username'],
};

// Schemas with an added fault: the rule that has to report it, and the name in its message.
const FAULTS = {
  'a type without a description': {
    rule: 'require-description',
    name: 'Session',
    make: replace(/"""[^"]*"""\n(?=type Session implements Node \{)/, ''),
  },
  'a description on the line of its quotes': {
    rule: 'description-style',
    name: '"A device on which a user is signed in."',
    make: replace(/"""\nA device on which a user is signed in\.\n"""/, '"A device on which a user is signed in."'),
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
    make: replace(/(?<=\ntype Session implements Node \{\n) {2}"""\n[^"]*"""\n {2}id: ID!\n/, ''),
  },
};

export const checks = {
  'schema.graphql passes the schema rules that @graphql-eslint recommends': async () => {
    assert.ok(Object.keys(RECOMMENDED).length >= MIN_RULES, 'there are rules');
    const complaints = (await lint(SCHEMA)).filter((complaint) => !isExcused(complaint));
    assert.deepEqual(complaints.map(asText), []);
  },

  'every exception to the rules is still needed': async () => {
    const complaints = await lint(SCHEMA, {});
    const reportedBy = (rule) => new Set(complaints.filter((complaint) => complaint.rule === rule).map(({ name }) => name));
    for (const [rule, names] of Object.entries(EXCUSED)) {
      const said = reportedBy(rule);
      assert.deepEqual(names.filter((name) => !said.has(name)), [], rule);
    }
    const without = [...reportedBy('strict-id-in-types')];
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
        const complaints = (await lint(file)).filter((complaint) => !isExcused(complaint));
        assert.deepEqual(complaints.map((complaint) => [complaint.rule, complaint.name]), [[rule, name]]);
      },
    ]),
  ),
};

// Returns every message, with the text that it is about.
async function lint(file, options = OPTIONS) {
  const rules = Object.entries(RECOMMENDED).map(([rule, level]) => [
    rule,
    options[rule] ? [level, options[rule]] : level,
  ]);
  const eslint = new ESLint({
    cwd: join(HERE, '../..'), // files outside of it would be ignored
    overrideConfigFile: true, // only this configuration
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
