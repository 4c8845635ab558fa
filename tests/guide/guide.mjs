// Runs the programs of docs/verifying-access-tokens.md against the compiled binary. Each has to accept the tokens of a
// member, and no others. The guide has to show the same code.
//
//     node guide.mjs LATCHKEY_BINARY RUST_EXAMPLE_BINARY
//
// Starts the service on loopback, once for each signing algorithm. TypeScript's compiler and jose come from
// examples/verify/typescript; PYTHON names the Python interpreter, and the default is /usr/bin/python3. Prints every
// check, and fails if one of them fails.

import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jws, opened, signature } from '../attacks/forge.mjs';
import { mapConcurrently } from '../async.mjs';
import { Service } from '../attacks/service.mjs';
import { People } from '../federation/people.mjs';
import { Report } from '../report.mjs';
import { ALGORITHMS, forgeries } from './forgeries.mjs';
import { LANGUAGES, prepare, programs, source } from './programs.mjs';

const ISSUER = 'https://auth.example.com';
const AUDIENCE = 'latchkey';
const AT_ONCE = 3;
const CHECK_DEADLINE = 180_000;
const DEADLINE = 1_200_000;

const [binary, rustBinary] = process.argv.slice(2);
if (!rustBinary) {
  console.error('usage: node guide.mjs LATCHKEY_BINARY RUST_EXAMPLE_BINARY');
  process.exit(2);
}

const report = new Report('guide', CHECK_DEADLINE);

// The run always ends, and ../attacks/service.mjs ends all processes with it.
report.guard(DEADLINE);

const verifiers = programs(rustBinary);
try {
  await all(guideChecks());
  await prepare();
  for (const algorithm of Object.keys(ALGORITHMS)) {
    await withService(algorithm, async (world) => all(tokenChecks(algorithm, world)));
  }
  await withService(null, async (world) => all(secretChecks(world)));
} catch (error) {
  report.add('the setup of the checks succeeds', error);
}
report.end();

// The code in the guide and in the files is the same.
function guideChecks() {
  const guide = source('docs/verifying-access-tokens.md');
  const checks = {};
  for (const [language, { file, begin, end: close }] of Object.entries(LANGUAGES)) {
    const text = source(file);
    checks[`the guide shows the function of ${file}`] = async () => {
      const from = text.search(begin);
      assert.notEqual(from, -1, 'the file has no such function');
      const shown = text.slice(from, text.indexOf(close, from)) + close.trimEnd();
      assert.ok(guide.includes(shown), `the guide lacks:\n${shown}`);
    };
    checks[`all code in ${language} in the guide is in ${file}`] = async () => {
      const blocks = [...guide.matchAll(/^```(\w+)\n(.*?)^```$/gms)].filter(([, name]) => name === language);
      assert.ok(blocks.length > 0, 'the guide has no code');
      for (const [, , block] of blocks) assert.ok(text.includes(block), block);
    };
  }
  return checks;
}

// Checks the programs with tokens of a service that signs with the key for this algorithm.
function tokenChecks(algorithm, { keys, pairs, tokens }) {
  const { organization, user } = tokens;
  const { id, slug } = organization;
  const member = opened(tokens.member);
  const [pair, ...beside] = [pairs[algorithm], ...ALGORITHMS[algorithm].beside.map((name) => pairs[name])];
  const checks = {};
  for (const [language, verify] of Object.entries(verifiers)) {
    const isAccepted = async (token, expected) => {
      const { code, stdout, stderr } = await verify(token, ISSUER, AUDIENCE, keys);
      assert.equal(code, 0, stderr);
      assert.deepEqual(JSON.parse(stdout), { sub: user, ...expected });
    };
    const about = (what) => `${language}, ${algorithm}: ${what}`;
    checks[about('a member’s token is accepted, with its organization')] = () =>
      isAccepted(tokens.member, { org: { id, slug }, org_role: 'MEMBER' });
    checks[about('a token after a switch is accepted, with its organization')] = () =>
      isAccepted(tokens.switched, { org: { id, slug }, org_role: 'MEMBER' });
    checks[about('a token without an active organization is accepted, without an organization')] = () =>
      isAccepted(tokens.bare, { org: null, org_role: null });
    checks[about('other claims signed with the same key are accepted, so the forgeries below are tested well')] =
      () =>
        isAccepted(jws(member.header, { ...member.claims, org_role: 'OWNER' }, pair.sign), {
          org: { id, slug },
          org_role: 'OWNER',
        });
    for (const { alg, kid, sign } of beside) {
      checks[about(`a token of the other published key, for ${alg}, is accepted`)] = () =>
        isAccepted(jws({ ...member.header, alg, kid }, member.claims, sign), { org: { id, slug }, org_role: 'MEMBER' });
    }
    for (const [what, forge] of Object.entries(forgeries(algorithm))) {
      const token = forge(member, pair, beside[0]);
      checks[about(`a token ${what} is refused`)] = () => isRefused(verify(token, ISSUER, AUDIENCE, keys), token);
    }
    const { member: good } = tokens;
    checks[about('a valid token is refused if another issuer is expected')] = () =>
      isRefused(verify(good, 'https://other.example.com', AUDIENCE, keys), good);
    checks[about('a valid token is refused if another audience is expected')] = () =>
      isRefused(verify(good, ISSUER, 'notes', keys), good);
    checks[about('a valid token is refused if the keys cannot be loaded')] = () =>
      isRefused(verify(good, ISSUER, AUDIENCE, { url: 'http://127.0.0.1:1/', file: '/nowhere' }), good);
  }
  return checks;
}

// A service that signs with its secret publishes no keys, so no other service accepts its tokens.
function secretChecks({ keys, tokens }) {
  const entries = Object.entries(verifiers).map(([language, verify]) => [
    `${language}, HS256: a token signed with the secret is refused`,
    () => isRefused(verify(tokens.member, ISSUER, AUDIENCE, keys), tokens.member),
  ]);
  return Object.fromEntries(entries);
}

// Asserts that a program exits with 1 and one line with a reason, which does not contain the token.
async function isRefused(outcome, token) {
  const { code, stdout, stderr } = await outcome;
  assert.deepEqual([code, stdout], [1, ''], stderr);
  assert.match(stderr, /^refused: .+\n$/);
  assert.ok(token.length < 10 || !stderr.includes(token), stderr);
}

// Starts the service, with the key for this algorithm first if there is one, and creates people there.
async function withService(algorithm, act) {
  const service = await Service.start(binary, { settings: (folder) => settingsFor(algorithm, folder) });
  try {
    const answer = await fetch(new URL('/.well-known/jwks.json', service.url));
    const keys = { url: answer.url, file: join(service.folder, 'jwks.json') };
    const published = await answer.text();
    await writeFile(keys.file, published);
    const pairs = pairsOf(JSON.parse(published));
    await act({ keys, pairs, tokens: await tokensOf(service.url) });
    await service.stop();
  } finally {
    service.kill();
  }
}

async function settingsFor(algorithm, folder) {
  const { LLVM_PROFILE_FILE } = process.env;
  const settings = { TOKEN_ISSUER: ISSUER, ...(LLVM_PROFILE_FILE && { LLVM_PROFILE_FILE }) };
  if (!algorithm) return settings;
  const files = [];
  for (const name of [algorithm, ...ALGORITHMS[algorithm].beside]) {
    files.push(join(folder, `${name}.pem`));
    await writeFile(files.at(-1), pemOf(name), { mode: 0o600 }); // readable only by its owner, a mode that git does not store
  }
  return { ...settings, SIGNING_KEY_FILE: files.join(',') };
}

function pemOf(algorithm) {
  return readFileSync(new URL(`../keys/${ALGORITHMS[algorithm].file}`, import.meta.url));
}

// Returns the key pairs of the published keys, by algorithm.
function pairsOf({ keys }) {
  const pair = ({ alg, kid }) => {
    const privateKey = createPrivateKey(pemOf(alg));
    const sign = signature(privateKey, ALGORITHMS[alg].hash);
    return { alg, kid, privateKey, publicKey: createPublicKey(privateKey), sign };
  };
  return Object.fromEntries(keys.map((jwk) => [jwk.alg, pair(jwk)]));
}

// The tokens of a member: with an active organization since login, since a switch, and without one.
async function tokensOf(url) {
  const people = new People(url);
  const [owner, member] = [await people.arrive(), await people.arrive()];
  const organization = await people.createOrganization(owner, 'Gardeners');
  await people.join(organization, owner, member);
  const switched = await people.switchTo(member, organization);
  assert.deepEqual([switched.tokenType, switched.role], ['Bearer', 'MEMBER']);
  return {
    user: member.id,
    organization,
    member: await people.signIn(member, organization),
    switched: switched.accessToken,
    bare: member.accessToken,
  };
}

// Runs all checks, a few at a time.
async function all(checks) {
  await mapConcurrently(Object.entries(checks), AT_ONCE, ([sentence, check]) => report.check(sentence, check));
}
