// Reports the results of a run: a line for each check, with its duration, and a summary.

import { within } from './async.mjs';

export class Report {
  #name;
  #deadline;
  #describe;
  #passed = 0;
  #failed = 0;

  // Each check fails after `deadline` milliseconds. `describe` turns an error into text.
  constructor(name, deadline, describe = oneLine) {
    this.#name = name;
    this.#deadline = deadline;
    this.#describe = describe;
  }

  // Runs a check and reports it. If it returns a string, that is printed with it.
  async check(sentence, check) {
    const began = performance.now();
    try {
      const remark = await within(this.#deadline, 'the check', check());
      this.add(typeof remark === 'string' ? `${sentence}: ${remark}` : sentence, null, began);
    } catch (error) {
      this.add(sentence, error, began);
    }
  }

  // Reports one result. If `began` is given, prints the time since then.
  add(sentence, error, began) {
    const took = began === undefined ? '' : `[${((performance.now() - began) / 1000).toFixed(3).padStart(8)}s] `;
    if (!error) {
      this.#passed += 1;
      console.log(`ok      ${took}${sentence}`);
      return;
    }
    this.#failed += 1;
    console.log(`FAILED  ${took}${sentence}: ${this.#describe(error)}`);
  }

  // Ends the process with a failed check if the run takes longer than `deadline` milliseconds, is interrupted, or throws an
  // uncaught exception.
  guard(deadline) {
    setTimeout(() => this.end('the run ends within its time limit: it does not'), deadline);
    for (const signal of ['SIGINT', 'SIGTERM']) {
      process.on(signal, () => this.end(`the run is not interrupted: it got ${signal}`));
    }
    process.on('uncaughtException', (error) => this.end(`there is no uncaught exception: ${error.stack}`));
    process.on('unhandledRejection', (error) => this.add('there is no unhandled rejection', error));
  }

  // Prints the summary, and ends the process.
  end(failure) {
    process.exit(this.close(failure) ? 0 : 1);
  }

  // Prints the summary; true if there were checks and all passed. A `failure` counts as one more failed check.
  close(failure) {
    if (failure) {
      this.#failed += 1;
      console.log(`FAILED  ${failure}`);
    }
    console.log(`${this.#name} result: ${this.#passed} passed; ${this.#failed} failed`);
    return this.#failed === 0 && this.#passed > 0;
  }
}

const oneLine = (error) => String(error.message ?? error).replaceAll(/\s+/g, ' ').slice(0, 400);
