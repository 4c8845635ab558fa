// The operations that the session manager sends, and their data.

import type {
  CompleteLoginInput,
  CompletePasskeyLoginInput,
  LoginInput,
  LogoutPayload,
  Session,
  SwitchOrganizationPayload,
  TokenPair,
  User,
} from './schema.js';

const TOKEN_FIELDS = 'accessToken expiresIn refreshToken';
type IssuedTokens = Pick<TokenPair, 'accessToken' | 'expiresIn' | 'refreshToken'>;

/** The fields that create a session, and their inputs. */
export interface LoginInputs {
  login: LoginInput;
  completeLogin: CompleteLoginInput;
  completePasskeyLogin: CompletePasskeyLoginInput;
}
export const loginBy = (
  field: keyof LoginInputs,
) => `mutation ($input: ${field.charAt(0).toUpperCase()}${field.slice(1)}Input!) {
  ${field}(input: $input) { token { ${TOKEN_FIELDS} } session { id } user { id username email emailVerified displayName } }
}`;
export interface LoggedIn {
  user: Pick<User, 'id' | 'username' | 'email' | 'emailVerified'> & { displayName: string | null };
  session: Pick<Session, 'id'>;
}
export type LoginData = Record<keyof LoginInputs, LoggedIn & { token: IssuedTokens }>;

export const REFRESH = `mutation ($input: RefreshInput!) { refresh(input: $input) { token { ${TOKEN_FIELDS} } } }`;
export type RefreshData = { refresh: { token: IssuedTokens } };

export const SWITCH_ORGANIZATION = `mutation ($input: SwitchOrganizationInput!) {
  switchOrganization(input: $input) { accessToken expiresIn }
}`;
export type SwitchOrganizationData = { switchOrganization: Pick<SwitchOrganizationPayload, 'accessToken' | 'expiresIn'> };

export const LOGOUT = 'mutation ($input: LogoutInput) { logout(input: $input) { revokedSessions } }';
export type LogoutData = { logout: Pick<LogoutPayload, 'revokedSessions'> };
