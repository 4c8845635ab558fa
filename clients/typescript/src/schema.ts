// Written from schema.graphql by `npm run codegen`.

export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** A moment in UTC, RFC 3339 with milliseconds: `2026-11-21T12:00:00.000Z`. */
  DateTime: { input: string; output: string; }
  /** What names an entity: an object with `__typename` and `id`. */
  _Any: { input: unknown; output: unknown; }
  /** What `@link` imports: a name, or a name and another for it. */
  link__Import: { input: unknown; output: unknown; }
};

/** Which invitation to accept. */
export type AcceptInvitationInput = {
  /** From the mail; or give invitationId. */
  token?: InputMaybe<Scalars['String']['input']>;
  /** From the query `invitations`; or give the token. */
  invitationId?: InputMaybe<Scalars['ID']['input']>;
};

/** The logged-in user belongs to the organization. */
export type AcceptInvitationPayload = {
  __typename?: 'AcceptInvitationPayload';
  membership: Membership;
};

/** Who may call a field. */
export type AccessLevel =
  /** Anyone. */
  | 'PUBLIC'
  /** A live session; the email address may still be unverified. */
  | 'AUTHENTICATED'
  /** A live session of a user with a verified email address. */
  | 'VERIFIED';

/** The registration to cancel. */
export type CancelRegistrationInput = {
  /** From the mailed link that verifies the address, `lkm_…`. */
  token: Scalars['String']['input'];
};

/** The account is gone. */
export type CancelRegistrationPayload = {
  __typename?: 'CancelRegistrationPayload';
  deletedUserId: Scalars['ID']['output'];
};

/** A change of password. */
export type ChangePasswordInput = {
  currentPassword: Scalars['String']['input'];
  /** Hard to guess, and 8 (unless the operator asks for more) to 256 characters of any kind. */
  newPassword: Scalars['String']['input'];
  /** Whether every session but this one ends. */
  revokeOtherSessions?: Scalars['Boolean']['input'];
};

/** What a change of password did. */
export type ChangePasswordPayload = {
  __typename?: 'ChangePasswordPayload';
  /** How many other sessions ended; of more than 10,000, at least so many. */
  revokedSessions: Scalars['Int']['output'];
};

/** A password to judge, and what is known of its owner. */
export type CheckPasswordInput = {
  password: Scalars['String']['input'];
  /** The owner's address, as far as it is typed. */
  email?: InputMaybe<Scalars['String']['input']>;
  /** The owner's username, as far as it is typed. */
  username?: InputMaybe<Scalars['String']['input']>;
  /** The owner's display name, as far as it is typed. */
  displayName?: InputMaybe<Scalars['String']['input']>;
};

/** The proof of another address. */
export type ConfirmEmailChangeInput = {
  /** From the mailed link, `lkm_…`. Good for one use, and until a newer change is asked for. */
  token: Scalars['String']['input'];
};

/** The user with their new address. */
export type ConfirmEmailChangePayload = {
  __typename?: 'ConfirmEmailChangePayload';
  user: User;
};

/** A new organization. */
export type CreateOrganizationInput = {
  /** 1 to 100 characters of any script. Its slug is made of it. */
  name: Scalars['String']['input'];
};

/** The new organization. */
export type CreateOrganizationPayload = {
  __typename?: 'CreateOrganizationPayload';
  organization: Organization;
};

/** Which invitation to decline. */
export type DeclineInvitationInput = {
  /** From the mail; or give invitationId. */
  token?: InputMaybe<Scalars['String']['input']>;
  /** From the query `invitations`; or give the token. */
  invitationId?: InputMaybe<Scalars['ID']['input']>;
};

/** The invitation is gone. */
export type DeclineInvitationPayload = {
  __typename?: 'DeclineInvitationPayload';
  declinedInvitationId: Scalars['ID']['output'];
};

/** Who wants to be deleted. */
export type DeleteAccountInput = {
  password: Scalars['String']['input'];
};

/** The account is gone. */
export type DeleteAccountPayload = {
  __typename?: 'DeleteAccountPayload';
  deletedUserId: Scalars['ID']['output'];
};

/** Which organization to delete. */
export type DeleteOrganizationInput = {
  organizationId: Scalars['ID']['input'];
};

/** The organization is gone. */
export type DeleteOrganizationPayload = {
  __typename?: 'DeleteOrganizationPayload';
  deletedOrganizationId: Scalars['ID']['output'];
};

/** What a client tells about itself in its headers. */
export type Device = {
  __typename?: 'Device';
  /** From the `X-Device-ID` header. */
  id?: Maybe<Scalars['String']['output']>;
  /** From `X-Device-Name`. */
  name?: Maybe<Scalars['String']['output']>;
  /** From `X-Device-Type`, else `unknown`. */
  type: Scalars['String']['output'];
  /** From `User-Agent`, cut to 512 characters. */
  userAgent?: Maybe<Scalars['String']['output']>;
};

/** The value of `extensions.code` of every error that this API raises. */
export type ErrorCode =
  /**
   * Another account has this email address, or had it so lately that its owner can take it back: then
   * `extensions.availableAt` says when it is free.
   */
  | 'AUTH_EMAIL_EXISTS'
  /** Another account has this username. */
  | 'AUTH_USERNAME_EXISTS'
  /** Nobody may register, or only with an invitation: see `signInOptions`. */
  | 'AUTH_REGISTRATION_CLOSED'
  /** The user is unknown or the password wrong; it does not say which. */
  | 'AUTH_INVALID_CREDENTIALS'
  /** No bearer token, or one that is malformed, forged or not ours. */
  | 'AUTH_UNAUTHENTICATED'
  /** The access token is genuine and past its time: refresh it. */
  | 'AUTH_TOKEN_EXPIRED'
  /** The session is over. `extensions.reason` is a SessionEndReason, `extensions.endedAt` a time. */
  | 'AUTH_SESSION_ENDED'
  /**
   * The user's role in the organization that the access token is for has changed since it was made:
   * refresh it.
   */
  | 'AUTH_TOKEN_STALE'
  /** The field needs a user whose email address is verified. */
  | 'AUTH_EMAIL_NOT_VERIFIED'
  /** Not a refresh token of ours. One of ours that is past its time answers AUTH_SESSION_ENDED. */
  | 'AUTH_REFRESH_TOKEN_INVALID'
  /** A mailed link's token that is unknown, used or expired. */
  | 'AUTH_LINK_INVALID'
  /** There is no such session, or it is somebody else's. */
  | 'SESSION_NOT_FOUND'
  /** There is no such organization, or the user does not belong to it. */
  | 'ORGANIZATION_NOT_FOUND'
  /** The user belongs to the organization, and their role does not let them do this. */
  | 'ORGANIZATION_ROLE_INSUFFICIENT'
  /** Another organization has this slug. */
  | 'ORGANIZATION_SLUG_EXISTS'
  /** There is no such membership, or it is in somebody else's organization. */
  | 'MEMBERSHIP_NOT_FOUND'
  /** They belong to the organization already. */
  | 'MEMBERSHIP_EXISTS'
  /** There is no such invitation that waits for an answer, or it is somebody else's. */
  | 'INVITATION_NOT_FOUND'
  /** The address is invited already. Withdraw that invitation to send another. */
  | 'INVITATION_EXISTS'
  /** The invitation was sent to another address than the account's. */
  | 'INVITATION_EMAIL_MISMATCH'
  /**
   * An organization would be left with members and without an owner. `extensions.organizations` lists
   * which: `[{id, name, slug}]`.
   */
  | 'ORGANIZATION_LAST_OWNER'
  /**
   * `extensions.fields` lists what is wrong: `[{path, message}]`, where each message is a sentence of its
   * own. A path begins with `input` or an argument's name, or is `query`, `operationName`, `variables`,
   * `body` or `headers.…` when it is the request itself that is wrong.
   */
  | 'VALIDATION_FAILED'
  /**
   * The request names a query by its hash (Apollo's automatic persisted queries): send the query itself. Client
   * libraries do so without being told.
   */
  | 'PERSISTED_QUERY_NOT_SUPPORTED'
  /** `extensions.retryAfter` says in how many seconds to try again. */
  | 'RATE_LIMITED'
  /** The server is shedding load. `extensions.retryAfter` is in seconds. */
  | 'OVERLOADED'
  /** The database cannot be reached, or something changed while it was read: try again shortly. */
  | 'UNAVAILABLE'
  /** A bug of ours. `extensions.requestId` finds it in the log. */
  | 'INTERNAL';

/**
 * That whoever has an address may join an organization. It waits for 48 hours unless the operator
 * changed that.
 */
export type Invitation = Node & {
  __typename?: 'Invitation';
  id: Scalars['ID']['output'];
  /** To whom is invited it shows its name, and no members. */
  organization: Organization;
  /** To which address. */
  email: Scalars['String']['output'];
  /** As what to join. */
  role: OrganizationRole;
  /** Who invites. */
  invitedBy?: Maybe<User>;
  createdAt: Scalars['DateTime']['output'];
  /** Until when it can be accepted. */
  expiresAt: Scalars['DateTime']['output'];
};

/** What an invitation is for, as the holder of its mailed token sees it: show it before they accept it or register. */
export type InvitationPreview = {
  __typename?: 'InvitationPreview';
  /** Show it as text, never as a link, like every name here: somebody else chose it. */
  organizationName: Scalars['String']['output'];
  /** The role that the new member gets. */
  role: OrganizationRole;
  /** The display name of the inviter, else their username; null if it is not on record. */
  invitedByName?: Maybe<Scalars['String']['output']>;
  /** The address that is invited. */
  email: Scalars['String']['output'];
  /** When the invitation expires. */
  expiresAt: Scalars['DateTime']['output'];
};

/** Whom to invite. */
export type InviteMemberInput = {
  organizationId: Scalars['ID']['input'];
  /** At most 254 characters. It need not have an account yet. */
  email: Scalars['String']['input'];
  /** Admins may invite admins and members. */
  role?: OrganizationRole;
};

/** The invitation, which is mailed. */
export type InviteMemberPayload = {
  __typename?: 'InviteMemberPayload';
  invitation: Invitation;
};

/** Who wants to log in. */
export type LoginInput = {
  /** An email address or a username. */
  identifier: Scalars['String']['input'];
  password: Scalars['String']['input'];
  /** The organization to act for: access tokens of the session say so, and as what. Left out: none. */
  organizationId?: InputMaybe<Scalars['ID']['input']>;
};

/** A new session. */
export type LoginPayload = {
  __typename?: 'LoginPayload';
  token: TokenPair;
  session: Session;
  user: User;
};

/** Which session to end: the current one unless another is named, or all. */
export type LogoutInput = {
  sessionId?: InputMaybe<Scalars['ID']['input']>;
  revokeAllSessions?: Scalars['Boolean']['input'];
};

/** What a logout did. */
export type LogoutPayload = {
  __typename?: 'LogoutPayload';
  /** How many sessions ended: 0 when the one named was over already; of more than 10,000, at least so many. */
  revokedSessions: Scalars['Int']['output'];
};

/** That one user belongs to one organization, and as what. */
export type Membership = Node & {
  __typename?: 'Membership';
  id: Scalars['ID']['output'];
  user: User;
  organization: Organization;
  role: OrganizationRole;
  /** Since when the user belongs to the organization. */
  joinedAt: Scalars['DateTime']['output'];
};

/** A page of a list. */
export type MembershipConnection = {
  __typename?: 'MembershipConnection';
  /** Information to aid in pagination. */
  pageInfo: PageInfo;
  /** A list of edges. */
  edges: Array<MembershipEdge>;
  /** How many members there are on all pages. Costs a statement of its own. */
  totalCount: Scalars['Int']['output'];
  /** A list of nodes. */
  nodes: Array<Membership>;
};

/** An edge in a connection. */
export type MembershipEdge = {
  __typename?: 'MembershipEdge';
  /** The item at the end of the edge */
  node: Membership;
  /** A cursor for use in pagination */
  cursor: Scalars['String']['output'];
};

/** What can be changed. */
export type Mutation = {
  __typename?: 'Mutation';
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
  register: RegisterPayload;
  /**
   * Changes what the logged-in user is called.
   *
   * Errors: AUTH_USERNAME_EXISTS, RATE_LIMITED, VALIDATION_FAILED.
   */
  updateProfile: UpdateProfilePayload;
  /**
   * Deletes the account and everything about its user; nothing brings it back.
   *
   * Organizations that nobody else belongs to go with it. The sessions end with ACCOUNT_DELETED.
   *
   * Errors: AUTH_INVALID_CREDENTIALS; ORGANIZATION_LAST_OWNER when others would be left in an
   * organization without an owner; RATE_LIMITED, OVERLOADED.
   */
  deleteAccount: DeleteAccountPayload;
  /**
   * "This was not me": what the link in a notice is for.
   *
   * Ends every session, makes the password void, brings the account back to the address that the
   * notice was mailed to if it was changed, and mails a link there to choose a new password. For a year,
   * the void password and those that were replaced within `NOTICE_TTL` before are refused.
   *
   * Errors: AUTH_LINK_INVALID, RATE_LIMITED.
   */
  secureAccount: SecureAccountPayload;
  /**
   * Verifies an address with the token from the mailed link.
   *
   * Before, show the user who registered (`registration`), and offer `cancelRegistration`: it may have been somebody
   * else, who knows the password of the account.
   *
   * Errors: AUTH_LINK_INVALID, RATE_LIMITED.
   */
  verifyEmail: VerifyEmailPayload;
  /**
   * Answers alike for every address, so that it tells nobody which exist.
   *
   * Errors: VALIDATION_FAILED for what cannot be an address; RATE_LIMITED, whether or not it exists.
   */
  resendVerificationEmail: ResendVerificationEmailPayload;
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
  requestEmailChange: RequestEmailChangePayload;
  /**
   * Gives the account its new address with the token from the mailed link.
   *
   * Errors: AUTH_LINK_INVALID; AUTH_EMAIL_EXISTS when another account has the address by now;
   * RATE_LIMITED.
   */
  confirmEmailChange: ConfirmEmailChangePayload;
  /**
   * "I did not register": deletes the unverified account that somebody else made with the caller's address.
   *
   * Everything about it goes as with `deleteAccount`: its sessions, which end with ACCOUNT_DELETED, the organizations
   * that nobody else belongs to, and mail that waits. The address can be registered again at once. A verified account
   * is never deleted so.
   *
   * Errors: AUTH_LINK_INVALID (unknown, used or expired, or the address is verified), RATE_LIMITED.
   */
  cancelRegistration: CancelRegistrationPayload;
  /**
   * Checks a password and makes a session. An unverified user may log in.
   *
   * Errors: AUTH_INVALID_CREDENTIALS, RATE_LIMITED, OVERLOADED; with an organization,
   * ORGANIZATION_NOT_FOUND and AUTH_EMAIL_NOT_VERIFIED.
   */
  login: LoginPayload;
  /**
   * Exchanges a refresh token for the next one and a fresh access token.
   *
   * When an answer is lost, send the same token again: the same successor comes back. A token
   * that was used and whose successor was used too ends the session, since only a copy can be. So does
   * an access token of an answer that its client has given up for more than a minute by asking again.
   *
   * Errors: AUTH_REFRESH_TOKEN_INVALID, AUTH_SESSION_ENDED, RATE_LIMITED; VALIDATION_FAILED without a token;
   * with an organization, ORGANIZATION_NOT_FOUND and AUTH_EMAIL_NOT_VERIFIED: nothing is exchanged then.
   */
  refresh: RefreshPayload;
  /**
   * Lets the current session act for another organization of the logged-in user, or for none: makes an
   * access token that says so, and rotates nothing. Refreshes keep to it.
   *
   * Errors: ORGANIZATION_NOT_FOUND.
   */
  switchOrganization: SwitchOrganizationPayload;
  /**
   * Ends the current session, the one named, or all of them. An unverified user may log out too.
   *
   * Errors: SESSION_NOT_FOUND, VALIDATION_FAILED.
   */
  logout: LogoutPayload;
  /**
   * Ends one of the logged-in user's sessions. Its very next request is refused.
   *
   * Errors: SESSION_NOT_FOUND.
   */
  revokeSession: RevokeSessionPayload;
  /** Ends all of the logged-in user's sessions but the current one. Their very next requests are refused. */
  revokeOtherSessions: RevokeOtherSessionsPayload;
  /**
   * Sets a new password after checking the current one.
   *
   * Errors: AUTH_INVALID_CREDENTIALS, VALIDATION_FAILED, RATE_LIMITED, OVERLOADED.
   */
  changePassword: ChangePasswordPayload;
  /**
   * Answers alike for every address, so that it tells nobody which exist.
   *
   * A link that was mailed before is void from then on.
   *
   * Errors: VALIDATION_FAILED for what cannot be an address; RATE_LIMITED, whether or not it exists.
   */
  requestPasswordReset: RequestPasswordResetPayload;
  /**
   * Sets the password and ends every session.
   *
   * Also verifies the address that the link was mailed to, since it proves possession.
   * For a year after `secureAccount`, refuses the passwords that the account had: somebody else may know them.
   *
   * Errors: AUTH_LINK_INVALID, VALIDATION_FAILED, RATE_LIMITED, OVERLOADED.
   */
  resetPassword: ResetPasswordPayload;
  /**
   * Founds an organization, which the logged-in user owns.
   *
   * Errors: VALIDATION_FAILED, RATE_LIMITED.
   */
  createOrganization: CreateOrganizationPayload;
  /**
   * Gives an organization another name or slug, or both. For its owners.
   *
   * Errors: ORGANIZATION_NOT_FOUND, ORGANIZATION_ROLE_INSUFFICIENT, ORGANIZATION_SLUG_EXISTS,
   * AUTH_TOKEN_STALE, VALIDATION_FAILED, RATE_LIMITED.
   */
  updateOrganization: UpdateOrganizationPayload;
  /**
   * Deletes an organization with all of its memberships and invitations; nothing brings it back. For
   * its owners. The other owners are mailed a notice, the 50
   * longest-standing at most.
   *
   * Errors: ORGANIZATION_NOT_FOUND, ORGANIZATION_ROLE_INSUFFICIENT, AUTH_TOKEN_STALE, RATE_LIMITED.
   */
  deleteOrganization: DeleteOrganizationPayload;
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
  updateMemberRole: UpdateMemberRolePayload;
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
  removeMember: RemoveMemberPayload;
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
  inviteMember: InviteMemberPayload;
  /**
   * Withdraws an invitation: its link is void. For those who may make such a one.
   *
   * Errors: INVITATION_NOT_FOUND, ORGANIZATION_ROLE_INSUFFICIENT, AUTH_TOKEN_STALE, RATE_LIMITED.
   */
  revokeInvitation: RevokeInvitationPayload;
  /**
   * Makes the logged-in user a member, if the invitation is to their address.
   *
   * Errors: AUTH_LINK_INVALID (used, withdrawn or expired), INVITATION_NOT_FOUND (likewise, by id),
   * INVITATION_EMAIL_MISMATCH, MEMBERSHIP_EXISTS, VALIDATION_FAILED, RATE_LIMITED.
   */
  acceptInvitation: AcceptInvitationPayload;
  /**
   * Says no to an invitation to the logged-in user's address.
   *
   * Errors: AUTH_LINK_INVALID (used, withdrawn or expired), INVITATION_NOT_FOUND (likewise, by id),
   * INVITATION_EMAIL_MISMATCH, VALIDATION_FAILED, RATE_LIMITED.
   */
  declineInvitation: DeclineInvitationPayload;
};


/** What can be changed. */
export type MutationRegisterArgs = {
  input: RegisterInput;
};


/** What can be changed. */
export type MutationUpdateProfileArgs = {
  input: UpdateProfileInput;
};


/** What can be changed. */
export type MutationDeleteAccountArgs = {
  input: DeleteAccountInput;
};


/** What can be changed. */
export type MutationSecureAccountArgs = {
  input: SecureAccountInput;
};


/** What can be changed. */
export type MutationVerifyEmailArgs = {
  input: VerifyEmailInput;
};


/** What can be changed. */
export type MutationResendVerificationEmailArgs = {
  input: ResendVerificationEmailInput;
};


/** What can be changed. */
export type MutationRequestEmailChangeArgs = {
  input: RequestEmailChangeInput;
};


/** What can be changed. */
export type MutationConfirmEmailChangeArgs = {
  input: ConfirmEmailChangeInput;
};


/** What can be changed. */
export type MutationCancelRegistrationArgs = {
  input: CancelRegistrationInput;
};


/** What can be changed. */
export type MutationLoginArgs = {
  input: LoginInput;
};


/** What can be changed. */
export type MutationRefreshArgs = {
  input: RefreshInput;
};


/** What can be changed. */
export type MutationSwitchOrganizationArgs = {
  input: SwitchOrganizationInput;
};


/** What can be changed. */
export type MutationLogoutArgs = {
  input?: InputMaybe<LogoutInput>;
};


/** What can be changed. */
export type MutationRevokeSessionArgs = {
  input: RevokeSessionInput;
};


/** What can be changed. */
export type MutationChangePasswordArgs = {
  input: ChangePasswordInput;
};


/** What can be changed. */
export type MutationRequestPasswordResetArgs = {
  input: RequestPasswordResetInput;
};


/** What can be changed. */
export type MutationResetPasswordArgs = {
  input: ResetPasswordInput;
};


/** What can be changed. */
export type MutationCreateOrganizationArgs = {
  input: CreateOrganizationInput;
};


/** What can be changed. */
export type MutationUpdateOrganizationArgs = {
  input: UpdateOrganizationInput;
};


/** What can be changed. */
export type MutationDeleteOrganizationArgs = {
  input: DeleteOrganizationInput;
};


/** What can be changed. */
export type MutationUpdateMemberRoleArgs = {
  input: UpdateMemberRoleInput;
};


/** What can be changed. */
export type MutationRemoveMemberArgs = {
  input: RemoveMemberInput;
};


/** What can be changed. */
export type MutationInviteMemberArgs = {
  input: InviteMemberInput;
};


/** What can be changed. */
export type MutationRevokeInvitationArgs = {
  input: RevokeInvitationInput;
};


/** What can be changed. */
export type MutationAcceptInvitationArgs = {
  input: AcceptInvitationInput;
};


/** What can be changed. */
export type MutationDeclineInvitationArgs = {
  input: DeclineInvitationInput;
};

/** An object with an id of its own. */
export type Node = {
  /** Names the object, among all objects of any type. */
  id: Scalars['ID']['output'];
};

/** A group of users. */
export type Organization = Node & {
  __typename?: 'Organization';
  id: Scalars['ID']['output'];
  /** For people: 1 to 100 characters of any script. */
  name: Scalars['String']['output'];
  /** For URLs: unique; 1 to 64 lower-case letters, digits, and single hyphens between them. */
  slug: Scalars['String']['output'];
  /** When it was founded. */
  createdAt: Scalars['DateTime']['output'];
  /**
   * Who belongs to it, oldest first. Nobody, for those who do not belong to it themselves.
   *
   * A page has 50 members unless `first` or `last` says otherwise, and never more than 100.
   */
  members: MembershipConnection;
  /** For owners and admins; null for members. Those that wait for an answer, oldest first. */
  invitations?: Maybe<Array<Invitation>>;
};


/** A group of users. */
export type OrganizationMembersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};

/** What a member may do. */
export type OrganizationRole =
  /** Everything. */
  | 'OWNER'
  /** Manage members, but no owners. */
  | 'ADMIN'
  /** Read. */
  | 'MEMBER';

/** Information about pagination in a connection. */
export type PageInfo = {
  __typename?: 'PageInfo';
  /** When paginating backwards, are there more items? */
  hasPreviousPage: Scalars['Boolean']['output'];
  /** When paginating forwards, are there more items? */
  hasNextPage: Scalars['Boolean']['output'];
  /** When paginating backwards, the cursor to continue. */
  startCursor?: Maybe<Scalars['String']['output']>;
  /** When paginating forwards, the cursor to continue. */
  endCursor?: Maybe<Scalars['String']['output']>;
};

/** What the server thinks of a password. */
export type PasswordCheck = {
  __typename?: 'PasswordCheck';
  /**
   * Whether `register`, `changePassword` and `resetPassword` would take it from an owner with these names. Give every name
   * that the owner has: a password that holds one is easier to guess.
   */
  acceptable: Scalars['Boolean']['output'];
  /** 0 (guessed at once) to 4. */
  score: Scalars['Int']['output'];
  /** Why it would not be taken; empty if it would. */
  problems: Array<PasswordProblem>;
  /** How to make it better, in English. */
  suggestions: Array<Scalars['String']['output']>;
};

/** What the server asks of a new password. */
export type PasswordPolicy = {
  __typename?: 'PasswordPolicy';
  /** Fewest characters. */
  minLength: Scalars['Int']['output'];
  /** Most characters. */
  maxLength: Scalars['Int']['output'];
  /** Lowest zxcvbn score, 0 (guessed at once) to 4. */
  minScore: Scalars['Int']['output'];
};

/** Why a password is not taken. */
export type PasswordProblem =
  /** Shorter than `PasswordPolicy.minLength`. */
  | 'TOO_SHORT'
  /** Longer than `PasswordPolicy.maxLength`. */
  | 'TOO_LONG'
  /** Among the passwords that attackers try first, or like one of them. */
  | 'TOO_COMMON'
  /** Its score is below `PasswordPolicy.minScore`. */
  | 'TOO_GUESSABLE'
  /** Too guessable, and it holds the user's own name or address. */
  | 'CONTAINS_IDENTITY';

/** An account whose address nobody has verified yet: who registered with it, when, and from which device. */
export type PendingRegistration = {
  __typename?: 'PendingRegistration';
  /** The address that the link would verify. */
  email: Scalars['String']['output'];
  username: Scalars['String']['output'];
  registeredAt: Scalars['DateTime']['output'];
  /**
   * What the device that registered calls itself: its `X-Device-Name`, else its `User-Agent`. Show it as text, never
   * as a link: the person who registered chose it. Null if it did not say, or if that is no longer on record.
   */
  device?: Maybe<Scalars['String']['output']>;
};

/** What can be asked. */
export type Query = {
  __typename?: 'Query';
  /** The logged-in user. */
  me: User;
  /** Who is calling, also before their address is verified: the place to learn which address waits for that. */
  viewer: Viewer;
  /**
   * An object that the viewer may see, else null: a user or an organization that they share, one of their sessions, a
   * membership in one of their organizations, an invitation to them or into an organization that they manage.
   *
   * Errors: AUTH_TOKEN_STALE.
   */
  node?: Maybe<Node>;
  /**
   * The signed-in user's sessions, newest first. Only live ones, unless `includeExpired`.
   *
   * A page has 50 sessions unless `first` or `last` says otherwise, and never more than 100.
   */
  sessions: SessionConnection;
  /** What the server asks of a password, from the code that enforces it. */
  passwordPolicy: PasswordPolicy;
  /**
   * Judges a password before it is submitted, by the names in the input and, if the caller is logged in, by theirs.
   * Stores nothing. May stand once in an operation, and
   * needs POST: a password must not stand in a URL.
   *
   * Errors: RATE_LIMITED, OVERLOADED.
   */
  checkPassword: PasswordCheck;
  /**
   * What happened to the logged-in user's account, the latest first.
   *
   * A page has 50 events unless `first` or `last` says otherwise, and never more than 100. What was
   * tried and refused is there a moment after it was.
   */
  securityEvents: SecurityEventConnection;
  /** An organization that the signed-in user belongs to, else null. */
  organization?: Maybe<Organization>;
  /**
   * What an invitation is for, by its mailed token: to be shown before `acceptInvitation`, or before `register` with the
   * same token.
   *
   * Does not use the invitation up. May stand once in an operation, and needs POST: a token must not stand in a URL.
   *
   * Errors: AUTH_LINK_INVALID (unknown, answered, withdrawn or expired), RATE_LIMITED.
   */
  invitation?: Maybe<InvitationPreview>;
  /** Invitations to the signed-in user's address that still wait for an answer. */
  invitations: Array<Invitation>;
  /** How people get in: show a link to register only where it leads somewhere. */
  signInOptions: SignInOptions;
  /**
   * Who registered with the address that a mailed link would verify: to be shown before the button that calls
   * `verifyEmail`, beside one that calls `cancelRegistration`.
   *
   * Does not use the link up. May stand once in an operation, and needs POST: a token must not stand in a URL.
   *
   * Errors: AUTH_LINK_INVALID (unknown, used or expired, or the address is verified), RATE_LIMITED.
   */
  registration: PendingRegistration;
  /**
   * For a gateway: the users and organizations that other subgraphs refer to, each null unless the
   * logged-in user may see it.
   *
   * Errors: VALIDATION_FAILED when one is neither a user nor an organization, or has no `id`.
   */
  _entities: Array<Maybe<_Entity>>;
  /** For a gateway: this service's schema. */
  _service: _Service;
};


/** What can be asked. */
export type QueryNodeArgs = {
  id: Scalars['ID']['input'];
};


/** What can be asked. */
export type QuerySessionsArgs = {
  includeExpired?: Scalars['Boolean']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};


/** What can be asked. */
export type QueryCheckPasswordArgs = {
  input: CheckPasswordInput;
};


/** What can be asked. */
export type QuerySecurityEventsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};


/** What can be asked. */
export type QueryOrganizationArgs = {
  id: Scalars['ID']['input'];
};


/** What can be asked. */
export type QueryInvitationArgs = {
  token: Scalars['String']['input'];
};


/** What can be asked. */
export type QueryRegistrationArgs = {
  token: Scalars['String']['input'];
};


/** What can be asked. */
export type Query_EntitiesArgs = {
  representations: Array<Scalars['_Any']['input']>;
};

/** Which session to keep alive. */
export type RefreshInput = {
  /**
   * The newest one of the session. A client that lost the answer may send the one before again.
   * With `X-Token-Delivery: cookie`, leave it out: the cookie has it.
   */
  refreshToken?: InputMaybe<Scalars['String']['input']>;
  /**
   * The organization to act for from now on. Left out: the same as before, as long as the user belongs
   * to it.
   */
  organizationId?: InputMaybe<Scalars['ID']['input']>;
};

/** The session with its next tokens. */
export type RefreshPayload = {
  __typename?: 'RefreshPayload';
  token: TokenPair;
  session: Session;
};

/** Whom to register. */
export type RegisterInput = {
  /** At most 254 characters; unique whatever the letter case. A link is mailed to it, unless `invitationToken` proves it. */
  email: Scalars['String']['input'];
  /** 2 to 32 letters, digits, `.`, `_` or `-`, beginning with a letter or digit. Names such as `admin` are reserved. */
  username: Scalars['String']['input'];
  /** Hard to guess, and 8 (unless the operator asks for more) to 256 characters of any kind. */
  password: Scalars['String']['input'];
  /** 1 to 100 characters of any script. */
  displayName?: InputMaybe<Scalars['String']['input']>;
  /**
   * The name of the user's first organization; made from theirs if left out. With `invitationToken`, the user founds an
   * organization only if this is given.
   */
  organizationName?: InputMaybe<Scalars['String']['input']>;
  /**
   * From an invitation's mail, `lkm_…`: the account is verified at once, joins that organization, and founds none of
   * its own unless `organizationName` is given. `email` must be the address that was invited.
   */
  invitationToken?: InputMaybe<Scalars['String']['input']>;
};

/**
 * The new user. They can log in at once, unless the operator conceals accounts; most fields wait until
 * the address is verified.
 */
export type RegisterPayload = {
  __typename?: 'RegisterPayload';
  user: User;
};

/** Who may register. */
export type RegistrationMode =
  /** Everybody. */
  | 'OPEN'
  /** Those with an invitation: `register` needs its `invitationToken`. */
  | 'INVITATION'
  /** Nobody: `register` answers AUTH_REGISTRATION_CLOSED. */
  | 'CLOSED';

/** Which membership to end. */
export type RemoveMemberInput = {
  membershipId: Scalars['ID']['input'];
};

/** The membership is over. */
export type RemoveMemberPayload = {
  __typename?: 'RemoveMemberPayload';
  removedMembershipId: Scalars['ID']['output'];
};

/** A change of address. */
export type RequestEmailChangeInput = {
  /** At most 254 characters; unique whatever the letter case. A link is mailed to it. */
  newEmail: Scalars['String']['input'];
  password: Scalars['String']['input'];
};

/** The answer to a change of address: a link is mailed to the new one. */
export type RequestEmailChangePayload = {
  __typename?: 'RequestEmailChangePayload';
  /** Always true. */
  accepted: Scalars['Boolean']['output'];
};

/** Who forgot a password. */
export type RequestPasswordResetInput = {
  email: Scalars['String']['input'];
};

/** Whether a mail was sent stays untold. */
export type RequestPasswordResetPayload = {
  __typename?: 'RequestPasswordResetPayload';
  /** Always true. */
  accepted: Scalars['Boolean']['output'];
};

/** Where to mail a further link. */
export type ResendVerificationEmailInput = {
  email: Scalars['String']['input'];
};

/** Whether a mail was sent stays untold. */
export type ResendVerificationEmailPayload = {
  __typename?: 'ResendVerificationEmailPayload';
  /** Always true. */
  accepted: Scalars['Boolean']['output'];
};

/** A new password for a forgotten one. */
export type ResetPasswordInput = {
  /**
   * From the mailed link, `lkm_…`. Good for one use, for 30 minutes unless the operator changed
   * that, and until a newer link is asked for. A password that is refused does not use it up.
   */
  token: Scalars['String']['input'];
  /** Hard to guess, and 8 (unless the operator asks for more) to 256 characters of any kind. */
  newPassword: Scalars['String']['input'];
};

/** The user, whose address is verified now. */
export type ResetPasswordPayload = {
  __typename?: 'ResetPasswordPayload';
  user: User;
};

/** Which invitation to withdraw. */
export type RevokeInvitationInput = {
  invitationId: Scalars['ID']['input'];
};

/** The invitation is gone, and its link is void. */
export type RevokeInvitationPayload = {
  __typename?: 'RevokeInvitationPayload';
  revokedInvitationId: Scalars['ID']['output'];
};

/** The current session is the only one. */
export type RevokeOtherSessionsPayload = {
  __typename?: 'RevokeOtherSessionsPayload';
  /** How many sessions ended; of more than 10,000, at least so many. */
  revokedSessions: Scalars['Int']['output'];
};

/** Which session to end. */
export type RevokeSessionInput = {
  sessionId: Scalars['ID']['input'];
};

/** The ended session. */
export type RevokeSessionPayload = {
  __typename?: 'RevokeSessionPayload';
  session: Session;
};

/** The answer to a notice. */
export type SecureAccountInput = {
  /**
   * From the link in the notice, `lkm_…`. Good for one use, for 7 days unless the operator changed
   * that.
   */
  token: Scalars['String']['input'];
};

/** The account is safe, and waits for a new password. */
export type SecureAccountPayload = {
  __typename?: 'SecureAccountPayload';
  /** Where the link to choose a new password was mailed: where the notice had gone. */
  email: Scalars['String']['output'];
  /** How many sessions ended; of more than 10,000, at least so many. */
  revokedSessions: Scalars['Int']['output'];
};

/** Something that happened to the logged-in user's account. */
export type SecurityEvent = {
  __typename?: 'SecurityEvent';
  id: Scalars['ID']['output'];
  kind: SecurityEventKind;
  occurredAt: Scalars['DateTime']['output'];
  /**
   * The address of the client that did it. Null if somebody else did it: an owner or admin of an
   * organization.
   */
  ipAddress?: Maybe<Scalars['String']['output']>;
  /** What that client told about itself. */
  device: Device;
  /** The session that was made or ended; it may not be listed any more. */
  sessionId?: Maybe<Scalars['ID']['output']>;
  /** Why that session ended. */
  endReason?: Maybe<SessionEndReason>;
  /** The field of this API that was tried, of what was refused. */
  operation?: Maybe<Scalars['String']['output']>;
  /** The organization that it was about; it may be gone by now. */
  organizationId?: Maybe<Scalars['ID']['output']>;
};

/** A page of a list. */
export type SecurityEventConnection = {
  __typename?: 'SecurityEventConnection';
  /** Information to aid in pagination. */
  pageInfo: PageInfo;
  /** A list of edges. */
  edges: Array<SecurityEventEdge>;
  /** How many events there are on all pages. Costs a statement of its own. */
  totalCount: Scalars['Int']['output'];
  /** A list of nodes. */
  nodes: Array<SecurityEvent>;
};

/** An edge in a connection. */
export type SecurityEventEdge = {
  __typename?: 'SecurityEventEdge';
  /** The item at the end of the edge */
  node: SecurityEvent;
  /** A cursor for use in pagination */
  cursor: Scalars['String']['output'];
};

/** What happened. More kinds may come: show those that you do not know by their names. */
export type SecurityEventKind =
  /** The account was made. */
  | 'REGISTERED'
  /** A mailed link proved the address. */
  | 'EMAIL_VERIFIED'
  /**
   * Somebody logged in. Without `sessionId`: somebody gave the right password to the field in `operation`,
   * and was refused for another reason, which told them that the password is right.
   */
  | 'LOGIN_SUCCEEDED'
  /** Somebody tried to log in, with a wrong password. */
  | 'LOGIN_FAILED'
  /** Somebody who was logged in gave a wrong password where it is asked for again. */
  | 'PASSWORD_REFUSED'
  /** Something was tried on the account more often than is allowed. Not each time is told: about once an hour. */
  | 'LIMIT_REACHED'
  /** A refresh token was shown that only a copy could be: perhaps it was stolen. */
  | 'REFRESH_TOKEN_REUSED'
  /**
   * A token was newer than the database, which was restored from a backup or lost its latest changes: its
   * session went on from there.
   */
  | 'SESSION_RECOVERED'
  /**
   * Somebody, or something above, ended a session before its time. Of more than 500
   * sessions that end at once, the newest 500 have an event each.
   */
  | 'SESSION_ENDED'
  /** The password was changed by somebody who knew it. */
  | 'PASSWORD_CHANGED'
  /** A link to reset the password was asked for. */
  | 'PASSWORD_RESET_REQUESTED'
  /** The password was reset by a mailed link. */
  | 'PASSWORD_RESET'
  /** A change of address was asked for. */
  | 'EMAIL_CHANGE_REQUESTED'
  /** The account has another address. */
  | 'EMAIL_CHANGED'
  /** The account has another username. */
  | 'USERNAME_CHANGED'
  /** The link in a notice was followed: "this was not me". */
  | 'ACCOUNT_SECURED'
  /** The user founded an organization. */
  | 'ORGANIZATION_CREATED'
  /** The user gave an organization another name or slug. */
  | 'ORGANIZATION_UPDATED'
  /** An organization that the user belonged to was deleted, by them if there is an address. */
  | 'ORGANIZATION_DELETED'
  /** The user invited somebody. */
  | 'MEMBER_INVITED'
  /** The user withdrew an invitation. */
  | 'INVITATION_REVOKED'
  /** The user joined an organization. */
  | 'INVITATION_ACCEPTED'
  /** The user declined an invitation. */
  | 'INVITATION_DECLINED'
  /** A role was changed: by the user if there is an address, and else the user's own. */
  | 'MEMBER_ROLE_CHANGED'
  /** A membership was ended: by the user if there is an address, and else the user's own. */
  | 'MEMBER_REMOVED';

/** A logged-in device. */
export type Session = Node & {
  __typename?: 'Session';
  id: Scalars['ID']['output'];
  device: Device;
  /** The client's address at login, or at the latest refresh. */
  ipAddress?: Maybe<Scalars['String']['output']>;
  status: SessionStatus;
  /** Whether this request was made with this session, or made it. */
  current: Scalars['Boolean']['output'];
  /** When the user logged in. */
  createdAt: Scalars['DateTime']['output'];
  /**
   * The latest login, refresh, or first use of a refresh's tokens: exact to the life of an access
   * token, since writing at each request would cost each request.
   */
  lastUsedAt: Scalars['DateTime']['output'];
  /** When the session ends unless it is refreshed before. */
  expiresAt: Scalars['DateTime']['output'];
  /** When the session ended; null while it lives. */
  endedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Why the session ended; null while it lives. */
  endReason?: Maybe<SessionEndReason>;
};

/** A page of a list. */
export type SessionConnection = {
  __typename?: 'SessionConnection';
  /** Information to aid in pagination. */
  pageInfo: PageInfo;
  /** A list of edges. */
  edges: Array<SessionEdge>;
  /** How many sessions there are on all pages. Costs a statement of its own. */
  totalCount: Scalars['Int']['output'];
  /** A list of nodes. */
  nodes: Array<Session>;
};

/** An edge in a connection. */
export type SessionEdge = {
  __typename?: 'SessionEdge';
  /** The item at the end of the edge */
  node: Session;
  /** A cursor for use in pagination */
  cursor: Scalars['String']['output'];
};

/** Why a session is over. */
export type SessionEndReason =
  /** The user logged out of it. */
  | 'LOGOUT'
  /** The user logged out everywhere. */
  | 'LOGOUT_ALL'
  /** The user ended it from another session. */
  | 'REVOKED'
  /** The user set a new password. */
  | 'PASSWORD_CHANGED'
  /** The user reset a forgotten password. */
  | 'PASSWORD_RESET'
  /** A refresh token was shown that only a copy could be: perhaps it was stolen. */
  | 'REFRESH_TOKEN_REUSED'
  /** It was not refreshed for too long. */
  | 'IDLE'
  /** It reached its highest age. */
  | 'EXPIRED'
  /** The account was deleted. */
  | 'ACCOUNT_DELETED'
  /** The owner answered a notice with "this was not me": every session ended. */
  | 'ACCOUNT_SECURED'
  /** The service does not know it any more: its database was restored from before the login. */
  | 'LOST';

/** Whether a session can be used. */
export type SessionStatus =
  | 'ACTIVE'
  /** It ran out: not refreshed for too long, or at its highest age. */
  | 'EXPIRED'
  /** Somebody or something ended it before its time. */
  | 'REVOKED';

/** How people get in, so that a page shows only what will work. */
export type SignInOptions = {
  __typename?: 'SignInOptions';
  /** Who may register. */
  registration: RegistrationMode;
  /**
   * Whether `login` works before the address is verified. If not, the operator conceals accounts: a user who
   * mistyped their address must register again, with another username.
   */
  unverifiedLogin: Scalars['Boolean']['output'];
};

/** Which organization to act for. */
export type SwitchOrganizationInput = {
  /** Null or left out: none. */
  organizationId?: InputMaybe<Scalars['ID']['input']>;
};

/** An access token for the organization. The refresh token stays what it is. */
export type SwitchOrganizationPayload = {
  __typename?: 'SwitchOrganizationPayload';
  /** For `Authorization: Bearer`. A JWT (RFC 9068), with the claims `org` and `org_role`. */
  accessToken: Scalars['String']['output'];
  /** Always `Bearer`. */
  tokenType: Scalars['String']['output'];
  /** Seconds until the access token expires. */
  expiresIn: Scalars['Int']['output'];
  /** Null: the token is for none. */
  organization?: Maybe<Organization>;
  /** What the user is there. */
  role?: Maybe<OrganizationRole>;
};

/** What a client needs to act as the user. */
export type TokenPair = {
  __typename?: 'TokenPair';
  /** For `Authorization: Bearer`. A JWT (RFC 9068). */
  accessToken: Scalars['String']['output'];
  /** Always `Bearer`. */
  tokenType: Scalars['String']['output'];
  /** Seconds until the access token expires. */
  expiresIn: Scalars['Int']['output'];
  /**
   * For `refresh`. Good until its successor is used. Empty with `X-Token-Delivery: cookie`, which
   * puts it into a cookie that no script can read.
   */
  refreshToken: Scalars['String']['output'];
  /** When the session ends unless it is refreshed before. */
  refreshExpiresAt: Scalars['DateTime']['output'];
};

/** Another role for a member. */
export type UpdateMemberRoleInput = {
  membershipId: Scalars['ID']['input'];
  role: OrganizationRole;
};

/** The membership with its role. */
export type UpdateMemberRolePayload = {
  __typename?: 'UpdateMemberRolePayload';
  membership: Membership;
};

/** What to change; what is left out or null stays. */
export type UpdateOrganizationInput = {
  organizationId: Scalars['ID']['input'];
  /** 1 to 100 characters of any script. The slug stays. */
  name?: InputMaybe<Scalars['String']['input']>;
  /**
   * 1 to 64 lower-case letters, digits, and single hyphens between them; names such as `admin` are reserved. Access
   * tokens carry it from the next refresh on.
   */
  slug?: InputMaybe<Scalars['String']['input']>;
};

/** The changed organization. */
export type UpdateOrganizationPayload = {
  __typename?: 'UpdateOrganizationPayload';
  organization: Organization;
};

/** What to change; what is left out stays. */
export type UpdateProfileInput = {
  /** Left out or null: unchanged. Access tokens carry the new name from the next refresh on. */
  username?: InputMaybe<Scalars['String']['input']>;
  /** Left out: unchanged; null: removed. */
  displayName?: InputMaybe<Scalars['String']['input']>;
};

/** The changed user. */
export type UpdateProfilePayload = {
  __typename?: 'UpdateProfilePayload';
  user: User;
};

/** A registered person. */
export type User = Node & {
  __typename?: 'User';
  id: Scalars['ID']['output'];
  /** As the user wrote it. */
  email: Scalars['String']['output'];
  /** Whether the user has proved that the address is theirs. */
  emailVerified: Scalars['Boolean']['output'];
  /** 2 to 32 letters, digits, `.`, `_` or `-`; unique whatever the letter case. */
  username: Scalars['String']['output'];
  /** How the user wants to be called: 1 to 100 characters of any script. */
  displayName?: Maybe<Scalars['String']['output']>;
  /** When the user registered. */
  createdAt: Scalars['DateTime']['output'];
  /** When anything above last changed. */
  updatedAt: Scalars['DateTime']['output'];
  /** Where the user belongs, oldest first. Of others one sees only what one shares with them. */
  memberships: Array<Membership>;
};

/** The proof of an address. */
export type VerifyEmailInput = {
  /** From the mailed link, `lkm_…`. Good for one use. */
  token: Scalars['String']['input'];
};

/** The user, verified. */
export type VerifyEmailPayload = {
  __typename?: 'VerifyEmailPayload';
  user: User;
};

/** Who is calling, and with which session. */
export type Viewer = {
  __typename?: 'Viewer';
  user: User;
  session: Session;
};

/** What other subgraphs may refer to. */
export type _Entity = Organization | User;

/** This service, as a gateway asks for it. */
export type _Service = {
  __typename?: '_Service';
  /** The schema: the same that clients generate their types from. */
  sdl: Scalars['String']['output'];
};
