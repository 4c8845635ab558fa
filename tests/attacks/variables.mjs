// Variables of wrong types, and bodies that are not a request.

import assert from 'node:assert/strict';
import { FRAGMENT_BOMB, SOON, nested } from './documents.mjs';

// Values for a variable of type String. They are JSON text, because JSON.stringify could not write many of them.
export const NOT_A_STRING = {
  null: 'null',
  true: 'true',
  0: '0',
  'minus zero': '-0',
  'a fraction': '0.1',
  'a number that is too large for a float': '1e400',
  'a number of 1,000 digits': '9'.repeat(1_000),
  'an empty list': '[]',
  'a list with the string': '["ada"]',
  'an object': '{}',
  'an operator of a document database': '{"$ne": null}',
  'an object with a length': '{"length": 1, "0": "a"}',
  'an object with __proto__': '{"__proto__": {"toString": "x"}}',
  'a list 10,000 levels deep': nested(10_000, '[', '', ']'),
  'an object 10,000 levels deep': nested(5_000, '{"a":', '1', '}'),
  'a list of 20,000 numbers': `[${Array(20_000).fill(1)}]`,
  'an object of 5,000 members': `{${Array.from({ length: 5_000 }, (_, n) => `"k${n}":1`)}}`,
  'a lone surrogate': '"\\ud800"',
  'NaN': 'NaN',
  infinity: '-Infinity',
  'a string in single quotes': "'ada'",
  'a string with an unescaped newline': '"a\nb"',
};

export const variables = {};
const LOGIN =
  'mutation($i: String!, $p: String!) { login(input: { identifier: $i, password: $p }) { user { id } } }';
for (const [what, json] of Object.entries(NOT_A_STRING)) {
  variables[`${what} in place of a string is refused`] = async ({ client }) => {
    for (const given of [`{"i": ${json}, "p": "x"}`, `{"i": "x", "p": ${json}}`]) {
      const { data, code, text } = await client.send(postOf(`"variables": ${given}`));
      assert.deepEqual([data, code], [null, 'VALIDATION_FAILED'], text.slice(0, 300));
      assert.ok(text.length < 2_000, 'the refusal is long');
    }
  };
}

function postOf(members, query = LOGIN) {
  return {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: `{"query": ${JSON.stringify(query)}, ${members}}`,
  };
}

const BODIES = {
  'an empty batch': '[]',
  'a batch of one': '[{"query":"{ __typename }"}]',
  'a batch of 2,000': `[${Array(2_000).fill('{"query":"{ __typename }"}')}]`,
  'batches 10,000 levels deep': nested(10_000, '[', '', ']'),
  'a string': '"{ __typename }"',
  null: 'null',
  'a number': '1',
  'not JSON': '{ __typename }',
  'JSON with more text after it': '{"query":"{ __typename }"} {"query":"{ __typename }"}',
  'JSON with a comment': '{"query":"{ __typename }" /* x */}',
  'JSON with a trailing comma': '{"query":"{ __typename }",}',
  'incomplete JSON': '{"query":"{ __type',
  'JSON in UTF-16': Buffer.from('{"query":"{ __typename }"}', 'utf16le'),
  'bytes that are not UTF-8': Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]),
  'overlong UTF-8': Buffer.from([0x22, 0xc0, 0xaf, 0x22]),
  'a query that is an object': '{"query":{"toString":"x"}}',
  'a query that is a list': '{"query":["{ __typename }"]}',
  'no query': '{"variables":{}}',
  'a document by its id': '{"id":"1","documentId":"1"}',
  'variables that are a list': '{"query":"{ __typename }","variables":[]}',
  'variables that are a string': '{"query":"{ __typename }","variables":"{}"}',
  'extensions that are a list': '{"query":"{ __typename }","extensions":[1]}',
  'an operation name that is an object': '{"query":"{ __typename }","operationName":{}}',
};
for (const [what, body] of Object.entries(BODIES)) {
  variables[`a body that is ${what} is refused`] = async ({ client }) => {
    const headers = { 'Content-Type': 'application/json' };
    const { status, code, data, text } = await client.send({ method: 'POST', headers, body });
    assert.deepEqual([status, code, data], [400, 'VALIDATION_FAILED', null], text);
  };
}

Object.assign(variables, {
  'of two members of one name only one is used, and the document that was checked is the one that is executed': async ({
    client,
  }) => {
    const harmless = '"query": "{ __typename }"';
    const { data, text } = await client.send(postOf(harmless));
    assert.deepEqual(data, { __typename: 'Query' }, text);
    const bomb = `"query": ${JSON.stringify(FRAGMENT_BOMB)}`;
    const { code } = await client.send(postOf(bomb, '{ __typename }'));
    assert.equal(code, 'VALIDATION_FAILED');
  },

  'undeclared variables are ignored': async ({ client }) => {
    const many = Object.fromEntries(Array.from({ length: 3_000 }, (_, n) => [`v${n}`, n]));
    const odd = JSON.parse('{"__proto__": {"x": 1}, "constructor": {"prototype": {}}, "": 1}');
    for (const given of [many, odd]) {
      const { data, text } = await client.call('{ __typename }', { variables: given });
      assert.deepEqual(data, { __typename: 'Query' }, text);
    }
  },

  'an unknown input field is refused, and its value not echoed': async ({ client, people }) => {
    const query =
      'mutation($input: RegisterInput!) { register(input: $input) { user { id emailVerified } } }';
    const { username, email } = people.name();
    for (const more of ['emailVerified', 'role', 'id', '__proto__', 'is_admin\u202e']) {
      const input = JSON.parse(`{"username":"${username}","email":"${email}","password":"x","${more}":true}`);
      const { code, data, text } = await client.call(query, { input });
      assert.deepEqual([data, code], [null, 'VALIDATION_FAILED'], text);
      assert.ok(!text.includes(more), text);
    }
  },

  'a large variable in thousands of places is refused before it is copied': async ({ client }) => {
    const query = `query($v: [Int]) { sessions(after: [${'$v '.repeat(1_000)}]) { totalCount } }`;
    const { code, ms } = await client.call(query, { variables: { v: Array(15_000).fill(1) } });
    assert.equal(code, 'VALIDATION_FAILED');
    assert.ok(ms <= SOON, `it took ${ms} ms`);
  },

  'an error does not echo a password in the wrong place': async ({ client }) => {
    const secret = 'hunter2-hunter2';
    for (const [query, given] of [
      [`mutation { login(input: { identifier: "a", password: ${secret} }) { user { id } } }`, {}],
      [`mutation { login(input: "${secret}") { user { id } } }`, {}],
      [`mutation { login(input: { identifier: "a", passwort: "${secret}" }) { user { id } } }`, {}],
      [LOGIN, { i: 'a', p: [secret] }],
      [LOGIN, { i: 'a', p: { [secret]: secret } }],
      [`{ me(password: "${secret}") { id } }`, {}],
    ]) {
      const { code, text } = await client.call(query, { variables: given });
      assert.equal(code, 'VALIDATION_FAILED');
      assert.ok(!text.includes(secret), text);
    }
  },
});
