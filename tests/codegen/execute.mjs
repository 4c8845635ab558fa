// Runs programs, and returns their results.

import { execFile } from 'node:child_process';
import { HERE } from './paths.mjs';

export function execute(program, parameters, folder = HERE) {
  const options = {
    cwd: folder,
    // Without warnings of Node.js about the tools.
    env: { ...process.env, NODE_OPTIONS: '--no-deprecation', NO_COLOR: '1' },
    maxBuffer: 10_000_000,
  };
  return new Promise((resolve) => {
    execFile(program, parameters, options, (error, stdout, stderr) =>
      resolve({ code: error ? (error.code ?? 'killed') : 0, stdout, stderr }),
    );
  });
}
