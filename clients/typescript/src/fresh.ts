// Actions that need a fresh session: one whose user proved recently who they are.

import { errorExtensions } from './errors.js';
import type { ReauthenticationMethod } from './schema.js';

/** What AUTH_REAUTHENTICATION_REQUIRED asks for. */
export interface FreshSessionNeed {
  /** The ways to prove who the user is. More may come: offer those that you know. */
  methods: ReauthenticationMethod[];
  /** The seconds for which the session is fresh then. */
  maxAge: number;
}

/**
 * Asks the user to prove who they are, and calls the flow `reauthenticate`. Resolves when the session is fresh; resolves to false,
 * or rejects, if the user gives up.
 */
export type StepUp = (need: FreshSessionNeed) => Promise<boolean | void>;

/** A step-up that has begun. */
interface Asked {
  isAnswered: boolean;
  /** Whether the session is fresh; never rejects. */
  isFresh: Promise<boolean>;
}

// The latest step-up of each function. Not one for all: a process may have several clients.
const latest = new WeakMap<StepUp, Asked>();

/**
 * Runs an action. If that fails with AUTH_REAUTHENTICATION_REQUIRED, steps up and repeats the action once. If the user gives up, this
 * throws the error of the action. Works with the errors of any GraphQL client, if the action throws them.
 *
 * Actions that fail at the same time share one step-up, if they are given the same function: define that once, outside of components.
 */
export async function withFreshSession<Result>(action: () => Promise<Result>, stepUp: StepUp): Promise<Result> {
  const begun = latest.get(stepUp);
  const before = begun?.isAnswered ? begun : undefined;
  try {
    return await action();
  } catch (error) {
    const extensions = errorExtensions(error);
    if (extensions?.code !== 'AUTH_REAUTHENTICATION_REQUIRED') throw error;
    let asked = latest.get(stepUp);
    // A step-up that was answered before the action began did not help. A later one may, even if it was answered meanwhile.
    if (!asked || asked === before) {
      asked = ask(stepUp, extensions as unknown as FreshSessionNeed);
      latest.set(stepUp, asked);
    }
    if (!(await asked.isFresh)) throw error;
  }
  return action();
}

function ask(stepUp: StepUp, { methods, maxAge }: FreshSessionNeed): Asked {
  const asked: Asked = {
    isAnswered: false,
    isFresh: Promise.resolve({ methods, maxAge })
      .then(stepUp)
      .then((outcome) => outcome !== false, () => false)
      .finally(() => (asked.isAnswered = true)),
  };
  return asked;
}
