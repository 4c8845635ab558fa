/** Decides which tabs GraphiQL opens with, and hands them to it through its storage. */
import { DOCUMENTS, pretty } from './documents.js';

const TABS = 'graphiql:tabState';

/**
 * Writes the tabs of an earlier visit, else those of a first one, and makes the VerifyEmail tab
 * the active one when there is a token from a link.
 *
 * GraphiQL's props cannot say this: `defaultTabs` counts only when nothing is stored, always opens
 * the first tab, and leaves that tab's variables out; `initialQuery` opens one tab more on every
 * visit whose text differs from what is stored.
 */
export function prepareTabs(storage, linkToken) {
  const { tabs, activeTabIndex } = storedTabs(storage) ?? firstTabs();
  const active = linkToken === null ? activeTabIndex : fillVerifyEmail(tabs, linkToken);
  storage.setItem(TABS, JSON.stringify({ tabs, activeTabIndex: active }));
  // Copies of the active tab, from which GraphiQL would make a tab of its own if they differed.
  for (const key of ['query', 'variables', 'headers']) storage.removeItem(`graphiql:${key}`);
}

/** Fills the token in, opening the tab anew if it was closed; returns its index. */
function fillVerifyEmail(tabs, token) {
  let index = tabs.findIndex((tab) => tab.title === 'VerifyEmail');
  if (index === -1) {
    index = tabs.length;
    tabs.push(newTab(DOCUMENTS.find((document) => document.name === 'VerifyEmail')));
  }
  tabs[index].variables = pretty({ input: { token } });
  return index;
}

function firstTabs() {
  return { tabs: DOCUMENTS.map(newTab), activeTabIndex: 0 };
}

function newTab({ name, query, variables, headers }) {
  return {
    id: crypto.getRandomValues(new Uint32Array(4)).join('-'),
    title: name,
    operationName: name,
    query,
    variables: pretty(variables),
    headers: headers ?? null,
    response: null,
  };
}

/** The tabs that are stored, or null where there are none that GraphiQL would accept. */
function storedTabs(storage) {
  try {
    const { tabs, activeTabIndex } = JSON.parse(storage.getItem(TABS));
    if (!tabs.length) return null;
    return {
      tabs: tabs.map((tab) => ({
        id: String(tab.id),
        title: String(tab.title),
        operationName: tab.operationName ?? null,
        query: tab.query ?? null,
        variables: tab.variables ?? null,
        // GraphiQL stores no headers, so those that we had filled in are filled in again.
        headers: DOCUMENTS.find((document) => document.name === tab.title)?.headers ?? null,
        response: null,
      })),
      activeTabIndex: Math.min(Math.max(Number(activeTabIndex) || 0, 0), tabs.length - 1),
    };
  } catch {
    return null;
  }
}
