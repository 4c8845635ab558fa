// For Apollo Client, 3 and 4: a link to put before an HttpLink.

import { ApolloLink, Observable } from '@apollo/client/core';
import type { ErrorEntry } from './errors.js';
import type { Latchkey } from './latchkey.js';

/** Sends requests with the access token, and repeats a request once if its token had expired. */
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
          let handling: Promise<unknown> = Promise.resolve();
          let hasErrors = false; // no result follows one with errors
          const subscription = forward(operation).subscribe({
            next(result) {
              const errors = result.errors as readonly ErrorEntry[] | undefined;
              if (!errors?.length) return observer.next(result);
              hasErrors = true;
              handling = latchkey.shouldRetry(errors, token, isRepeated).then(
                (retry) => {
                  if (stopped) return undefined;
                  if (retry) return send(true);
                  observer.next(result);
                  return observer.complete();
                },
                fail,
              );
            },
            error: fail,
            complete() {
              if (!hasErrors) observer.complete();
            },
          });
          stop = () => subscription.unsubscribe();
          await handling;
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
