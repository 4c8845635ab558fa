// Tests the package against a running service that captures its mail and whose access tokens live 15 seconds:
//
//     latchkey --access-token-ttl 15s …
//     node test/run.mjs http://127.0.0.1:8000/graphql [WORD...]
//
// or with AUTH_SERVICE_URL instead of the address. Prints a line for each check; with words, only those with one of
// them in their names are run. Eight run at once, each with its own people and its own proxy.

import { rm } from 'node:fs/promises';
import { each } from '../../../tests/attacks/patience.mjs';
import { Report } from '../../../tests/report.mjs';
import { addresses } from './addresses.mjs';
import { beBrowser } from './browser.mjs';
import { clients } from './clients.mjs';
import { cookies } from './cookies.mjs';
import { endings } from './endings.mjs';
import { allCalled, flowChecks } from './flows.mjs';
import { installing } from './installing.mjs';
import { oddAlone, oddities } from './oddities.mjs';
import { races } from './races.mjs';
import { react } from './react.mjs';
import { readme } from './readme.mjs';
import { refreshing } from './refreshing.mjs';
import { replacing } from './replacing.mjs';
import { servers } from './servers.mjs';
import { Stage, meet } from './stage.mjs';
import { still } from './still.mjs';
import { alone, tabs } from './tabs.mjs';

const AT_ONCE = 8;
const CHECK_DEADLINE = 180_000;

const [url = process.env.AUTH_SERVICE_URL, ...words] = process.argv.slice(2);
if (!url) {
  console.error('usage: node test/run.mjs URL [WORD...]');
  process.exit(2);
}

await rm(new URL('made', import.meta.url), { recursive: true, force: true });
const { people, life } = await meet(url);
const report = new Report('typescript client', CHECK_DEADLINE, (error) => error?.stack ?? error);
process.on('unhandledRejection', (error) => report.tell('every rejected promise is handled', error ?? 'without a reason'));

async function run(groups, withStage, atOnce = AT_ONCE) {
  const all = Object.entries(groups).flatMap(([group, checks]) =>
    Object.entries(checks).map(([name, check]) => [`${group}: ${name}`, () => withStage(check)]),
  );
  const chosen = all.filter(([name]) => words.length === 0 || words.some((word) => name.includes(word)));
  await each(chosen, atOnce, ([name, check]) => report.check(name, check));
}

async function onStage(check) {
  const stage = await Stage.set(url, people, life);
  try {
    return await check(stage);
  } finally {
    stage.close();
  }
}

await run({ installing, still, races }, (check) => check());
await run({ 'plain Node.js': servers }, onStage);
beBrowser();
await run({ 'Node.js with storage and locks': servers }, onStage); // which newer versions have
await run({ addresses, clients, oddities, refreshing, replacing, endings, tabs, cookies, flows: flowChecks }, onStage); // those first that wait longest
await run({ flows: allCalled }, (check) => check());
await run({ tabs: alone, oddities: oddAlone, react, readme }, onStage, 1);
process.exit(report.close() ? 0 : 1);
