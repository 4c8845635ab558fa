// Compiles src into dist: for `npm pack`, and where another project installs this folder. npm does not install the dependencies of
// a folder that it links to, so this installs the compiler first.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const cwd = import.meta.dirname;
// Not to stdout, which a program may read: `npm pack --json`.
const stdio = ['ignore', 2, 2];
const npm = (...args) => execFileSync('npm', args, { cwd, stdio, shell: process.platform === 'win32' });

if (!existsSync(new URL('node_modules/typescript', import.meta.url))) npm('ci', '--include=dev', '--ignore-scripts');
npm('run', 'build');
