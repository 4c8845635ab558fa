//! The product's terms as types: an email address, a session, a refresh token.
//!
//! This layer has the parsers (a value that exists is valid) and the decisions that need only values. It knows no I/O, clock,
//! async, SQL, HTTP or GraphQL.

mod bucket_name;
mod client;
mod credentials;
mod delivery_state;
mod device;
mod email_address;
mod id;
mod invitation;
mod language;
mod mailed_token;
mod membership;
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

pub use bucket_name::BucketName;
pub use client::Client;
pub use credentials::{Credentials, Identifier};
pub use delivery_state::DeliveryState;
pub use device::{Device, DeviceIdError};
pub use email_address::{EmailAddress, EmailAddressError};
pub use id::{
    EmailVerificationId, Id, InvitationId, MembershipId, MessageId, NoticeId, OrganizationId,
    SecurityEventId, SessionId, UserId,
};
pub use invitation::{
    FoundInvitation, Invitation, InvitationConflict, InvitationKey, InvitationPreview,
    OrganizationInvitations,
};
pub use language::Languages;
pub use mailed_token::{HashedToken, PlainToken, without_tokens};
pub use membership::{ActiveOrganization, Actor, Denied, Member, Membership, Role};
pub use node::NodeId;
pub use organization::{Organization, OrganizationName};
pub use page::{Page, PageRequest};
pub use password::Password;
pub use pending_registration::PendingRegistration;
pub use product_name::ProductName;
pub use rate_limit::{RateLimit, RateLimitError};
pub use refresh_token::{RefreshClaims, is_generation};
pub use refresh_verdict::{AccessVerdict, RefreshVerdict, Replay};
pub use registration_mode::{RegistrationMode, RegistrationModeError};
pub use reserved_names::{DEFAULT_RESERVED_NAMES, ReservedNames, ReservedNamesError};
pub use security_event::{AccountDeletion, AuditContext, SecurityEvent, SecurityEventKind};
pub use session::{EndReason, Session, SessionEnd, SessionState, SessionTtl};
pub use slug::{Slug, SlugError};
pub use text::{VisibleLineError, without_links};
pub use user::{Change, DisplayName, ProfileChange, User};
pub use username::{Username, UsernameError};
pub use viewer::Viewer;

#[cfg(test)]
mod mailed_token_tests;
#[cfg(test)]
pub(crate) mod test_cases;
