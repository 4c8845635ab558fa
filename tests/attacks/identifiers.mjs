// Deceptive names and addresses, and hostile texts in every field.

import assert from 'node:assert/strict';
import { mapConcurrently } from '../async.mjs';
import { PASSWORD } from './people.mjs';

const REGISTER =
  'mutation($input: RegisterInput!) { register(input: $input) { user { id username email } } }';

// Converts ASCII letters to one of Unicode's mathematical alphabets.
const inAlphabet = (name, a, A) =>
  name.replace(/[a-z]/gi, (c) =>
    String.fromCodePoint(c >= 'a' ? a + c.charCodeAt(0) - 97 : A + c.charCodeAt(0) - 65),
  );
const fullWidth = (name) => name.replace(/[!-~]/g, (c) => String.fromCodePoint(c.charCodeAt(0) + 0xfee0));

// Spellings of an existing username. The first group is normalized to the same name, the second is invalid.
const SAME_USERNAME = {
  'in capitals': (name) => name.toUpperCase(),
  'in full-width letters': fullWidth,
  'in bold': (name) => inAlphabet(name, 0x1d41a, 0x1d400),
  'in double-struck letters': (name) => inAlphabet(name, 0x1d552, 0x1d538),
  'in circles': (name) => inAlphabet(name, 0x24d0, 0x24b6),
  'with a trailing space': (name) => `${name} `,
  'with a leading space': (name) => ` ${name}`,
  'with a non-breaking space': (name) => `${name}\u00a0`,
  'with an ideographic space': (name) => `${name}\u3000`,
  'with a newline': (name) => `${name}\n`,
};
const IMITATIONS = {
  'with a Cyrillic letter': (name) => name.replace('p', '\u0440'),
  'with a Greek letter': (name) => name.replace('p', '\u03c1'),
  'with a combining mark': (name) => name.replace('p', 'p\u0301'),
  'with an invisible combining mark': (name) => `${name}\u034f`,
  'with a zero-width space': (name) => `${name.slice(0, 2)}\u200b${name.slice(2)}`,
  'with a zero-width joiner': (name) => `${name.slice(0, 2)}\u200d${name.slice(2)}`,
  'with a byte order mark': (name) => `\ufeff${name}`,
  'with a soft hyphen': (name) => `${name.slice(0, 2)}\u00ad${name.slice(2)}`,
  'with a variation selector': (name) => `${name}\ufe0f`,
  'with a right-to-left mark': (name) => `${name}\u200f`,
  'written from right to left': (name) => `\u202e${[...name].reverse().join('')}`,
  'with an invisible tag': (name) => `${name}\u{e0061}`,
  'with a Hangul filler': (name) => `${name}\u3164`,
  'with a space in it': (name) => `${name.slice(0, 2)} ${name.slice(2)}`,
  'with a NUL': (name) => `${name}\0`,
  'with a NUL and more': (name) => `${name}\0x`,
  'with a dotless i': (name) => `${name}\u0131`,
  'with the Kelvin sign': (name) => `${name}\u212a\u0301`,
  'with a letter that becomes shorter (ſ)': (name) => `${name}\u017f\u0301`,
  'with a ligature and a mark': (name) => `${name}\ufb01\u0327`,
  'with percent signs': (name) => `%00${name}`,
  'with a path': (name) => `../${name}`,
  'with markup': (name) => `<b>${name}</b>`,
  'with an @': (name) => `${name}@`,
};

// Spellings of an existing address. They are normalized to the same address, or invalid.
const SAME_ADDRESS = {
  'in capitals': (email) => email.toUpperCase(),
  'in full-width letters': (email) => fullWidth(email).replace('\uff20', '@'),
  'with a full-width @': (email) => email.replace('@', '\uff20'),
  'with an ideographic full stop': (email) => email.replace('.com', '\u3002com'),
  'with a bold domain': (email) => email.replace('example', inAlphabet('example', 0x1d41a, 0x1d400)),
  'with a soft hyphen in its domain': (email) => email.replace('example', 'exam\u00adple'),
  'with a zero-width space in its domain': (email) => email.replace('example', 'exam\u200bple'),
  'with a trailing dot': (email) => `${email}.`,
  'with spaces around it': (email) => ` ${email} `,
  'with a newline': (email) => `${email}\n`,
  'with a NUL': (email) => email.replace('@', '\0@'),
  'with quotation marks': (email) => email.replace(/^[^@]+/, '"$&"'),
  'with a comment': (email) => email.replace('@', '(x)@'),
  'in angle brackets': (email) => `Ada <${email}>`,
  'with mailto': (email) => `mailto:${email}?bcc=eve@evil.example`,
  twice: (email) => `${email},${email}`,
};

// Addresses whose mail could go to somebody else, or nowhere.
const NO_ADDRESS = {
  'with another one after a comma': 'ada@example.com,eve@evil.example',
  'with another one after a newline': 'ada@example.com\r\nBcc: eve@evil.example',
  'with a command to the mail server': 'ada@example.com>\r\nRCPT TO:<eve@evil.example',
  'with two @': 'ada@example.com@evil.example',
  'with a route': '@evil.example:ada@example.com',
  'with a UUCP path': 'evil.example!ada@[127.0.0.1]',
  'at an address literal': 'ada@[127.0.0.1]',
  'at an IPv6 address': 'ada@[IPv6:::1]',
  'at a bare IP address': 'ada@127.0.0.1',
  'at this machine': 'ada@localhost',
  'with 65 characters before its @': `${'a'.repeat(65)}@example.com`,
  'of 300 characters': `ada@${'a.'.repeat(150)}com`,
  'whose domain has a label of 64 characters': `ada@${'a'.repeat(64)}.com`,
  'whose domain is 20,000 ideograms': `ada@${Array.from({ length: 20_000 }, (_, n) => String.fromCharCode(0x4e00 + (n % 5_000))).join('')}.com`,
  'whose domain has 20,000 labels': `ada@${'ü.'.repeat(20_000)}com`,
  'whose domain is incomplete punycode': 'ada@xn--.com',
  'whose domain is invalid punycode': 'ada@xn--a-\ud7ff.com',
  'with Cyrillic before its @': '\u0430da@example.com',
  'with a template': '{{7*7}}@example.com{%x%}',
  'that is a script': '<script>alert(1)</script>@example.com',
};

export const identifiers = {};

for (const [what, spell] of Object.entries(SAME_USERNAME)) {
  identifiers[`a username ${what} is the same username`] = async (world) => {
    const taken = { ...world.people.name(), username: spell(world.owner.username) };
    const { code, text } = await register(world, taken);
    assert.equal(code, 'AUTH_USERNAME_EXISTS', text);
  };
}
for (const [what, imitate] of Object.entries(IMITATIONS)) {
  identifiers[`no username can imitate another ${what}`] = async (world) => {
    const username = imitate(world.owner.username);
    const { code, paths, text } = await register(world, { ...world.people.name(), username });
    assert.deepEqual([code, paths], ['VALIDATION_FAILED', ['input.username']], text);
    const renamed = 'mutation($input: UpdateProfileInput!) { updateProfile(input: $input) { user { id } } }';
    const other = await world.client.call(renamed, { input: { username }, as: world.stranger });
    assert.equal(other.code, 'VALIDATION_FAILED', other.text);
  };
}
for (const [what, spell] of Object.entries(SAME_ADDRESS)) {
  identifiers[`an address ${what} creates no second account`] = async (world) => {
    const taken = { ...world.people.name(), email: spell(world.owner.email) };
    const { code, text } = await register(world, taken);
    assert.ok(['AUTH_EMAIL_EXISTS', 'VALIDATION_FAILED'].includes(code), text);
  };
}
for (const [what, email] of Object.entries(NO_ADDRESS)) {
  identifiers[`an address ${what} is refused by every field`] = async (world) => {
    const { code, paths, text, ms } = await register(world, { ...world.people.name(), email });
    assert.deepEqual([code, paths], ['VALIDATION_FAILED', ['input.email']], text);
    assert.ok(ms < 2_000, `it took ${ms} ms`);
    const change = `mutation($input: RequestEmailChangeInput!) { requestEmailChange(input: $input) { accepted } }`;
    const input = { newEmail: email, password: PASSWORD };
    const other = await world.client.call(change, { input, as: world.stranger });
    assert.equal(other.code, 'VALIDATION_FAILED', other.text);
    await mapConcurrently(['requestPasswordReset', 'resendVerificationEmail'], 2, async (field) => {
      const type = `${field[0].toUpperCase()}${field.slice(1)}Input!`;
      const query = `mutation($input: ${type}) { ${field}(input: $input) { accepted } }`;
      await world.client.call(query, { input: { email } });
    });
    assert.ok(!/to="[^"]*evil/.test(world.service.log), 'a mail went to another address');
  };
}

function register({ client }, who) {
  return client.call(REGISTER, { input: { password: PASSWORD, ...who } });
}

Object.assign(identifiers, {
  'two concurrent registrations cannot get one name, in any spelling': async (world) => {
    const { username } = world.people.name();
    const spellings = [username, username.toUpperCase(), fullWidth(username)].flatMap((spelling) => [spelling, spelling]);
    const answers = await Promise.all(
      spellings.map((name) => register(world, { ...world.people.name(), username: name })),
    );
    assert.equal(answers.filter(({ data }) => data?.register).length, 1);
  },

  'another spelling signs in the same person, and an imitation nobody': async ({
    owner,
    people,
  }) => {
    for (const spell of Object.values(SAME_USERNAME)) {
      const { data } = await people.login(spell(owner.username));
      assert.equal(data?.login.user.id, owner.id);
    }
    for (const [what, imitate] of Object.entries(IMITATIONS)) {
      const { code } = await people.login(imitate(owner.username));
      assert.equal(code, 'AUTH_INVALID_CREDENTIALS', what);
    }
  },
});

// Names that people read cannot contain text that is invisible, reordered or too long.
const UNFIT = {
  'a NUL': 'a\0b',
  'an escape sequence': 'a\u001b[31mb',
  'a bell': 'a\u0007b',
  'a delete': 'a\u007fb',
  'a C1 control': 'a\u009bb',
  'a newline': 'a\r\nb',
  'a line separator': 'a\u2028b',
  'a right-to-left override': 'a\u202eb',
  'an isolate': 'a\u2066b',
  'a zero-width space': 'a\u200bb',
  'a tag': 'a\u{e0041}b',
  '10,000 letters': 'a'.repeat(10_000),
  '10,000 combining marks': `a${'\u0301'.repeat(10_000)}`,
  '5,000 ligatures of 18 letters': '\ufdfa'.repeat(5_000),
  nothing: '',
  'white space': ' \t ',
};
const NAMES = [
  ['register', 'RegisterInput!', 'username'],
  ['register', 'RegisterInput!', 'email'],
  ['register', 'RegisterInput!', 'displayName'],
  ['register', 'RegisterInput!', 'organizationName'],
  ['updateProfile', 'UpdateProfileInput!', 'username'],
  ['updateProfile', 'UpdateProfileInput!', 'displayName'],
  ['requestEmailChange', 'RequestEmailChangeInput!', 'newEmail'],
];

export const texts = {};
for (const [what, text] of Object.entries(UNFIT)) {
  texts[`no name can contain ${what}`] = async ({ client, people, stranger }) => {
    for (const [field, type, name] of NAMES) {
      const query = `mutation($input: ${type}) { ${field}(input: $input) { __typename } }`;
      const rest = {
        register: { ...people.name(), password: PASSWORD },
        requestEmailChange: { password: PASSWORD },
      };
      const input = { ...rest[field], [name]: text };
      const answer = await client.call(query, { input, as: stranger });
      assert.deepEqual(
        [answer.code, answer.paths],
        ['VALIDATION_FAILED', [`input.${name}`]],
        `${field}: ${answer.text}`,
      );
    }
  };
}

// None of these does harm in any field that takes text.
const HOSTILE = {
  ...UNFIT,
  SQL: "' OR '1'='1'; DROP TABLE users; -- ",
  'SQL of PostgreSQL': '$$; SELECT pg_sleep(10); $$ || chr(0)',
  'a template': '{{ 7 * 7 }}{% include "layout.html" %}',
  'another template': '${7*7}#{7*7}<%= 7*7 %>',
  'a lookup': '${jndi:ldap://127.0.0.1:1/x}',
  'a format': '%s%s%n%x{}{:?}{0}',
  markup: '<script>alert(1)</script><img src=x onerror=alert(1)>',
  'a formula': '=1+1+cmd|"/c calc"!A0',
  'a path': '../../../../etc/passwd\0.png',
  'a command': '; id | nc 127.0.0.1 1 & `id` $(id)',
  '60,000 letters': 'a'.repeat(60_000),
  '60,000 digits': '9'.repeat(60_000),
  'every kind of quotation mark': '\'"`\\\u2018\u201c\u00ab',
  'non-characters': '\ufffe\uffff\u{1ffff}\u{10ffff}',
  'half of a surrogate pair': '\\ud83d',
};

for (const [what, text] of Object.entries(HOSTILE)) {
  texts[`${what} does no harm in any field that takes text`] = async (world) => {
    const { client, people } = world;
    world.fields ??= await textFields(client);
    assert.ok(world.fields.length >= 20, `there are only ${world.fields.length} such fields`);
    world.scapegoat ??= await people.verified();
    await mapConcurrently(world.fields, 6, async ({ operation, field, type, name, others }) => {
      const declared = type.kind ? `$input: ${type.name}!` : `$input: ${name.type}`;
      const given = type.kind ? 'input: $input' : `${name.name}: $input`;
      const value = type.kind ? { ...others, [name.name]: text } : text;
      const query = `${operation}(${declared}) { ${field}(${given}) { __typename } }`;
      const { code, data, text: said } = await client.call(query, { input: value, as: world.scapegoat });
      assert.ok(code || (data && field in data), `${field}.${name.name}: ${said}`);
    });
  };
}

// Returns every argument and input field of type String or ID, from introspection. So fields that are added later are
// attacked, too.
async function textFields(client) {
  const { data } = await client.call(`{ __schema {
    queryType { ...Fields } mutationType { ...Fields }
    types { kind name inputFields { name defaultValue type { ...T } } } } }
    fragment Fields on __Type { name fields { name args { name type { ...T } } } }
    fragment T on __Type { kind name ofType { kind name ofType { kind name } } }`);
  const schema = data.__schema;
  const inputs = new Map(schema.types.filter(({ inputFields }) => inputFields).map((type) => [type.name, type]));
  const fields = [];
  for (const [operation, root] of [
    ['query', schema.queryType],
    ['mutation', schema.mutationType],
  ]) {
    for (const { name: field, args } of root.fields) {
      for (const argument of args) {
        const type = named(argument.type);
        const members = inputs.get(type)?.inputFields;
        if (!members && isText(type))
          fields.push({ operation, field, type: {}, name: { name: argument.name, type } });
        for (const member of (members ?? []).filter((member) => isText(named(member.type)))) {
          const others = Object.fromEntries(
            members
              .filter((other) => other.type.kind === 'NON_NULL' && other.defaultValue === null)
              .map((other) => [other.name, 'x']),
          );
          fields.push({ operation, field, type: { kind: 'input', name: type }, name: member, others });
        }
      }
    }
  }
  return fields;
}

const named = (type) => (type.ofType ? named(type.ofType) : type.name);
const isText = (name) => name === 'String' || name === 'ID';
