// Generated from schema.graphql by `npm run codegen`.

export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** A time in UTC as RFC 3339 text with milliseconds: `2026-11-21T12:00:00.000Z`. */
  DateTime: { input: string; output: string; }
  /** A JSON value as WebAuthn defines it: an object, not the text of one. At most 16 KiB. */
  JSON: { input: object; output: object; }
  /** A reference to an entity: an object with `__typename` and `id`. */
  _Any: { input: unknown; output: unknown; }
  /** An element that `@link` imports: its name, or an object with `name` and `as`. */
  link__Import: { input: unknown; output: unknown; }
};

/** The input of `acceptInvitation`: either the token or the id of an invitation. */
export type AcceptInvitationInput = {
  /** The token from the mailed link, `lkm_…`. Give this or `invitationId`. */
  token?: InputMaybe<Scalars['String']['input']>;
  /** The id of the invitation, from the query `invitations`. Give this or `token`. */
  invitationId?: InputMaybe<Scalars['ID']['input']>;
};

/** The result of `acceptInvitation`. */
export type AcceptInvitationPayload = {
  __typename?: 'AcceptInvitationPayload';
  /** The signed-in user's new membership. */
  membership: Membership;
};

/** The access level of a field of Query or Mutation: the least that its caller needs. Each level includes the one before it. */
export type AccessLevel =
  /** Anyone may call the field. An invalid or expired bearer token is ignored. */
  | 'PUBLIC'
  /**
   * The caller needs a live session: send its access token in the header `Authorization: Bearer …`. The user's email
   * address may still be unverified.
   */
  | 'AUTHENTICATED'
  /** The caller needs a live session of a user whose email address is verified. */
  | 'VERIFIED'
  /**
   * The caller needs a live session of a user whose email address is verified, and who proved who they are in this session
   * within the last five minutes, unless the operator changed that: by signing in, or with `reauthenticate`. If the account
   * has a second factor, that proof needs it.
   */
  | 'FRESH';

/** The input of `cancelRegistration`. */
export type CancelRegistrationInput = {
  /** The token from the mailed link that verifies the address, `lkm_…`. */
  token: Scalars['String']['input'];
};

/** The result of `cancelRegistration`. */
export type CancelRegistrationPayload = {
  __typename?: 'CancelRegistrationPayload';
  /** The id of the user whose account was deleted. */
  deletedUserId: Scalars['ID']['output'];
};

/** The input of `changePassword`. */
export type ChangePasswordInput = {
  /** The user's current password. May be left out in a fresh session: see `reauthenticate`. */
  currentPassword?: InputMaybe<Scalars['String']['input']>;
  /**
   * The new password: hard to guess, and 8 (unless the operator requires more) to 256 characters of any kind. See
   * `passwordPolicy` and `checkPassword`.
   */
  newPassword: Scalars['String']['input'];
  /** Whether to end all sessions of the user except the current one. */
  revokeOtherSessions?: Scalars['Boolean']['input'];
};

/** The result of `changePassword`. */
export type ChangePasswordPayload = {
  __typename?: 'ChangePasswordPayload';
  /** The number of other sessions that ended. Above 10,000, it may be too low. */
  revokedSessions: Scalars['Int']['output'];
};

/**
 * The input of `checkPassword`: a password, and the names of its owner, which make a password that holds one easier to
 * guess. In a form, send each as far as it has been typed.
 */
export type CheckPasswordInput = {
  /** The password to judge. */
  password: Scalars['String']['input'];
  /** The owner's email address, as far as it has been typed. */
  email?: InputMaybe<Scalars['String']['input']>;
  /** The owner's username, as far as it has been typed. */
  username?: InputMaybe<Scalars['String']['input']>;
  /** The owner's display name, as far as it has been typed. */
  displayName?: InputMaybe<Scalars['String']['input']>;
};

/** The input of `completeLogin`: the challenge, and exactly one answer. */
export type CompleteLoginInput = {
  /** The challenge, `lkc_…`, from AUTH_SECOND_FACTOR_REQUIRED. It is good for one login, for ten minutes and five answers. */
  challenge: Scalars['String']['input'];
  /** A code that the authenticator app shows: six digits, with or without spaces. Each is good for one use. */
  totpCode?: InputMaybe<Scalars['String']['input']>;
  /** A recovery code, in any letter case, with or without hyphens. Each is good for one use. */
  recoveryCode?: InputMaybe<Scalars['String']['input']>;
  /** The answer of a passkey to the ceremony of `startPasskeyLogin` with this challenge. */
  passkey?: InputMaybe<PasskeyCredentialInput>;
};

/** The input of `completePasskeyLogin`. */
export type CompletePasskeyLoginInput = {
  /** The token of the ceremony. */
  ceremony: Scalars['String']['input'];
  /** The credential that `navigator.credentials.get` returned, by its method `toJSON`. */
  credential: Scalars['JSON']['input'];
  /** The organization to act for: the access token names it. The user must be a member. */
  organizationId?: InputMaybe<Scalars['ID']['input']>;
};

/** The input of `completePasskeyRegistration`. */
export type CompletePasskeyRegistrationInput = {
  /** The token of the ceremony. */
  ceremony: Scalars['String']['input'];
  /** The credential that `navigator.credentials.create` returned, by its method `toJSON`. */
  credential: Scalars['JSON']['input'];
  /** A name for the passkey, of at most 64 characters. Without one, it gets that of its password manager or of the device. */
  name?: InputMaybe<Scalars['String']['input']>;
};

/** The result of `completePasskeyRegistration`. */
export type CompletePasskeyRegistrationPayload = {
  __typename?: 'CompletePasskeyRegistrationPayload';
  /** The new passkey. */
  passkey: Passkey;
};

/** The input of `confirmEmailChange`. */
export type ConfirmEmailChangeInput = {
  /**
   * The token from the mailed link, `lkm_…`. It is valid for one use, within 24 hours unless the operator changed that,
   * and until another change is requested.
   */
  token: Scalars['String']['input'];
};

/** The result of `confirmEmailChange`. */
export type ConfirmEmailChangePayload = {
  __typename?: 'ConfirmEmailChangePayload';
  /** The user with their new email address. */
  user: User;
};

/** The input of `confirmTotpSetup`. */
export type ConfirmTotpSetupInput = {
  /** A code that the authenticator app shows: six digits, with or without spaces. */
  code: Scalars['String']['input'];
};

/** The result of `confirmTotpSetup`. */
export type ConfirmTotpSetupPayload = {
  __typename?: 'ConfirmTotpSetupPayload';
  /**
   * Ten recovery codes. They are shown this once: ask the user to print or copy them. Each replaces a code of the
   * authenticator app once.
   */
  recoveryCodes: Array<Scalars['String']['output']>;
};

/** The input of `createOrganization`. */
export type CreateOrganizationInput = {
  /** The name of the organization: 1 to 100 characters of any script. The slug is made from it. */
  name: Scalars['String']['input'];
};

/** The result of `createOrganization`. */
export type CreateOrganizationPayload = {
  __typename?: 'CreateOrganizationPayload';
  /** The new organization. */
  organization: Organization;
};

/** The input of `declineInvitation`: either the token or the id of an invitation. */
export type DeclineInvitationInput = {
  /** The token from the mailed link, `lkm_…`. Give this or `invitationId`. */
  token?: InputMaybe<Scalars['String']['input']>;
  /** The id of the invitation, from the query `invitations`. Give this or `token`. */
  invitationId?: InputMaybe<Scalars['ID']['input']>;
};

/** The result of `declineInvitation`. */
export type DeclineInvitationPayload = {
  __typename?: 'DeclineInvitationPayload';
  /** The id of the invitation, which no longer exists. */
  declinedInvitationId: Scalars['ID']['output'];
};

/** The input of `deleteAccount`. */
export type DeleteAccountInput = {
  /** The user's current password. May be left out in a fresh session: see `reauthenticate`. */
  password?: InputMaybe<Scalars['String']['input']>;
};

/** The result of `deleteAccount`. */
export type DeleteAccountPayload = {
  __typename?: 'DeleteAccountPayload';
  /** The id of the user whose account was deleted. */
  deletedUserId: Scalars['ID']['output'];
};

/** The input of `deleteOrganization`. */
export type DeleteOrganizationInput = {
  /** The id of the organization to delete. */
  organizationId: Scalars['ID']['input'];
};

/** The result of `deleteOrganization`. */
export type DeleteOrganizationPayload = {
  __typename?: 'DeleteOrganizationPayload';
  /** The id of the organization that was deleted. */
  deletedOrganizationId: Scalars['ID']['output'];
};

/** A device, as the headers of its requests describe it. Show each value as text, never as a link: the client chose it. */
export type Device = {
  __typename?: 'Device';
  /** The device's own id, from the header `X-Device-ID`. */
  id?: Maybe<Scalars['String']['output']>;
  /** The name of the device, from the header `X-Device-Name`. */
  name?: Maybe<Scalars['String']['output']>;
  /** The type of the device, from the header `X-Device-Type`; `unknown` without it. */
  type: Scalars['String']['output'];
  /** The browser or app, from the header `User-Agent`, cut to 512 characters. */
  userAgent?: Maybe<Scalars['String']['output']>;
};

/**
 * The value of `extensions.code` of every error that this API raises. Decide by the code; the message is for people, and
 * may change.
 *
 * More codes may come: handle one that you do not know like INTERNAL.
 */
export type ErrorCode =
  /**
   * Another account has this email address, or had it until recently. In the second case, its owner can still take it
   * back, and `extensions.availableAt` is the time from which it is free. Ask for another address.
   */
  | 'AUTH_EMAIL_EXISTS'
  /** Another account has this username. Ask for another one. */
  | 'AUTH_USERNAME_EXISTS'
  /** Registration is closed, or needs an invitation. Read `signInOptions` before you show a form. */
  | 'AUTH_REGISTRATION_CLOSED'
  /** The user is unknown or the password is wrong. The error does not say which of the two. */
  | 'AUTH_INVALID_CREDENTIALS'
  /**
   * The password was right, and the account has a second factor. `extensions.challenge` is the token for `completeLogin`,
   * `extensions.methods` are the ways to answer it (each a SecondFactorMethod), and `extensions.expiresAt` is the time
   * until which it can be answered.
   */
  | 'AUTH_SECOND_FACTOR_REQUIRED'
  /**
   * The code is wrong, or was used before; or the answer of a passkey does not verify, and the message says why. A code of an
   * authenticator app is good for one use: ask for the next one.
   */
  | 'AUTH_SECOND_FACTOR_INVALID'
  /**
   * The challenge, the ceremony or the set-up is unknown, finished or expired, or there were too many wrong answers. Start
   * again.
   */
  | 'AUTH_CHALLENGE_INVALID'
  /**
   * The session is not fresh enough for this field. Call `reauthenticate`, then repeat the request.
   * `extensions.methods` are the ways to do so (each a ReauthenticationMethod), and `extensions.maxAge` is the number of
   * seconds for which the session is fresh then.
   */
  | 'AUTH_REAUTHENTICATION_REQUIRED'
  /** The request has no bearer token, or one that is malformed, forged or from another issuer. Sign the user in. */
  | 'AUTH_UNAUTHENTICATED'
  /** The access token is genuine but has expired. Call `refresh`, then repeat the request. */
  | 'AUTH_TOKEN_EXPIRED'
  /**
   * The session has ended. `extensions.reason` is a SessionEndReason; `extensions.endedAt` is the time, or null if it is
   * not on record. Sign the user in again.
   */
  | 'AUTH_SESSION_ENDED'
  /**
   * The user's role in the organization of the access token has changed since the token was issued. Call `refresh`, then
   * repeat the request.
   */
  | 'AUTH_TOKEN_STALE'
  /** The user's email address is not verified yet. Offer `resendVerificationEmail`. */
  | 'AUTH_EMAIL_NOT_VERIFIED'
  /**
   * The refresh token is not from this service. A genuine one of a session that has ended is refused with
   * AUTH_SESSION_ENDED instead. Sign the user in again.
   */
  | 'AUTH_REFRESH_TOKEN_INVALID'
  /** The token of a mailed link is unknown, used up or expired. Offer to send a new mail. */
  | 'AUTH_LINK_INVALID'
  /** The account has no second factor. Offer `startTotpSetup`. */
  | 'SECOND_FACTOR_NOT_FOUND'
  /**
   * The passkey does not exist, or is another user's. From `completePasskeyLogin`, it was removed: tell the password manager with
   * `PublicKeyCredential.signalUnknownCredential`. In a list of passkeys, reload the list.
   */
  | 'PASSKEY_NOT_FOUND'
  /** The authenticator has a passkey that is registered already. Sign in with it. */
  | 'PASSKEY_EXISTS'
  /** The account has 20 passkeys, the most that it may have. Remove one first. */
  | 'TOO_MANY_PASSKEYS'
  /** It is the account's last way to sign in. Add another one first: a passkey or a password. */
  | 'LAST_SIGN_IN_METHOD'
  /** The session does not exist, or is another user's. */
  | 'SESSION_NOT_FOUND'
  /** The organization does not exist, or the user is not a member of it. */
  | 'ORGANIZATION_NOT_FOUND'
  /** The user is a member of the organization, but their role does not permit this. */
  | 'ORGANIZATION_ROLE_INSUFFICIENT'
  /** Another organization has this slug. Ask for another one. */
  | 'ORGANIZATION_SLUG_EXISTS'
  /** The membership does not exist, or belongs to an organization that the user is not a member of. */
  | 'MEMBERSHIP_NOT_FOUND'
  /** The user is a member of the organization already. */
  | 'MEMBERSHIP_EXISTS'
  /** The invitation does not exist, no longer waits for an answer, or is somebody else's. */
  | 'INVITATION_NOT_FOUND'
  /** The organization has invited this address already. Revoke that invitation to send another. */
  | 'INVITATION_EXISTS'
  /** The invitation was sent to another address than the account's. Sign in with the account that has that address. */
  | 'INVITATION_EMAIL_MISMATCH'
  /**
   * An organization would be left without an owner. `extensions.organizations` lists each of them:
   * `[{id, name, slug}]`. Make another member an owner first, or delete the organization.
   */
  | 'ORGANIZATION_LAST_OWNER'
  /**
   * The request or its input breaks a rule. `extensions.fields` lists each part: `[{path, message}]`, where the message is
   * a whole sentence. A path begins with `input` or the name of an argument; if the request itself is wrong, it is `query`,
   * `operationName`, `variables`, `body` or `headers.…`.
   */
  | 'VALIDATION_FAILED'
  /**
   * The request names a query by its hash (Apollo's automatic persisted queries). Send the query itself; client libraries
   * do so on their own.
   */
  | 'PERSISTED_QUERY_NOT_SUPPORTED'
  /** There were too many attempts. Try again after `extensions.retryAfter` seconds. */
  | 'RATE_LIMITED'
  /** The server has more work than it can do in time. Try again after `extensions.retryAfter` seconds. */
  | 'OVERLOADED'
  /** The database cannot be reached, or something changed while it was read. Try again shortly. */
  | 'UNAVAILABLE'
  /**
   * The service failed in a way that it should not. Report `extensions.requestId` to the operator, who finds the cause in
   * the log.
   */
  | 'INTERNAL';

/** An invitation of an email address to an organization. It can be answered for 48 hours unless the operator changed that. */
export type Invitation = Node & {
  __typename?: 'Invitation';
  /** The unique id of the invitation. */
  id: Scalars['ID']['output'];
  /** The organization to join. The invited user sees its name, but no members before they accept. */
  organization: Organization;
  /** The invited email address. */
  email: Scalars['String']['output'];
  /** The role that the new member gets. */
  role: OrganizationRole;
  /** The user who sent the invitation. */
  invitedBy?: Maybe<User>;
  /** The time at which the invitation was sent. */
  createdAt: Scalars['DateTime']['output'];
  /** The time until which the invitation can be answered. */
  expiresAt: Scalars['DateTime']['output'];
};

/** An invitation as the holder of its mailed token sees it. Show it before they accept it or register. */
export type InvitationPreview = {
  __typename?: 'InvitationPreview';
  /** The name of the organization to join. Show it as text, never as a link: somebody else chose it. */
  organizationName: Scalars['String']['output'];
  /** The role that the new member gets. */
  role: OrganizationRole;
  /**
   * The display name of the inviter, or their username if they have none; null if it is not on record. Show it as text,
   * never as a link.
   */
  invitedByName?: Maybe<Scalars['String']['output']>;
  /** The invited email address. */
  email: Scalars['String']['output'];
  /** The time until which the invitation can be answered. */
  expiresAt: Scalars['DateTime']['output'];
};

/** The input of `inviteMember`. */
export type InviteMemberInput = {
  /** The id of the organization to invite to. */
  organizationId: Scalars['ID']['input'];
  /** The email address to invite: at most 254 characters. It needs no account yet. */
  email: Scalars['String']['input'];
  /** The role of the new member. Owners may invite with every role, admins with ADMIN and MEMBER. */
  role?: OrganizationRole;
};

/** The result of `inviteMember`. */
export type InviteMemberPayload = {
  __typename?: 'InviteMemberPayload';
  /** The new invitation, which is mailed to the address. */
  invitation: Invitation;
};

/** The input of `login`. */
export type LoginInput = {
  /** The email address or the username of the user. */
  identifier: Scalars['String']['input'];
  /** The password of the user. */
  password: Scalars['String']['input'];
  /**
   * The id of the organization to act for: access tokens of the session name it and the user's role in it. None if it is
   * left out.
   */
  organizationId?: InputMaybe<Scalars['ID']['input']>;
};

/** The result of `login`. */
export type LoginPayload = {
  __typename?: 'LoginPayload';
  /** The tokens of the new session. */
  token: TokenPair;
  /** The new session. */
  session: Session;
  /** The user, who is signed in now. */
  user: User;
};

/** The input of `logout`. Without any field, the current session ends. */
export type LogoutInput = {
  /** The id of the session to end, if it is not the current one. Not together with `revokeAllSessions`. */
  sessionId?: InputMaybe<Scalars['ID']['input']>;
  /** Whether to end all sessions of the user, the current one included. */
  revokeAllSessions?: Scalars['Boolean']['input'];
};

/** The result of `logout`. Forget the tokens of the sessions that ended. */
export type LogoutPayload = {
  __typename?: 'LogoutPayload';
  /** The number of sessions that ended: 0 if the given one had ended before. Above 10,000, it may be too low. */
  revokedSessions: Scalars['Int']['output'];
};

/** A user's membership in an organization, with their role. */
export type Membership = Node & {
  __typename?: 'Membership';
  /** The unique id of the membership. */
  id: Scalars['ID']['output'];
  /** The member. */
  user: User;
  /** The organization that the user is a member of. */
  organization: Organization;
  /** The member's role in the organization. */
  role: OrganizationRole;
  /** The time at which the user joined the organization. */
  joinedAt: Scalars['DateTime']['output'];
};

/** A page of a list (a connection of the Relay specification). */
export type MembershipConnection = {
  __typename?: 'MembershipConnection';
  /** The place of this page in its list. */
  pageInfo: PageInfo;
  /** The items of this page, each with its cursor. */
  edges: Array<MembershipEdge>;
  /** The number of members on all pages. Select it only if you show it: it costs another database statement. */
  totalCount: Scalars['Int']['output'];
  /** The items of this page, without their cursors. */
  nodes: Array<Membership>;
};

/** An item of a list, with its cursor. */
export type MembershipEdge = {
  __typename?: 'MembershipEdge';
  /** The item. */
  node: Membership;
  /** The place of the item in the list, for `after` and `before`. It is opaque: do not parse it. */
  cursor: Scalars['String']['output'];
};

/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type Mutation = {
  __typename?: 'Mutation';
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
  register: RegisterPayload;
  /**
   * Changes the username or the display name of the signed-in user, or both.
   *
   * Errors: AUTH_USERNAME_EXISTS, RATE_LIMITED, VALIDATION_FAILED.
   */
  updateProfile: UpdateProfilePayload;
  /**
   * Deletes the signed-in user's account and all of their data, after checking their password, or without it in a fresh session. It cannot be undone.
   *
   * Organizations without other members are deleted, too. The sessions end with the reason ACCOUNT_DELETED.
   *
   * Errors: AUTH_INVALID_CREDENTIALS, AUTH_REAUTHENTICATION_REQUIRED, ORGANIZATION_LAST_OWNER (an organization with other members would have no owner),
   * RATE_LIMITED, OVERLOADED.
   */
  deleteAccount: DeleteAccountPayload;
  /**
   * Secures an account after a change that its owner did not make ("This was not me"): call it from the link in a notice.
   *
   * It ends every session, voids the password, removes the passkeys that were added since the first notice that it voids,
   * restores the email address that received the notice if it was changed, and mails a link there to choose a new password.
   * For a year, that password and those that were replaced within `NOTICE_TTL` before are refused.
   *
   * Errors: AUTH_LINK_INVALID, RATE_LIMITED.
   */
  secureAccount: SecureAccountPayload;
  /**
   * Deletes an unverified account that somebody else made with the caller's email address ("I did not register").
   *
   * Its data is deleted as with `deleteAccount`: its sessions, which end with the reason ACCOUNT_DELETED, organizations
   * without other members, and mail that waits. The address can be registered again at once. A verified account is
   * never deleted in this way.
   *
   * Errors: AUTH_LINK_INVALID (unknown, used or expired, or the address is verified), RATE_LIMITED.
   */
  cancelRegistration: CancelRegistrationPayload;
  /**
   * Verifies an email address with the token from the mailed link.
   *
   * Before you call it, show the registration (see `registration`) and offer `cancelRegistration`: the account may have
   * been made by somebody else, who knows its password.
   *
   * Errors: AUTH_LINK_INVALID, RATE_LIMITED.
   */
  verifyEmail: VerifyEmailPayload;
  /**
   * Mails another verification link, if the address belongs to an unverified account. The answer is the same for every
   * address, so that nobody can learn from it which addresses have an account.
   *
   * Errors: VALIDATION_FAILED (the text is no email address), RATE_LIMITED (whether or not the address has an account).
   */
  resendVerificationEmail: ResendVerificationEmailPayload;
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
  requestEmailChange: RequestEmailChangePayload;
  /**
   * Changes the email address of an account with the token from the mailed link.
   *
   * Errors: AUTH_LINK_INVALID, AUTH_EMAIL_EXISTS (another account has taken the address since), RATE_LIMITED.
   */
  confirmEmailChange: ConfirmEmailChangePayload;
  /**
   * Signs a user in: checks the password, and creates a session and its tokens. An unverified user may log in, unless the
   * operator conceals accounts (see `SignInOptions.unverifiedLogin`).
   *
   * If the account has a second factor, this is refused with AUTH_SECOND_FACTOR_REQUIRED, whose `extensions.challenge`
   * is for `completeLogin`.
   *
   * Errors: AUTH_INVALID_CREDENTIALS, AUTH_SECOND_FACTOR_REQUIRED, RATE_LIMITED, OVERLOADED; with `organizationId` also
   * ORGANIZATION_NOT_FOUND and AUTH_EMAIL_NOT_VERIFIED.
   */
  login: LoginPayload;
  /**
   * Finishes a login that was refused with AUTH_SECOND_FACTOR_REQUIRED: checks the second factor, and creates a session and its
   * tokens.
   *
   * Errors: AUTH_SECOND_FACTOR_INVALID (ask for another code, or for the passkey again), PASSKEY_NOT_FOUND,
   * AUTH_CHALLENGE_INVALID (call `login` again), VALIDATION_FAILED, RATE_LIMITED, OVERLOADED; if `login` named an
   * organization also ORGANIZATION_NOT_FOUND and AUTH_EMAIL_NOT_VERIFIED.
   */
  completeLogin: LoginPayload;
  /**
   * Starts a sign-in with a passkey: finish it with `completePasskeyLogin`. With a challenge, starts the second step of a
   * login: finish that with `completeLogin`.
   *
   * Errors: AUTH_CHALLENGE_INVALID (call `login` again), PASSKEY_NOT_FOUND (the account has none), RATE_LIMITED.
   */
  startPasskeyLogin: StartPasskeyLoginPayload;
  /**
   * Signs the owner of a passkey in: creates a session and its tokens. The authenticator must have verified its user, by a PIN
   * or a fingerprint. That makes the passkey two factors, so that no other one is asked for.
   *
   * Errors: AUTH_CHALLENGE_INVALID (start again), AUTH_SECOND_FACTOR_INVALID (the answer does not verify), PASSKEY_NOT_FOUND (it
   * was removed: tell the password manager with `PublicKeyCredential.signalUnknownCredential`), VALIDATION_FAILED,
   * RATE_LIMITED; with `organizationId` also ORGANIZATION_NOT_FOUND and AUTH_EMAIL_NOT_VERIFIED.
   */
  completePasskeyLogin: LoginPayload;
  /**
   * Lists the ways in which the signed-in user can prove who they are, to make their session fresh with `reauthenticate`, and
   * starts a ceremony for their passkeys.
   *
   * Errors: RATE_LIMITED.
   */
  startReauthentication: StartReauthenticationPayload;
  /**
   * Makes the session fresh: the user proves again who they are, and for five minutes, unless the operator changed that, may
   * call the fields that need it. The session and its tokens stay as they are. Access tokens that `refresh` issues from now
   * on have the time of the proof as `auth_time`.
   *
   * Errors: AUTH_INVALID_CREDENTIALS (the password is wrong), AUTH_SECOND_FACTOR_INVALID, AUTH_CHALLENGE_INVALID and
   * PASSKEY_NOT_FOUND (with a passkey), AUTH_REAUTHENTICATION_REQUIRED (the password is not enough, because the account has
   * a second factor), VALIDATION_FAILED, RATE_LIMITED, OVERLOADED.
   */
  reauthenticate: ReauthenticatePayload;
  /**
   * Exchanges a refresh token for the next one and a new access token.
   *
   * If an answer is lost, send the same token again: you get the same successor. A token whose successor has been used
   * must be a copy, so using it ends the session. The same holds for an access token from an answer that its client took
   * for lost more than a minute ago, and asked for again.
   *
   * Errors: AUTH_REFRESH_TOKEN_INVALID, AUTH_SESSION_ENDED, RATE_LIMITED, VALIDATION_FAILED (there is no token); with
   * `organizationId` also ORGANIZATION_NOT_FOUND and AUTH_EMAIL_NOT_VERIFIED, and the token is then still valid.
   */
  refresh: RefreshPayload;
  /**
   * Switches the current session to another organization of the signed-in user, or to none, and returns an access token for
   * it. The refresh token is not rotated, and later refreshes keep the organization.
   *
   * Errors: ORGANIZATION_NOT_FOUND.
   */
  switchOrganization: SwitchOrganizationPayload;
  /**
   * Ends the current session, the given one, or all sessions of the signed-in user. An unverified user may log out, too.
   *
   * Errors: SESSION_NOT_FOUND, VALIDATION_FAILED (both fields of the input are given).
   */
  logout: LogoutPayload;
  /**
   * Ends one of the signed-in user's sessions. The next request of that session is refused.
   *
   * Errors: SESSION_NOT_FOUND.
   */
  revokeSession: RevokeSessionPayload;
  /** Ends all sessions of the signed-in user except the current one. The next requests of those sessions are refused. */
  revokeOtherSessions: RevokeOtherSessionsPayload;
  /**
   * Changes the signed-in user's password, after checking the current one, or without it in a fresh session.
   *
   * Errors: AUTH_INVALID_CREDENTIALS, AUTH_REAUTHENTICATION_REQUIRED, VALIDATION_FAILED, RATE_LIMITED, OVERLOADED.
   */
  changePassword: ChangePasswordPayload;
  /**
   * Mails a link to choose a new password, if the address has an account. The answer is the same for every address, so that
   * nobody can learn from it which addresses have an account.
   *
   * Links that were mailed before are no longer valid.
   *
   * Errors: VALIDATION_FAILED (the text is no email address), RATE_LIMITED (whether or not the address has an account).
   */
  requestPasswordReset: RequestPasswordResetPayload;
  /**
   * Sets a new password with the token from the mailed link, and ends every session of the user. Call `login` next.
   *
   * It also verifies the email address that the link was mailed to. Passkeys stay: show the user their list. For a year
   * after `secureAccount`, it refuses earlier passwords of the account, since somebody else may know them.
   *
   * Errors: AUTH_LINK_INVALID, VALIDATION_FAILED, RATE_LIMITED, OVERLOADED.
   */
  resetPassword: ResetPasswordPayload;
  /**
   * Gives a password to the signed-in user's account, which has none. A notice is mailed to the user. To replace a password,
   * call `changePassword`.
   *
   * Errors: VALIDATION_FAILED (also if the account has a password), RATE_LIMITED, OVERLOADED.
   */
  setPassword: SetPasswordPayload;
  /**
   * Removes the password of the signed-in user, who has a passkey that signs in alone. A notice is mailed to the user. A user
   * who has lost every passkey sets a new password with `requestPasswordReset`.
   *
   * Errors: LAST_SIGN_IN_METHOD (add a passkey first).
   */
  removePassword: RemovePasswordPayload;
  /**
   * Starts the set-up of an authenticator app: makes a secret for it. Nothing changes until `confirmTotpSetup`.
   *
   * A newer set-up takes the place of an older one. If the account has an authenticator app already, it stays in use until
   * the new one is confirmed.
   */
  startTotpSetup: StartTotpSetupPayload;
  /**
   * Turns the second factor on with a code of the authenticator app, and returns recovery codes, once. From now on, `login`
   * asks for a code. Recovery codes and an app that the account had before are void. A notice is mailed to the user.
   *
   * Errors: AUTH_CHALLENGE_INVALID (no set-up waits for a code: start again), AUTH_SECOND_FACTOR_INVALID, RATE_LIMITED,
   * OVERLOADED.
   */
  confirmTotpSetup: ConfirmTotpSetupPayload;
  /**
   * Removes the authenticator app and the recovery codes: turns the second factor off. A notice is mailed to the user. The
   * second factor no longer counts in any session.
   */
  removeTotp: RemoveTotpPayload;
  /**
   * Replaces the recovery codes by ten new ones, and returns them, once. A notice is mailed to the user.
   *
   * Errors: SECOND_FACTOR_NOT_FOUND, RATE_LIMITED, OVERLOADED.
   */
  renewRecoveryCodes: RenewRecoveryCodesPayload;
  /**
   * Starts the registration of a passkey. Nothing changes until `completePasskeyRegistration`, in the same session.
   *
   * Errors: TOO_MANY_PASSKEYS, RATE_LIMITED.
   */
  startPasskeyRegistration: StartPasskeyRegistrationPayload;
  /**
   * Adds the passkey that an authenticator has made to the account. If the authenticator has verified its user, by a PIN or
   * a fingerprint, the passkey signs in without a password. A notice is mailed to the user.
   *
   * Errors: AUTH_CHALLENGE_INVALID (start again), AUTH_SECOND_FACTOR_INVALID (the credential does not verify),
   * PASSKEY_EXISTS, TOO_MANY_PASSKEYS, VALIDATION_FAILED, RATE_LIMITED.
   */
  completePasskeyRegistration: CompletePasskeyRegistrationPayload;
  /**
   * Gives a passkey of the signed-in user another name.
   *
   * Errors: PASSKEY_NOT_FOUND, VALIDATION_FAILED.
   */
  renamePasskey: RenamePasskeyPayload;
  /**
   * Removes a passkey of the signed-in user: it no longer signs in, and no other session counts as signed in with a second factor
   * or as fresh because of a passkey. A notice is mailed to the user. The password manager still has the
   * passkey: ask the user to delete it there.
   *
   * Errors: PASSKEY_NOT_FOUND, LAST_SIGN_IN_METHOD (set a password or add another passkey first), RATE_LIMITED.
   */
  removePasskey: RemovePasskeyPayload;
  /**
   * Creates an organization with the signed-in user as its owner.
   *
   * Errors: VALIDATION_FAILED, RATE_LIMITED.
   */
  createOrganization: CreateOrganizationPayload;
  /**
   * Changes the name or the slug of an organization, or both. Only owners may.
   *
   * Errors: ORGANIZATION_NOT_FOUND, ORGANIZATION_ROLE_INSUFFICIENT, ORGANIZATION_SLUG_EXISTS,
   * AUTH_TOKEN_STALE, VALIDATION_FAILED, RATE_LIMITED.
   */
  updateOrganization: UpdateOrganizationPayload;
  /**
   * Deletes an organization with all of its memberships and invitations. Only owners may, and it cannot be undone.
   *
   * The other owners are mailed a notice; of more than 50, those who have been members longest.
   *
   * Errors: ORGANIZATION_NOT_FOUND, ORGANIZATION_ROLE_INSUFFICIENT, AUTH_TOKEN_STALE, RATE_LIMITED.
   */
  deleteOrganization: DeleteOrganizationPayload;
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
  updateMemberRole: UpdateMemberRolePayload;
  /**
   * Removes a member from an organization, or lets the signed-in user leave it. The last owner cannot be removed.
   *
   * Every member may leave. Owners may remove everybody, admins only admins and members. The removed member is mailed a
   * notice, and the invitations that they sent are revoked.
   *
   * Errors: MEMBERSHIP_NOT_FOUND, ORGANIZATION_ROLE_INSUFFICIENT, ORGANIZATION_LAST_OWNER (make another member an
   * owner first, or delete the organization), AUTH_TOKEN_STALE, RATE_LIMITED.
   */
  removeMember: RemoveMemberPayload;
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
  inviteMember: InviteMemberPayload;
  /**
   * Revokes an invitation, so that its mailed link is no longer valid. Only members who may send such an invitation may
   * revoke it: owners, and admins unless it is for an owner.
   *
   * Errors: INVITATION_NOT_FOUND, ORGANIZATION_ROLE_INSUFFICIENT, AUTH_TOKEN_STALE, RATE_LIMITED.
   */
  revokeInvitation: RevokeInvitationPayload;
  /**
   * Accepts an invitation to the signed-in user's email address and makes them a member of the organization.
   *
   * Errors: AUTH_LINK_INVALID (the token is used, revoked or expired), INVITATION_NOT_FOUND (the same, by id),
   * INVITATION_EMAIL_MISMATCH, MEMBERSHIP_EXISTS, VALIDATION_FAILED, RATE_LIMITED.
   */
  acceptInvitation: AcceptInvitationPayload;
  /**
   * Declines an invitation to the signed-in user's email address.
   *
   * Errors: AUTH_LINK_INVALID (the token is used, revoked or expired), INVITATION_NOT_FOUND (the same, by id),
   * INVITATION_EMAIL_MISMATCH, VALIDATION_FAILED, RATE_LIMITED.
   */
  declineInvitation: DeclineInvitationPayload;
};


/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type MutationRegisterArgs = {
  input: RegisterInput;
};


/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type MutationUpdateProfileArgs = {
  input: UpdateProfileInput;
};


/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type MutationDeleteAccountArgs = {
  input: DeleteAccountInput;
};


/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type MutationSecureAccountArgs = {
  input: SecureAccountInput;
};


/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type MutationCancelRegistrationArgs = {
  input: CancelRegistrationInput;
};


/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type MutationVerifyEmailArgs = {
  input: VerifyEmailInput;
};


/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type MutationResendVerificationEmailArgs = {
  input: ResendVerificationEmailInput;
};


/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type MutationRequestEmailChangeArgs = {
  input: RequestEmailChangeInput;
};


/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type MutationConfirmEmailChangeArgs = {
  input: ConfirmEmailChangeInput;
};


/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type MutationLoginArgs = {
  input: LoginInput;
};


/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type MutationCompleteLoginArgs = {
  input: CompleteLoginInput;
};


/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type MutationStartPasskeyLoginArgs = {
  input?: InputMaybe<StartPasskeyLoginInput>;
};


/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type MutationCompletePasskeyLoginArgs = {
  input: CompletePasskeyLoginInput;
};


/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type MutationReauthenticateArgs = {
  input: ReauthenticateInput;
};


/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type MutationRefreshArgs = {
  input: RefreshInput;
};


/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type MutationSwitchOrganizationArgs = {
  input: SwitchOrganizationInput;
};


/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type MutationLogoutArgs = {
  input?: InputMaybe<LogoutInput>;
};


/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type MutationRevokeSessionArgs = {
  input: RevokeSessionInput;
};


/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type MutationChangePasswordArgs = {
  input: ChangePasswordInput;
};


/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type MutationRequestPasswordResetArgs = {
  input: RequestPasswordResetInput;
};


/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type MutationResetPasswordArgs = {
  input: ResetPasswordInput;
};


/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type MutationSetPasswordArgs = {
  input: SetPasswordInput;
};


/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type MutationConfirmTotpSetupArgs = {
  input: ConfirmTotpSetupInput;
};


/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type MutationCompletePasskeyRegistrationArgs = {
  input: CompletePasskeyRegistrationInput;
};


/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type MutationRenamePasskeyArgs = {
  input: RenamePasskeyInput;
};


/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type MutationRemovePasskeyArgs = {
  input: RemovePasskeyInput;
};


/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type MutationCreateOrganizationArgs = {
  input: CreateOrganizationInput;
};


/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type MutationUpdateOrganizationArgs = {
  input: UpdateOrganizationInput;
};


/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type MutationDeleteOrganizationArgs = {
  input: DeleteOrganizationInput;
};


/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type MutationUpdateMemberRoleArgs = {
  input: UpdateMemberRoleInput;
};


/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type MutationRemoveMemberArgs = {
  input: RemoveMemberInput;
};


/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type MutationInviteMemberArgs = {
  input: InviteMemberInput;
};


/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type MutationRevokeInvitationArgs = {
  input: RevokeInvitationInput;
};


/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type MutationAcceptInvitationArgs = {
  input: AcceptInvitationInput;
};


/**
 * The fields that change something. Those of one operation run one after another, in its order.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type MutationDeclineInvitationArgs = {
  input: DeclineInvitationInput;
};

/** An object with a unique id. The query `node` loads it by this id. */
export type Node = {
  /** The id of the object, unique among objects of all types. */
  id: Scalars['ID']['output'];
};

/** A group of users with roles, such as a company or a team. */
export type Organization = Node & {
  __typename?: 'Organization';
  /** The unique id of the organization. */
  id: Scalars['ID']['output'];
  /** The name for people to read: 1 to 100 characters of any script. */
  name: Scalars['String']['output'];
  /** The name for URLs, unique: 1 to 64 lower-case letters, digits, and single hyphens between them. */
  slug: Scalars['String']['output'];
  /** The time at which the organization was created. */
  createdAt: Scalars['DateTime']['output'];
  /**
   * The members, longest-standing first. The list is empty for users who are not members themselves.
   *
   * A page has 50 members unless `first` or `last` says otherwise, and at most 100.
   *
   * Errors: VALIDATION_FAILED.
   */
  members: MembershipConnection;
  /**
   * The invitations that wait for an answer, oldest first. Null unless the viewer is an owner or admin.
   *
   * Errors: AUTH_TOKEN_STALE.
   */
  invitations?: Maybe<Array<Invitation>>;
};


/** A group of users with roles, such as a company or a team. */
export type OrganizationMembersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};

/** The role of a member, which says what they may do in the organization. Each role includes those after it. */
export type OrganizationRole =
  /** May do everything: also manage owners, and change or delete the organization. */
  | 'OWNER'
  /** May invite, change and remove admins and members, but not owners. */
  | 'ADMIN'
  /** May see the organization and its members, and leave it. */
  | 'MEMBER';

/** The place of a page in its list, to ask for the pages before and after it. */
export type PageInfo = {
  __typename?: 'PageInfo';
  /** Whether the list has items before this page. If so, `before: startCursor` with `last` asks for them. */
  hasPreviousPage: Scalars['Boolean']['output'];
  /** Whether the list has items after this page. If so, `after: endCursor` with `first` asks for them. */
  hasNextPage: Scalars['Boolean']['output'];
  /** The cursor of the first item; null if the page is empty. */
  startCursor?: Maybe<Scalars['String']['output']>;
  /** The cursor of the last item; null if the page is empty. */
  endCursor?: Maybe<Scalars['String']['output']>;
};

/** A passkey: a key pair in a password manager, a phone, a laptop or a security key. The service has only its public key. */
export type Passkey = {
  __typename?: 'Passkey';
  /** The unique id of the passkey. */
  id: Scalars['ID']['output'];
  /** The name by which its owner recognises it. */
  name: Scalars['String']['output'];
  /** The time at which it was added. */
  createdAt: Scalars['DateTime']['output'];
  /** The time of its latest use; null if it was never used. */
  lastUsedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Whether the authenticator says that it is synced between devices. */
  backedUp: Scalars['Boolean']['output'];
  /**
   * Whether it signs in without a password. One whose authenticator has never verified its user, such as a security key
   * without a PIN, only serves as a second factor.
   */
  signsInAlone: Scalars['Boolean']['output'];
};

/** A ceremony with a passkey: a question to an authenticator, which the browser passes on. */
export type PasskeyCeremony = {
  __typename?: 'PasskeyCeremony';
  /** The token, `lkc_…`, to give back with the credential. It is good for one use, for five minutes. */
  token: Scalars['String']['output'];
  /**
   * The options for `navigator.credentials.create` or `get`, in WebAuthn's own JSON. Read them with
   * `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`.
   */
  options: Scalars['JSON']['output'];
  /** The time until which the ceremony can be finished. */
  expiresAt: Scalars['DateTime']['output'];
};

/** The answer of a passkey to a ceremony. */
export type PasskeyCredentialInput = {
  /** The token of the ceremony. */
  ceremony: Scalars['String']['input'];
  /** The credential that `navigator.credentials.get` returned, by its method `toJSON`. */
  credential: Scalars['JSON']['input'];
};

/** The judgement of a password. */
export type PasswordCheck = {
  __typename?: 'PasswordCheck';
  /** Whether `register`, `changePassword` and `resetPassword` accept the password from an owner with the given names. */
  acceptable: Scalars['Boolean']['output'];
  /** The zxcvbn score, from 0 (guessed at once) to 4 (very hard to guess). */
  score: Scalars['Int']['output'];
  /** The reasons why the password is not accepted; empty if it is. */
  problems: Array<PasswordProblem>;
  /** Suggestions for a better password, in English, to show to the user. */
  suggestions: Array<Scalars['String']['output']>;
};

/** The rules for new passwords. */
export type PasswordPolicy = {
  __typename?: 'PasswordPolicy';
  /** The least number of characters. */
  minLength: Scalars['Int']['output'];
  /** The greatest number of characters. */
  maxLength: Scalars['Int']['output'];
  /** The lowest zxcvbn score that is accepted, from 0 (guessed at once) to 4 (very hard to guess). */
  minScore: Scalars['Int']['output'];
};

/** A reason why a password is not accepted. */
export type PasswordProblem =
  /** The password is shorter than `PasswordPolicy.minLength`. */
  | 'TOO_SHORT'
  /** The password is longer than `PasswordPolicy.maxLength`. */
  | 'TOO_LONG'
  /** The password is one that attackers try first, or is similar to one. */
  | 'TOO_COMMON'
  /** The score of the password is below `PasswordPolicy.minScore`. */
  | 'TOO_GUESSABLE'
  /** The password is too guessable, and contains the user's own name or email address. */
  | 'CONTAINS_IDENTITY';

/** An account whose email address is not verified yet. */
export type PendingRegistration = {
  __typename?: 'PendingRegistration';
  /** The address that the link verifies. */
  email: Scalars['String']['output'];
  /** The username of the account. Show it as text, never as a link: the person who registered chose it. */
  username: Scalars['String']['output'];
  /** The time of the registration. */
  registeredAt: Scalars['DateTime']['output'];
  /**
   * The name of the device that registered: its `X-Device-Name` header, else its `User-Agent`. Show it as text, never
   * as a link: the person who registered chose it. Null if neither header was sent, or if it is no longer on record.
   */
  device?: Maybe<Scalars['String']['output']>;
};

/**
 * The fields that read.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type Query = {
  __typename?: 'Query';
  /** The signed-in user. If their email address may be unverified, ask for `viewer` instead. */
  me: User;
  /** The options of a sign-in page. Read them before you show a link to register. */
  signInOptions: SignInOptions;
  /**
   * The registration whose email address a mailed link verifies. Show it before the button that calls `verifyEmail`, beside
   * a button that calls `cancelRegistration`.
   *
   * Reading it does not use the link up. The field may stand once in an operation, and needs POST, so that the token is
   * in no URL.
   *
   * Errors: AUTH_LINK_INVALID (unknown, used or expired, or the address is verified), RATE_LIMITED.
   */
  registration: PendingRegistration;
  /** The ways in which the signed-in user can sign in, for a page with security settings. */
  signInMethods: SignInMethods;
  /**
   * The signed-in user and their session, also before their email address is verified. Read it to see which address is to be
   * verified.
   */
  viewer: Viewer;
  /**
   * The signed-in user's sessions, newest first. Only live ones, unless `includeExpired` is true.
   *
   * A page has 50 sessions unless `first` or `last` says otherwise, and at most 100.
   *
   * Errors: VALIDATION_FAILED.
   */
  sessions: SessionConnection;
  /**
   * The object with this id; null if it does not exist or the viewer may not see it. A viewer may see users and memberships
   * of their organizations, these organizations, their own sessions, invitations to their email address, and invitations
   * to organizations that they manage.
   *
   * Errors: AUTH_TOKEN_STALE.
   */
  node?: Maybe<Node>;
  /** The rules for new passwords, exactly as the service enforces them. Show them beside the form. */
  passwordPolicy: PasswordPolicy;
  /**
   * The judgement of a password before it is submitted, by the names in the input and, if the caller is signed in, by their
   * own names. Nothing is stored.
   *
   * The field may stand once in an operation, and needs POST, so that the password is in no URL.
   *
   * Errors: RATE_LIMITED, OVERLOADED.
   */
  checkPassword: PasswordCheck;
  /**
   * The history of the signed-in user's account, latest event first.
   *
   * A page has 50 events unless `first` or `last` says otherwise, and at most 100. An attempt that was refused is listed a
   * moment later.
   *
   * Errors: VALIDATION_FAILED.
   */
  securityEvents: SecurityEventConnection;
  /** The organization with this id; null if it does not exist or the signed-in user is not a member of it. */
  organization?: Maybe<Organization>;
  /**
   * The invitation of a mailed token. Show it before you call `acceptInvitation`, or `register` with the same token.
   *
   * Reading it does not use the token up. The field may stand once in an operation, and needs POST, so that the token is
   * in no URL. It is null only together with an error.
   *
   * Errors: AUTH_LINK_INVALID (unknown, answered, revoked or expired), RATE_LIMITED.
   */
  invitation?: Maybe<InvitationPreview>;
  /** The invitations to the signed-in user's email address that still wait for an answer. */
  invitations: Array<Invitation>;
  /**
   * The users and organizations that other subgraphs refer to, for a gateway. Each is null unless the signed-in user may see
   * it.
   *
   * Errors: VALIDATION_FAILED (a representation is neither a user nor an organization, or has no `id`).
   */
  _entities: Array<Maybe<_Entity>>;
  /** The schema of this service, for a gateway. */
  _service: _Service;
};


/**
 * The fields that read.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type QueryRegistrationArgs = {
  token: Scalars['String']['input'];
};


/**
 * The fields that read.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type QuerySessionsArgs = {
  includeExpired?: Scalars['Boolean']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};


/**
 * The fields that read.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type QueryNodeArgs = {
  id: Scalars['ID']['input'];
};


/**
 * The fields that read.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type QueryCheckPasswordArgs = {
  input: CheckPasswordInput;
};


/**
 * The fields that read.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type QuerySecurityEventsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};


/**
 * The fields that read.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type QueryOrganizationArgs = {
  id: Scalars['ID']['input'];
};


/**
 * The fields that read.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type QueryInvitationArgs = {
  token: Scalars['String']['input'];
};


/**
 * The fields that read.
 *
 * A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
 * UNAVAILABLE or INTERNAL.
 */
export type Query_EntitiesArgs = {
  representations: Array<Scalars['_Any']['input']>;
};

/** The input of `reauthenticate`: exactly one proof. */
export type ReauthenticateInput = {
  /** The user's password. If the account has a second factor, it is not enough: give a code or a passkey. */
  password?: InputMaybe<Scalars['String']['input']>;
  /** A code that the authenticator app shows: six digits, with or without spaces. Each is good for one use. */
  totpCode?: InputMaybe<Scalars['String']['input']>;
  /** A recovery code, in any letter case, with or without hyphens. Each is good for one use. */
  recoveryCode?: InputMaybe<Scalars['String']['input']>;
  /** The answer of a passkey to the ceremony of `startReauthentication`. The authenticator must have verified its user. */
  passkey?: InputMaybe<PasskeyCredentialInput>;
};

/** The result of `reauthenticate`. */
export type ReauthenticatePayload = {
  __typename?: 'ReauthenticatePayload';
  /** The time until which the session is fresh. */
  freshUntil: Scalars['DateTime']['output'];
  /** The session, which stays the same. */
  session: Session;
};

/** A way to make a session fresh. More may come: offer those that you know. */
export type ReauthenticationMethod =
  /** With the password: `password`. Only for an account without a second factor. */
  | 'PASSWORD'
  /** With a passkey: `passkey`, after `startReauthentication`. */
  | 'PASSKEY'
  /** With a code of the authenticator app: `totpCode`. */
  | 'TOTP'
  /** With a recovery code: `recoveryCode`. */
  | 'RECOVERY_CODE';

/** The input of `refresh`. */
export type RefreshInput = {
  /**
   * The newest refresh token of the session, or the one before if the answer to its refresh was lost. Leave it out with
   * the header `X-Token-Delivery: cookie`: it is then taken from the cookie.
   */
  refreshToken?: InputMaybe<Scalars['String']['input']>;
  /**
   * The id of the organization to act for from now on. If it is left out, the session keeps its organization as long as
   * the user is a member of it.
   */
  organizationId?: InputMaybe<Scalars['ID']['input']>;
};

/** The result of `refresh`. */
export type RefreshPayload = {
  __typename?: 'RefreshPayload';
  /** The next tokens of the session. Replace the stored ones. */
  token: TokenPair;
  /** The session, which expires later now. */
  session: Session;
};

/** The input of `register`. */
export type RegisterInput = {
  /**
   * The user's email address: at most 254 characters; unique whatever the letter case. A verification link is mailed to
   * it, unless `invitationToken` proves that it is the user's.
   */
  email: Scalars['String']['input'];
  /**
   * The username: 2 to 32 letters, digits, `.`, `_` or `-`, beginning with a letter or digit; unique whatever the letter
   * case. Names such as `admin` are reserved.
   */
  username: Scalars['String']['input'];
  /**
   * The password: hard to guess, and 8 (unless the operator requires more) to 256 characters of any kind. See
   * `passwordPolicy` and `checkPassword`.
   */
  password: Scalars['String']['input'];
  /** The user's name for people to read: 1 to 100 characters of any script. */
  displayName?: InputMaybe<Scalars['String']['input']>;
  /**
   * The name of the user's first organization: 1 to 100 characters of any script. If it is left out, the name is made from
   * the user's; with `invitationToken`, no organization is created then.
   */
  organizationName?: InputMaybe<Scalars['String']['input']>;
  /**
   * The token from the mail of an invitation, `lkm_…`. The account is then verified at once and joins that organization.
   * It creates no organization of its own unless `organizationName` is given. `email` must be the invited address.
   */
  invitationToken?: InputMaybe<Scalars['String']['input']>;
};

/** The result of `register`. */
export type RegisterPayload = {
  __typename?: 'RegisterPayload';
  /**
   * The new user. They can call `login` at once, unless the operator conceals accounts (see
   * `SignInOptions.unverifiedLogin`). Most fields need a verified email address.
   */
  user: User;
};

/** The people who may register. */
export type RegistrationMode =
  /** Everybody may register. */
  | 'OPEN'
  /** Only people with an invitation may register: `register` needs its `invitationToken`. */
  | 'INVITATION'
  /** Nobody may register: `register` is refused with AUTH_REGISTRATION_CLOSED. */
  | 'CLOSED';

/** The input of `removeMember`. */
export type RemoveMemberInput = {
  /** The id of the membership to end. */
  membershipId: Scalars['ID']['input'];
};

/** The result of `removeMember`. */
export type RemoveMemberPayload = {
  __typename?: 'RemoveMemberPayload';
  /** The id of the membership that ended. */
  removedMembershipId: Scalars['ID']['output'];
};

/** The input of `removePasskey`. */
export type RemovePasskeyInput = {
  /** The id of the passkey. */
  passkeyId: Scalars['ID']['input'];
};

/** The result of `removePasskey`. */
export type RemovePasskeyPayload = {
  __typename?: 'RemovePasskeyPayload';
  /** The id of the passkey that was removed. */
  removedPasskeyId: Scalars['ID']['output'];
};

/** The result of `removePassword`. */
export type RemovePasswordPayload = {
  __typename?: 'RemovePasswordPayload';
  /** Whether there was a password to remove. */
  removed: Scalars['Boolean']['output'];
};

/** The result of `removeTotp`. */
export type RemoveTotpPayload = {
  __typename?: 'RemoveTotpPayload';
  /** Whether there was an authenticator app to remove. */
  removed: Scalars['Boolean']['output'];
};

/** The input of `renamePasskey`. */
export type RenamePasskeyInput = {
  /** The id of the passkey. */
  passkeyId: Scalars['ID']['input'];
  /** The new name, of at most 64 characters. */
  name: Scalars['String']['input'];
};

/** The result of `renamePasskey`. */
export type RenamePasskeyPayload = {
  __typename?: 'RenamePasskeyPayload';
  /** The passkey with its new name. */
  passkey: Passkey;
};

/** The result of `renewRecoveryCodes`. */
export type RenewRecoveryCodesPayload = {
  __typename?: 'RenewRecoveryCodesPayload';
  /** Ten recovery codes. They are shown this once; the earlier ones are void. */
  recoveryCodes: Array<Scalars['String']['output']>;
};

/** The input of `requestEmailChange`. */
export type RequestEmailChangeInput = {
  /** The new email address: at most 254 characters; unique whatever the letter case. A link is mailed to it. */
  newEmail: Scalars['String']['input'];
  /** The user's current password. May be left out in a fresh session: see `reauthenticate`. */
  password?: InputMaybe<Scalars['String']['input']>;
};

/** The result of `requestEmailChange`. */
export type RequestEmailChangePayload = {
  __typename?: 'RequestEmailChangePayload';
  /** Whether the request was accepted: always true. Ask the user to look for the mail at the new address. */
  accepted: Scalars['Boolean']['output'];
};

/** The input of `requestPasswordReset`. */
export type RequestPasswordResetInput = {
  /** The email address of the account whose password is forgotten. */
  email: Scalars['String']['input'];
};

/** The result of `requestPasswordReset`. It does not reveal whether a mail was sent. */
export type RequestPasswordResetPayload = {
  __typename?: 'RequestPasswordResetPayload';
  /** Whether the request was accepted: always true. Tell the user that a mail is on its way if the address has an account. */
  accepted: Scalars['Boolean']['output'];
};

/** The input of `resendVerificationEmail`. */
export type ResendVerificationEmailInput = {
  /** The email address to verify. */
  email: Scalars['String']['input'];
};

/** The result of `resendVerificationEmail`. It does not reveal whether a mail was sent. */
export type ResendVerificationEmailPayload = {
  __typename?: 'ResendVerificationEmailPayload';
  /** Whether the request was accepted: always true. Tell the user that a mail is on its way if the address needs one. */
  accepted: Scalars['Boolean']['output'];
};

/** The input of `resetPassword`. */
export type ResetPasswordInput = {
  /**
   * The token from the mailed link, `lkm_…`. It is valid for one use, within 30 minutes unless the operator changed that,
   * and until another link is requested. A new password that is refused does not use it up.
   */
  token: Scalars['String']['input'];
  /**
   * The new password: hard to guess, and 8 (unless the operator requires more) to 256 characters of any kind. See
   * `passwordPolicy` and `checkPassword`.
   */
  newPassword: Scalars['String']['input'];
};

/** The result of `resetPassword`. */
export type ResetPasswordPayload = {
  __typename?: 'ResetPasswordPayload';
  /** The user, whose email address is verified now. */
  user: User;
};

/** The input of `revokeInvitation`. */
export type RevokeInvitationInput = {
  /** The id of the invitation to revoke. */
  invitationId: Scalars['ID']['input'];
};

/** The result of `revokeInvitation`. */
export type RevokeInvitationPayload = {
  __typename?: 'RevokeInvitationPayload';
  /** The id of the invitation, which no longer exists. */
  revokedInvitationId: Scalars['ID']['output'];
};

/** The result of `revokeOtherSessions`. */
export type RevokeOtherSessionsPayload = {
  __typename?: 'RevokeOtherSessionsPayload';
  /** The number of sessions that ended. Above 10,000, it may be too low. */
  revokedSessions: Scalars['Int']['output'];
};

/** The input of `revokeSession`. */
export type RevokeSessionInput = {
  /** The id of the session to end. */
  sessionId: Scalars['ID']['input'];
};

/** The result of `revokeSession`. */
export type RevokeSessionPayload = {
  __typename?: 'RevokeSessionPayload';
  /** The session that ended. */
  session: Session;
};

/** A way to answer AUTH_SECOND_FACTOR_REQUIRED. More may come: offer those that you know. */
export type SecondFactorMethod =
  /** With a code of the authenticator app: `totpCode`. */
  | 'TOTP'
  /** With a passkey: `passkey`, after `startPasskeyLogin` with the challenge. */
  | 'PASSKEY'
  /** With a recovery code: `recoveryCode`. */
  | 'RECOVERY_CODE';

/** The input of `secureAccount`. */
export type SecureAccountInput = {
  /**
   * The token from the link in the notice, `lkm_…`. It is valid for one use, within 7 days unless the operator changed
   * that.
   */
  token: Scalars['String']['input'];
};

/** The result of `secureAccount`. */
export type SecureAccountPayload = {
  __typename?: 'SecureAccountPayload';
  /** The address to which the link to choose a new password was mailed: the one that received the notice. */
  email: Scalars['String']['output'];
  /** The number of sessions that ended. Above 10,000, it may be too low. */
  revokedSessions: Scalars['Int']['output'];
};

/** An event in the history of the signed-in user's account. */
export type SecurityEvent = {
  __typename?: 'SecurityEvent';
  /** The unique id of the event. */
  id: Scalars['ID']['output'];
  /** The kind of the event. */
  kind: SecurityEventKind;
  /** The time of the event. */
  occurredAt: Scalars['DateTime']['output'];
  /**
   * The IP address of the client that caused the event. Null if another user caused it: an owner or admin of an
   * organization.
   */
  ipAddress?: Maybe<Scalars['String']['output']>;
  /** The device that caused the event, as its headers describe it. */
  device: Device;
  /** The id of the session that was created or ended. The session may no longer be listed. */
  sessionId?: Maybe<Scalars['ID']['output']>;
  /** The reason why that session ended. */
  endReason?: Maybe<SessionEndReason>;
  /** The field of this API that was called, if the event is about a call that was refused. */
  operation?: Maybe<Scalars['String']['output']>;
  /** The id of the organization that the event is about. The organization may no longer exist. */
  organizationId?: Maybe<Scalars['ID']['output']>;
};

/** A page of a list (a connection of the Relay specification). */
export type SecurityEventConnection = {
  __typename?: 'SecurityEventConnection';
  /** The place of this page in its list. */
  pageInfo: PageInfo;
  /** The items of this page, each with its cursor. */
  edges: Array<SecurityEventEdge>;
  /** The number of events on all pages. Select it only if you show it: it costs another database statement. */
  totalCount: Scalars['Int']['output'];
  /** The items of this page, without their cursors. */
  nodes: Array<SecurityEvent>;
};

/** An item of a list, with its cursor. */
export type SecurityEventEdge = {
  __typename?: 'SecurityEventEdge';
  /** The item. */
  node: SecurityEvent;
  /** The place of the item in the list, for `after` and `before`. It is opaque: do not parse it. */
  cursor: Scalars['String']['output'];
};

/** The kind of a security event. More kinds may come: show one that you do not know by its name. */
export type SecurityEventKind =
  /** The account was created. */
  | 'REGISTERED'
  /** The email address was verified by a mailed link. */
  | 'EMAIL_VERIFIED'
  /**
   * Somebody signed in. Without `sessionId`, somebody gave the right password to the field in `operation` but was refused
   * for another reason, from which they could tell that the password is right.
   */
  | 'LOGIN_SUCCEEDED'
  /** Somebody tried to sign in with a wrong password. */
  | 'LOGIN_FAILED'
  /** Somebody gave the right password, and was asked for the second factor. */
  | 'SECOND_FACTOR_REQUIRED'
  /**
   * Somebody gave a wrong or used code to the field in `operation`. If it was not you, they may know the password: change
   * it.
   */
  | 'SECOND_FACTOR_REFUSED'
  /** The user of a session proved again who they are. */
  | 'REAUTHENTICATED'
  /** Somebody who was signed in gave a wrong password to a field that asks for it again. */
  | 'PASSWORD_REFUSED'
  /**
   * There were more attempts on the account than its rate limit allows. It is recorded about once an hour, not for each
   * attempt.
   */
  | 'LIMIT_REACHED'
  /** A refresh token was used that must be a copy. It may have been stolen, so its session was ended. */
  | 'REFRESH_TOKEN_REUSED'
  /**
   * A refresh token was newer than the database, which was restored from a backup or lost its latest changes. Its session
   * continued from that token.
   */
  | 'SESSION_RECOVERED'
  /**
   * A session was ended before it expired, by a person or by another event. If more than 500 sessions end at once, only
   * the newest 500 have an event.
   */
  | 'SESSION_ENDED'
  /** The password was changed by a person who knew the current one. */
  | 'PASSWORD_CHANGED'
  /** A link to reset the password was requested. */
  | 'PASSWORD_RESET_REQUESTED'
  /** The password was reset by a mailed link. */
  | 'PASSWORD_RESET'
  /** A change of the email address was requested. */
  | 'EMAIL_CHANGE_REQUESTED'
  /** The email address was changed. */
  | 'EMAIL_CHANGED'
  /** The username was changed. */
  | 'USERNAME_CHANGED'
  /** The account was secured by the link "This was not me" in a notice. */
  | 'ACCOUNT_SECURED'
  /** An authenticator app was set up: the second factor is on. */
  | 'TOTP_ADDED'
  /** The authenticator app was removed: the second factor is off. */
  | 'TOTP_REMOVED'
  /** The recovery codes were replaced by new ones. */
  | 'RECOVERY_CODES_RENEWED'
  /** A recovery code was used in place of a code of the authenticator app. */
  | 'RECOVERY_CODE_USED'
  /** A passkey was added to the account. */
  | 'PASSKEY_ADDED'
  /** A passkey was removed from the account. */
  | 'PASSKEY_REMOVED'
  /**
   * A passkey was refused by the field in `operation`, because its authenticator counts fewer uses than before: somebody may
   * have copied it. If that was not you, remove the passkey.
   */
  | 'PASSKEY_CLONE_SUSPECTED'
  /** A password was set for the account, which had none. */
  | 'PASSWORD_SET'
  /** The password was removed: the account is signed in to with a passkey. */
  | 'PASSWORD_REMOVED'
  /** The user created an organization. */
  | 'ORGANIZATION_CREATED'
  /** The user changed the name or the slug of an organization. */
  | 'ORGANIZATION_UPDATED'
  /**
   * An organization of which the user was a member was deleted: by the user if `ipAddress` is given, else by another
   * owner.
   */
  | 'ORGANIZATION_DELETED'
  /** The user invited an address to an organization. */
  | 'MEMBER_INVITED'
  /** The user revoked an invitation. */
  | 'INVITATION_REVOKED'
  /** The user accepted an invitation and joined the organization. */
  | 'INVITATION_ACCEPTED'
  /** The user declined an invitation. */
  | 'INVITATION_DECLINED'
  /** A role was changed: by the user if `ipAddress` is given, else the user's own by somebody else. */
  | 'MEMBER_ROLE_CHANGED'
  /** A membership was ended: by the user if `ipAddress` is given, else the user's own by somebody else. */
  | 'MEMBER_REMOVED';

/** A device on which a user is signed in. */
export type Session = Node & {
  __typename?: 'Session';
  /** The unique id of the session. */
  id: Scalars['ID']['output'];
  /** The device, as its headers describe it. */
  device: Device;
  /** The client's IP address at login, or at the latest refresh. */
  ipAddress?: Maybe<Scalars['String']['output']>;
  /** The status of the session. */
  status: SessionStatus;
  /** Whether this request was made with this session, or created it. */
  current: Scalars['Boolean']['output'];
  /** The time of the login. */
  createdAt: Scalars['DateTime']['output'];
  /**
   * The time of the latest login, refresh, or first use of the tokens of a refresh. It may lag behind by the lifetime of
   * an access token, since requests are not recorded one by one.
   */
  lastUsedAt: Scalars['DateTime']['output'];
  /** The time at which the session ends unless it is refreshed before. */
  expiresAt: Scalars['DateTime']['output'];
  /** The time at which the session ended; null while it is live. */
  endedAt?: Maybe<Scalars['DateTime']['output']>;
  /** The reason why the session ended; null while it is live. */
  endReason?: Maybe<SessionEndReason>;
  /** The ways in which the user has proven who they are in this session: at the login, and with `reauthenticate`. */
  methods: Array<SignInMethod>;
  /** Whether the user has shown a second factor in this session. False if that factor was replaced or removed since. */
  secondFactor: Scalars['Boolean']['output'];
  /** The time at which the user last proved who they are in this session: the login, or the latest `reauthenticate` or `confirmTotpSetup`. */
  authenticatedAt: Scalars['DateTime']['output'];
};

/** A page of a list (a connection of the Relay specification). */
export type SessionConnection = {
  __typename?: 'SessionConnection';
  /** The place of this page in its list. */
  pageInfo: PageInfo;
  /** The items of this page, each with its cursor. */
  edges: Array<SessionEdge>;
  /** The number of sessions on all pages. Select it only if you show it: it costs another database statement. */
  totalCount: Scalars['Int']['output'];
  /** The items of this page, without their cursors. */
  nodes: Array<Session>;
};

/** An item of a list, with its cursor. */
export type SessionEdge = {
  __typename?: 'SessionEdge';
  /** The item. */
  node: Session;
  /** The place of the item in the list, for `after` and `before`. It is opaque: do not parse it. */
  cursor: Scalars['String']['output'];
};

/** The reason why a session ended. */
export type SessionEndReason =
  /** The user logged out of the session. */
  | 'LOGOUT'
  /** The user logged out of all sessions. */
  | 'LOGOUT_ALL'
  /** The user revoked the session from another one. */
  | 'REVOKED'
  /** The user changed the password. */
  | 'PASSWORD_CHANGED'
  /** The user reset a forgotten password. */
  | 'PASSWORD_RESET'
  /** A refresh token was used that must be a copy. It may have been stolen. */
  | 'REFRESH_TOKEN_REUSED'
  /** The session was not refreshed for too long. */
  | 'IDLE'
  /** The session reached its maximum age. */
  | 'EXPIRED'
  /** The account was deleted. */
  | 'ACCOUNT_DELETED'
  /** The owner secured the account by the link "This was not me" in a notice, which ended every session. */
  | 'ACCOUNT_SECURED'
  /** The service no longer has the session: its database was restored from a backup that is older than the login. */
  | 'LOST';

/** The status of a session, which says whether it can be used. */
export type SessionStatus =
  /** The session is live. */
  | 'ACTIVE'
  /** The session expired: it was not refreshed for too long, or reached its maximum age. */
  | 'EXPIRED'
  /** The session was ended before it expired. */
  | 'REVOKED';

/** The input of `setPassword`. */
export type SetPasswordInput = {
  /**
   * The password: hard to guess, and 8 (unless the operator requires more) to 256 characters of any kind. See
   * `passwordPolicy` and `checkPassword`.
   */
  password: Scalars['String']['input'];
};

/** The result of `setPassword`. */
export type SetPasswordPayload = {
  __typename?: 'SetPasswordPayload';
  /** The user, who can log in with the password from now on. */
  user: User;
};

/** A way to sign in. More may come: show one that you do not know by its name. */
export type SignInMethod =
  /** With the password. */
  | 'PASSWORD'
  /** With a passkey. */
  | 'PASSKEY';

/** The ways in which a user can sign in. */
export type SignInMethods = {
  __typename?: 'SignInMethods';
  /** Whether the account has a password. */
  password: Scalars['Boolean']['output'];
  /** Whether the account has an authenticator app, whose codes are its second factor. */
  totp: Scalars['Boolean']['output'];
  /** The ways to answer AUTH_SECOND_FACTOR_REQUIRED. Empty if `login` does not ask for a second factor. */
  secondFactors: Array<SecondFactorMethod>;
  /** The number of recovery codes that are left. Offer `renewRecoveryCodes` before they run out. */
  recoveryCodesLeft: Scalars['Int']['output'];
  /** The passkeys of the account, oldest first: at most 20. */
  passkeys: Array<Passkey>;
};

/** The options of a sign-in page, so that it shows only forms that will work. */
export type SignInOptions = {
  __typename?: 'SignInOptions';
  /** The people who may register. Show the link to register accordingly. */
  registration: RegistrationMode;
  /**
   * Whether `login` works before the email address is verified. If not, the operator conceals accounts: a user who
   * mistyped their address must register again, with another username.
   */
  unverifiedLogin: Scalars['Boolean']['output'];
};

/** The input of `startPasskeyLogin`. */
export type StartPasskeyLoginInput = {
  /**
   * The challenge, `lkc_…`, from AUTH_SECOND_FACTOR_REQUIRED, to answer it with a passkey. Without it, the passkey signs in
   * alone.
   */
  challenge?: InputMaybe<Scalars['String']['input']>;
};

/** The result of `startPasskeyLogin`. */
export type StartPasskeyLoginPayload = {
  __typename?: 'StartPasskeyLoginPayload';
  /** The ceremony. Give its options to `navigator.credentials.get`. */
  ceremony: PasskeyCeremony;
};

/** The result of `startPasskeyRegistration`. */
export type StartPasskeyRegistrationPayload = {
  __typename?: 'StartPasskeyRegistrationPayload';
  /** The ceremony. Give its options to `navigator.credentials.create`. */
  ceremony: PasskeyCeremony;
};

/** The result of `startReauthentication`. */
export type StartReauthenticationPayload = {
  __typename?: 'StartReauthenticationPayload';
  /** The ways in which the user can prove who they are. */
  methods: Array<ReauthenticationMethod>;
  /**
   * A ceremony for the user's passkeys: give its options to `navigator.credentials.get`. Null if they have none that verifies
   * its user.
   */
  ceremony?: Maybe<PasskeyCeremony>;
};

/** The result of `startTotpSetup`. Show it to the user and keep none of it. */
export type StartTotpSetupPayload = {
  __typename?: 'StartTotpSetupPayload';
  /** The secret in Base32, for a user who cannot scan the QR code. */
  secret: Scalars['String']['output'];
  /** The same secret as an `otpauth://` URI. On a phone, link to it: it opens the authenticator app. */
  uri: Scalars['String']['output'];
  /** The URI as a QR code: an SVG image, dark on light, which scales to any size. */
  qrCodeSvg: Scalars['String']['output'];
  /** The time until which the set-up can be confirmed. */
  expiresAt: Scalars['DateTime']['output'];
};

/** The input of `switchOrganization`. */
export type SwitchOrganizationInput = {
  /** The id of the organization to act for. If it is left out or null, the session acts for none. */
  organizationId?: InputMaybe<Scalars['ID']['input']>;
};

/** The result of `switchOrganization`. The refresh token stays valid. */
export type SwitchOrganizationPayload = {
  __typename?: 'SwitchOrganizationPayload';
  /**
   * The new access token: a JWT (RFC 9068) with the claims `org` and `org_role`. Send it in the header
   * `Authorization: Bearer …`.
   */
  accessToken: Scalars['String']['output'];
  /** The type of the access token: always `Bearer`. */
  tokenType: Scalars['String']['output'];
  /** The number of seconds until the access token expires. */
  expiresIn: Scalars['Int']['output'];
  /** The organization of the access token; null if it is for none. */
  organization?: Maybe<Organization>;
  /** The user's role in that organization; null if the access token is for none. */
  role?: Maybe<OrganizationRole>;
};

/** The tokens of a session: one for requests, and one to renew both. */
export type TokenPair = {
  __typename?: 'TokenPair';
  /** The access token: a JWT (RFC 9068). Send it in the header `Authorization: Bearer …`. */
  accessToken: Scalars['String']['output'];
  /** The type of the access token: always `Bearer`. */
  tokenType: Scalars['String']['output'];
  /** The number of seconds until the access token expires. Call `refresh` before. */
  expiresIn: Scalars['Int']['output'];
  /**
   * The refresh token for `refresh`. It is valid until its successor is used. It is empty with the header
   * `X-Token-Delivery: cookie`, which puts it into a cookie that no script can read.
   */
  refreshToken: Scalars['String']['output'];
  /** The time at which the session ends unless it is refreshed before. */
  refreshExpiresAt: Scalars['DateTime']['output'];
};

/** The input of `updateMemberRole`. */
export type UpdateMemberRoleInput = {
  /** The id of the membership to change. */
  membershipId: Scalars['ID']['input'];
  /** The new role of the member. */
  role: OrganizationRole;
};

/** The result of `updateMemberRole`. */
export type UpdateMemberRolePayload = {
  __typename?: 'UpdateMemberRolePayload';
  /** The membership with its new role. */
  membership: Membership;
};

/** The input of `updateOrganization`. Fields that are left out or null stay as they are. */
export type UpdateOrganizationInput = {
  /** The id of the organization to change. */
  organizationId: Scalars['ID']['input'];
  /** The new name: 1 to 100 characters of any script. It does not change the slug. */
  name?: InputMaybe<Scalars['String']['input']>;
  /**
   * The new slug: 1 to 64 lower-case letters, digits, and single hyphens between them. Names such as `admin` are reserved.
   * Access tokens have the new slug from the next `refresh` on.
   */
  slug?: InputMaybe<Scalars['String']['input']>;
};

/** The result of `updateOrganization`. */
export type UpdateOrganizationPayload = {
  __typename?: 'UpdateOrganizationPayload';
  /** The organization with its new name or slug. */
  organization: Organization;
};

/** The input of `updateProfile`. Fields that are left out stay as they are. */
export type UpdateProfileInput = {
  /**
   * The new username: 2 to 32 letters, digits, `.`, `_` or `-`, beginning with a letter or digit; unique whatever the
   * letter case. Null changes nothing. Access tokens have the new name from the next `refresh` on.
   */
  username?: InputMaybe<Scalars['String']['input']>;
  /** The new display name: 1 to 100 characters of any script. Null removes it. */
  displayName?: InputMaybe<Scalars['String']['input']>;
};

/** The result of `updateProfile`. */
export type UpdateProfilePayload = {
  __typename?: 'UpdateProfilePayload';
  /** The user with their new names. */
  user: User;
};

/** A person with an account. */
export type User = Node & {
  __typename?: 'User';
  /** The unique id of the user. */
  id: Scalars['ID']['output'];
  /** The user's email address, as they typed it. */
  email: Scalars['String']['output'];
  /** Whether the user has verified the email address with a mailed link. */
  emailVerified: Scalars['Boolean']['output'];
  /** The username: 2 to 32 letters, digits, `.`, `_` or `-`; unique whatever the letter case. */
  username: Scalars['String']['output'];
  /**
   * The user's name for people to read: 1 to 100 characters of any script. Null if they have set none: show the username
   * then.
   */
  displayName?: Maybe<Scalars['String']['output']>;
  /** The time at which the user registered. */
  createdAt: Scalars['DateTime']['output'];
  /** The time of the latest change to the fields above. */
  updatedAt: Scalars['DateTime']['output'];
  /** The user's memberships, oldest first. Of another user, only the memberships in organizations that you share with them. */
  memberships: Array<Membership>;
};

/** The input of `verifyEmail`. */
export type VerifyEmailInput = {
  /** The token from the mailed link, `lkm_…`. It is valid for one use, within 24 hours unless the operator changed that. */
  token: Scalars['String']['input'];
};

/** The result of `verifyEmail`. */
export type VerifyEmailPayload = {
  __typename?: 'VerifyEmailPayload';
  /** The user, whose email address is verified now. */
  user: User;
};

/** The caller of a request, and their session. */
export type Viewer = {
  __typename?: 'Viewer';
  /** The signed-in user. */
  user: User;
  /** The session of the access token that the request was sent with. */
  session: Session;
};

/** An object that other subgraphs may refer to. */
export type _Entity = Organization | User;

/** This service as a subgraph. */
export type _Service = {
  __typename?: '_Service';
  /** The schema, in the schema definition language: the same text that clients generate their types from. */
  sdl: Scalars['String']['output'];
};
