//! The access level of each root field. The directive is its only source: it documents the field in the SDL, and
//! `engine/guard` enforces the SDL.

use async_graphql::{Enum, TypeDirective};

use crate::graphql::error::ErrorCode;

/// The access level of a field of Query or Mutation: the least that its caller needs. Each level includes the one before it.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccessLevel {
    /// Anyone may call the field. An invalid or expired bearer token is ignored.
    Public,
    /// The caller needs a live session: send its access token in the header `Authorization: Bearer …`. The user's email
    /// address may still be unverified.
    #[graphql(directive = refused_with::apply(without_session()))]
    Authenticated,
    /// The caller needs a live session of a user whose email address is verified.
    #[graphql(directive = refused_with::apply(unverified()))]
    Verified,
    /// The caller needs a live session of a user whose email address is verified, and who proved who they are in this session
    /// within the last five minutes, unless the operator changed that: by signing in, or with `reauthenticate`. If the account
    /// has a second factor, that proof needs it.
    #[graphql(directive = refused_with::apply(not_fresh()))]
    Fresh,
}

/// Lists the values of `extensions.code` with which callers below this access level are refused.
#[TypeDirective(name = "refusedWith", location = "EnumValue")]
pub fn refused_with(codes: Vec<ErrorCode>) {}

fn without_session() -> Vec<ErrorCode> {
    NOT_SIGNED_IN.to_vec()
}

fn unverified() -> Vec<ErrorCode> {
    let all = NOT_SIGNED_IN
        .iter()
        .chain([&ErrorCode::AuthEmailNotVerified]);
    all.copied().collect()
}

fn not_fresh() -> Vec<ErrorCode> {
    let mut codes = unverified();
    codes.push(ErrorCode::AuthReauthenticationRequired);
    codes
}

/// The codes for a bearer token that is missing or not valid.
pub const NOT_SIGNED_IN: [ErrorCode; 3] = [
    ErrorCode::AuthUnauthenticated,
    ErrorCode::AuthTokenExpired,
    ErrorCode::AuthSessionEnded,
];

/// Declares the access level of a field. Every field of Query and Mutation has one, and the service enforces it.
#[TypeDirective(location = "FieldDefinition")]
pub fn access(level: AccessLevel) {}
