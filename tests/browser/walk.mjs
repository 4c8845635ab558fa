// Tests the account pages, the mailbox and GraphiQL of a running server in Chromium, beginning with the captured mail.
//
//     node walk.mjs http://127.0.0.1:8000/graphql [WORD...]
//
// The server has to capture its mail. Prints every test, and fails if one of them fails. With words, runs only tests with one of
// them in their names.

import { graphiql } from './graphiql.mjs';
import { looks } from './looks.mjs';
import { journeys } from './journeys.mjs';
import { mishaps } from './mishaps.mjs';
import { Runner } from './runner.mjs';
import { Service } from './service.mjs';

const [url, ...words] = process.argv.slice(2);
if (!url) {
  console.error('usage: node walk.mjs URL [WORD...]');
  process.exit(2);
}

const runner = await Runner.start('walk', words);
const service = new Service(url);
await runner.run({ ...journeys, ...mishaps, ...looks, ...graphiql }, { service, atOnce: 2 });
await runner.checkRequests([new URL(url).origin, service.localhost]);
process.exitCode = (await runner.end()) ? 0 : 1;
