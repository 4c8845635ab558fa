import { pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect, useRef } from 'react';
import { pretty } from './documents.js';
import { onRefreshToken } from './tokens.js';

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
    () => onRefreshToken((token) => fillRefreshTab(latest.current, actions, token)),
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

/** A refresh token works once, so the next one has to replace it wherever it is used from. */
function fillRefreshTab({ tabs, activeTabIndex, variableEditor }, actions, refreshToken) {
  const index = tabs.findIndex((tab) => tab.title === 'Refresh');
  if (index === -1) return;
  const variables = pretty({ input: { refreshToken } });
  if (index === activeTabIndex) {
    variableEditor?.setValue(variables);
  } else {
    // GraphiQL has no action for a tab that is not active. It reads the tab when it is shown.
    tabs[index].variables = variables;
    actions.storeTabs({ tabs, activeTabIndex });
  }
}
