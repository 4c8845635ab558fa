import { pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect, useRef } from 'react';
import { pretty } from './documents.js';
import { onInput } from './tokens.js';

const STATE = pick(
  'activeTabIndex',
  'headerEditor',
  'queryEditor',
  'tabs',
  'theme',
  'variableEditor',
);

/** As in style.css. */
const NARROW = '(max-width: 760px)';

/** Shows nothing; does inside GraphiQL what its props cannot say. */
export function Bridge() {
  const actions = useGraphiQLActions();
  const state = useGraphiQL(STATE);

  // For callbacks that outlive a rendering.
  const latest = useRef(state);
  latest.current = state;

  // GraphiQL starts with empty editors when no copy of the active tab is stored (see startup.js).
  const ready = Boolean(state.queryEditor && state.variableEditor && state.headerEditor);
  useEffect(() => {
    if (ready) actions.changeTab(latest.current.activeTabIndex);
  }, [ready, actions]);

  useEffect(
    () => onInput((title, input) => fillTab(latest.current, actions, title, input)),
    [actions],
  );

  // In a narrow window, lines that are cut off cannot be read.
  const { queryEditor, variableEditor, headerEditor } = state;
  useEffect(() => {
    const narrow = matchMedia(NARROW);
    const fit = () => {
      const [wordWrap, lineNumbers] = narrow.matches ? ['on', 'off'] : ['off', 'on'];
      for (const editor of [queryEditor, variableEditor, headerEditor]) {
        editor?.updateOptions({ wordWrap, lineNumbers });
      }
    };
    fit();
    narrow.addEventListener('change', fit);
    return () => narrow.removeEventListener('change', fit);
  }, [queryEditor, variableEditor, headerEditor]);

  // The page follows the system by itself; the editors ask only once.
  useEffect(() => {
    const system = matchMedia('(prefers-color-scheme: dark)');
    const follow = () => latest.current.theme ?? actions.setTheme(null);
    system.addEventListener('change', follow);
    return () => system.removeEventListener('change', follow);
  }, [actions]);

  return null;
}

/** Refresh tokens and challenges work once, so the next one has to replace them where they are used. */
function fillTab({ tabs, activeTabIndex, variableEditor }, actions, title, input) {
  const index = tabs.findIndex((tab) => tab.title === title);
  if (index === -1) return;
  const variables = pretty({ input });
  if (index === activeTabIndex) {
    variableEditor?.setValue(variables);
  } else {
    // GraphiQL has no action for a tab that is not active. It reads the tab when it is shown.
    tabs[index].variables = variables;
    actions.storeTabs({ tabs, activeTabIndex });
  }
}
