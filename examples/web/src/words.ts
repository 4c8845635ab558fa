// Texts for the enums of the schema. A record or switch that has to be complete does not compile until it has every value.

import type { SessionEndReason } from 'latchkey-client';
import type { OrganizationRole, PasswordProblem, SecurityEventKind } from './gql/graphql';

// Dates have the format of the browser's language. Words are in English, like the rest of the app.
const moment = new Intl.DateTimeFormat(navigator.language, { dateStyle: 'medium', timeStyle: 'short' });
const day = new Intl.DateTimeFormat(navigator.language, { dateStyle: 'medium' });
const ago = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

export const dateAndTime = (time: string) => moment.format(new Date(time));
export const date = (time: string) => day.format(new Date(time));

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

// "5 minutes ago", "in 2 days".
export function fromNow(time: string): string {
  const seconds = (new Date(time).getTime() - Date.now()) / 1000;
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) return ago.format(Math.round(seconds / length), unit);
  }
  return 'just now';
}

export const count = (number: number, one: string, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

export const roleName: Record<OrganizationRole, string> = { OWNER: 'Owner', ADMIN: 'Admin', MEMBER: 'Member' };

export const asRole: Record<OrganizationRole, string> = { OWNER: 'an owner', ADMIN: 'an admin', MEMBER: 'a member' };

export type End = { reason: SessionEndReason | 'UNKNOWN'; endedAt: string | null };

// Explains to a user why their session has ended.
export function whyEnded({ reason, endedAt }: End): string {
  const on = endedAt ? ` on ${dateAndTime(endedAt)}` : '';
  switch (reason) {
    case 'LOGOUT':
      return 'You are logged out.';
    case 'LOGOUT_ALL':
      return `You logged out everywhere${on}, which ended this session too.`;
    case 'REVOKED':
      return `This session was ended from another device${on}. If that was not you, change your password.`;
    case 'PASSWORD_CHANGED':
      return `This session ended because your password was changed${on}. Log in with the new one.`;
    case 'PASSWORD_RESET':
      return `This session ended because your password was reset${on}. Log in with the new one.`;
    case 'REFRESH_TOKEN_REUSED':
      return `This session was ended for your safety${on}: somebody used a copy of it. Log in, and check your recent activity.`;
    case 'ACCOUNT_SECURED':
      return `This session ended because your account was secured${on}. Choose a new password with the link that we mailed to you.`;
    case 'IDLE':
      return `This session ended${on} because it was not used for a long time.`;
    case 'EXPIRED':
      return `This session ended${on} because it had reached its maximum age.`;
    case 'ACCOUNT_DELETED':
      return `This account was deleted${on}, and its sessions ended with it.`;
    case 'LOST':
    case 'UNKNOWN':
      return 'This session has ended. Please log in again.';
    default:
      return unknownReason(reason);
  }
}

// A service that is newer than this page may have more reasons.
const unknownReason = (reason: never) => `This session has ended (${String(reason)}). Please log in again.`;

// The same, for a session in a list.
export const endedBecause: Record<SessionEndReason, string> = {
  LOGOUT: 'logged out',
  LOGOUT_ALL: 'logged out everywhere',
  REVOKED: 'ended from another device',
  PASSWORD_CHANGED: 'the password was changed',
  PASSWORD_RESET: 'the password was reset',
  REFRESH_TOKEN_REUSED: 'a copy of it was used',
  ACCOUNT_SECURED: 'the account was secured',
  IDLE: 'not used for too long',
  EXPIRED: 'reached its maximum age',
  ACCOUNT_DELETED: 'the account was deleted',
  LOST: 'no longer on record',
};

export type Tone = 'good' | 'bad' | 'plain';

const EVENTS: Record<SecurityEventKind, [string, Tone]> = {
  REGISTERED: ['Account created', 'good'],
  EMAIL_VERIFIED: ['Email address verified', 'good'],
  LOGIN_SUCCEEDED: ['Logged in', 'good'],
  LOGIN_FAILED: ['Login with a wrong password', 'bad'],
  SECOND_FACTOR_REQUIRED: ['Right password entered, and a code or passkey asked for', 'plain'],
  SECOND_FACTOR_REFUSED: ['Wrong code entered, or passkey refused', 'bad'],
  REAUTHENTICATED: ['Confirmed that it was you', 'plain'],
  PASSWORD_REFUSED: ['Wrong password entered while logged in', 'bad'],
  LIMIT_REACHED: ['Too many attempts', 'bad'],
  REFRESH_TOKEN_REUSED: ['A copy of a session was used', 'bad'],
  SESSION_RECOVERED: ['Session continued after the service was restored', 'plain'],
  SESSION_ENDED: ['Session ended', 'plain'],
  PASSWORD_CHANGED: ['Password changed', 'plain'],
  PASSWORD_RESET_REQUESTED: ['Password reset requested', 'plain'],
  PASSWORD_RESET: ['Password reset', 'plain'],
  EMAIL_CHANGE_REQUESTED: ['Email change requested', 'plain'],
  EMAIL_CHANGED: ['Email address changed', 'plain'],
  USERNAME_CHANGED: ['Username changed', 'plain'],
  ACCOUNT_SECURED: ['Account secured: “this was not me”', 'bad'],
  TOTP_ADDED: ['Authenticator app set up', 'good'],
  TOTP_REMOVED: ['Authenticator app removed', 'bad'],
  RECOVERY_CODES_RENEWED: ['New recovery codes', 'plain'],
  RECOVERY_CODE_USED: ['Recovery code used', 'plain'],
  PASSKEY_ADDED: ['Passkey added', 'good'],
  PASSKEY_REMOVED: ['Passkey removed', 'bad'],
  PASSKEY_CLONE_SUSPECTED: ['Passkey refused, because it may have been copied', 'bad'],
  PASSWORD_SET: ['Password set', 'good'],
  PASSWORD_REMOVED: ['Password removed', 'plain'],
  ORGANIZATION_CREATED: ['Organization created', 'plain'],
  ORGANIZATION_UPDATED: ['Organization renamed', 'plain'],
  ORGANIZATION_DELETED: ['Organization deleted', 'plain'],
  MEMBER_INVITED: ['Member invited', 'plain'],
  INVITATION_REVOKED: ['Invitation withdrawn', 'plain'],
  INVITATION_ACCEPTED: ['Joined an organization', 'good'],
  INVITATION_DECLINED: ['Invitation declined', 'plain'],
  MEMBER_ROLE_CHANGED: ['Role changed', 'plain'],
  MEMBER_REMOVED: ['Membership ended', 'plain'],
};

// A service that is newer than this page may have more kinds. They are shown by their names.
export function describeEvent(kind: SecurityEventKind, operation: string | null): { title: string; tone: Tone } {
  // Not a login: an operation that needs the password got the right one, but was refused for another reason.
  if (kind === 'LOGIN_SUCCEEDED' && operation) return { title: 'Right password entered', tone: 'plain' };
  const event: [string, Tone] | undefined = EVENTS[kind];
  const [title, tone] = event ?? [String(kind).toLowerCase().replaceAll('_', ' '), 'plain' as const];
  return { title, tone };
}

export const passwordProblem: Record<PasswordProblem, string> = {
  TOO_SHORT: 'It is too short.',
  TOO_LONG: 'It is too long.',
  TOO_COMMON: 'Many people use this password.',
  TOO_GUESSABLE: 'It is too easy to guess.',
  CONTAINS_IDENTITY: 'It contains your name or your address.',
};

export const strengths = ['Very weak', 'Weak', 'Fair', 'Strong', 'Very strong'] as const;
