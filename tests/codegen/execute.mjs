// Programs that are run, and what came of it.

import { execFile } from 'node:child_process';
import { HERE } from './places.mjs';

export function execute(program, parameters, folder = HERE) {
  const options = {
    cwd: folder,
    // What Node.js would have of the tools' own code is not about the schema.
    env: { ...process.env, NODE_OPTIONS: '--no-deprecation', NO_COLOR: '1' },
    maxBuffer: 10_000_000,
  };
  return new Promise((resolve) => {
    execFile(program, parameters, options, (error, stdout, stderr) =>
      resolve({ code: error ? (error.code ?? 'killed') : 0, stdout, stderr }),
    );
  });
}
