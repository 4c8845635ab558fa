//! The mapping of the service's refusals to codes: the only one.

use async_graphql::{InputType, Value};

use super::{ApiError, ErrorCode};
use crate::domain::{EndReason, Organization, SessionEnd};
use crate::graphql::scalars::DateTime;
use crate::graphql::second_factor::types::SecondFactorMethod;
use crate::graphql::session::reauthenticate::ReauthenticationMethod;
use crate::graphql::session::types::SessionEndReason;
use crate::service::{AuthError, LoginChallenge};

impl From<AuthError> for ApiError {
    fn from(error: AuthError) -> Self {
        let plain = Self::new(code_of(&error), &error.to_string());
        match error {
            AuthError::EmailReserved { until } => plain.with("availableAt", DateTime(until).text()),
            AuthError::SessionEnded(end) => with_end(plain, end),
            AuthError::SessionLost => plain
                .with("reason", SessionEndReason::Lost.to_value())
                .with("endedAt", Value::Null),
            AuthError::SecondFactorRequired(challenge) => with_challenge(plain, &challenge),
            AuthError::ReauthenticationRequired(need) => {
                let methods = need.methods.into_iter();
                let methods = methods.map(|method| ReauthenticationMethod::from(method).to_value());
                plain
                    .with("methods", Value::List(methods.collect()))
                    .with("maxAge", need.max_age.num_seconds())
            }
            AuthError::LastOwner(organizations) => {
                plain.with("organizations", organization_list(&organizations))
            }
            AuthError::Invalid { field, message } => {
                Self::invalid(vec![(format!("input.{field}"), message)])
            }
            AuthError::RateLimited { retry_after } | AuthError::Overloaded { retry_after } => {
                plain.with("retryAfter", retry_after)
            }
            AuthError::Store(cause) if cause.is_temporary() => {
                tracing::error!(error = %cause, "the database is away");
                let message = "the database cannot be reached: try again shortly";
                Self::new(ErrorCode::Unavailable, message)
            }
            AuthError::Store(cause) => Self::unexpected(&cause.to_string()),
            AuthError::Unexpected(cause) => Self::unexpected(&cause),
            _ => plain,
        }
    }
}

fn code_of(error: &AuthError) -> ErrorCode {
    match error {
        AuthError::EmailExists | AuthError::EmailReserved { .. } => ErrorCode::AuthEmailExists,
        AuthError::UsernameExists => ErrorCode::AuthUsernameExists,
        AuthError::RegistrationClosed | AuthError::RegistrationByInvitation => {
            ErrorCode::AuthRegistrationClosed
        }
        AuthError::InvalidCredentials | AuthError::WrongPassword => {
            ErrorCode::AuthInvalidCredentials
        }
        AuthError::SecondFactorRequired(_) => ErrorCode::AuthSecondFactorRequired,
        AuthError::SecondFactorInvalid | AuthError::PasskeyRefused(_) => {
            ErrorCode::AuthSecondFactorInvalid
        }
        AuthError::ChallengeInvalid => ErrorCode::AuthChallengeInvalid,
        AuthError::SecondFactorNotFound => ErrorCode::SecondFactorNotFound,
        AuthError::PasskeyNotFound => ErrorCode::PasskeyNotFound,
        AuthError::PasskeyExists => ErrorCode::PasskeyExists,
        AuthError::TooManyPasskeys => ErrorCode::TooManyPasskeys,
        AuthError::LastSignInMethod => ErrorCode::LastSignInMethod,
        AuthError::ReauthenticationRequired(_) => ErrorCode::AuthReauthenticationRequired,
        AuthError::Unauthenticated => ErrorCode::AuthUnauthenticated,
        AuthError::TokenExpired => ErrorCode::AuthTokenExpired,
        AuthError::SessionEnded(_) | AuthError::SessionLost => ErrorCode::AuthSessionEnded,
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
        AuthError::LastOwner(_) => ErrorCode::OrganizationLastOwner,
        AuthError::Invalid { .. } => ErrorCode::ValidationFailed,
        AuthError::RateLimited { .. } => ErrorCode::RateLimited,
        AuthError::Overloaded { .. } => ErrorCode::Overloaded,
        AuthError::SessionChanged => ErrorCode::Unavailable,
        AuthError::Store(cause) if cause.is_temporary() => ErrorCode::Unavailable,
        AuthError::Store(_) | AuthError::Unexpected(_) => ErrorCode::Internal,
    }
}

/// Adds the second step of a login.
fn with_challenge(error: ApiError, challenge: &LoginChallenge) -> ApiError {
    let methods = challenge.methods.iter().copied();
    let methods = methods.map(|method| SecondFactorMethod::from(method).to_value());
    error
        .with("challenge", challenge.token.reveal())
        .with("methods", Value::List(methods.collect()))
        .with("expiresAt", DateTime(challenge.expires_at).text())
}

/// Adds why the session ended, and when. The end of a session that was purged is not on record: it expired long ago.
fn with_end(error: ApiError, end: Option<SessionEnd>) -> ApiError {
    let reason = end.map_or(EndReason::Expired, |end| end.reason);
    let ended_at = end.map(|end| DateTime(end.at).text());
    error
        .with("reason", SessionEndReason::from(reason).to_value())
        .with("endedAt", ended_at.map_or(Value::Null, Value::String))
}

fn organization_list(organizations: &[Organization]) -> Value {
    let item = |organization: &Organization| {
        let (name, slug) = (organization.name.as_str(), organization.slug.as_str());
        async_graphql::value!({ "id": organization.id.to_string(), "name": name, "slug": slug })
    };
    Value::List(organizations.iter().map(item).collect())
}
