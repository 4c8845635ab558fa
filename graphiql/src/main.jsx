/**
 * The page at GET /graphql: GraphiQL, with tabs that walk through an account's life and a field
 * that holds the bearer token.
 */
import './workers.js';
import './style.css';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import { Bridge } from './bridge.jsx';
import { fetcher } from './fetcher.js';
import { takeLinkToken } from './link.js';
import { prepareTabs } from './startup.js';
import { storage } from './storage.js';
import { TokenBar } from './token-bar.jsx';

prepareTabs(storage, takeLinkToken());

// A link that is pasted into an open GraphiQL changes only the fragment, which loads nothing.
// Starting over is the one way in, so that there are not two ways of reading a link.
window.addEventListener('hashchange', () => {
  if (location.hash.includes('token=')) location.reload();
});

function Page() {
  return (
    <>
      <TokenBar />
      <GraphiQL
        fetcher={fetcher}
        storage={storage}
        // Also keeps the switch for it out of the settings dialog.
        shouldPersistHeaders={false}
        defaultEditorToolsVisibility="variables"
      >
        <GraphiQL.Logo>Latchkey</GraphiQL.Logo>
        <Bridge />
      </GraphiQL>
    </>
  );
}

createRoot(document.getElementById('latchkey')).render(<Page />);
