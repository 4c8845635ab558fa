// Lints schema.graphql, and generates clients from it with common tools.
//
//     node generate.mjs
//
// Needs no server. Prints every check, and fails if one of them fails.

import { mkdir, rm } from 'node:fs/promises';
import { Report } from '../report.mjs';
import * as linting from './linting.mjs';
import { BUILD } from './paths.mjs';
import * as relay from './relay.mjs';
import * as tada from './tada.mjs';
import * as typescript from './typescript.mjs';

const CHECK_DEADLINE = 120_000;

const report = new Report('codegen', CHECK_DEADLINE);
process.on('unhandledRejection', (error) => report.add('there is no unhandled rejection', error));

await rm(BUILD, { recursive: true, force: true });
await mkdir(BUILD);
const checks = { ...linting.checks, ...typescript.checks, ...relay.checks, ...tada.checks };
for (const [sentence, check] of Object.entries(checks)) {
  await report.check(sentence, check);
}
process.exit(report.close() ? 0 : 1);
