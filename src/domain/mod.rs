//! The product's terms as types: an email address, a session, a refresh token.
//!
//! This layer has the parsers (a value that exists is valid) and the decisions that need only values. It knows no I/O, clock,
//! async, SQL, HTTP or GraphQL.

mod authentication_methods;
mod bucket_name;
mod challenge;
mod client;
mod confirmation;
mod credentials;
mod delivery_state;
mod device;
mod email_address;
mod id;
mod invitation;
mod language;
mod membership;
mod node;
mod organization;
mod page;
mod passkey;
mod password;
mod pending_registration;
mod plain_token;
mod product_name;
mod rate_limit;
mod recovery_code;
mod refresh_token;
mod refresh_verdict;
mod registration_mode;
mod reserved_names;
mod second_factor;
mod security_event;
mod session;
mod slug;
mod text;
mod totp;
mod user;
mod username;
mod viewer;

pub use authentication_methods::{AuthenticationMethod, AuthenticationMethods};
pub use bucket_name::BucketName;
pub use challenge::{ChallengeKind, MAX_TRIES};
pub use client::Client;
pub use confirmation::{Confirmation, FreshSession};
pub use credentials::{Credentials, Identifier};
pub use delivery_state::DeliveryState;
pub use device::{Device, DeviceIdError};
pub use email_address::{EmailAddress, EmailAddressError};
pub use id::{
    ChallengeId, EmailVerificationId, Id, InvitationId, MembershipId, MessageId, NoticeId,
    OrganizationId, PasskeyId, SecurityEventId, SessionId, UserId,
};
pub use invitation::{
    FoundInvitation, Invitation, InvitationConflict, InvitationKey, InvitationPreview,
    OrganizationInvitations,
};
pub use language::Languages;
pub use membership::{ActiveOrganization, Actor, Denied, Member, Membership, Role};
pub use node::NodeId;
pub use organization::{Organization, OrganizationName};
pub use page::{Page, PageRequest};
pub use passkey::{
    AssertionResponse, Ceremony, CoseKey, CredentialJsonError, MAX_PASSKEYS, NewCredential,
    OFFERED_ALGORITHMS, Passkey, PasskeyName, PasskeyOrigin, PasskeyOriginError, PasskeyProblem,
    RegistrationResponse, RelyingParty, RelyingPartyId, RelyingPartyIdError, StoredPasskey,
    UsedPasskey,
};
pub use password::Password;
pub use pending_registration::PendingRegistration;
pub use plain_token::{HashedToken, PlainToken, TokenKind, without_tokens};
pub use product_name::ProductName;
pub use rate_limit::{RateLimit, RateLimitError};
pub use recovery_code::{RECOVERY_CODES, RecoveryCode};
pub use refresh_token::{RefreshClaims, is_generation};
pub use refresh_verdict::{AccessVerdict, RefreshVerdict, Replay};
pub use registration_mode::{RegistrationMode, RegistrationModeError};
pub use reserved_names::{DEFAULT_RESERVED_NAMES, ReservedNames, ReservedNamesError};
pub use second_factor::{
    FactorCode, MatchedFactor, PasskeyAnswer, ReauthenticationMethod, SecondFactorAnswer,
    SecondFactorMethod, SignInMethods, StoredFactors, StoredTotp,
};
pub use security_event::{AccountDeletion, AuditContext, SecurityEvent, SecurityEventKind};
pub use session::{EndReason, Session, SessionEnd, SessionState, SessionTtl};
pub use slug::{Slug, SlugError};
pub use text::{VisibleLineError, without_links};
pub use totp::{TotpCode, TotpSecret, TotpStep};
pub use user::{Change, DisplayName, ProfileChange, User};
pub use username::{Username, UsernameError};
pub use viewer::Viewer;

#[cfg(test)]
mod plain_token_tests;
#[cfg(test)]
pub(crate) mod test_cases;
