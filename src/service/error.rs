//! The refusals and failures of the service, and the conversions of errors that several operations meet.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::{
    Denied, MAX_PASSKEYS, Organization, PasskeyProblem, PlainToken, ReauthenticationMethod,
    SecondFactorMethod, SessionEnd,
};
use crate::service::hasher::HasherError;
use crate::store::{
    AddressClaim, ConfirmationError, LinkError, MembershipError, NameTaken, OrganizationError,
    SpendError, StoreError,
};

/// A refusal, or a failure. `graphql::error` gives each its code.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    #[error("an account with this email address exists")]
    EmailExists,
    /// The former owner of the address may take it back until this moment.
    #[error(
        "this email address belonged to another account until recently, whose owner can take it back until {}: use another address, or try again after that",
        until.format("%Y-%m-%d %H:%M UTC")
    )]
    EmailReserved { until: DateTime<Utc> },
    #[error("registration is closed: ask the operator for an account")]
    RegistrationClosed,
    #[error("registration is by invitation: follow the link in the mail that invites you")]
    RegistrationByInvitation,
    #[error("this username is taken")]
    UsernameExists,
    /// The same text for a wrong password and an unknown user, because it must not reveal which.
    #[error("the username, email address or password is wrong")]
    InvalidCredentials,
    #[error("the current password is wrong")]
    WrongPassword,
    /// The password was right, and the account has a second factor.
    #[error("the account has a second factor: give a code, or a recovery code")]
    SecondFactorRequired(Box<LoginChallenge>),
    #[error("the code is wrong, or was used before: give another one")]
    SecondFactorInvalid,
    #[error("the passkey was refused: {0}")]
    PasskeyRefused(PasskeyProblem),
    #[error("this attempt is unknown, finished or expired: start again")]
    ChallengeInvalid,
    #[error("the account has no second factor: set one up first")]
    SecondFactorNotFound,
    #[error("there is no such passkey")]
    PasskeyNotFound,
    #[error("this passkey is registered already: sign in with it")]
    PasskeyExists,
    #[error("an account has at most {MAX_PASSKEYS} passkeys: remove one first")]
    TooManyPasskeys,
    #[error("this is the last way to sign in to the account: add another one first")]
    LastSignInMethod,
    #[error("this needs a recent proof of who you are: prove it, then try again")]
    ReauthenticationRequired(ReauthenticationNeed),
    #[error("this needs a valid access token: log in")]
    Unauthenticated,
    #[error("the access token has expired: refresh it")]
    TokenExpired,
    /// `None` if the end is so long ago that the session is no longer on record.
    #[error("the session has ended: log in again")]
    SessionEnded(Option<SessionEnd>),
    /// The session was made after the backup that was restored, or in commits that a failover lost.
    #[error("the session is not on record: log in again")]
    SessionLost,
    /// The session ended, or lost its freshness, while the request was on its way. The next request gets the reason.
    #[error(
        "the session changed while the request was carried out, and nothing was done: try again"
    )]
    SessionChanged,
    #[error("the refresh token is not valid: log in again")]
    RefreshTokenInvalid,
    #[error("the link is unknown, used up or expired: ask for another")]
    LinkInvalid,
    #[error("there is no such session")]
    SessionNotFound,
    #[error("the email address must be verified first: follow the link in the mail")]
    EmailNotVerified,
    #[error("the user's role has changed since the access token was made: refresh it")]
    TokenStale,
    #[error("there is no such organization")]
    OrganizationNotFound,
    #[error("the user's role in the organization does not let them do this")]
    RoleInsufficient,
    #[error("another organization has this slug")]
    SlugExists,
    #[error("there is no such membership")]
    MembershipNotFound,
    #[error("this person belongs to the organization already")]
    MembershipExists,
    #[error("there is no such invitation")]
    InvitationNotFound,
    #[error("this address is invited already: withdraw that invitation to send another")]
    InvitationExists,
    #[error("the invitation is to another email address: log in with the account that has it")]
    InvitationEmailMismatch,
    /// The user is the last owner of these organizations, which have other members.
    #[error("an organization must keep an owner: make another member an owner first")]
    LastOwner(Vec<Organization>),
    /// A field of the input breaks a rule; `message` says which, for a person.
    #[error("{field} {message}")]
    Invalid {
        field: &'static str,
        message: String,
    },
    /// The client, or another one, has tried too often.
    #[error("too many attempts: try again in {retry_after} seconds")]
    RateLimited { retry_after: u64 },
    /// More work is waiting than can be done in time.
    #[error("the server is busy: try again in {retry_after} seconds")]
    Overloaded { retry_after: u64 },
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A bug or a failure of the machine, not a mistake of the caller.
    #[error("{0}")]
    Unexpected(String),
}

/// The second step of a login.
#[derive(Debug)]
pub struct LoginChallenge {
    pub token: PlainToken,
    pub methods: Vec<SecondFactorMethod>,
    pub expires_at: DateTime<Utc>,
}

/// A proof that a session needs.
#[derive(Debug)]
pub struct ReauthenticationNeed {
    /// The ways to prove it.
    pub methods: Vec<ReauthenticationMethod>,
    /// The maximum age of the proof.
    pub max_age: TimeDelta,
}

impl AuthError {
    /// Returns the refusal of a reserved name.
    pub(super) fn reserved(field: &'static str) -> Self {
        Self::Invalid {
            field,
            message: "is reserved: choose another".to_owned(),
        }
    }
}

impl From<AddressClaim> for AuthError {
    fn from(claim: AddressClaim) -> Self {
        match claim {
            AddressClaim::Account => Self::EmailExists,
            AddressClaim::FormerOwner { until } => Self::EmailReserved { until },
        }
    }
}

impl From<NameTaken> for AuthError {
    fn from(taken: NameTaken) -> Self {
        match taken {
            NameTaken::Email(claim) => claim.into(),
            NameTaken::Username => Self::UsernameExists,
        }
    }
}

impl From<ConfirmationError> for AuthError {
    fn from(error: ConfirmationError) -> Self {
        match error {
            ConfirmationError::Outdated => Self::WrongPassword,
            ConfirmationError::Freshness(error) => error.into(),
            ConfirmationError::Store(error) => error.into(),
        }
    }
}

impl From<SpendError> for AuthError {
    fn from(error: SpendError) -> Self {
        match error {
            SpendError::ChallengeVoid => Self::ChallengeInvalid,
            SpendError::Used => Self::SecondFactorInvalid,
            SpendError::PasskeyGone => Self::PasskeyNotFound,
            SpendError::CounterWentBack => Self::PasskeyRefused(PasskeyProblem::CounterWentBack),
            SpendError::Store(error) => error.into(),
        }
    }
}

impl From<LinkError> for AuthError {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::Invalid => Self::LinkInvalid,
            LinkError::Store(error) => error.into(),
        }
    }
}

impl From<Denied> for AuthError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::NotAMember => Self::OrganizationNotFound,
            Denied::TokenStale => Self::TokenStale,
            Denied::RoleInsufficient => Self::RoleInsufficient,
        }
    }
}

impl From<OrganizationError> for AuthError {
    fn from(error: OrganizationError) -> Self {
        match error {
            OrganizationError::Denied(denied) => denied.into(),
            OrganizationError::SlugTaken => Self::SlugExists,
            OrganizationError::Store(error) => error.into(),
        }
    }
}

impl From<MembershipError> for AuthError {
    fn from(error: MembershipError) -> Self {
        match error {
            MembershipError::NotFound => Self::MembershipNotFound,
            MembershipError::Denied(denied) => denied.into(),
            MembershipError::LastOwner(organization) => Self::LastOwner(vec![organization]),
            MembershipError::Store(error) => error.into(),
        }
    }
}

impl From<HasherError> for AuthError {
    fn from(error: HasherError) -> Self {
        Self::Unexpected(error.to_string())
    }
}
