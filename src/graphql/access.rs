//! Who may call which root field. The directive is the only place that says so: it documents the
//! field in the SDL, and `guard` enforces what the SDL says.

use async_graphql::{Enum, TypeDirective};

/// Who may call a field.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccessLevel {
    /// Anyone.
    Public,
    /// A live session; the email address may still be unverified.
    Authenticated,
    /// A live session of a user with a verified email address.
    Verified,
}

/// Who may call a field. A root field without it does not build.
#[TypeDirective(location = "FieldDefinition")]
pub fn access(level: AccessLevel) {}
