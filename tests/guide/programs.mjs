// The three programs of the guide: where they are, and how they are run.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// Long enough for a compiler on a machine that does much else.
const DEADLINE = 150_000;

const path = (name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const TYPESCRIPT = path('examples/verify/typescript');
// Which Node.js 18 has behind a flag.
const WEB_CRYPTO = globalThis.crypto ? [] : ['--experimental-global-webcrypto'];

// In what the guide calls them: the file, the line with which its function begins, and what ends it.
export const LANGUAGES = {
  rust: { file: 'examples/verify_access_token.rs', begin: /^fn verify\(/m, end: '\n}\n' },
  typescript: {
    file: 'examples/verify/typescript/verify.ts',
    begin: /^export async function verify\(/m,
    end: '\n}\n',
  },
  python: { file: 'examples/verify/python/verify.py', begin: /^def verify\(/m, end: '\n\n\n' },
};

export const source = (name) => readFileSync(path(name), 'utf8');

// Compiles what has to be: the one in Rust was.
export async function prepare() {
  const compiler = `${TYPESCRIPT}/node_modules/typescript/bin/tsc`;
  const { code, stdout, stderr } = await run(process.execPath, [compiler, '--project', TYPESCRIPT]);
  if (code !== 0) throw new Error(`the example in TypeScript does not compile: ${stdout}${stderr}`);
}

// Each takes a token, what it must say, and where the keys are: the one in Rust reads a file.
export const programs = (rustBinary) => ({
  Rust: (token, issuer, audience, keys) => run(rustBinary, [token, issuer, audience, keys.file]),
  TypeScript: (token, issuer, audience, keys) =>
    run(process.execPath, [...WEB_CRYPTO, `${TYPESCRIPT}/build/verify.js`, token, issuer, audience, keys.url]),
  Python: (token, issuer, audience, keys) =>
    run(process.env.PYTHON ?? '/usr/bin/python3', [
      path('examples/verify/python/verify.py'),
      token,
      issuer,
      audience,
      keys.url,
    ]),
});

// How it ended, and what it said.
function run(program, args) {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: DEADLINE }, (error, stdout, stderr) => {
      resolve({ code: error ? (error.code ?? error.signal) : 0, stdout, stderr });
    });
  });
}
