// What holds of the example as it lies there.

import { EXAMPLE, run } from './page.mjs';

const inside = (...args) => run(process.execPath, args, { cwd: EXAMPLE }).catch(({ stdout }) => {
  throw new Error(stdout);
});

export const sources = {
  'the documents of the example are what schema.graphql and operations.graphql say': () =>
    inside('codegen.mjs', '--check'),

  'the example compiles, with a sentence for every error code, reason and kind of event': () =>
    inside('node_modules/typescript/bin/tsc'),
};
