// Actions that need a fresh session.

import assert from 'node:assert/strict';
import { LatchkeyError } from 'latchkey-client';
import { withFreshSession } from 'latchkey-client/fresh';

const NEED = { methods: ['TOTP', 'RECOVERY_CODE'], maxAge: 300 };

function refusal(code = 'AUTH_REAUTHENTICATION_REQUIRED') {
  return new LatchkeyError({ message: code, extensions: { code, ...NEED } });
}

// Returns a service whose session is fresh after `prove`, and the number of actions that it was asked for.
function service() {
  const state = { isFresh: false, asked: 0 };
  const action = async () => {
    state.asked += 1;
    if (!state.isFresh) throw refusal();
    return 'done';
  };
  return { state, action, prove: () => (state.isFresh = true) };
}

export const fresh = {
  async 'an action in a fresh session asks for nothing; another error is thrown as it is'() {
    const { action, prove, state } = service();
    prove();
    const unwanted = () => assert.fail('asked');
    assert.equal(await withFreshSession(action, unwanted), 'done');
    const limited = refusal('RATE_LIMITED');
    assert.equal(await withFreshSession(() => Promise.reject(limited), unwanted).catch((error) => error), limited);
    assert.equal(state.asked, 1);
  },

  async 'a refused action asks with the methods, and is repeated once'() {
    const { action, prove, state } = service();
    const needs = [];
    const stepUp = async (need) => void (needs.push(need), prove());
    assert.equal(await withFreshSession(action, stepUp), 'done');
    assert.deepEqual([needs, state.asked], [[NEED], 2]);

    let times = 0;
    const again = async () => {
      times += 1;
      throw refusal();
    };
    await assert.rejects(withFreshSession(again, async () => true), { code: 'AUTH_REAUTHENTICATION_REQUIRED' });
    assert.equal(times, 2);
  },

  async 'if the user gives up, the error of the action is thrown'() {
    const givingUp = {
      resolves: async () => false,
      rejects: () => Promise.reject(new Error('closed')),
      throws() {
        throw new Error('closed');
      },
    };
    for (const [how, stepUp] of Object.entries(givingUp)) {
      const error = refusal();
      let times = 0;
      const action = async () => {
        times += 1;
        throw error;
      };
      assert.equal(await withFreshSession(action, stepUp).catch((thrown) => thrown), error, how);
      assert.equal(times, 1);
    }
  },

  async 'actions at the same time share one step-up, and the next stale session asks again'() {
    const { action, prove, state } = service();
    let asked = 0;
    let answer;
    const stepUp = () => {
      asked += 1;
      return new Promise((resolve) => (answer = resolve));
    };
    const first = [withFreshSession(action, stepUp), withFreshSession(action, stepUp)];
    await settled();
    const late = withFreshSession(action, stepUp); // begins while the user is asked
    await settled();
    prove();
    answer();
    assert.deepEqual(await Promise.all([...first, late]), ['done', 'done', 'done']);
    assert.equal(asked, 1);

    state.isFresh = false;
    const next = withFreshSession(action, stepUp);
    await settled();
    assert.equal(asked, 2);
    answer(false);
    await assert.rejects(next, { code: 'AUTH_REAUTHENTICATION_REQUIRED' });
  },

  async 'an action that was refused before a step-up, and hears of it afterwards, does not ask again'() {
    const { action, prove } = service();
    let asked = 0;
    const stepUp = async () => {
      asked += 1;
      prove();
    };
    let refuse;
    let times = 0;
    const slow = () => ((times += 1) === 1 ? new Promise((_, reject) => (refuse = () => reject(refusal()))) : action());
    const waiting = withFreshSession(slow, stepUp);
    await withFreshSession(action, stepUp);
    refuse();
    assert.equal(await waiting, 'done');
    assert.equal(asked, 1);
  },

  async 'different functions ask separately'() {
    const [one, other] = [service(), service()];
    const asked = [];
    const stepUp = (name, { prove }) => async () => void (asked.push(name), prove());
    await Promise.all([
      withFreshSession(one.action, stepUp('one', one)),
      withFreshSession(other.action, stepUp('other', other)),
    ]);
    assert.deepEqual(asked, ['one', 'other']);
  },
};

const settled = () => new Promise((resolve) => setImmediate(resolve));
