// What came of the checks of a run: a line for each, and how many held.

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
    try {
      const remark = await within(this.#deadline, 'an outcome', check());
      this.tell(typeof remark === 'string' ? `${sentence}: ${remark}` : sentence);
    } catch (error) {
      this.tell(sentence, error);
    }
  }

  tell(sentence, error) {
    if (!error) {
      this.#passed += 1;
      console.log(`ok      ${sentence}`);
      return;
    }
    this.#failed += 1;
    console.log(`FAILED  ${sentence}: ${this.#inWords(error)}`);
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
