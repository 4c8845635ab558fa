// Generated from schema.graphql and src/flows.graphql by `npm run codegen`.

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type * as Api from './schema.js';

import { request, requestAndCheck } from './flow-requests.js';
import type { Latchkey } from './latchkey.js';
export { fieldErrors } from './field-errors.js';
export type UserDetails = { id: string, email: string, emailVerified: boolean, username: string, displayName: string | null, createdAt: string, updatedAt: string };

export type OrganizationDetails = { id: string, name: string, slug: string, createdAt: string };

export type MembershipDetails = { id: string, role: Api.OrganizationRole, joinedAt: string, organization: OrganizationDetails };

export type MemberDetails = { id: string, role: Api.OrganizationRole, joinedAt: string, user: { id: string, email: string, username: string, displayName: string | null } };

export type InvitationDetails = { id: string, email: string, role: Api.OrganizationRole, createdAt: string, expiresAt: string, invitedBy: { id: string, email: string, username: string, displayName: string | null } | null };

export type SessionDetails = { id: string, status: Api.SessionStatus, current: boolean, ipAddress: string | null, createdAt: string, lastUsedAt: string, expiresAt: string, endedAt: string | null, endReason: Api.SessionEndReason | null, methods: Array<Api.SignInMethod>, secondFactor: boolean, authenticatedAt: string, device: { id: string | null, name: string | null, type: string, userAgent: string | null } };

export type SecurityEventDetails = { id: string, kind: Api.SecurityEventKind, occurredAt: string, ipAddress: string | null, sessionId: string | null, endReason: Api.SessionEndReason | null, operation: string | null, organizationId: string | null, device: { id: string | null, name: string | null, type: string, userAgent: string | null } };

export type PasskeyDetails = { id: string, name: string, createdAt: string, lastUsedAt: string | null, backedUp: boolean, signsInAlone: boolean };

export type CeremonyDetails = { token: string, options: object, expiresAt: string };

export type PageDetails = { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null };

export type SignInOptionsVariables = Exact<{ [key: string]: never; }>;


export type SignInOptions = { signInOptions: { registration: Api.RegistrationMode, unverifiedLogin: boolean } };

export type RegisterVariables = Exact<{
  input: Api.RegisterInput;
}>;


export type Register = { register: { user: UserDetails } };

export type RegistrationVariables = Exact<{
  token: string;
}>;


export type Registration = { registration: { email: string, username: string, registeredAt: string, device: string | null } };

export type VerifyEmailVariables = Exact<{
  input: Api.VerifyEmailInput;
}>;


export type VerifyEmail = { verifyEmail: { user: UserDetails } };

export type CancelRegistrationVariables = Exact<{
  input: Api.CancelRegistrationInput;
}>;


export type CancelRegistration = { cancelRegistration: { deletedUserId: string } };

export type ResendVerificationEmailVariables = Exact<{
  input: Api.ResendVerificationEmailInput;
}>;


export type ResendVerificationEmail = { resendVerificationEmail: { accepted: boolean } };

export type ViewerVariables = Exact<{ [key: string]: never; }>;


export type Viewer = { viewer: { user: UserDetails, session: SessionDetails } };

export type MeVariables = Exact<{ [key: string]: never; }>;


export type Me = { me: (
    { memberships: Array<MembershipDetails> }
    & UserDetails
  ) };

export type UpdateProfileVariables = Exact<{
  input: Api.UpdateProfileInput;
}>;


export type UpdateProfile = { updateProfile: { user: UserDetails } };

export type RequestEmailChangeVariables = Exact<{
  input: Api.RequestEmailChangeInput;
}>;


export type RequestEmailChange = { requestEmailChange: { accepted: boolean } };

export type ConfirmEmailChangeVariables = Exact<{
  input: Api.ConfirmEmailChangeInput;
}>;


export type ConfirmEmailChange = { confirmEmailChange: { user: UserDetails } };

export type SecureAccountVariables = Exact<{
  input: Api.SecureAccountInput;
}>;


export type SecureAccount = { secureAccount: { email: string, revokedSessions: number } };

export type DeleteAccountVariables = Exact<{
  input: Api.DeleteAccountInput;
}>;


export type DeleteAccount = { deleteAccount: { deletedUserId: string } };

export type PasswordPolicyVariables = Exact<{ [key: string]: never; }>;


export type PasswordPolicy = { passwordPolicy: { minLength: number, maxLength: number, minScore: number } };

export type CheckPasswordVariables = Exact<{
  input: Api.CheckPasswordInput;
}>;


export type CheckPassword = { checkPassword: { acceptable: boolean, score: number, problems: Array<Api.PasswordProblem>, suggestions: Array<string> } };

export type ChangePasswordVariables = Exact<{
  input: Api.ChangePasswordInput;
}>;


export type ChangePassword = { changePassword: { revokedSessions: number } };

export type RequestPasswordResetVariables = Exact<{
  input: Api.RequestPasswordResetInput;
}>;


export type RequestPasswordReset = { requestPasswordReset: { accepted: boolean } };

export type ResetPasswordVariables = Exact<{
  input: Api.ResetPasswordInput;
}>;


export type ResetPassword = { resetPassword: { user: UserDetails } };

export type SetPasswordVariables = Exact<{
  input: Api.SetPasswordInput;
}>;


export type SetPassword = { setPassword: { user: UserDetails } };

export type RemovePasswordVariables = Exact<{ [key: string]: never; }>;


export type RemovePassword = { removePassword: { removed: boolean } };

export type StartPasskeyLoginVariables = Exact<{
  input?: Api.StartPasskeyLoginInput | null | undefined;
}>;


export type StartPasskeyLogin = { startPasskeyLogin: { ceremony: CeremonyDetails } };

export type StartPasskeyRegistrationVariables = Exact<{ [key: string]: never; }>;


export type StartPasskeyRegistration = { startPasskeyRegistration: { ceremony: CeremonyDetails } };

export type CompletePasskeyRegistrationVariables = Exact<{
  input: Api.CompletePasskeyRegistrationInput;
}>;


export type CompletePasskeyRegistration = { completePasskeyRegistration: { passkey: PasskeyDetails } };

export type RenamePasskeyVariables = Exact<{
  input: Api.RenamePasskeyInput;
}>;


export type RenamePasskey = { renamePasskey: { passkey: PasskeyDetails } };

export type RemovePasskeyVariables = Exact<{
  input: Api.RemovePasskeyInput;
}>;


export type RemovePasskey = { removePasskey: { removedPasskeyId: string } };

export type SignInMethodsVariables = Exact<{ [key: string]: never; }>;


export type SignInMethods = { signInMethods: { password: boolean, totp: boolean, secondFactors: Array<Api.SecondFactorMethod>, recoveryCodesLeft: number, passkeys: Array<PasskeyDetails> } };

export type StartTotpSetupVariables = Exact<{ [key: string]: never; }>;


export type StartTotpSetup = { startTotpSetup: { secret: string, uri: string, qrCodeSvg: string, expiresAt: string } };

export type ConfirmTotpSetupVariables = Exact<{
  input: Api.ConfirmTotpSetupInput;
}>;


export type ConfirmTotpSetup = { confirmTotpSetup: { recoveryCodes: Array<string> } };

export type RenewRecoveryCodesVariables = Exact<{ [key: string]: never; }>;


export type RenewRecoveryCodes = { renewRecoveryCodes: { recoveryCodes: Array<string> } };

export type RemoveTotpVariables = Exact<{ [key: string]: never; }>;


export type RemoveTotp = { removeTotp: { removed: boolean } };

export type StartReauthenticationVariables = Exact<{ [key: string]: never; }>;


export type StartReauthentication = { startReauthentication: { methods: Array<Api.ReauthenticationMethod>, ceremony: CeremonyDetails | null } };

export type ReauthenticateVariables = Exact<{
  input: Api.ReauthenticateInput;
}>;


export type Reauthenticate = { reauthenticate: { freshUntil: string, session: SessionDetails } };

export type SessionsVariables = Exact<{
  includeExpired?: boolean;
  after?: string | null | undefined;
  before?: string | null | undefined;
  first?: number | null | undefined;
  last?: number | null | undefined;
}>;


export type Sessions = { sessions: { totalCount: number, nodes: Array<SessionDetails>, pageInfo: PageDetails } };

export type RevokeSessionVariables = Exact<{
  input: Api.RevokeSessionInput;
}>;


export type RevokeSession = { revokeSession: { session: SessionDetails } };

export type RevokeOtherSessionsVariables = Exact<{ [key: string]: never; }>;


export type RevokeOtherSessions = { revokeOtherSessions: { revokedSessions: number } };

export type SecurityEventsVariables = Exact<{
  after?: string | null | undefined;
  before?: string | null | undefined;
  first?: number | null | undefined;
  last?: number | null | undefined;
}>;


export type SecurityEvents = { securityEvents: { totalCount: number, nodes: Array<SecurityEventDetails>, pageInfo: PageDetails } };

export type OrganizationVariables = Exact<{
  id: string;
  after?: string | null | undefined;
  before?: string | null | undefined;
  first?: number | null | undefined;
  last?: number | null | undefined;
}>;


export type Organization = { organization: (
    { members: { totalCount: number, nodes: Array<MemberDetails>, pageInfo: PageDetails }, invitations: Array<InvitationDetails> | null }
    & OrganizationDetails
  ) | null };

export type CreateOrganizationVariables = Exact<{
  input: Api.CreateOrganizationInput;
}>;


export type CreateOrganization = { createOrganization: { organization: OrganizationDetails } };

export type UpdateOrganizationVariables = Exact<{
  input: Api.UpdateOrganizationInput;
}>;


export type UpdateOrganization = { updateOrganization: { organization: OrganizationDetails } };

export type DeleteOrganizationVariables = Exact<{
  input: Api.DeleteOrganizationInput;
}>;


export type DeleteOrganization = { deleteOrganization: { deletedOrganizationId: string } };

export type UpdateMemberRoleVariables = Exact<{
  input: Api.UpdateMemberRoleInput;
}>;


export type UpdateMemberRole = { updateMemberRole: { membership: MemberDetails } };

export type RemoveMemberVariables = Exact<{
  input: Api.RemoveMemberInput;
}>;


export type RemoveMember = { removeMember: { removedMembershipId: string } };

export type InvitationVariables = Exact<{
  token: string;
}>;


export type Invitation = { invitation: { organizationName: string, role: Api.OrganizationRole, invitedByName: string | null, email: string, expiresAt: string } | null };

export type InvitationsVariables = Exact<{ [key: string]: never; }>;


export type Invitations = { invitations: Array<(
    { organization: OrganizationDetails }
    & InvitationDetails
  )> };

export type InviteMemberVariables = Exact<{
  input: Api.InviteMemberInput;
}>;


export type InviteMember = { inviteMember: { invitation: InvitationDetails } };

export type RevokeInvitationVariables = Exact<{
  input: Api.RevokeInvitationInput;
}>;


export type RevokeInvitation = { revokeInvitation: { revokedInvitationId: string } };

export type AcceptInvitationVariables = Exact<{
  input: Api.AcceptInvitationInput;
}>;


export type AcceptInvitation = { acceptInvitation: { membership: MembershipDetails } };

export type DeclineInvitationVariables = Exact<{
  input: Api.DeclineInvitationInput;
}>;


export type DeclineInvitation = { declineInvitation: { declinedInvitationId: string } };

/** The options of a sign-in page. Read them before you show a link to register. */
export async function signInOptions(latchkey: Latchkey): Promise<SignInOptions['signInOptions']> {
  return (await request<SignInOptions>(latchkey, "query signInOptions{signInOptions{registration unverifiedLogin}}")).signInOptions;
}

/**
 * Creates a user, and an organization that they own. Mails a verification link.
 *
 * With `invitationToken`, the user is verified at once, since the invitation's mail has verified the address, and joins
 * the organization of the invitation instead. An unverified account that somebody else made with the address is deleted.
 *
 * Errors: AUTH_EMAIL_EXISTS, AUTH_USERNAME_EXISTS, AUTH_REGISTRATION_CLOSED, VALIDATION_FAILED, RATE_LIMITED,
 * OVERLOADED; with `invitationToken` also AUTH_LINK_INVALID (unknown, used, revoked or expired) and
 * INVITATION_EMAIL_MISMATCH.
 */
export async function register(latchkey: Latchkey, input: RegisterVariables['input']): Promise<Register['register']> {
  return (await request<Register>(latchkey, "mutation register($input:RegisterInput!){register(input:$input){user{id email emailVerified username displayName createdAt updatedAt}}}", { input })).register;
}

/**
 * The registration whose email address a mailed link verifies. Show it before the button that calls `verifyEmail`, beside
 * a button that calls `cancelRegistration`.
 *
 * Reading it does not use the link up. The field may stand once in an operation, and needs POST, so that the token is
 * in no URL.
 *
 * Errors: AUTH_LINK_INVALID (unknown, used or expired, or the address is verified), RATE_LIMITED.
 */
export async function registration(latchkey: Latchkey, variables: RegistrationVariables): Promise<Registration['registration']> {
  return (await request<Registration>(latchkey, "query registration($token:String!){registration(token:$token){email username registeredAt device}}", variables)).registration;
}

/**
 * Verifies an email address with the token from the mailed link.
 *
 * Before you call it, show the registration (see `registration`) and offer `cancelRegistration`: the account may have
 * been made by somebody else, who knows its password.
 *
 * Errors: AUTH_LINK_INVALID, RATE_LIMITED.
 */
export async function verifyEmail(latchkey: Latchkey, input: VerifyEmailVariables['input']): Promise<VerifyEmail['verifyEmail']> {
  return (await request<VerifyEmail>(latchkey, "mutation verifyEmail($input:VerifyEmailInput!){verifyEmail(input:$input){user{id email emailVerified username displayName createdAt updatedAt}}}", { input })).verifyEmail;
}

/**
 * Deletes an unverified account that somebody else made with the caller's email address ("I did not register").
 *
 * Its data is deleted as with `deleteAccount`: its sessions, which end with the reason ACCOUNT_DELETED, organizations
 * without other members, and mail that waits. The address can be registered again at once. A verified account is
 * never deleted in this way.
 *
 * Errors: AUTH_LINK_INVALID (unknown, used or expired, or the address is verified), RATE_LIMITED.
 */
export async function cancelRegistration(latchkey: Latchkey, input: CancelRegistrationVariables['input']): Promise<CancelRegistration['cancelRegistration']> {
  return (await requestAndCheck<CancelRegistration>(latchkey, "mutation cancelRegistration($input:CancelRegistrationInput!){cancelRegistration(input:$input){deletedUserId}}", { input })).cancelRegistration;
}

/**
 * Mails another verification link, if the address belongs to an unverified account. The answer is the same for every
 * address, so that nobody can learn from it which addresses have an account.
 *
 * Errors: VALIDATION_FAILED (the text is no email address), RATE_LIMITED (whether or not the address has an account).
 */
export async function resendVerificationEmail(latchkey: Latchkey, input: ResendVerificationEmailVariables['input']): Promise<ResendVerificationEmail['resendVerificationEmail']> {
  return (await request<ResendVerificationEmail>(latchkey, "mutation resendVerificationEmail($input:ResendVerificationEmailInput!){resendVerificationEmail(input:$input){accepted}}", { input })).resendVerificationEmail;
}

/**
 * The signed-in user and their session, also before their email address is verified. Read it to see which address is to be
 * verified.
 */
export async function viewer(latchkey: Latchkey): Promise<Viewer['viewer']> {
  return (await request<Viewer>(latchkey, "query viewer{viewer{user{id email emailVerified username displayName createdAt updatedAt}session{id status current ipAddress createdAt lastUsedAt expiresAt endedAt endReason methods secondFactor authenticatedAt device{id name type userAgent}}}}")).viewer;
}

/** The signed-in user. If their email address may be unverified, ask for `viewer` instead. */
export async function me(latchkey: Latchkey): Promise<Me['me']> {
  return (await request<Me>(latchkey, "query me{me{id email emailVerified username displayName createdAt updatedAt memberships{id role joinedAt organization{id name slug createdAt}}}}")).me;
}

/**
 * Changes the username or the display name of the signed-in user, or both.
 *
 * Errors: AUTH_USERNAME_EXISTS, RATE_LIMITED, VALIDATION_FAILED.
 */
export async function updateProfile(latchkey: Latchkey, input: UpdateProfileVariables['input']): Promise<UpdateProfile['updateProfile']> {
  return (await request<UpdateProfile>(latchkey, "mutation updateProfile($input:UpdateProfileInput!){updateProfile(input:$input){user{id email emailVerified username displayName createdAt updatedAt}}}", { input })).updateProfile;
}

/**
 * Requests a change of the signed-in user's email address: mails a link to the new address and a notice to the old one.
 * Nothing changes until the link is followed.
 *
 * For an unverified account, it replaces the address at once and mails a new verification link; links to the old address
 * are no longer valid. If the operator conceals accounts, this is refused with AUTH_EMAIL_NOT_VERIFIED.
 *
 * The notice has a link that undoes the change, valid for 7 days unless the operator changed that (see `secureAccount`).
 * If the operator conceals accounts, the address of another account is accepted, too, and its owner is mailed.
 *
 * Errors: AUTH_INVALID_CREDENTIALS, AUTH_REAUTHENTICATION_REQUIRED, AUTH_EMAIL_EXISTS, AUTH_EMAIL_NOT_VERIFIED,
 * VALIDATION_FAILED, RATE_LIMITED, OVERLOADED.
 */
export async function requestEmailChange(latchkey: Latchkey, input: RequestEmailChangeVariables['input']): Promise<RequestEmailChange['requestEmailChange']> {
  return (await request<RequestEmailChange>(latchkey, "mutation requestEmailChange($input:RequestEmailChangeInput!){requestEmailChange(input:$input){accepted}}", { input })).requestEmailChange;
}

/**
 * Changes the email address of an account with the token from the mailed link.
 *
 * Errors: AUTH_LINK_INVALID, AUTH_EMAIL_EXISTS (another account has taken the address since), RATE_LIMITED.
 */
export async function confirmEmailChange(latchkey: Latchkey, input: ConfirmEmailChangeVariables['input']): Promise<ConfirmEmailChange['confirmEmailChange']> {
  return (await request<ConfirmEmailChange>(latchkey, "mutation confirmEmailChange($input:ConfirmEmailChangeInput!){confirmEmailChange(input:$input){user{id email emailVerified username displayName createdAt updatedAt}}}", { input })).confirmEmailChange;
}

/**
 * Secures an account after a change that its owner did not make ("This was not me"): call it from the link in a notice.
 *
 * It ends every session, voids the password, removes the passkeys that were added since the first notice that it voids,
 * restores the email address that received the notice if it was changed, and mails a link there to choose a new password.
 * For a year, that password and those that were replaced within `NOTICE_TTL` before are refused.
 *
 * Errors: AUTH_LINK_INVALID, RATE_LIMITED.
 */
export async function secureAccount(latchkey: Latchkey, input: SecureAccountVariables['input']): Promise<SecureAccount['secureAccount']> {
  return (await requestAndCheck<SecureAccount>(latchkey, "mutation secureAccount($input:SecureAccountInput!){secureAccount(input:$input){email revokedSessions}}", { input })).secureAccount;
}

/**
 * Deletes the signed-in user's account and all of their data, after checking their password, or without it in a fresh session. It cannot be undone.
 *
 * Organizations without other members are deleted, too. The sessions end with the reason ACCOUNT_DELETED.
 *
 * Errors: AUTH_INVALID_CREDENTIALS, AUTH_REAUTHENTICATION_REQUIRED, ORGANIZATION_LAST_OWNER (an organization with other members would have no owner),
 * RATE_LIMITED, OVERLOADED.
 */
export async function deleteAccount(latchkey: Latchkey, input: DeleteAccountVariables['input']): Promise<DeleteAccount['deleteAccount']> {
  return (await requestAndCheck<DeleteAccount>(latchkey, "mutation deleteAccount($input:DeleteAccountInput!){deleteAccount(input:$input){deletedUserId}}", { input })).deleteAccount;
}

/** The rules for new passwords, exactly as the service enforces them. Show them beside the form. */
export async function passwordPolicy(latchkey: Latchkey): Promise<PasswordPolicy['passwordPolicy']> {
  return (await request<PasswordPolicy>(latchkey, "query passwordPolicy{passwordPolicy{minLength maxLength minScore}}")).passwordPolicy;
}

/**
 * The judgement of a password before it is submitted, by the names in the input and, if the caller is signed in, by their
 * own names. Nothing is stored.
 *
 * The field may stand once in an operation, and needs POST, so that the password is in no URL.
 *
 * Errors: RATE_LIMITED, OVERLOADED.
 */
export async function checkPassword(latchkey: Latchkey, input: CheckPasswordVariables['input']): Promise<CheckPassword['checkPassword']> {
  return (await request<CheckPassword>(latchkey, "query checkPassword($input:CheckPasswordInput!){checkPassword(input:$input){acceptable score problems suggestions}}", { input })).checkPassword;
}

/**
 * Changes the signed-in user's password, after checking the current one, or without it in a fresh session.
 *
 * Errors: AUTH_INVALID_CREDENTIALS, AUTH_REAUTHENTICATION_REQUIRED, VALIDATION_FAILED, RATE_LIMITED, OVERLOADED.
 */
export async function changePassword(latchkey: Latchkey, input: ChangePasswordVariables['input']): Promise<ChangePassword['changePassword']> {
  return (await request<ChangePassword>(latchkey, "mutation changePassword($input:ChangePasswordInput!){changePassword(input:$input){revokedSessions}}", { input })).changePassword;
}

/**
 * Mails a link to choose a new password, if the address has an account. The answer is the same for every address, so that
 * nobody can learn from it which addresses have an account.
 *
 * Links that were mailed before are no longer valid.
 *
 * Errors: VALIDATION_FAILED (the text is no email address), RATE_LIMITED (whether or not the address has an account).
 */
export async function requestPasswordReset(latchkey: Latchkey, input: RequestPasswordResetVariables['input']): Promise<RequestPasswordReset['requestPasswordReset']> {
  return (await request<RequestPasswordReset>(latchkey, "mutation requestPasswordReset($input:RequestPasswordResetInput!){requestPasswordReset(input:$input){accepted}}", { input })).requestPasswordReset;
}

/**
 * Sets a new password with the token from the mailed link, and ends every session of the user. Call `login` next.
 *
 * It also verifies the email address that the link was mailed to. Passkeys stay: show the user their list. For a year
 * after `secureAccount`, it refuses earlier passwords of the account, since somebody else may know them.
 *
 * Errors: AUTH_LINK_INVALID, VALIDATION_FAILED, RATE_LIMITED, OVERLOADED.
 */
export async function resetPassword(latchkey: Latchkey, input: ResetPasswordVariables['input']): Promise<ResetPassword['resetPassword']> {
  return (await requestAndCheck<ResetPassword>(latchkey, "mutation resetPassword($input:ResetPasswordInput!){resetPassword(input:$input){user{id email emailVerified username displayName createdAt updatedAt}}}", { input })).resetPassword;
}

/**
 * Gives a password to the signed-in user's account, which has none. A notice is mailed to the user. To replace a password,
 * call `changePassword`.
 *
 * Errors: VALIDATION_FAILED (also if the account has a password), RATE_LIMITED, OVERLOADED.
 */
export async function setPassword(latchkey: Latchkey, input: SetPasswordVariables['input']): Promise<SetPassword['setPassword']> {
  return (await request<SetPassword>(latchkey, "mutation setPassword($input:SetPasswordInput!){setPassword(input:$input){user{id email emailVerified username displayName createdAt updatedAt}}}", { input })).setPassword;
}

/**
 * Removes the password of the signed-in user, who has a passkey that signs in alone. A notice is mailed to the user. A user
 * who has lost every passkey sets a new password with `requestPasswordReset`.
 *
 * Errors: LAST_SIGN_IN_METHOD (add a passkey first).
 */
export async function removePassword(latchkey: Latchkey): Promise<RemovePassword['removePassword']> {
  return (await request<RemovePassword>(latchkey, "mutation removePassword{removePassword{removed}}")).removePassword;
}

/**
 * Starts a sign-in with a passkey: finish it with `completePasskeyLogin`. With a challenge, starts the second step of a
 * login: finish that with `completeLogin`.
 *
 * Errors: AUTH_CHALLENGE_INVALID (call `login` again), PASSKEY_NOT_FOUND (the account has none), RATE_LIMITED.
 */
export async function startPasskeyLogin(latchkey: Latchkey, input?: StartPasskeyLoginVariables['input']): Promise<StartPasskeyLogin['startPasskeyLogin']> {
  return (await request<StartPasskeyLogin>(latchkey, "mutation startPasskeyLogin($input:StartPasskeyLoginInput){startPasskeyLogin(input:$input){ceremony{token options expiresAt}}}", { input })).startPasskeyLogin;
}

/**
 * Starts the registration of a passkey. Nothing changes until `completePasskeyRegistration`, in the same session.
 *
 * Errors: TOO_MANY_PASSKEYS, RATE_LIMITED.
 */
export async function startPasskeyRegistration(latchkey: Latchkey): Promise<StartPasskeyRegistration['startPasskeyRegistration']> {
  return (await request<StartPasskeyRegistration>(latchkey, "mutation startPasskeyRegistration{startPasskeyRegistration{ceremony{token options expiresAt}}}")).startPasskeyRegistration;
}

/**
 * Adds the passkey that an authenticator has made to the account. If the authenticator has verified its user, by a PIN or
 * a fingerprint, the passkey signs in without a password. A notice is mailed to the user.
 *
 * Errors: AUTH_CHALLENGE_INVALID (start again), AUTH_SECOND_FACTOR_INVALID (the credential does not verify),
 * PASSKEY_EXISTS, TOO_MANY_PASSKEYS, VALIDATION_FAILED, RATE_LIMITED.
 */
export async function completePasskeyRegistration(latchkey: Latchkey, input: CompletePasskeyRegistrationVariables['input']): Promise<CompletePasskeyRegistration['completePasskeyRegistration']> {
  return (await request<CompletePasskeyRegistration>(latchkey, "mutation completePasskeyRegistration($input:CompletePasskeyRegistrationInput!){completePasskeyRegistration(input:$input){passkey{id name createdAt lastUsedAt backedUp signsInAlone}}}", { input })).completePasskeyRegistration;
}

/**
 * Gives a passkey of the signed-in user another name.
 *
 * Errors: PASSKEY_NOT_FOUND, VALIDATION_FAILED.
 */
export async function renamePasskey(latchkey: Latchkey, input: RenamePasskeyVariables['input']): Promise<RenamePasskey['renamePasskey']> {
  return (await request<RenamePasskey>(latchkey, "mutation renamePasskey($input:RenamePasskeyInput!){renamePasskey(input:$input){passkey{id name createdAt lastUsedAt backedUp signsInAlone}}}", { input })).renamePasskey;
}

/**
 * Removes a passkey of the signed-in user: it no longer signs in, and no other session counts as signed in with a second factor
 * or as fresh because of a passkey. A notice is mailed to the user. The password manager still has the
 * passkey: ask the user to delete it there.
 *
 * Errors: PASSKEY_NOT_FOUND, LAST_SIGN_IN_METHOD (set a password or add another passkey first), RATE_LIMITED.
 */
export async function removePasskey(latchkey: Latchkey, input: RemovePasskeyVariables['input']): Promise<RemovePasskey['removePasskey']> {
  return (await request<RemovePasskey>(latchkey, "mutation removePasskey($input:RemovePasskeyInput!){removePasskey(input:$input){removedPasskeyId}}", { input })).removePasskey;
}

/** The ways in which the signed-in user can sign in, for a page with security settings. */
export async function signInMethods(latchkey: Latchkey): Promise<SignInMethods['signInMethods']> {
  return (await request<SignInMethods>(latchkey, "query signInMethods{signInMethods{password totp secondFactors recoveryCodesLeft passkeys{id name createdAt lastUsedAt backedUp signsInAlone}}}")).signInMethods;
}

/**
 * Starts the set-up of an authenticator app: makes a secret for it. Nothing changes until `confirmTotpSetup`.
 *
 * A newer set-up takes the place of an older one. If the account has an authenticator app already, it stays in use until
 * the new one is confirmed.
 */
export async function startTotpSetup(latchkey: Latchkey): Promise<StartTotpSetup['startTotpSetup']> {
  return (await request<StartTotpSetup>(latchkey, "mutation startTotpSetup{startTotpSetup{secret uri qrCodeSvg expiresAt}}")).startTotpSetup;
}

/**
 * Turns the second factor on with a code of the authenticator app, and returns recovery codes, once. From now on, `login`
 * asks for a code. Recovery codes and an app that the account had before are void. A notice is mailed to the user.
 *
 * Errors: AUTH_CHALLENGE_INVALID (no set-up waits for a code: start again), AUTH_SECOND_FACTOR_INVALID, RATE_LIMITED,
 * OVERLOADED.
 */
export async function confirmTotpSetup(latchkey: Latchkey, input: ConfirmTotpSetupVariables['input']): Promise<ConfirmTotpSetup['confirmTotpSetup']> {
  return (await request<ConfirmTotpSetup>(latchkey, "mutation confirmTotpSetup($input:ConfirmTotpSetupInput!){confirmTotpSetup(input:$input){recoveryCodes}}", { input })).confirmTotpSetup;
}

/**
 * Replaces the recovery codes by ten new ones, and returns them, once. A notice is mailed to the user.
 *
 * Errors: SECOND_FACTOR_NOT_FOUND, RATE_LIMITED, OVERLOADED.
 */
export async function renewRecoveryCodes(latchkey: Latchkey): Promise<RenewRecoveryCodes['renewRecoveryCodes']> {
  return (await request<RenewRecoveryCodes>(latchkey, "mutation renewRecoveryCodes{renewRecoveryCodes{recoveryCodes}}")).renewRecoveryCodes;
}

/**
 * Removes the authenticator app and the recovery codes: turns the second factor off. A notice is mailed to the user. The
 * second factor no longer counts in any session.
 */
export async function removeTotp(latchkey: Latchkey): Promise<RemoveTotp['removeTotp']> {
  return (await request<RemoveTotp>(latchkey, "mutation removeTotp{removeTotp{removed}}")).removeTotp;
}

/**
 * Lists the ways in which the signed-in user can prove who they are, to make their session fresh with `reauthenticate`, and
 * starts a ceremony for their passkeys.
 *
 * Errors: RATE_LIMITED.
 */
export async function startReauthentication(latchkey: Latchkey): Promise<StartReauthentication['startReauthentication']> {
  return (await request<StartReauthentication>(latchkey, "mutation startReauthentication{startReauthentication{methods ceremony{token options expiresAt}}}")).startReauthentication;
}

/**
 * Makes the session fresh: the user proves again who they are, and for five minutes, unless the operator changed that, may
 * call the fields that need it. The session and its tokens stay as they are. Access tokens that `refresh` issues from now
 * on have the time of the proof as `auth_time`.
 *
 * Errors: AUTH_INVALID_CREDENTIALS (the password is wrong), AUTH_SECOND_FACTOR_INVALID, AUTH_CHALLENGE_INVALID and
 * PASSKEY_NOT_FOUND (with a passkey), AUTH_REAUTHENTICATION_REQUIRED (the password is not enough, because the account has
 * a second factor), VALIDATION_FAILED, RATE_LIMITED, OVERLOADED.
 */
export async function reauthenticate(latchkey: Latchkey, input: ReauthenticateVariables['input']): Promise<Reauthenticate['reauthenticate']> {
  return (await request<Reauthenticate>(latchkey, "mutation reauthenticate($input:ReauthenticateInput!){reauthenticate(input:$input){freshUntil session{id status current ipAddress createdAt lastUsedAt expiresAt endedAt endReason methods secondFactor authenticatedAt device{id name type userAgent}}}}", { input })).reauthenticate;
}

/**
 * The signed-in user's sessions, newest first. Only live ones, unless `includeExpired` is true.
 *
 * A page has 50 sessions unless `first` or `last` says otherwise, and at most 100.
 *
 * Errors: VALIDATION_FAILED.
 */
export async function sessions(latchkey: Latchkey, variables: SessionsVariables = {}): Promise<Sessions['sessions']> {
  return (await request<Sessions>(latchkey, "query sessions($includeExpired:Boolean!=false$after:String$before:String$first:Int$last:Int){sessions(includeExpired:$includeExpired after:$after before:$before first:$first last:$last){totalCount nodes{id status current ipAddress createdAt lastUsedAt expiresAt endedAt endReason methods secondFactor authenticatedAt device{id name type userAgent}}pageInfo{hasNextPage hasPreviousPage startCursor endCursor}}}", variables)).sessions;
}

/**
 * Ends one of the signed-in user's sessions. The next request of that session is refused.
 *
 * Errors: SESSION_NOT_FOUND.
 */
export async function revokeSession(latchkey: Latchkey, input: RevokeSessionVariables['input']): Promise<RevokeSession['revokeSession']> {
  return (await requestAndCheck<RevokeSession>(latchkey, "mutation revokeSession($input:RevokeSessionInput!){revokeSession(input:$input){session{id status current ipAddress createdAt lastUsedAt expiresAt endedAt endReason methods secondFactor authenticatedAt device{id name type userAgent}}}}", { input })).revokeSession;
}

/** Ends all sessions of the signed-in user except the current one. The next requests of those sessions are refused. */
export async function revokeOtherSessions(latchkey: Latchkey): Promise<RevokeOtherSessions['revokeOtherSessions']> {
  return (await request<RevokeOtherSessions>(latchkey, "mutation revokeOtherSessions{revokeOtherSessions{revokedSessions}}")).revokeOtherSessions;
}

/**
 * The history of the signed-in user's account, latest event first.
 *
 * A page has 50 events unless `first` or `last` says otherwise, and at most 100. An attempt that was refused is listed a
 * moment later.
 *
 * Errors: VALIDATION_FAILED.
 */
export async function securityEvents(latchkey: Latchkey, variables: SecurityEventsVariables = {}): Promise<SecurityEvents['securityEvents']> {
  return (await request<SecurityEvents>(latchkey, "query securityEvents($after:String$before:String$first:Int$last:Int){securityEvents(after:$after before:$before first:$first last:$last){totalCount nodes{id kind occurredAt ipAddress sessionId endReason operation organizationId device{id name type userAgent}}pageInfo{hasNextPage hasPreviousPage startCursor endCursor}}}", variables)).securityEvents;
}

/** The organization with this id; null if it does not exist or the signed-in user is not a member of it. */
export async function organization(latchkey: Latchkey, variables: OrganizationVariables): Promise<Organization['organization']> {
  return (await request<Organization>(latchkey, "query organization($id:ID!$after:String$before:String$first:Int$last:Int){organization(id:$id){id name slug createdAt members(after:$after before:$before first:$first last:$last){totalCount nodes{id role joinedAt user{id email username displayName}}pageInfo{hasNextPage hasPreviousPage startCursor endCursor}}invitations{id email role createdAt expiresAt invitedBy{id email username displayName}}}}", variables)).organization;
}

/**
 * Creates an organization with the signed-in user as its owner.
 *
 * Errors: VALIDATION_FAILED, RATE_LIMITED.
 */
export async function createOrganization(latchkey: Latchkey, input: CreateOrganizationVariables['input']): Promise<CreateOrganization['createOrganization']> {
  return (await request<CreateOrganization>(latchkey, "mutation createOrganization($input:CreateOrganizationInput!){createOrganization(input:$input){organization{id name slug createdAt}}}", { input })).createOrganization;
}

/**
 * Changes the name or the slug of an organization, or both. Only owners may.
 *
 * Errors: ORGANIZATION_NOT_FOUND, ORGANIZATION_ROLE_INSUFFICIENT, ORGANIZATION_SLUG_EXISTS,
 * AUTH_TOKEN_STALE, VALIDATION_FAILED, RATE_LIMITED.
 */
export async function updateOrganization(latchkey: Latchkey, input: UpdateOrganizationVariables['input']): Promise<UpdateOrganization['updateOrganization']> {
  return (await request<UpdateOrganization>(latchkey, "mutation updateOrganization($input:UpdateOrganizationInput!){updateOrganization(input:$input){organization{id name slug createdAt}}}", { input })).updateOrganization;
}

/**
 * Deletes an organization with all of its memberships and invitations. Only owners may, and it cannot be undone.
 *
 * The other owners are mailed a notice; of more than 50, those who have been members longest.
 *
 * Errors: ORGANIZATION_NOT_FOUND, ORGANIZATION_ROLE_INSUFFICIENT, AUTH_TOKEN_STALE, RATE_LIMITED.
 */
export async function deleteOrganization(latchkey: Latchkey, input: DeleteOrganizationVariables['input']): Promise<DeleteOrganization['deleteOrganization']> {
  return (await request<DeleteOrganization>(latchkey, "mutation deleteOrganization($input:DeleteOrganizationInput!){deleteOrganization(input:$input){deletedOrganizationId}}", { input })).deleteOrganization;
}

/**
 * Changes the role of a member. The new role holds from the next request on, and ends no session.
 *
 * Owners may give and take every role, admins only the roles ADMIN and MEMBER. The member is mailed a notice, and a new
 * owner is announced to the other owners by mail. Pending invitations that the member sent, and could not send with the
 * new role, are revoked.
 *
 * Errors: MEMBERSHIP_NOT_FOUND, ORGANIZATION_ROLE_INSUFFICIENT, ORGANIZATION_LAST_OWNER,
 * AUTH_TOKEN_STALE, RATE_LIMITED.
 */
export async function updateMemberRole(latchkey: Latchkey, input: UpdateMemberRoleVariables['input']): Promise<UpdateMemberRole['updateMemberRole']> {
  return (await request<UpdateMemberRole>(latchkey, "mutation updateMemberRole($input:UpdateMemberRoleInput!){updateMemberRole(input:$input){membership{id role joinedAt user{id email username displayName}}}}", { input })).updateMemberRole;
}

/**
 * Removes a member from an organization, or lets the signed-in user leave it. The last owner cannot be removed.
 *
 * Every member may leave. Owners may remove everybody, admins only admins and members. The removed member is mailed a
 * notice, and the invitations that they sent are revoked.
 *
 * Errors: MEMBERSHIP_NOT_FOUND, ORGANIZATION_ROLE_INSUFFICIENT, ORGANIZATION_LAST_OWNER (make another member an
 * owner first, or delete the organization), AUTH_TOKEN_STALE, RATE_LIMITED.
 */
export async function removeMember(latchkey: Latchkey, input: RemoveMemberVariables['input']): Promise<RemoveMember['removeMember']> {
  return (await request<RemoveMember>(latchkey, "mutation removeMember($input:RemoveMemberInput!){removeMember(input:$input){removedMembershipId}}", { input })).removeMember;
}

/**
 * The invitation of a mailed token. Show it before you call `acceptInvitation`, or `register` with the same token.
 *
 * Reading it does not use the token up. The field may stand once in an operation, and needs POST, so that the token is
 * in no URL. It is null only together with an error.
 *
 * Errors: AUTH_LINK_INVALID (unknown, answered, revoked or expired), RATE_LIMITED.
 */
export async function invitation(latchkey: Latchkey, variables: InvitationVariables): Promise<Invitation['invitation']> {
  return (await request<Invitation>(latchkey, "query invitation($token:String!){invitation(token:$token){organizationName role invitedByName email expiresAt}}", variables)).invitation;
}

/** The invitations to the signed-in user's email address that still wait for an answer. */
export async function invitations(latchkey: Latchkey): Promise<Invitations['invitations']> {
  return (await request<Invitations>(latchkey, "query invitations{invitations{id email role createdAt expiresAt invitedBy{id email username displayName}organization{id name slug createdAt}}}")).invitations;
}

/**
 * Invites an email address to an organization and mails a link to it. Only owners and admins may.
 *
 * The answer is the same whether or not the address has an account. An invitation to an address without an account
 * waits, and is among `invitations` once a user has verified the address. It is revoked when the inviter loses the role
 * that it takes to send it.
 *
 * Errors: ORGANIZATION_NOT_FOUND, ORGANIZATION_ROLE_INSUFFICIENT, MEMBERSHIP_EXISTS (also for your own address),
 * INVITATION_EXISTS, AUTH_TOKEN_STALE, VALIDATION_FAILED, RATE_LIMITED.
 */
export async function inviteMember(latchkey: Latchkey, input: InviteMemberVariables['input']): Promise<InviteMember['inviteMember']> {
  return (await request<InviteMember>(latchkey, "mutation inviteMember($input:InviteMemberInput!){inviteMember(input:$input){invitation{id email role createdAt expiresAt invitedBy{id email username displayName}}}}", { input })).inviteMember;
}

/**
 * Revokes an invitation, so that its mailed link is no longer valid. Only members who may send such an invitation may
 * revoke it: owners, and admins unless it is for an owner.
 *
 * Errors: INVITATION_NOT_FOUND, ORGANIZATION_ROLE_INSUFFICIENT, AUTH_TOKEN_STALE, RATE_LIMITED.
 */
export async function revokeInvitation(latchkey: Latchkey, input: RevokeInvitationVariables['input']): Promise<RevokeInvitation['revokeInvitation']> {
  return (await request<RevokeInvitation>(latchkey, "mutation revokeInvitation($input:RevokeInvitationInput!){revokeInvitation(input:$input){revokedInvitationId}}", { input })).revokeInvitation;
}

/**
 * Accepts an invitation to the signed-in user's email address and makes them a member of the organization.
 *
 * Errors: AUTH_LINK_INVALID (the token is used, revoked or expired), INVITATION_NOT_FOUND (the same, by id),
 * INVITATION_EMAIL_MISMATCH, MEMBERSHIP_EXISTS, VALIDATION_FAILED, RATE_LIMITED.
 */
export async function acceptInvitation(latchkey: Latchkey, input: AcceptInvitationVariables['input']): Promise<AcceptInvitation['acceptInvitation']> {
  return (await request<AcceptInvitation>(latchkey, "mutation acceptInvitation($input:AcceptInvitationInput!){acceptInvitation(input:$input){membership{id role joinedAt organization{id name slug createdAt}}}}", { input })).acceptInvitation;
}

/**
 * Declines an invitation to the signed-in user's email address.
 *
 * Errors: AUTH_LINK_INVALID (the token is used, revoked or expired), INVITATION_NOT_FOUND (the same, by id),
 * INVITATION_EMAIL_MISMATCH, VALIDATION_FAILED, RATE_LIMITED.
 */
export async function declineInvitation(latchkey: Latchkey, input: DeclineInvitationVariables['input']): Promise<DeclineInvitation['declineInvitation']> {
  return (await request<DeclineInvitation>(latchkey, "mutation declineInvitation($input:DeclineInvitationInput!){declineInvitation(input:$input){declinedInvitationId}}", { input })).declineInvitation;
}