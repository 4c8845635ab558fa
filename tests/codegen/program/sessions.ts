// The types of documents in separate files.

import type {
  LoginMutation,
  RefreshMutationVariables,
  RegisterMutation,
  RegisterMutationVariables,
  SessionsQuery,
  SessionsQueryVariables,
  TokensFragment,
} from '../build/operations';

export const registration: RegisterMutationVariables = {
  input: { email: 'ada@example.com', username: 'ada', password: 'correct horse battery staple 42' },
};

// @ts-expect-error A password is required.
export const incomplete: RegisterMutationVariables = { input: { email: 'ada@example.com', username: 'ada' } };

// Fields with defaults are optional.
export const refresh: RefreshMutationVariables = { input: {} };
export const firstPage: SessionsQueryVariables = {};

export function tokens({ login }: LoginMutation): TokensFragment {
  return login.token;
}

export function founded({ register }: RegisterMutation): string[] {
  // @ts-expect-error Null if the user has not set it.
  register.user.displayName.length;
  return register.user.memberships.map(({ role, organization }) => `${role} ${organization.slug}`);
}

export function ended({ sessions }: SessionsQuery): string[] {
  return sessions.nodes.flatMap(({ status, endedAt, endReason }) => {
    if (status === 'ACTIVE' || endedAt === null) return [];
    return [`${new Date(endedAt).toISOString()} ${endReason ?? status}`];
  });
}
