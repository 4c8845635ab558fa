// The results of the checks of a run: a line for each, with how long it took, and how many held.

import { within } from './attacks/patience.mjs';

export class Report {
  #name;
  #deadline;
  #inWords;
  #passed = 0;
  #failed = 0;

  // A check may take so many milliseconds; `inWords` says what went wrong.
  constructor(name, deadline, inWords = oneLine) {
    this.#name = name;
    this.#deadline = deadline;
    this.#inWords = inWords;
  }

  // What a check returns in words is told with it.
  async check(sentence, check) {
    const began = performance.now();
    try {
      const remark = await within(this.#deadline, 'an outcome', check());
      this.tell(typeof remark === 'string' ? `${sentence}: ${remark}` : sentence, null, began);
    } catch (error) {
      this.tell(sentence, error, began);
    }
  }

  // With the time when the check began, prints how long it took.
  tell(sentence, error, began) {
    const took = began === undefined ? '' : `[${((performance.now() - began) / 1000).toFixed(3).padStart(8)}s] `;
    if (!error) {
      this.#passed += 1;
      console.log(`ok      ${took}${sentence}`);
      return;
    }
    this.#failed += 1;
    console.log(`FAILED  ${took}${sentence}: ${this.#inWords(error)}`);
  }

  // Says how many held; whether all did, and there were any. With trouble, one more did not.
  close(trouble) {
    if (trouble) {
      this.#failed += 1;
      console.log(`FAILED  ${trouble}`);
    }
    console.log(`${this.#name} result: ${this.#passed} passed; ${this.#failed} failed`);
    return this.#failed === 0 && this.#passed > 0;
  }
}

const oneLine = (error) => String(error.message ?? error).replaceAll(/\s+/g, ' ').slice(0, 400);
