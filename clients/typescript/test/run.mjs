// Tests the package against a running service that captures its mail and whose access tokens live 15 seconds:
//
//     latchkey --access-token-ttl 15s …
//     node test/run.mjs http://127.0.0.1:8000/graphql [WORD...]
//
// or with LATCHKEY_URL instead of the address. Prints a line for each check; with words, only those with one of
// them in their names are run. Eight run at once, each with its own people and its own proxy.

import { beBrowser } from './browser.mjs';
import { clients } from './clients.mjs';
import { cookies } from './cookies.mjs';
import { endings } from './endings.mjs';
import { refreshing } from './refreshing.mjs';
import { Stage, meet } from './stage.mjs';
import { still } from './still.mjs';
import { alone, tabs } from './tabs.mjs';

const AT_ONCE = 8;

const [url = process.env.LATCHKEY_URL, ...words] = process.argv.slice(2);
if (!url) {
  console.error('usage: node test/run.mjs URL [WORD...]');
  process.exit(2);
}

beBrowser();
const { people, life } = await meet(url);
let passed = 0;
let failed = 0;

async function run(groups, withStage, atOnce = AT_ONCE) {
  const all = Object.entries(groups).flatMap(([group, checks]) =>
    Object.entries(checks).map(([name, check]) => [`${group}: ${name}`, () => withStage(check)]),
  );
  const chosen = all.filter(([name]) => words.length === 0 || words.some((word) => name.includes(word)));
  const queue = chosen.values();
  const work = async () => {
    for (const [name, check] of queue) await tell(name, check);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

async function tell(name, check) {
  try {
    const remark = await check();
    passed += 1;
    console.log(`ok      ${name}${remark ? `: ${remark}` : ''}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}: ${error?.stack ?? error}`);
  }
}

async function onStage(check) {
  const stage = await Stage.set(url, people, life);
  try {
    return await check(stage);
  } finally {
    stage.close();
  }
}

await run({ still }, (check) => check());
await run({ clients, refreshing, endings, tabs, cookies }, onStage); // those first that wait longest
await run({ tabs: alone }, onStage, 1);
if (passed + failed === 0) {
  failed += 1;
  console.log('FAILED  nothing was run');
}
console.log(`typescript client result: ${passed} passed; ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
