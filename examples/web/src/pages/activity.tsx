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
          What happened to your account. Is something here not yours?{' '}
          <Link to="/security">Change your password</Link>.
        </>
      }
    >
      <Card title="Events">
        <Loaded from={answer}>
          {({ securityEvents }) => (
            <>
              <p className="quiet">{count(securityEvents.totalCount, 'event')}</p>
              <ol className="rows" aria-label="Events">
                {securityEvents.nodes.map((event) => (
                  <EventRow key={event.id} event={event} />
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

function EventRow({ event }: { event: Event }) {
  const { kind, occurredAt, ipAddress, device, endReason, operation } = event;
  const { title, tone } = describeEvent(kind);
  const where = ipAddress ? [device.name ?? describeAgent(device.userAgent), ipAddress] : ['by somebody else'];
  return (
    <li className="row">
      <span className="dot" data-tone={tone} aria-hidden="true" />
      <div className="row-text">
        <h3>{title}</h3>
        <p className="quiet">
          <time dateTime={occurredAt}>{dateAndTime(occurredAt)}</time> · {where.join(' · ')}
          {endReason && ` · ${endedBecause[endReason] ?? endReason}`}
          {operation && ` · ${inWords(operation)}`}
        </p>
      </div>
    </li>
  );
}

// changePassword: "change password".
const inWords = (operation: string) => operation.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
