import { describeAgent } from '../agents';
import { Loaded, useData } from '../data';
import { SecurityEventsDocument, type SecurityEventsQuery } from '../gql/graphql';
import { Link } from '../router';
import { Card, Page, Pager, usePages } from '../ui';
import { count, dateAndTime, describeEvent, endedBecause } from '../words';

const EVENTS_A_PAGE = 15;

export function Activity() {
  const pages = usePages();
  const answer = useData(SecurityEventsDocument, { first: EVENTS_A_PAGE, after: pages.after }, ['SecurityEvent']);
  return (
    <Page
      title="Recent activity"
      lead={
        <>
          What happened to your account. If something here was not you,{' '}
          <Link to="/security">change your password</Link>.
        </>
      }
    >
      <Card title="Events">
        <Loaded from={answer}>
          {({ securityEvents, sessions }) => (
            <>
              <p className="quiet">{count(securityEvents.totalCount, 'event')}</p>
              <ol className="rows" aria-label="Events">
                {securityEvents.nodes.map((event) => (
                  <EventRow
                    key={event.id}
                    event={event}
                    session={sessions.nodes.find(({ id }) => id === event.sessionId)}
                  />
                ))}
              </ol>
              <Pager
                label="Pages of events"
                page={pages.page}
                more={securityEvents.pageInfo.hasNextPage}
                onPage={(page) => pages.turn(page, securityEvents.pageInfo.endCursor)}
              />
            </>
          )}
        </Loaded>
      </Card>
    </Page>
  );
}

type Event = SecurityEventsQuery['securityEvents']['nodes'][number];
type Device = Pick<Event['device'], 'name' | 'userAgent'>;

const nameOf = ({ name, userAgent }: Device) => name ?? describeAgent(userAgent);

// The event has the device that ended the session. The device of the ended session comes from that session, if it is still stored.
function EventRow({ event, session }: { event: Event; session: { device: Device } | undefined }) {
  const { kind, occurredAt, ipAddress, device, endReason, operation } = event;
  const { title, tone } = describeEvent(kind, operation);
  const ended = endReason && session ? nameOf(session.device) : null;
  const where = ipAddress ? [nameOf(device), ipAddress] : ['by somebody else'];
  return (
    <li className="row">
      <span className="dot" data-tone={tone} aria-hidden="true" />
      <div className="row-text">
        <h3>{ended ? `${title}: ${ended}` : title}</h3>
        <p className="quiet">
          <time dateTime={occurredAt}>{dateAndTime(occurredAt)}</time> · {where.join(' · ')}
          {endReason && ` · ${endedBecause[endReason] ?? endReason}`}
          {operation && operation !== 'login' && ` · ${splitWords(operation)}`}
        </p>
      </div>
    </li>
  );
}

// changePassword: "change password".
const splitWords = (operation: string) => operation.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
