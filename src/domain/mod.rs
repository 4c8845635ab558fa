//! The words of the product as types: what an email address, a session, a refresh token *is*.
//!
//! Owns parsing (a value that exists is valid) and the decisions that need nothing but values.
//! Must not know: I/O, the clock, async, SQL, HTTP, GraphQL.

mod client;
mod credentials;
mod email_address;
mod invitation;
mod language;
mod mailed_token;
mod node;
mod organization;
mod page;
mod password;
mod pending_registration;
mod product_name;
mod rate_limit;
mod refresh_token;
mod refresh_verdict;
mod registration_mode;
mod reserved_names;
mod security_event;
mod session;
mod slug;
mod text;
mod user;
mod username;
mod viewer;

pub use client::Client;
pub use credentials::{Credentials, Identifier};
pub use email_address::EmailAddress;
pub use invitation::{
    FoundInvitation, Invitation, InvitationConflict, InvitationKey, InvitationPreview,
    OrganizationInvitations,
};
pub use language::Languages;
pub use mailed_token::{HashedToken, PlainToken, without_tokens};
pub use node::NodeKind;
pub use organization::{
    Acting, Actor, Denied, Member, Membership, Organization, OrganizationName, Role,
};
pub use page::{Page, PageRequest};
pub use password::Password;
pub use pending_registration::PendingRegistration;
pub use product_name::ProductName;
pub use rate_limit::RateLimit;
pub use refresh_token::{RefreshClaims, is_generation};
pub use refresh_verdict::{AccessVerdict, RefreshVerdict, Replay};
pub use registration_mode::RegistrationMode;
pub use reserved_names::{DEFAULT_RESERVED_NAMES, ReservedNames};
pub use security_event::{Deed, SecurityEvent, SecurityEventKind};
pub use session::{Device, EndReason, Session, SessionEnd, SessionStatus, SessionTtl};
pub use slug::Slug;
pub use text::without_links;
pub use user::{DisplayName, ProfileChange, User};
pub use username::Username;
pub use viewer::Viewer;

#[cfg(test)]
pub(crate) mod parsers_tests;
