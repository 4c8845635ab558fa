import { LatchkeyError } from './errors.js';

/**
 * Returns the message for each field of a form: `{ username: 'The username is reserved.' }` for a VALIDATION_FAILED at
 * `input.username`; `{}` for every other error.
 */
export function fieldErrors(error: unknown): Record<string, string> {
  const messages: Record<string, string> = {};
  const fields = error instanceof LatchkeyError ? (error.fields ?? []) : [];
  for (const { path, message } of fields) messages[path.slice(path.lastIndexOf('.') + 1)] ??= message;
  return messages;
}
