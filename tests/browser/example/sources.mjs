// The sources of the example: generated code and types.

import { EXAMPLE, run } from './page.mjs';

const inside = (...args) => run(process.execPath, args, { cwd: EXAMPLE }).catch(({ stdout }) => {
  throw new Error(stdout);
});

export const sources = {
  'the generated documents of the example are up to date': () =>
    inside('codegen.mjs', '--check'),

  'the example compiles, so it has a message for every error code, reason and kind of event': () =>
    inside('node_modules/typescript/bin/tsc'),
};
