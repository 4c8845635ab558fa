// Tests the package against a running service that captures its mail and whose access tokens live 15 seconds:
//
//     latchkey --access-token-ttl 15s …
//     node test/run.mjs http://127.0.0.1:8000/graphql [WORD...]
//
// or with AUTH_SERVICE_URL instead of the URL. Prints a line for each check. With words, only the checks with one of
// them in their names are run. Eight checks run at once, each with its own people and its own proxy.

import { rm } from 'node:fs/promises';
import { mapConcurrently } from '../../../tests/async.mjs';
import { Report } from '../../../tests/report.mjs';
import { addresses } from './addresses.mjs';
import { installBrowserGlobals } from './browser.mjs';
import { clients } from './clients.mjs';
import { cookies } from './cookies.mjs';
import { endings } from './endings.mjs';
import { allCalled, flowChecks } from './flows.mjs';
import { fresh } from './fresh.mjs';
import { installing } from './installing.mjs';
import { limitations, limitationsAlone } from './limitations.mjs';
import { passkeys } from './passkeys.mjs';
import { races } from './races.mjs';
import { react } from './react.mjs';
import { readme } from './readme.mjs';
import { refreshing } from './refreshing.mjs';
import { replacing } from './replacing.mjs';
import { servers } from './servers.mjs';
import { connect, Stage } from './stage.mjs';
import { packaging } from './packaging.mjs';
import { alone, tabs } from './tabs.mjs';

const AT_ONCE = 8;
// Ends a check that hangs. The longest one runs npm three times, which takes 40 s alone on two cores, and several times
// as long beside the other parts in Node.js.
const CHECK_DEADLINE = 600_000;

const [url = process.env.AUTH_SERVICE_URL, ...words] = process.argv.slice(2);
if (!url) {
  console.error('usage: node test/run.mjs URL [WORD...]');
  process.exit(2);
}

await rm(new URL('made', import.meta.url), { recursive: true, force: true });
const { people, life } = await connect(url);
const report = new Report('typescript client', CHECK_DEADLINE, (error) => error?.stack ?? error);
process.on('unhandledRejection', (error) => report.add('every rejected promise is handled', error ?? 'without a reason'));

async function run(groups, withStage, atOnce = AT_ONCE) {
  const all = Object.entries(groups).flatMap(([group, checks]) =>
    Object.entries(checks).map(([name, check]) => [`${group}: ${name}`, () => withStage(check)]),
  );
  const chosen = all.filter(([name]) => words.length === 0 || words.some((word) => name.includes(word)));
  await mapConcurrently(chosen, atOnce, ([name, check]) => report.check(name, check));
}

async function onStage(check) {
  const stage = await Stage.open(url, people, life);
  try {
    return await check(stage);
  } finally {
    stage.close();
  }
}

await run({ installing, packaging, races, fresh }, (check) => check());
await run({ 'plain Node.js': servers }, onStage);
installBrowserGlobals();
await run({ 'Node.js with storage and locks': servers }, onStage); // as in newer versions of Node.js
await run({ addresses, clients, limitations, refreshing, replacing, endings, tabs, cookies, passkeys, flows: flowChecks }, onStage); // the longest waits come first
await run({ flows: allCalled }, (check) => check());
await run({ tabs: alone, limitations: limitationsAlone, react, readme }, onStage, 1);
process.exit(report.close() ? 0 : 1);
