import { useSyncExternalStore } from 'react';
import { getNotice, onNotice } from './ceremony.js';
import { getAccessToken, onAccessToken, setAccessToken } from './tokens.js';

/** Where the captured mail is shown; empty when the service sends its mail. */
const MAILBOX = document.body.dataset.mailbox;

/** The field above GraphiQL whose content is sent as the Authorization header; beside it, the mailbox. */
export function TokenBar() {
  const token = useSyncExternalStore(onAccessToken, getAccessToken);
  const notice = useSyncExternalStore(onNotice, getNotice);
  return (
    <header className="latchkey-bar">
      <label htmlFor="bearer-token">Bearer token</label>
      <input
        id="bearer-token"
        // Not a password field: browsers would offer to store what is in it.
        type="text"
        value={token}
        // People paste the whole header value, with line breaks from a terminal.
        onChange={(event) =>
          setAccessToken(event.target.value.replace(/\s+/g, ' ').replace(/^ ?(bearer )?/i, '').trim())
        }
        placeholder="from Login or Refresh"
        aria-describedby="bearer-token-hint"
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
      />
      <button type="button" disabled={!token} onClick={() => setAccessToken('')}>
        Clear
      </button>
      <span id="bearer-token-hint" className="latchkey-hint" role="status">
        {notice ||
          (token
            ? 'Sent with every request, unless Headers sets Authorization.'
            : 'Empty: requests are sent without a token.')}
      </span>
      {MAILBOX && (
        <a className="latchkey-mailbox" href={MAILBOX} target="_blank">
          Mailbox
        </a>
      )}
    </header>
  );
}
