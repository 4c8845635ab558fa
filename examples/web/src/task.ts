import { useRef, useState } from 'react';
import { connectionLost } from './connection';
import { isOutdated, problemOf, sentenceFor, type Problem } from './errors';
import { say } from './toast';

export type Task<Args extends unknown[]> = {
  // Whether there is nothing left to do.
  run: (...args: Args) => Promise<boolean>;
  busy: boolean;
  problem: Problem | null;
  fail: (problem: Problem | null) => void;
};

// Something that a person sets off: at most once at a time. What it returns is said.
export function useTask<Args extends unknown[]>(act: (...args: Args) => Promise<string | void>): Task<Args> {
  const [busy, setBusy] = useState(false);
  const [problem, fail] = useState<Problem | null>(null);
  const running = useRef(false);

  const run = async (...args: Args): Promise<boolean> => {
    if (running.current) return false;
    running.current = true;
    setBusy(true);
    fail(null);
    say(null);
    try {
      const text = await act(...args);
      if (text) say(text);
      return true;
    } catch (error) {
      const found = problemOf(error);
      if (found.code === 'UNREACHABLE') connectionLost();
      if (found.code === 'UNKNOWN') console.error(error);
      if (isOutdated(found)) {
        say(sentenceFor(found));
        return true;
      }
      fail(found);
      return false;
    } finally {
      running.current = false;
      setBusy(false);
    }
  };
  return { run, busy, problem, fail };
}
