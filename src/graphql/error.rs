//! From a refusal of the service to `extensions.code`: the one place that maps.
//!
//! [`ApiError`] has no `Display` on purpose. async-graphql makes a client-visible message of any
//! error that has one, so a stray `?` on a database error in a resolver would leak; without it, it
//! does not compile. What is unexpected is logged here, once, and the client sees `INTERNAL`.

use async_graphql::resolver_utils::EnumType;
use async_graphql::{Enum, Error, ErrorExtensionValues, InputType, Pos, ServerError, Value};

use crate::domain::{EndReason, SessionEnd};
use crate::graphql::scalars::DateTime;
use crate::graphql::sentence::{about, sentence};
use crate::graphql::session::session::SessionEndReason;
use crate::service::AuthError;

/// The value of `extensions.code` of every error that this API raises.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// Another account has this email address, or had it so lately that its owner can take it back: then
    /// `extensions.availableAt` says when it is free.
    AuthEmailExists,
    /// Another account has this username.
    AuthUsernameExists,
    /// Nobody may register, or only with an invitation: see `signInOptions`.
    AuthRegistrationClosed,
    /// The user is unknown or the password wrong; it does not say which.
    AuthInvalidCredentials,
    /// No bearer token, or one that is malformed, forged or not ours.
    AuthUnauthenticated,
    /// The access token is genuine and past its time: refresh it.
    AuthTokenExpired,
    /// The session is over. `extensions.reason` is a SessionEndReason, `extensions.endedAt` a time.
    AuthSessionEnded,
    /// The user's role in the organization that the access token is for has changed since it was made:
    /// refresh it.
    AuthTokenStale,
    /// The field needs a user whose email address is verified.
    AuthEmailNotVerified,
    /// Not a refresh token of ours. One of ours that is past its time answers AUTH_SESSION_ENDED.
    AuthRefreshTokenInvalid,
    /// A mailed link's token that is unknown, used or expired.
    AuthLinkInvalid,
    /// There is no such session, or it is somebody else's.
    SessionNotFound,
    /// There is no such organization, or the user does not belong to it.
    OrganizationNotFound,
    /// The user belongs to the organization, and their role does not let them do this.
    OrganizationRoleInsufficient,
    /// Another organization has this slug.
    OrganizationSlugExists,
    /// There is no such membership, or it is in somebody else's organization.
    MembershipNotFound,
    /// They belong to the organization already.
    MembershipExists,
    /// There is no such invitation that waits for an answer, or it is somebody else's.
    InvitationNotFound,
    /// The address is invited already. Withdraw that invitation to send another.
    InvitationExists,
    /// The invitation was sent to another address than the account's.
    InvitationEmailMismatch,
    /// An organization would be left with members and without an owner. `extensions.organizations` lists
    /// which: `[{id, name, slug}]`.
    OrganizationLastOwner,
    /// `extensions.fields` lists what is wrong: `[{path, message}]`, where each message is a sentence of its
    /// own. A path begins with `input` or an argument's name, or is `query`, `operationName`, `variables`,
    /// `body` or `headers.…` when it is the request itself that is wrong.
    ValidationFailed,
    /// The request names a query by its hash (Apollo's automatic persisted queries): send the query itself. Client
    /// libraries do so without being told.
    PersistedQueryNotSupported,
    /// `extensions.retryAfter` says in how many seconds to try again.
    RateLimited,
    /// The server is shedding load. `extensions.retryAfter` is in seconds.
    Overloaded,
    /// The database cannot be reached, or something changed while it was read: try again shortly.
    Unavailable,
    /// A bug of ours. `extensions.requestId` finds it in the log.
    Internal,
}

impl ErrorCode {
    /// As it stands in `extensions.code`.
    pub(in crate::graphql) fn value(self) -> Value {
        self.to_value()
    }

    /// The same as text.
    pub(in crate::graphql) fn name(self) -> &'static str {
        let item = Self::items().iter().find(|item| item.value == self);
        item.map_or("", |item| item.name)
    }
}

/// Longer texts help nobody but a prober. With a full stop, 300 characters.
const MAX_TEXT: usize = 299;

/// Cuts a text that clients read to its longest.
pub fn cut(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(MAX_TEXT) {
        text.truncate(end);
    }
    text
}

/// The error that a client gets when a field fails.
#[derive(Clone, Debug)]
pub struct ApiError {
    code: ErrorCode,
    message: String,
    extensions: Vec<(&'static str, Value)>,
}

impl ApiError {
    pub fn new(code: ErrorCode, message: &str) -> Self {
        Self::literal(code, sentence(message))
    }

    /// With a message that programs compare.
    pub fn literal(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            extensions: Vec::new(),
        }
    }

    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.extensions.push((name, value.into()));
        self
    }

    /// Input that breaks rules: a path each, and what is to be said of it.
    pub fn invalid(fields: Vec<(String, String)>) -> Self {
        let in_words = |(path, what): (String, String)| {
            let message = about(&path, &what);
            (path, message)
        };
        Self::invalid_in_words(fields.into_iter().map(in_words).collect())
    }

    /// Input that breaks rules: a path each, and a whole sentence about it.
    pub fn invalid_in_words(fields: Vec<(String, String)>) -> Self {
        let message = match fields.as_slice() {
            [(_, message)] => cut(message.clone()),
            _ => "several values are not valid: see extensions.fields".to_owned(),
        };
        let field = |(path, message): (String, String)| {
            let (path, message) = (cut(path), sentence(&cut(message)));
            async_graphql::value!({ "path": path, "message": message })
        };
        Self::new(ErrorCode::ValidationFailed, &message).with(
            "fields",
            Value::List(fields.into_iter().map(field).collect()),
        )
    }

    /// As an error that no place in a document caused.
    pub fn without_place(self) -> ServerError {
        let error = Error::from(self).into_server_error(Pos::default());
        ServerError {
            locations: Vec::new(),
            ..error
        }
    }

    /// Logs what happened, and tells the client nothing of it.
    pub fn unexpected(what: &str) -> Self {
        tracing::error!(error = what, "unexpected");
        Self::new(ErrorCode::Internal, "something went wrong on our side")
    }

    fn session_lost(message: &str) -> Self {
        Self::new(ErrorCode::AuthSessionEnded, message)
            .with("reason", SessionEndReason::Lost.to_value())
            .with("endedAt", Value::Null)
    }

    fn session_ended(end: Option<SessionEnd>) -> Self {
        // A session that was purged is so old that it had long run out.
        let reason = end.map_or(EndReason::Expired, |end| end.reason);
        let ended_at = end.map(|end| DateTime(end.at).text());
        Self::new(ErrorCode::AuthSessionEnded, "the session is over")
            .with("reason", SessionEndReason::from(reason).to_value())
            .with("endedAt", ended_at.map_or(Value::Null, Value::String))
    }
}

impl From<AuthError> for ApiError {
    fn from(error: AuthError) -> Self {
        let code = match error {
            AuthError::EmailExists => ErrorCode::AuthEmailExists,
            AuthError::UsernameExists => ErrorCode::AuthUsernameExists,
            AuthError::RegistrationClosed | AuthError::RegistrationByInvitation => {
                ErrorCode::AuthRegistrationClosed
            }
            AuthError::InvalidCredentials | AuthError::WrongPassword => {
                ErrorCode::AuthInvalidCredentials
            }
            AuthError::Unauthenticated => ErrorCode::AuthUnauthenticated,
            AuthError::TokenExpired => ErrorCode::AuthTokenExpired,
            AuthError::RefreshTokenInvalid => ErrorCode::AuthRefreshTokenInvalid,
            AuthError::LinkInvalid => ErrorCode::AuthLinkInvalid,
            AuthError::SessionNotFound => ErrorCode::SessionNotFound,
            AuthError::EmailNotVerified => ErrorCode::AuthEmailNotVerified,
            AuthError::TokenStale => ErrorCode::AuthTokenStale,
            AuthError::OrganizationNotFound => ErrorCode::OrganizationNotFound,
            AuthError::RoleInsufficient => ErrorCode::OrganizationRoleInsufficient,
            AuthError::SlugExists => ErrorCode::OrganizationSlugExists,
            AuthError::MembershipNotFound => ErrorCode::MembershipNotFound,
            AuthError::MembershipExists => ErrorCode::MembershipExists,
            AuthError::InvitationNotFound => ErrorCode::InvitationNotFound,
            AuthError::InvitationExists => ErrorCode::InvitationExists,
            AuthError::InvitationEmailMismatch => ErrorCode::InvitationEmailMismatch,
            AuthError::EmailReserved { until } => {
                return Self::new(ErrorCode::AuthEmailExists, &error.to_string())
                    .with("availableAt", DateTime(until).text());
            }
            AuthError::SessionEnded(end) => return Self::session_ended(end),
            AuthError::SessionLost => return Self::session_lost(&error.to_string()),
            AuthError::LastOwner(ref organizations) => {
                let organizations = organizations.iter().map(|it| {
                    let (id, name, slug) = (it.id.to_string(), it.name.as_str(), it.slug.as_str());
                    async_graphql::value!({ "id": id, "name": name, "slug": slug })
                });
                let organizations = Value::List(organizations.collect());
                return Self::new(ErrorCode::OrganizationLastOwner, &error.to_string())
                    .with("organizations", organizations);
            }
            AuthError::Invalid { field, message } => {
                return Self::invalid(vec![(format!("input.{field}"), message)]);
            }
            AuthError::RateLimited { retry_after } => {
                return Self::new(ErrorCode::RateLimited, &error.to_string())
                    .with("retryAfter", retry_after);
            }
            AuthError::Overloaded { retry_after } => {
                return Self::new(ErrorCode::Overloaded, &error.to_string())
                    .with("retryAfter", retry_after);
            }
            AuthError::Store(cause) if cause.is_temporary() => {
                tracing::error!(error = %cause, "the database is away");
                let message = "the database cannot be reached: try again shortly";
                return Self::new(ErrorCode::Unavailable, message);
            }
            AuthError::Store(cause) => return Self::unexpected(&cause.to_string()),
            AuthError::Unexpected(what) => return Self::unexpected(&what),
        };
        Self::new(code, &error.to_string())
    }
}

impl From<ApiError> for Error {
    fn from(error: ApiError) -> Self {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", error.code.value());
        for (name, value) in error.extensions {
            extensions.set(name, value);
        }
        Self {
            message: error.message,
            source: None,
            extensions: Some(extensions),
        }
    }
}
