// Lints schema.graphql, and generates clients from it as those do who use it.
//
//     node generate.mjs
//
// Needs no server. Prints every check, and fails unless all of them hold.

import { mkdir, rm } from 'node:fs/promises';
import { Report } from '../report.mjs';
import * as linting from './linting.mjs';
import { BUILD } from './places.mjs';
import * as relay from './relay.mjs';
import * as tada from './tada.mjs';
import * as typescript from './typescript.mjs';

const CHECK_DEADLINE = 120_000;

const report = new Report('codegen', CHECK_DEADLINE);
process.on('unhandledRejection', (error) => report.tell('nothing unforeseen happens', error));

await rm(BUILD, { recursive: true, force: true });
await mkdir(BUILD);
const checks = { ...linting.checks, ...typescript.checks, ...relay.checks, ...tada.checks };
for (const [sentence, check] of Object.entries(checks)) {
  await report.check(sentence, check);
}
process.exit(report.close() ? 0 : 1);
