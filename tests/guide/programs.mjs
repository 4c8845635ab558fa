// The three programs of the guide: their files and commands.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// Long enough for a compiler on a busy machine.
const DEADLINE = 150_000;

const path = (name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const TYPESCRIPT = path('examples/verify/typescript');
// In Node.js 18, this needs a flag.
const WEB_CRYPTO = globalThis.crypto ? [] : ['--experimental-global-webcrypto'];

// By language, as in the guide: the file, and the first and last lines of its function.
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

// Compiles the program in TypeScript. The one in Rust is compiled already.
export async function prepare() {
  const compiler = `${TYPESCRIPT}/node_modules/typescript/bin/tsc`;
  const { code, stdout, stderr } = await run(process.execPath, [compiler, '--project', TYPESCRIPT]);
  if (code !== 0) throw new Error(`the example in TypeScript does not compile: ${stdout}${stderr}`);
}

// The arguments are a token, the issuer and audience, and the location of the keys: a file for the one in Rust.
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

// Runs a program; returns its exit code and output.
function run(program, args) {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: DEADLINE }, (error, stdout, stderr) => {
      resolve({ code: error ? (error.code ?? error.signal) : 0, stdout, stderr });
    });
  });
}
