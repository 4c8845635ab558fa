import { LatchkeyError } from './errors.js';

/**
 * What is wrong with which field of a form: `{ username: 'The username is reserved.' }` of a VALIDATION_FAILED at
 * `input.username`; `{}` of everything else.
 */
export function fieldErrors(error: unknown): Record<string, string> {
  const found: Record<string, string> = {};
  const fields = error instanceof LatchkeyError ? (error.fields ?? []) : [];
  for (const { path, message } of fields) found[path.slice(path.lastIndexOf('.') + 1)] ??= message;
  return found;
}
