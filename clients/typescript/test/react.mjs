// The React hook.

import assert from 'node:assert/strict';
import { useSession } from 'latchkey-client/react';
import { act, createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { inPage } from './page.mjs';
import { PASSWORD } from './stage.mjs';

// React checks for a page while it loads.
const inReact = (work) =>
  inPage(async ({ root }) => {
    const { createRoot, hydrateRoot } = await import('react-dom/client');
    globalThis.IS_REACT_ACT_ENVIRONMENT = true;
    try {
      await work({ container: root, createRoot, hydrateRoot });
    } finally {
      delete globalThis.IS_REACT_ACT_ENVIRONMENT;
    }
  });

export const react = {
  'useSession renders the session: on the server, during hydration, and until its end': (stage) =>
    inReact(async ({ container, hydrateRoot }) => {
      const { person, tab } = await stage.signedIn();
      const seen = [];
      const Status = () => {
        const { status, claims, end } = useSession(tab);
        seen.push(status);
        return createElement('p', null, `${status} ${claims?.username ?? ''} ${end?.reason ?? ''}`);
      };
      container.innerHTML = renderToString(createElement(Status));
      assert.equal(container.innerHTML, '<p>loading  </p>');
      const mismatches = [];
      const onRecoverableError = (error) => mismatches.push(error);
      let root;
      await act(async () => (root = hydrateRoot(container, createElement(Status), { onRecoverableError })));
      assert.deepEqual(mismatches, []);
      assert.equal(container.textContent, `signedIn ${person.username} `);

      seen.length = 0;
      stage.expire();
      await act(async () => void (await tab.accessToken())); // a refresh does not render again
      assert.equal(stage.proxy.count('refresh'), 1);
      assert.deepEqual(seen, []);
      await act(() => tab.logout());
      assert.equal(container.textContent, 'signedOut  LOGOUT');
      await act(() => tab.login({ identifier: person.username, password: PASSWORD }));
      assert.equal(container.textContent, `signedIn ${person.username} `);
      await act(async () => root.unmount());
    }),

  'useSession returns the same object until another user is signed in': (stage) =>
    inReact(async ({ container, createRoot }) => {
      const { tab } = await stage.signedIn();
      const sessions = [];
      const Status = () => void sessions.push(useSession(tab));
      const root = createRoot(container);
      await act(async () => root.render(createElement(Status)));
      await act(async () => root.render(createElement(Status)));
      assert.deepEqual([sessions.length, new Set(sessions).size], [2, 1]);
      await act(async () => root.unmount());
    }),
};
