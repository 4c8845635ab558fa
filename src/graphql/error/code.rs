//! The codes of errors.

use async_graphql::resolver_utils::EnumType;
use async_graphql::{Enum, InputType, Value};

/// The value of `extensions.code` of every error that this API raises. Decide by the code; the message is for people, and
/// may change.
///
/// More codes may come: handle one that you do not know like INTERNAL.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// Another account has this email address, or had it until recently. In the second case, its owner can still take it
    /// back, and `extensions.availableAt` is the time from which it is free. Ask for another address.
    AuthEmailExists,
    /// Another account has this username. Ask for another one.
    AuthUsernameExists,
    /// Registration is closed, or needs an invitation. Read `signInOptions` before you show a form.
    AuthRegistrationClosed,
    /// The user is unknown or the password is wrong. The error does not say which of the two.
    AuthInvalidCredentials,
    /// The password was right, and the account has a second factor. `extensions.challenge` is the token for `completeLogin`,
    /// `extensions.methods` are the ways to answer it (each a SecondFactorMethod), and `extensions.expiresAt` is the time
    /// until which it can be answered.
    AuthSecondFactorRequired,
    /// The code is wrong, or was used before; or the answer of a passkey does not verify, and the message says why. A code of an
    /// authenticator app is good for one use: ask for the next one.
    AuthSecondFactorInvalid,
    /// The challenge, the ceremony or the set-up is unknown, finished or expired, or there were too many wrong answers. Start
    /// again.
    AuthChallengeInvalid,
    /// The session is not fresh enough for this field. Call `reauthenticate`, then repeat the request.
    /// `extensions.methods` are the ways to do so (each a ReauthenticationMethod), and `extensions.maxAge` is the number of
    /// seconds for which the session is fresh then.
    AuthReauthenticationRequired,
    /// The request has no bearer token, or one that is malformed, forged or from another issuer. Sign the user in.
    AuthUnauthenticated,
    /// The access token is genuine but has expired. Call `refresh`, then repeat the request.
    AuthTokenExpired,
    /// The session has ended. `extensions.reason` is a SessionEndReason; `extensions.endedAt` is the time, or null if it is
    /// not on record. Sign the user in again.
    AuthSessionEnded,
    /// The user's role in the organization of the access token has changed since the token was issued. Call `refresh`, then
    /// repeat the request.
    AuthTokenStale,
    /// The user's email address is not verified yet. Offer `resendVerificationEmail`.
    AuthEmailNotVerified,
    /// The refresh token is not from this service. A genuine one of a session that has ended is refused with
    /// AUTH_SESSION_ENDED instead. Sign the user in again.
    AuthRefreshTokenInvalid,
    /// The token of a mailed link is unknown, used up or expired. Offer to send a new mail.
    AuthLinkInvalid,
    /// The account has no second factor. Offer `startTotpSetup`.
    SecondFactorNotFound,
    /// The passkey does not exist, or is another user's. From `completePasskeyLogin`, it was removed: tell the password manager with
    /// `PublicKeyCredential.signalUnknownCredential`. In a list of passkeys, reload the list.
    PasskeyNotFound,
    /// The authenticator has a passkey that is registered already. Sign in with it.
    PasskeyExists,
    /// The account has 20 passkeys, the most that it may have. Remove one first.
    TooManyPasskeys,
    /// It is the account's last way to sign in. Add another one first: a passkey or a password.
    LastSignInMethod,
    /// The session does not exist, or is another user's.
    SessionNotFound,
    /// The organization does not exist, or the user is not a member of it.
    OrganizationNotFound,
    /// The user is a member of the organization, but their role does not permit this.
    OrganizationRoleInsufficient,
    /// Another organization has this slug. Ask for another one.
    OrganizationSlugExists,
    /// The membership does not exist, or belongs to an organization that the user is not a member of.
    MembershipNotFound,
    /// The user is a member of the organization already.
    MembershipExists,
    /// The invitation does not exist, no longer waits for an answer, or is somebody else's.
    InvitationNotFound,
    /// The organization has invited this address already. Revoke that invitation to send another.
    InvitationExists,
    /// The invitation was sent to another address than the account's. Sign in with the account that has that address.
    InvitationEmailMismatch,
    /// An organization would be left without an owner. `extensions.organizations` lists each of them:
    /// `[{id, name, slug}]`. Make another member an owner first, or delete the organization.
    OrganizationLastOwner,
    /// The request or its input breaks a rule. `extensions.fields` lists each part: `[{path, message}]`, where the message is
    /// a whole sentence. A path begins with `input` or the name of an argument; if the request itself is wrong, it is `query`,
    /// `operationName`, `variables`, `body` or `headers.…`.
    ValidationFailed,
    /// The request names a query by its hash (Apollo's automatic persisted queries). Send the query itself; client libraries
    /// do so on their own.
    PersistedQueryNotSupported,
    /// There were too many attempts. Try again after `extensions.retryAfter` seconds.
    RateLimited,
    /// The server has more work than it can do in time. Try again after `extensions.retryAfter` seconds.
    Overloaded,
    /// The database cannot be reached, or something changed while it was read. Try again shortly.
    Unavailable,
    /// The service failed in a way that it should not. Report `extensions.requestId` to the operator, who finds the cause in
    /// the log.
    Internal,
}

impl ErrorCode {
    /// The code as a value of `extensions.code`.
    pub(in crate::graphql) fn value(self) -> Value {
        self.to_value()
    }

    /// The code as text.
    pub(in crate::graphql) fn name(self) -> &'static str {
        let item = Self::items().iter().find(|item| item.value == self);
        item.map_or("", |item| item.name)
    }
}
