// The building blocks of pages.

import { useEffect, useId, useRef, useState, type ReactNode } from 'react';
import { sentenceFor, type Problem, type Sentences } from './errors';
import { Link, usePlace } from './router';

export const PRODUCT = import.meta.env.VITE_PRODUCT_NAME ?? 'Latchkey';

// The page whose heading had the focus last. The first page leaves the focus where the browser puts it.
let announced: string | null = null;

type PageProps = {
  title: string;
  // Identifies the page, if its title may change.
  topic?: string;
  lead?: ReactNode;
  children?: ReactNode;
};

export function Page({ title, topic = title, lead, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { visit } = usePlace();
  useEffect(() => {
    document.title = `${title} · ${PRODUCT}`;
    const now = `${visit} ${topic}`;
    if (announced !== null && announced !== now) heading.current?.focus();
    announced = now;
  }, [title, topic, visit]);
  return (
    <>
      <header className="page-head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {lead && <p className="lead">{lead}</p>}
      </header>
      {children}
    </>
  );
}

// Moves the focus to the heading if the focused element disappears as the result of an action.
export function keepFocus() {
  let last = document.activeElement;
  const look = () => {
    if (document.activeElement !== document.body) last = document.activeElement;
    else if (last && !last.isConnected) document.querySelector('h1')?.focus();
  };
  const observer = new MutationObserver(look);
  observer.observe(document.body, { childList: true, subtree: true });
  setTimeout(() => observer.disconnect(), 3000);
}

// A short page in a single card.
export function Plate({ children }: { children: ReactNode }) {
  return <div className="plate">{children}</div>;
}

// The only button of a page, which leads to the next one.
export function Onward({ to, children }: { to: string; children: ReactNode }) {
  return (
    <p className="actions">
      <Link to={to} className="button primary">
        {children}
      </Link>
    </p>
  );
}

type CardProps = { title: string; note?: ReactNode; tone?: 'danger'; side?: ReactNode; children: ReactNode };

export function Card({ title, note, tone, side, children }: CardProps) {
  const id = useId();
  return (
    <section className="card" data-tone={tone} aria-labelledby={id}>
      <div className="card-head">
        <h2 id={id}>{title}</h2>
        {side}
      </div>
      {note && <p className="quiet">{note}</p>}
      {children}
    </section>
  );
}

export function Loading({ text = 'One moment …' }: { text?: string }) {
  return (
    <p className="loading" role="status">
      <span className="spinner" aria-hidden="true" />
      {text}
    </p>
  );
}

export function Notice({ tone, children }: { tone: 'info' | 'bad' | 'good'; children: ReactNode }) {
  return (
    <div className="notice" data-tone={tone} role={tone === 'bad' ? 'alert' : undefined}>
      {children}
    </div>
  );
}

// Counts down to a time, once a second.
export function useSecondsUntil(moment: number | null): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (moment === null) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [moment]);
  return moment === null ? 0 : Math.max(0, Math.ceil((moment - now) / 1000));
}

const clock = (seconds: number) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;

const describe = (seconds: number) =>
  seconds < 90 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;

// Screen readers announce the waiting time once, and the end of it once, but not the countdown.
function Wait({ seconds, atFirst }: { seconds: number; atFirst: number }) {
  if (seconds === 0) return <> You can try again now.</>;
  return (
    <>
      <span className="unseen"> You can try again in {describe(atFirst)}.</span>
      <span role="timer" aria-live="off" aria-label="Time to wait">
        {' '}
        Try again in <b>{clock(seconds)}</b>.
      </span>
    </>
  );
}

type RefusalProps = { problem: Problem; sentences?: Sentences; again?: () => void; rest?: string[] };

export function Refusal({ problem, sentences, again, rest = [] }: RefusalProps) {
  const seconds = useSecondsUntil(problem.retryAt);
  const atFirst = problem.retryAt === null ? 0 : Math.max(1, Math.ceil((problem.retryAt - Date.now()) / 1000));
  const { path } = usePlace();
  const elsewhere = problem.organizations.filter(({ id }) => path !== `/organizations/${id}`);
  const first = useRef({ problem, atFirst });
  if (first.current.problem !== problem) first.current = { problem, atFirst };
  return (
    <Notice tone="bad">
      <p>
        {sentenceFor(problem, sentences)}
        {problem.retryAt !== null && <Wait seconds={seconds} atFirst={first.current.atFirst} />}
      </p>
      {rest.length > 0 && (
        <ul>
          {rest.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
      {elsewhere.length > 0 && (
        <ul>
          {elsewhere.map(({ id, name }) => (
            <li key={id}>
              <Link to={`/organizations/${id}`}>{name}</Link>
            </li>
          ))}
        </ul>
      )}
      {again && (
        <button type="button" className="small" onClick={again}>
          Try again
        </button>
      )}
    </Notice>
  );
}

// Pages of a list

type PagerProps = { label: string; page: number; more: boolean; onPage: (page: number) => void };

export function Pager({ label, page, more, onPage }: PagerProps) {
  if (page === 0 && !more) return null;
  return (
    <nav className="pager" aria-label={label}>
      <button
        type="button"
        className="small"
        aria-label="Previous page"
        aria-disabled={page === 0}
        onClick={() => page > 0 && onPage(page - 1)}
      >
        Previous
      </button>
      <span aria-live="polite">Page {page + 1}</span>
      <button
        type="button"
        className="small"
        aria-label="Next page"
        aria-disabled={!more}
        onClick={() => more && onPage(page + 1)}
      >
        Next
      </button>
    </nav>
  );
}

// The cursors after which the pages begin, as far as they are known.
export function usePages() {
  const [cursors, setCursors] = useState<(string | null)[]>([null]);
  const page = cursors.length - 1;
  return {
    page,
    after: cursors[page] ?? null,
    first: () => setCursors([null]),
    // A known cursor belongs to the previous page, which is still shown.
    turn: (to: number, endCursor: string | null | undefined) => {
      if (to <= page) setCursors(cursors.slice(0, to + 1));
      else if (endCursor && !cursors.includes(endCursor)) setCursors([...cursors, endCursor]);
    },
  };
}
