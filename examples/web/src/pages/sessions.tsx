import { useState } from 'react';
import { describeAgent, isHandheld } from '../agents';
import { Loaded, useChange, useData } from '../data';
import { Confirm, TaskButton } from '../forms';
import {
  RevokeOtherSessionsDocument,
  RevokeSessionDocument,
  SessionsDocument,
  type SessionItemFragment,
} from '../gql/graphql';
import { Laptop, Phone } from '../icons';
import { latchkey } from '../latchkey';
import { useTask } from '../task';
import { Card, Page, Pager, Refusal, usePages } from '../ui';
import { count, dateAndTime, endedBecause, fromNow } from '../words';

const SESSIONS_A_PAGE = 10;

export function Sessions() {
  const [ended, setEnded] = useState(false);
  const pages = usePages();
  const answer = useData(SessionsDocument, { first: SESSIONS_A_PAGE, after: pages.after, ended }, ['Session']);
  return (
    <Page title="Devices and sessions" lead="Where you are logged in. Ending a session takes effect immediately.">
      <Card
        title="Sessions"
        side={
          <label className="check">
            <input
              type="checkbox"
              checked={ended}
              onChange={(event) => {
                setEnded(event.target.checked);
                pages.first();
              }}
            />
            Show ended sessions
          </label>
        }
      >
        <Loaded from={answer}>
          {({ sessions }) => (
            <>
              <p className="quiet">{count(sessions.totalCount, 'session')}</p>
              <ul className="rows" aria-label="Sessions">
                {sessions.nodes.map((session) => (
                  <SessionRow key={session.id} session={session} />
                ))}
              </ul>
              <Pager
                label="Pages of sessions"
                page={pages.page}
                more={sessions.pageInfo.hasNextPage}
                onPage={(page) => pages.turn(page, sessions.pageInfo.endCursor)}
              />
            </>
          )}
        </Loaded>
      </Card>
      <EndMany onEnded={pages.first} />
    </Page>
  );
}

function SessionRow({ session }: { session: SessionItemFragment }) {
  const change = useChange();
  const { id, device, ipAddress, current, createdAt, lastUsedAt, endedAt, endReason } = session;
  const browser = describeAgent(device.userAgent);
  const name = device.name ?? browser;
  const end = useTask(async () => {
    await change(RevokeSessionDocument, { input: { sessionId: id } }, ['Session', 'SecurityEvent']);
    return `The session of ${name} has ended.`;
  });
  return (
    <li className="row" data-ended={endedAt ? true : undefined}>
      <span className="row-icon">{isHandheld(device.userAgent) ? <Phone /> : <Laptop />}</span>
      <div className="row-text">
        <h3>
          {name}
          {current && (
            <span className="badge" data-tone="good">
              This device
            </span>
          )}
        </h3>
        <p className="quiet">
          {name !== browser && `${browser} · `}
          {ipAddress ?? 'unknown address'} · logged in {dateAndTime(createdAt)}
        </p>
        <p className="quiet">
          {endedAt && endReason ? (
            `Ended ${dateAndTime(endedAt)}: ${endedBecause[endReason] ?? endReason}`
          ) : (
            <>
              Last used <time dateTime={lastUsedAt}>{fromNow(lastUsedAt)}</time>
            </>
          )}
        </p>
        {end.problem && <Refusal problem={end.problem} />}
      </div>
      {!current && !endedAt && (
        <TaskButton task={end} className="small danger-quiet" name={`End the session of ${name}`}>
          End
        </TaskButton>
      )}
    </li>
  );
}

function EndMany({ onEnded }: { onEnded: () => void }) {
  const change = useChange();
  return (
    <Card title="End several at once" note="For a lost device, or a computer that is not yours.">
      <div className="actions">
        <Confirm
          title="End all other sessions?"
          text="Every other device will be logged out immediately. This device will stay logged in."
          confirm="End all others"
          act={async () => {
            const { revokeOtherSessions } = await change(RevokeOtherSessionsDocument, {}, ['Session', 'SecurityEvent']);
            onEnded();
            const ended = revokeOtherSessions.revokedSessions;
            return ended ? `${count(ended, 'other session')} ended.` : 'There was no other session.';
          }}
        >
          End all other sessions
        </Confirm>
        <Confirm
          title="Log out everywhere?"
          text="Every session of your account will end, including this one."
          confirm="Log out everywhere"
          act={() => latchkey.logout({ everywhere: true })}
        >
          Log out everywhere
        </Confirm>
      </div>
    </Card>
  );
}
