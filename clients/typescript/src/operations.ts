// What is asked of the service, and what it answers.

import type {
  LogoutPayload,
  Session,
  SwitchOrganizationPayload,
  TokenPair,
  User,
} from './schema.js';

const PAIR = 'accessToken expiresIn refreshToken';
type Pair = Pick<TokenPair, 'accessToken' | 'expiresIn' | 'refreshToken'>;

export const LOGIN = `mutation ($input: LoginInput!) {
  login(input: $input) { token { ${PAIR} } session { id } user { id username email emailVerified displayName } }
}`;
export interface LoggedIn {
  user: Pick<User, 'id' | 'username' | 'email' | 'emailVerified'> & { displayName: string | null };
  session: Pick<Session, 'id'>;
}
export type LoginAnswer = { login: LoggedIn & { token: Pair } };

export const REFRESH = `mutation ($input: RefreshInput!) { refresh(input: $input) { token { ${PAIR} } } }`;
export type RefreshAnswer = { refresh: { token: Pair } };

export const SWITCH = `mutation ($input: SwitchOrganizationInput!) {
  switchOrganization(input: $input) { accessToken expiresIn }
}`;
export type SwitchAnswer = { switchOrganization: Pick<SwitchOrganizationPayload, 'accessToken' | 'expiresIn'> };

export const LOGOUT = 'mutation ($input: LogoutInput) { logout(input: $input) { revokedSessions } }';
export type LogoutAnswer = { logout: Pick<LogoutPayload, 'revokedSessions'> };
