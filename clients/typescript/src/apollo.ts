// For Apollo Client, 3 and 4: a link to put before an HttpLink.

import { ApolloLink, Observable } from '@apollo/client/core';
import type { ErrorEntry } from './errors.js';
import type { Latchkey } from './latchkey.js';

/** Sends requests with the access token, and repeats once those that met one past its time. */
export function latchkeyLink(latchkey: Latchkey): ApolloLink {
  return new ApolloLink(
    (operation, forward) =>
      new Observable((observer) => {
        let stopped = false;
        let stop = () => {};

        const send = async (isRepeated: boolean) => {
          const { headers, token, ...credentials } = await latchkey.authorize();
          if (stopped) return;
          operation.setContext((context: { headers?: Record<string, string> }) => ({
            headers: { ...context.headers, ...headers },
            ...credentials,
          }));
          let last: Promise<unknown> = Promise.resolve();
          let isJudged = false; // the answer that has errors: there is none after it
          const subscription = forward(operation).subscribe({
            next(result) {
              const errors = result.errors as readonly ErrorEntry[] | undefined;
              if (!errors?.length) return observer.next(result);
              isJudged = true;
              last = latchkey.judge(errors, token, isRepeated).then(
                (isWorth) => {
                  if (stopped) return undefined;
                  if (isWorth) return send(true);
                  observer.next(result);
                  return observer.complete();
                },
                fail,
              );
            },
            error: fail,
            complete() {
              if (!isJudged) observer.complete();
            },
          });
          stop = () => subscription.unsubscribe();
          await last;
        };

        const fail = (error: unknown) => {
          if (!stopped) observer.error(error);
        };

        send(false).catch(fail);
        return () => {
          stopped = true;
          stop();
        };
      }),
  );
}
