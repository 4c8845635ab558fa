// Written from schema.graphql and src/flows.graphql by `npm run codegen`.

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type * as Api from './schema.js';

import { ask, askAndLook } from './ask.js';
import type { Latchkey } from './latchkey.js';
export { fieldErrors } from './field-errors.js';
export type UserDetails = { id: string, email: string, emailVerified: boolean, username: string, displayName: string | null, createdAt: string, updatedAt: string };

export type OrganizationDetails = { id: string, name: string, slug: string, createdAt: string };

export type MembershipDetails = { id: string, role: Api.OrganizationRole, joinedAt: string, organization: OrganizationDetails };

export type MemberDetails = { id: string, role: Api.OrganizationRole, joinedAt: string, user: { id: string, email: string, username: string, displayName: string | null } };

export type InvitationDetails = { id: string, email: string, role: Api.OrganizationRole, createdAt: string, expiresAt: string, invitedBy: { id: string, email: string, username: string, displayName: string | null } | null };

export type SessionDetails = { id: string, status: Api.SessionStatus, current: boolean, ipAddress: string | null, createdAt: string, lastUsedAt: string, expiresAt: string, endedAt: string | null, endReason: Api.SessionEndReason | null, device: { id: string | null, name: string | null, type: string, userAgent: string | null } };

export type SecurityEventDetails = { id: string, kind: Api.SecurityEventKind, occurredAt: string, ipAddress: string | null, sessionId: string | null, endReason: Api.SessionEndReason | null, operation: string | null, organizationId: string | null, device: { id: string | null, name: string | null, type: string, userAgent: string | null } };

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

/** How people get in: show a link to register only where it leads somewhere. */
export async function signInOptions(latchkey: Latchkey): Promise<SignInOptions['signInOptions']> {
  return (await ask<SignInOptions>(latchkey, "query signInOptions{signInOptions{registration unverifiedLogin}}")).signInOptions;
}

/**
 * Creates a user, their first organization, and their ownership of it. Mails a verification link.
 *
 * With `invitationToken`, the user is verified at once, since the invitation's mail proved the address, and belongs
 * to that organization instead. An unverified account that somebody else made with the address is deleted.
 *
 * Errors: AUTH_EMAIL_EXISTS, AUTH_USERNAME_EXISTS, AUTH_REGISTRATION_CLOSED, VALIDATION_FAILED, RATE_LIMITED,
 * OVERLOADED; with a token also AUTH_LINK_INVALID (unknown, used, withdrawn or expired) and
 * INVITATION_EMAIL_MISMATCH.
 */
export async function register(latchkey: Latchkey, input: RegisterVariables['input']): Promise<Register['register']> {
  return (await ask<Register>(latchkey, "mutation register($input:RegisterInput!){register(input:$input){user{id email emailVerified username displayName createdAt updatedAt}}}", { input })).register;
}

/**
 * Who registered with the address that a mailed link would verify: to be shown before the button that calls
 * `verifyEmail`, beside one that calls `cancelRegistration`.
 *
 * Does not use the link up. May stand once in an operation, and needs POST: a token must not stand in a URL.
 *
 * Errors: AUTH_LINK_INVALID (unknown, used or expired, or the address is verified), RATE_LIMITED.
 */
export async function registration(latchkey: Latchkey, variables: RegistrationVariables): Promise<Registration['registration']> {
  return (await ask<Registration>(latchkey, "query registration($token:String!){registration(token:$token){email username registeredAt device}}", variables)).registration;
}

/**
 * Verifies an address with the token from the mailed link.
 *
 * Before, show the user who registered (`registration`), and offer `cancelRegistration`: it may have been somebody
 * else, who knows the password of the account.
 *
 * Errors: AUTH_LINK_INVALID, RATE_LIMITED.
 */
export async function verifyEmail(latchkey: Latchkey, input: VerifyEmailVariables['input']): Promise<VerifyEmail['verifyEmail']> {
  return (await ask<VerifyEmail>(latchkey, "mutation verifyEmail($input:VerifyEmailInput!){verifyEmail(input:$input){user{id email emailVerified username displayName createdAt updatedAt}}}", { input })).verifyEmail;
}

/**
 * "I did not register": deletes the unverified account that somebody else made with the caller's address.
 *
 * Everything about it goes as with `deleteAccount`: its sessions, which end with ACCOUNT_DELETED, the organizations
 * that nobody else belongs to, and mail that waits. The address can be registered again at once. A verified account
 * is never deleted so.
 *
 * Errors: AUTH_LINK_INVALID (unknown, used or expired, or the address is verified), RATE_LIMITED.
 */
export async function cancelRegistration(latchkey: Latchkey, input: CancelRegistrationVariables['input']): Promise<CancelRegistration['cancelRegistration']> {
  return (await askAndLook<CancelRegistration>(latchkey, "mutation cancelRegistration($input:CancelRegistrationInput!){cancelRegistration(input:$input){deletedUserId}}", { input })).cancelRegistration;
}

/**
 * Answers alike for every address, so that it tells nobody which exist.
 *
 * Errors: VALIDATION_FAILED for what cannot be an address; RATE_LIMITED, whether or not it exists.
 */
export async function resendVerificationEmail(latchkey: Latchkey, input: ResendVerificationEmailVariables['input']): Promise<ResendVerificationEmail['resendVerificationEmail']> {
  return (await ask<ResendVerificationEmail>(latchkey, "mutation resendVerificationEmail($input:ResendVerificationEmailInput!){resendVerificationEmail(input:$input){accepted}}", { input })).resendVerificationEmail;
}

/** Who is calling, also before their address is verified: the place to learn which address waits for that. */
export async function viewer(latchkey: Latchkey): Promise<Viewer['viewer']> {
  return (await ask<Viewer>(latchkey, "query viewer{viewer{user{id email emailVerified username displayName createdAt updatedAt}session{id status current ipAddress createdAt lastUsedAt expiresAt endedAt endReason device{id name type userAgent}}}}")).viewer;
}

/** The logged-in user. */
export async function me(latchkey: Latchkey): Promise<Me['me']> {
  return (await ask<Me>(latchkey, "query me{me{id email emailVerified username displayName createdAt updatedAt memberships{id role joinedAt organization{id name slug createdAt}}}}")).me;
}

/**
 * Changes what the logged-in user is called.
 *
 * Errors: AUTH_USERNAME_EXISTS, RATE_LIMITED, VALIDATION_FAILED.
 */
export async function updateProfile(latchkey: Latchkey, input: UpdateProfileVariables['input']): Promise<UpdateProfile['updateProfile']> {
  return (await ask<UpdateProfile>(latchkey, "mutation updateProfile($input:UpdateProfileInput!){updateProfile(input:$input){user{id email emailVerified username displayName createdAt updatedAt}}}", { input })).updateProfile;
}

/**
 * Mails a link to the new address and a notice to the old one. Nothing changes until the link is followed.
 *
 * Of an unverified account, it replaces the address at once and mails a new verification link; links to the old
 * address are void. Where the operator conceals accounts, that answers AUTH_EMAIL_NOT_VERIFIED.
 *
 * The notice has a link that undoes the change for 7 days (see `secureAccount`). Where the
 * operator conceals accounts, an address that is taken is accepted too, and its owner is mailed.
 *
 * Errors: AUTH_INVALID_CREDENTIALS, AUTH_EMAIL_EXISTS, AUTH_EMAIL_NOT_VERIFIED, VALIDATION_FAILED, RATE_LIMITED,
 * OVERLOADED.
 */
export async function requestEmailChange(latchkey: Latchkey, input: RequestEmailChangeVariables['input']): Promise<RequestEmailChange['requestEmailChange']> {
  return (await ask<RequestEmailChange>(latchkey, "mutation requestEmailChange($input:RequestEmailChangeInput!){requestEmailChange(input:$input){accepted}}", { input })).requestEmailChange;
}

/**
 * Gives the account its new address with the token from the mailed link.
 *
 * Errors: AUTH_LINK_INVALID; AUTH_EMAIL_EXISTS when another account has the address by now;
 * RATE_LIMITED.
 */
export async function confirmEmailChange(latchkey: Latchkey, input: ConfirmEmailChangeVariables['input']): Promise<ConfirmEmailChange['confirmEmailChange']> {
  return (await ask<ConfirmEmailChange>(latchkey, "mutation confirmEmailChange($input:ConfirmEmailChangeInput!){confirmEmailChange(input:$input){user{id email emailVerified username displayName createdAt updatedAt}}}", { input })).confirmEmailChange;
}

/**
 * "This was not me": what the link in a notice is for.
 *
 * Ends every session, makes the password void, brings the account back to the address that the
 * notice was mailed to if it was changed, and mails a link there to choose a new password. For a year,
 * the void password and those that were replaced within `NOTICE_TTL` before are refused.
 *
 * Errors: AUTH_LINK_INVALID, RATE_LIMITED.
 */
export async function secureAccount(latchkey: Latchkey, input: SecureAccountVariables['input']): Promise<SecureAccount['secureAccount']> {
  return (await askAndLook<SecureAccount>(latchkey, "mutation secureAccount($input:SecureAccountInput!){secureAccount(input:$input){email revokedSessions}}", { input })).secureAccount;
}

/**
 * Deletes the account and everything about its user; nothing brings it back.
 *
 * Organizations that nobody else belongs to go with it. The sessions end with ACCOUNT_DELETED.
 *
 * Errors: AUTH_INVALID_CREDENTIALS; ORGANIZATION_LAST_OWNER when others would be left in an
 * organization without an owner; RATE_LIMITED, OVERLOADED.
 */
export async function deleteAccount(latchkey: Latchkey, input: DeleteAccountVariables['input']): Promise<DeleteAccount['deleteAccount']> {
  return (await askAndLook<DeleteAccount>(latchkey, "mutation deleteAccount($input:DeleteAccountInput!){deleteAccount(input:$input){deletedUserId}}", { input })).deleteAccount;
}

/** What the server asks of a password, from the code that enforces it. */
export async function passwordPolicy(latchkey: Latchkey): Promise<PasswordPolicy['passwordPolicy']> {
  return (await ask<PasswordPolicy>(latchkey, "query passwordPolicy{passwordPolicy{minLength maxLength minScore}}")).passwordPolicy;
}

/**
 * Judges a password before it is submitted, by the names in the input and, if the caller is logged in, by theirs.
 * Stores nothing. May stand once in an operation, and
 * needs POST: a password must not stand in a URL.
 *
 * Errors: RATE_LIMITED, OVERLOADED.
 */
export async function checkPassword(latchkey: Latchkey, input: CheckPasswordVariables['input']): Promise<CheckPassword['checkPassword']> {
  return (await ask<CheckPassword>(latchkey, "query checkPassword($input:CheckPasswordInput!){checkPassword(input:$input){acceptable score problems suggestions}}", { input })).checkPassword;
}

/**
 * Sets a new password after checking the current one.
 *
 * Errors: AUTH_INVALID_CREDENTIALS, VALIDATION_FAILED, RATE_LIMITED, OVERLOADED.
 */
export async function changePassword(latchkey: Latchkey, input: ChangePasswordVariables['input']): Promise<ChangePassword['changePassword']> {
  return (await ask<ChangePassword>(latchkey, "mutation changePassword($input:ChangePasswordInput!){changePassword(input:$input){revokedSessions}}", { input })).changePassword;
}

/**
 * Answers alike for every address, so that it tells nobody which exist.
 *
 * A link that was mailed before is void from then on.
 *
 * Errors: VALIDATION_FAILED for what cannot be an address; RATE_LIMITED, whether or not it exists.
 */
export async function requestPasswordReset(latchkey: Latchkey, input: RequestPasswordResetVariables['input']): Promise<RequestPasswordReset['requestPasswordReset']> {
  return (await ask<RequestPasswordReset>(latchkey, "mutation requestPasswordReset($input:RequestPasswordResetInput!){requestPasswordReset(input:$input){accepted}}", { input })).requestPasswordReset;
}

/**
 * Sets the password and ends every session.
 *
 * Also verifies the address that the link was mailed to, since it proves possession.
 * For a year after `secureAccount`, refuses the passwords that the account had: somebody else may know them.
 *
 * Errors: AUTH_LINK_INVALID, VALIDATION_FAILED, RATE_LIMITED, OVERLOADED.
 */
export async function resetPassword(latchkey: Latchkey, input: ResetPasswordVariables['input']): Promise<ResetPassword['resetPassword']> {
  return (await askAndLook<ResetPassword>(latchkey, "mutation resetPassword($input:ResetPasswordInput!){resetPassword(input:$input){user{id email emailVerified username displayName createdAt updatedAt}}}", { input })).resetPassword;
}

/**
 * The signed-in user's sessions, newest first. Only live ones, unless `includeExpired`.
 *
 * A page has 50 sessions unless `first` or `last` says otherwise, and never more than 100.
 */
export async function sessions(latchkey: Latchkey, variables: SessionsVariables = {}): Promise<Sessions['sessions']> {
  return (await ask<Sessions>(latchkey, "query sessions($includeExpired:Boolean!=false$after:String$before:String$first:Int$last:Int){sessions(includeExpired:$includeExpired after:$after before:$before first:$first last:$last){totalCount nodes{id status current ipAddress createdAt lastUsedAt expiresAt endedAt endReason device{id name type userAgent}}pageInfo{hasNextPage hasPreviousPage startCursor endCursor}}}", variables)).sessions;
}

/**
 * Ends one of the logged-in user's sessions. Its very next request is refused.
 *
 * Errors: SESSION_NOT_FOUND.
 */
export async function revokeSession(latchkey: Latchkey, input: RevokeSessionVariables['input']): Promise<RevokeSession['revokeSession']> {
  return (await askAndLook<RevokeSession>(latchkey, "mutation revokeSession($input:RevokeSessionInput!){revokeSession(input:$input){session{id status current ipAddress createdAt lastUsedAt expiresAt endedAt endReason device{id name type userAgent}}}}", { input })).revokeSession;
}

/** Ends all of the logged-in user's sessions but the current one. Their very next requests are refused. */
export async function revokeOtherSessions(latchkey: Latchkey): Promise<RevokeOtherSessions['revokeOtherSessions']> {
  return (await ask<RevokeOtherSessions>(latchkey, "mutation revokeOtherSessions{revokeOtherSessions{revokedSessions}}")).revokeOtherSessions;
}

/**
 * What happened to the logged-in user's account, the latest first.
 *
 * A page has 50 events unless `first` or `last` says otherwise, and never more than 100. What was
 * tried and refused is there a moment after it was.
 */
export async function securityEvents(latchkey: Latchkey, variables: SecurityEventsVariables = {}): Promise<SecurityEvents['securityEvents']> {
  return (await ask<SecurityEvents>(latchkey, "query securityEvents($after:String$before:String$first:Int$last:Int){securityEvents(after:$after before:$before first:$first last:$last){totalCount nodes{id kind occurredAt ipAddress sessionId endReason operation organizationId device{id name type userAgent}}pageInfo{hasNextPage hasPreviousPage startCursor endCursor}}}", variables)).securityEvents;
}

/** An organization that the signed-in user belongs to, else null. */
export async function organization(latchkey: Latchkey, variables: OrganizationVariables): Promise<Organization['organization']> {
  return (await ask<Organization>(latchkey, "query organization($id:ID!$after:String$before:String$first:Int$last:Int){organization(id:$id){id name slug createdAt members(after:$after before:$before first:$first last:$last){totalCount nodes{id role joinedAt user{id email username displayName}}pageInfo{hasNextPage hasPreviousPage startCursor endCursor}}invitations{id email role createdAt expiresAt invitedBy{id email username displayName}}}}", variables)).organization;
}

/**
 * Founds an organization, which the logged-in user owns.
 *
 * Errors: VALIDATION_FAILED, RATE_LIMITED.
 */
export async function createOrganization(latchkey: Latchkey, input: CreateOrganizationVariables['input']): Promise<CreateOrganization['createOrganization']> {
  return (await ask<CreateOrganization>(latchkey, "mutation createOrganization($input:CreateOrganizationInput!){createOrganization(input:$input){organization{id name slug createdAt}}}", { input })).createOrganization;
}

/**
 * Gives an organization another name or slug, or both. For its owners.
 *
 * Errors: ORGANIZATION_NOT_FOUND, ORGANIZATION_ROLE_INSUFFICIENT, ORGANIZATION_SLUG_EXISTS,
 * AUTH_TOKEN_STALE, VALIDATION_FAILED, RATE_LIMITED.
 */
export async function updateOrganization(latchkey: Latchkey, input: UpdateOrganizationVariables['input']): Promise<UpdateOrganization['updateOrganization']> {
  return (await ask<UpdateOrganization>(latchkey, "mutation updateOrganization($input:UpdateOrganizationInput!){updateOrganization(input:$input){organization{id name slug createdAt}}}", { input })).updateOrganization;
}

/**
 * Deletes an organization with all of its memberships and invitations; nothing brings it back. For
 * its owners. The other owners are mailed a notice, the 50
 * longest-standing at most.
 *
 * Errors: ORGANIZATION_NOT_FOUND, ORGANIZATION_ROLE_INSUFFICIENT, AUTH_TOKEN_STALE, RATE_LIMITED.
 */
export async function deleteOrganization(latchkey: Latchkey, input: DeleteOrganizationVariables['input']): Promise<DeleteOrganization['deleteOrganization']> {
  return (await ask<DeleteOrganization>(latchkey, "mutation deleteOrganization($input:DeleteOrganizationInput!){deleteOrganization(input:$input){deletedOrganizationId}}", { input })).deleteOrganization;
}

/**
 * Gives a member another role. It holds from the next request on; nobody is logged out.
 *
 * Owners may give and take every role, admins those of admins and members. The member is mailed a
 * notice, and the other owners one of a new owner. Invitations that the member made, and could not
 * make with the new role, are withdrawn.
 *
 * Errors: MEMBERSHIP_NOT_FOUND, ORGANIZATION_ROLE_INSUFFICIENT, ORGANIZATION_LAST_OWNER,
 * AUTH_TOKEN_STALE, RATE_LIMITED.
 */
export async function updateMemberRole(latchkey: Latchkey, input: UpdateMemberRoleVariables['input']): Promise<UpdateMemberRole['updateMemberRole']> {
  return (await ask<UpdateMemberRole>(latchkey, "mutation updateMemberRole($input:UpdateMemberRoleInput!){updateMemberRole(input:$input){membership{id role joinedAt user{id email username displayName}}}}", { input })).updateMemberRole;
}

/**
 * Removes a member, or oneself. The last owner stays.
 *
 * Everybody may leave. Owners may remove everybody, admins those who are no owners. Who is removed
 * is mailed a notice, and the invitations that they made are withdrawn.
 *
 * Errors: MEMBERSHIP_NOT_FOUND, ORGANIZATION_ROLE_INSUFFICIENT, ORGANIZATION_LAST_OWNER (hand the
 * organization over first, or delete it), AUTH_TOKEN_STALE,
 * RATE_LIMITED.
 */
export async function removeMember(latchkey: Latchkey, input: RemoveMemberVariables['input']): Promise<RemoveMember['removeMember']> {
  return (await ask<RemoveMember>(latchkey, "mutation removeMember($input:RemoveMemberInput!){removeMember(input:$input){removedMembershipId}}", { input })).removeMember;
}

/**
 * What an invitation is for, by its mailed token: to be shown before `acceptInvitation`, or before `register` with the
 * same token.
 *
 * Does not use the invitation up. May stand once in an operation, and needs POST: a token must not stand in a URL.
 *
 * Errors: AUTH_LINK_INVALID (unknown, answered, withdrawn or expired), RATE_LIMITED.
 */
export async function invitation(latchkey: Latchkey, variables: InvitationVariables): Promise<Invitation['invitation']> {
  return (await ask<Invitation>(latchkey, "query invitation($token:String!){invitation(token:$token){organizationName role invitedByName email expiresAt}}", variables)).invitation;
}

/** Invitations to the signed-in user's address that still wait for an answer. */
export async function invitations(latchkey: Latchkey): Promise<Invitations['invitations']> {
  return (await ask<Invitations>(latchkey, "query invitations{invitations{id email role createdAt expiresAt invitedBy{id email username displayName}organization{id name slug createdAt}}}")).invitations;
}

/**
 * Invites an address into an organization, and mails a link. For its owners and admins.
 *
 * The answer is the same whether or not the address has an account. An invitation to an address
 * that has none yet waits, and is among `invitations` once the address is verified. It is withdrawn
 * when whoever made it loses the role to.
 *
 * Errors: ORGANIZATION_NOT_FOUND, ORGANIZATION_ROLE_INSUFFICIENT, MEMBERSHIP_EXISTS (oneself, too),
 * INVITATION_EXISTS, AUTH_TOKEN_STALE, VALIDATION_FAILED, RATE_LIMITED.
 */
export async function inviteMember(latchkey: Latchkey, input: InviteMemberVariables['input']): Promise<InviteMember['inviteMember']> {
  return (await ask<InviteMember>(latchkey, "mutation inviteMember($input:InviteMemberInput!){inviteMember(input:$input){invitation{id email role createdAt expiresAt invitedBy{id email username displayName}}}}", { input })).inviteMember;
}

/**
 * Withdraws an invitation: its link is void. For those who may make such a one.
 *
 * Errors: INVITATION_NOT_FOUND, ORGANIZATION_ROLE_INSUFFICIENT, AUTH_TOKEN_STALE, RATE_LIMITED.
 */
export async function revokeInvitation(latchkey: Latchkey, input: RevokeInvitationVariables['input']): Promise<RevokeInvitation['revokeInvitation']> {
  return (await ask<RevokeInvitation>(latchkey, "mutation revokeInvitation($input:RevokeInvitationInput!){revokeInvitation(input:$input){revokedInvitationId}}", { input })).revokeInvitation;
}

/**
 * Makes the logged-in user a member, if the invitation is to their address.
 *
 * Errors: AUTH_LINK_INVALID (used, withdrawn or expired), INVITATION_NOT_FOUND (likewise, by id),
 * INVITATION_EMAIL_MISMATCH, MEMBERSHIP_EXISTS, VALIDATION_FAILED, RATE_LIMITED.
 */
export async function acceptInvitation(latchkey: Latchkey, input: AcceptInvitationVariables['input']): Promise<AcceptInvitation['acceptInvitation']> {
  return (await ask<AcceptInvitation>(latchkey, "mutation acceptInvitation($input:AcceptInvitationInput!){acceptInvitation(input:$input){membership{id role joinedAt organization{id name slug createdAt}}}}", { input })).acceptInvitation;
}

/**
 * Says no to an invitation to the logged-in user's address.
 *
 * Errors: AUTH_LINK_INVALID (used, withdrawn or expired), INVITATION_NOT_FOUND (likewise, by id),
 * INVITATION_EMAIL_MISMATCH, VALIDATION_FAILED, RATE_LIMITED.
 */
export async function declineInvitation(latchkey: Latchkey, input: DeclineInvitationVariables['input']): Promise<DeclineInvitation['declineInvitation']> {
  return (await ask<DeclineInvitation>(latchkey, "mutation declineInvitation($input:DeclineInvitationInput!){declineInvitation(input:$input){declinedInvitationId}}", { input })).declineInvitation;
}