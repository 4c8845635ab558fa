// Hostile GraphQL documents: expensive, deceptive or malformed.

import assert from 'node:assert/strict';
import { mapConcurrently } from '../async.mjs';

const times = (count, make) => Array.from({ length: count }, (_, n) => make(n)).join(' ');
export const nested = (levels, open, inner, close) => open.repeat(levels) + inner + close.repeat(levels);

// A refusal takes milliseconds; this allows for a busy machine.
export const SOON = 2_000;

const login = 'login(input: { identifier: "ada", password: "guess" }) { user { id } }';
const refresh = 'refresh(input: { refreshToken: "guess" }) { session { id } }';
const check = 'checkPassword(input: { password: "guess" }) { score }';

// Each fragment spreads the next one twice: 2^25 fields in 1,500 bytes.
export const FRAGMENT_BOMB = `{ ...F0 } ${times(25, (n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`)}
  fragment F25 on Query { __typename }`;

// Thirty fragments that each spread all of them.
const web = times(30, (n) => `fragment W${n} on Query { ${times(30, (m) => `...W${m}`)} }`);

// Recursive introspection of the types.
const typesOfTypes = (levels) =>
  nested(levels, 'fields { name description type { ofType { ', 'name', ' } } }');

const COSTLY = {
  'of 1,000 aliases': `{ ${times(1_000, (n) => `a${n}: __typename`)} }`,
  'of 1,000 aliases below a field': `{ me { ${times(1_000, (n) => `a${n}: id`)} } }`,
  'of fragments that double 25 times': FRAGMENT_BOMB,
  'of fragments that all spread all': `{ ...W0 } ${web}`,
  'of a fragment that spreads itself': '{ ...A } fragment A on Query { ...A }',
  'of two fragments that spread each other': `{ ...A }
    fragment A on Query { ...B } fragment B on Query { ...A }`,
  'with a cycle of fragments through inline fragments and fields': `{ me { ...A } }
    fragment A on User { ... on User { memberships { user { ...B } } } }
    fragment B on User { ... @include(if: true) { ...A } }`,
  'with an unused cycle of fragments': `{ __typename }
    fragment A on Query { ...B } fragment B on Query { ...A }`,
  'of 10,000 directives': `{ __typename ${'@a'.repeat(10_000)} }`,
  'of 1,000 known directives': `{ __typename ${times(1_000, () => '@skip(if: false)')} }`,
  'of directives on its operation': `query Q ${times(100, () => '@skip(if: true)')} { __typename }`,
  'of directives on its variables': `query Q(${times(100, (n) => `$v${n}: Int @a @b`)}) { __typename }`,
  'of fields 10,000 levels deep': nested(10_000, '{me', '', '}'),
  'of fields 25 levels deep': nested(25, '{ me ', '', '}'),
  'of inline fragments 10,000 levels deep': `{${nested(10_000, '...{', '__typename', '}')}}`,
  'of a list 20,000 levels deep': `{ sessions(first: ${nested(20_000, '[', '', ']')}) { totalCount } }`,
  'of a list that is never closed': `{ sessions(first: ${'['.repeat(30_000)}`,
  'of an object 10,000 levels deep': `mutation { login(input: ${nested(10_000, '{a:', '1', '}')}) { user { id } } }`,
  'of a type 20,000 lists deep': `query Q($v: ${nested(20_000, '[', 'Int', ']')}) { __typename }`,
  'of a default value 5,000 levels deep': `query Q($v: [Int] = ${nested(5_000, '[', '1', ']')}) { __typename }`,
  'of a list of 30,000 numbers': `{ sessions(first: [${'1 '.repeat(30_000)}]) { totalCount } }`,
  'of 10,000 arguments': `{ sessions(${times(5_000, (n) => `a${n}: 1`)}) { totalCount } }`,
  'of 5,000 variables': `query Q(${times(5_000, (n) => `$v${n}: Int`)}) { __typename }`,
  'of 1,000 operations': times(1_000, (n) => `query Q${n} { __typename }`),
  'of 60 fragments': `{ __typename } ${times(60, (n) => `fragment F${n} on Query { __typename }`)}`,
  'of 600 fields': `{ me { ${'id '.repeat(600)} } }`,
  'of 50 root fields': `{ ${'__typename '.repeat(50)} }`,
  'of nothing but brackets': '{([{([{([{(['.repeat(5_000),
  'of nothing but quotation marks': '"'.repeat(60_000),
  'of nothing but dollars': `query(${'$'.repeat(60_000)}`,
  'of nothing but dots': `{${'...'.repeat(20_000)}}`,
  'that is one comment': `#${'x'.repeat(60_000)}`,
  'of 30,000 empty comments': `${'#\n'.repeat(30_000)}`,
  'with a name of 60,000 letters': `{ ${'a'.repeat(60_000)} }`,
  'with an unterminated string that contains brackets': `{ a(b: ["""x" ${'['.repeat(20_000)}`,
  'with a block string of 60,000 quotation marks': `{ __type(name: """${'\\"""'.repeat(15_000)}""") { name } }`,
  'with a number of 60,000 digits': `{ sessions(first: ${'9'.repeat(60_000)}) { totalCount } }`,
  'with a number that is too large for a float': '{ sessions(first: 1e400) { totalCount } }',
  'with a number of 60,000 decimals': `{ sessions(first: 0.${'3'.repeat(60_000)}) { totalCount } }`,
  'that requests more than the maximum page size': '{ sessions(first: 2147483647) { totalCount } }',
  'that requests a negative number of items': '{ sessions(first: -1) { totalCount } }',
  'that requests the first and the last -0 items': '{ sessions(first: -0, last: -0) { totalCount } }',
  'that requests types 25 levels deep': `{ __schema { types { ${typesOfTypes(6)} } } }`,
  'that requests all types a hundred times': `{ ${times(100, (n) => `a${n}: __schema { types { name } }`)} }`,
};

// An operation may contain a field that checks a secret only once.
const MANY_GUESSES = {
  'of 100 aliased logins': `mutation { ${times(100, (n) => `a${n}: ${login}`)} }`,
  'of two aliased logins': `mutation { a: ${login} b: ${login} }`,
  'of logins in a fragment and beside it': `mutation { ${login} ...F }
    fragment F on Mutation { b: ${login} }`,
  'of a fragment with a login that is spread twice': `mutation { ...F ... { ...F } }
    fragment F on Mutation { ${login} }`,
  'of 20 aliased refreshes': `mutation { ${times(20, (n) => `a${n}: ${refresh}`)} }`,
  'of 20 aliased password checks': `{ ${times(20, (n) => `a${n}: ${check}`)} }`,
  'of logins in an operation that is not executed': `query Q { __typename }
    mutation M { a: ${login} b: ${login} }`,
};

const CONFUSING = {
  'that is empty': '',
  'that is white space': ' \n\t ',
  'that is a byte order mark': '\ufeff',
  'with a NUL in it': '{ __typename\0 }',
  'with a lone quotation mark': '{ __typename " }',
  'with a character that looks like a brace': '｛ __typename ｝',
  'with a name in Cyrillic': '{ mе { id } }',
  'with a zero-width space in a name': '{ m\u200be { id } }',
  'with a right-to-left override': '{ \u202eme { id } }',
  'with a lone surrogate in a string': '{ __type(name: "\\ud800") { name } }',
  'with an invalid escape': '{ __type(name: "\\x41") { name } }',
  'with two anonymous operations': '{ __typename } { __typename }',
  'with an anonymous operation beside a named one': '{ __typename } query Q { __typename }',
  'with two operations of one name': 'query Q { __typename } query Q { me { id } }',
  'with a fragment on an unknown type': '{ ...F } fragment F on Nope { id }',
  'with a fragment on a type that cannot occur there': '{ ...F } fragment F on Session { id }',
  'with an unknown fragment': '{ ...Nope }',
  'with two fragments of one name': `{ ...F } fragment F on Query { __typename }
    fragment F on Query { me { id } }`,
  'with two variables of one name': 'query Q($a: Int, $a: String) { __typename }',
  'with a variable that is not declared': '{ sessions(first: $a) { totalCount } }',
  'with two arguments of one name': '{ sessions(first: 1, first: 2) { totalCount } }',
  'with two fields of one name in an input': `mutation {
    login(input: { identifier: "a", identifier: "b", password: "c" }) { user { id } } }`,
  'with two different fields under one alias': '{ a: __typename a: me { id } }',
  'with __proto__ as a field': '{ __proto__ { id } }',
  'with fields for federation': '{ __typename _service { sdl } _entities { id } }',
  'with type definitions': 'type Query { me: Int } extend type Query { x: Int }',
  'with a subscription': 'subscription { me { id } }',
  'with a subscription beside a query': 'query Q { __typename } subscription S { me { id } }',
  'with @defer and @stream': '{ ... @defer { me { id } } sessions { nodes @stream { id } } }',
};

export const documents = {};
for (const [what, query] of Object.entries({ ...COSTLY, ...MANY_GUESSES, ...CONFUSING })) {
  documents[`a document ${what} is refused at once`] = async ({ client, owner }) => {
    const operationName = / query Q|^query Q/.test(query) ? 'Q' : undefined;
    const { data, code, text, ms } = await client.call(query, { as: owner, operationName });
    const refused = code === 'VALIDATION_FAILED' || /subscription S/.test(query);
    assert.ok(refused, text.slice(0, 300));
    assert.ok(text.length < 2_000, `the refusal has ${text.length} characters`);
    assert.equal(Object.keys(data ?? {}).filter((key) => data[key]?.id).length, 0, text);
    assert.ok(ms <= SOON, `it took ${ms} ms`);
  };
}

Object.assign(documents, {
  'the most expensive introspection that the limits allow has a bounded response, also fifty times at once': async ({
    client,
  }) => {
    const four = `name description enumValues { description } inputFields { description }
      ${typesOfTypes(4)}`;
    const query = `{ ${times(10, (n) => `a${n}: __schema { b: types { ${four} } c: types { name } }`)} }`;
    const answers = await mapConcurrently(Array(50).fill(query), 10, (asked) => client.call(asked));
    const longest = Math.max(...answers.map(({ text }) => text.length));
    assert.ok(longest < 4_000_000, `a response has ${longest} characters`);
  },

  'a hundred fragment bombs at once delay nobody else': async ({ client, bystander, owner }) => {
    const bombs = mapConcurrently(Array(100).fill(FRAGMENT_BOMB), 20, (query) => client.call(query));
    const { data, ms } = await bystander.call('{ me { id } }', { as: owner });
    assert.ok(data?.me);
    assert.ok(ms <= SOON, `it took ${ms} ms`);
    await bombs;
  },

  'members of organizations of members are bounded': async ({ client, owner }) => {
    const friends = nested(
      3,
      'memberships { organization { members(first: 100) { nodes { user { ',
      'id',
      ' } } } } }',
    );
    const { text } = await client.call(`{ me { ${friends} } }`, { as: owner });
    assert.ok(text.length < 10_000, text.slice(0, 300));
  },

  'an unknown operation name is refused': async ({ client }) => {
    const query = 'query A { __typename } query B { __typename } fragment F on Query { __typename }';
    for (const operationName of ['', 'C', 'F', 'a', '__proto__', 'A ', 'A\0', 'x'.repeat(50_000)]) {
      const { data, code, text } = await client.call(query, { operationName });
      assert.deepEqual([data, code], [null, 'VALIDATION_FAILED'], text);
    }
  },

  'a skipped field is not executed': async ({ client, people, owner }) => {
    const { username } = await people.registered();
    const skipped = `mutation($no: Boolean = true) { __typename ${login.replace('{ user', '@skip(if: $no) { user')}
      logout(input: { revokeAllSessions: true }) @include(if: false) { revokedSessions }
      updateProfile(input: { username: "${username}" }) @skip(if: true) { user { id } } }`;
    const { data, text } = await client.call(skipped, { as: owner });
    assert.deepEqual(data, { __typename: 'Mutation' }, text);
  },

  'a GET does not execute a mutation, even beside a query': async ({ client, owner }) => {
    const query = 'query Q { __typename } mutation M { logout { revokedSessions } }';
    const headers = { Authorization: `Bearer ${owner.accessToken}` };
    for (const [asked, status] of [
      [{ query, operationName: 'M' }, 405],
      [{ query: 'mutation { logout { revokedSessions } }' }, 405],
      [{ query: `mutation { ${login} }` }, 405],
      [{ query: `{ ${check} }` }, 405],
      [{ query: `{ __typename ...F } fragment F on Query { ... { ${check} } }` }, 405],
    ]) {
      const answer = await client.send({ path: `/graphql?${new URLSearchParams(asked)}`, headers });
      assert.equal(answer.status, status, answer.text);
      assert.equal(answer.data, null);
    }
    assert.ok((await client.call('{ me { id } }', { as: owner })).data?.me);
  },

  'ids of another user give no access': async ({ client, owner, stranger }) => {
    for (const [field, input] of [
      ['revokeSession', { sessionId: stranger.sessionId }],
      ['logout', { sessionId: stranger.sessionId }],
    ]) {
      const type = field === 'logout' ? 'LogoutInput' : 'RevokeSessionInput!';
      const query = `mutation($input: ${type}) { ${field}(input: $input) { __typename } }`;
      const { code, text } = await client.call(query, { input, as: owner });
      assert.equal(code, 'SESSION_NOT_FOUND', text);
    }
    const cursor = Buffer.from(stranger.sessionId.replaceAll('-', ''), 'hex').toString('base64url');
    const query = 'query($after: String) { sessions(after: $after, includeExpired: true) { nodes { id } } }';
    const { data } = await client.call(query, { variables: { after: cursor }, as: owner });
    assert.ok(!data.sessions.nodes.some(({ id }) => id === stranger.sessionId));
    assert.ok((await client.call('{ me { id } }', { as: stranger })).data?.me);
  },
});
