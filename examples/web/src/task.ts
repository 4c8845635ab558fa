import { useRef, useState } from 'react';
import { connectionLost } from './connection';
import { isOutdated, problemOf, sentenceFor, type Problem } from './errors';
import { showMessage } from './toast';

export type Task<Args extends unknown[]> = {
  // Returns whether it is done.
  run: (...args: Args) => Promise<boolean>;
  busy: boolean;
  problem: Problem | null;
  fail: (problem: Problem | null) => void;
};

// An action of the user, which runs once at a time. The text that it returns is shown as a message.
export function useTask<Args extends unknown[]>(act: (...args: Args) => Promise<string | void>): Task<Args> {
  const [busy, setBusy] = useState(false);
  const [problem, fail] = useState<Problem | null>(null);
  const running = useRef(false);

  const run = async (...args: Args): Promise<boolean> => {
    if (running.current) return false;
    running.current = true;
    setBusy(true);
    fail(null);
    showMessage(null);
    try {
      const text = await act(...args);
      if (text) showMessage(text);
      return true;
    } catch (error) {
      const problem = problemOf(error);
      if (problem.code === 'UNREACHABLE') connectionLost();
      if (problem.code === 'UNKNOWN') console.error(error);
      if (isOutdated(problem)) {
        showMessage(sentenceFor(problem));
        return true;
      }
      fail(problem);
      return false;
    } finally {
      running.current = false;
      setBusy(false);
    }
  };
  return { run, busy, problem, fail };
}
