// The hook, in React with a page that happy-dom imitates.

import assert from 'node:assert/strict';
import { Window } from 'happy-dom';
import { useSession } from 'latchkey-client/react';
import { act, createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { PASSWORD } from './stage.mjs';

let dom;

// React looks for a page while it loads.
async function reactDom() {
  if (!dom) {
    const window = new Window();
    Object.assign(globalThis, { window, document: window.document, IS_REACT_ACT_ENVIRONMENT: true });
    dom = await import('react-dom/client');
  }
  return dom;
}

export function closePage() {
  delete globalThis.document;
  delete globalThis.window;
}

export const react = {
  async 'useSession renders who is signed in, from the server over hydration to the end of the session'(stage) {
    const { person, tab } = await stage.signedIn();
    const { hydrateRoot } = await reactDom();
    const seen = [];
    const Status = () => {
      const { status, claims, end } = useSession(tab);
      seen.push(status);
      return createElement('p', null, `${status} ${claims?.username ?? ''} ${end?.reason ?? ''}`);
    };
    const html = renderToString(createElement(Status));
    assert.equal(html, '<p>loading  </p>');

    const container = document.createElement('div');
    document.body.append(container);
    container.innerHTML = html;
    const mismatches = [];
    const onRecoverableError = (error) => mismatches.push(error);
    let root;
    await act(async () => (root = hydrateRoot(container, createElement(Status), { onRecoverableError })));
    assert.deepEqual(mismatches, []);
    assert.equal(container.textContent, `signedIn ${person.username} `);

    seen.length = 0;
    stage.expire();
    await act(async () => void (await tab.accessToken())); // a refresh is nobody else
    assert.equal(stage.proxy.count('refresh'), 1);
    assert.deepEqual(seen, []);
    await act(() => tab.logout());
    assert.equal(container.textContent, 'signedOut  LOGOUT');
    await act(() => tab.login({ identifier: person.username, password: PASSWORD }));
    assert.equal(container.textContent, `signedIn ${person.username} `);
    await act(async () => root.unmount());
  },

  async 'useSession gives the same object until somebody else is signed in'(stage) {
    const { tab } = await stage.signedIn();
    const { createRoot } = await reactDom();
    const sessions = [];
    const Status = () => void sessions.push(useSession(tab));
    const root = createRoot(document.createElement('div'));
    await act(async () => root.render(createElement(Status)));
    await act(async () => root.render(createElement(Status)));
    assert.deepEqual([sessions.length, new Set(sessions).size], [2, 1]);
    await act(async () => root.unmount());
  },
};
