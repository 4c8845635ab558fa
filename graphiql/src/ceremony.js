/**
 * The ceremonies of passkeys. When a response holds one, the browser performs it, as the page of an
 * app would, and its answer is put into the tab that sends it.
 */
import {
  createCredential,
  getCredential,
  supportsPasskeys,
} from '../../clients/typescript/src/webauthn.ts';
import { tell } from './tokens.js';

/** The fields that start a ceremony. Each returns the tab that sends the answer, and its input. */
const STARTS = {
  startPasskeyRegistration: (answer) => ['CompletePasskeyRegistration', answer],
  startPasskeyLogin: (answer, challenge) =>
    challenge
      ? ['CompleteLogin', { challenge, passkey: answer }]
      : ['CompletePasskeyLogin', answer],
  startReauthentication: (answer) => ['Reauthenticate', { passkey: answer }],
};

export async function performCeremony(result, variables) {
  const field = Object.keys(STARTS).find((name) => result?.data?.[name]);
  const ceremony = result?.data?.[field]?.ceremony;
  // A document may leave out parts of it.
  if (!ceremony?.token || !ceremony.options) return setNotice('');
  if (isAtAddress()) return setNotice(`No browser has passkeys at an IP address: open ${atLocalhost()}`);
  if (!supportsPasskeys()) return setNotice('This browser has no passkeys, or the page needs https.');
  setNotice('Your browser asks you for a passkey.');
  try {
    const perform = field === 'startPasskeyRegistration' ? createCredential : getCredential;
    const answer = { ceremony: ceremony.token, credential: await perform(ceremony.options) };
    const [title, input] = STARTS[field](answer, variables?.input?.challenge);
    tell(title, input);
    setNotice(`The answer of the passkey is in the tab ${title}.`);
  } catch (error) {
    setNotice(`${error.message}.`);
  }
}

const isAtAddress = () => /^([\d.]+|\[.*\])$/.test(location.hostname);

const atLocalhost = () => `http://localhost:${location.port}${location.pathname}`;

const noticeListeners = new Set();
let notice = '';

/** The outcome of the latest ceremony; empty after a response without one. */
export const getNotice = () => notice;

/** For `useSyncExternalStore`: calls back at each change, returns how to stop that. */
export function onNotice(listener) {
  noticeListeners.add(listener);
  return () => noticeListeners.delete(listener);
}

function setNotice(text) {
  notice = text;
  for (const listener of noticeListeners) listener();
}
