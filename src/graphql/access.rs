//! The access level of each root field. The directive is the only place that has it: it documents the field in the SDL,
//! and `engine/guard` enforces the SDL.

use async_graphql::{Enum, TypeDirective};

use crate::graphql::error::ErrorCode;

/// Who may call a field.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccessLevel {
    /// Anyone.
    Public,
    /// A live session; the email address may still be unverified.
    #[graphql(directive = refused_with::apply(without_session()))]
    Authenticated,
    /// A live session of a user with a verified email address.
    #[graphql(directive = refused_with::apply(unverified()))]
    Verified,
}

/// The `extensions.code` that callers below this level get.
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

/// The codes that a good bearer token prevents.
pub const NOT_SIGNED_IN: [ErrorCode; 3] = [
    ErrorCode::AuthUnauthenticated,
    ErrorCode::AuthTokenExpired,
    ErrorCode::AuthSessionEnded,
];

/// Who may call a field. A root field without it does not build.
#[TypeDirective(location = "FieldDefinition")]
pub fn access(level: AccessLevel) {}
