//! Sessions: one row for each device that is signed in.
//!
//! [`credentials`] finds the account that a login names, and [`login`] makes the session; [`complete_login`] finds a login
//! that waits for a second factor, and [`reauthenticate`] records a later proof of the user. [`freshness`]
//! asks for a recent one. [`device`] records the
//! devices that an account knows. [`authenticate`] finds the caller of a request. [`refresh`] advances the generation
//! of a session, [`refresh_charge`] limits how often, and [`recover`] advances it after the database has lost
//! generations. [`end`] ends sessions, many at once by their [`epochs`]; a [`tombstone`] remains of a session whose user
//! is deleted. [`row`] has the columns, [`list`] reads the sessions of a user, and [`switch_organization`] changes the
//! active organization.

pub mod authenticate;
pub mod complete_login;
pub mod credentials;
pub mod device;
pub mod end;
pub mod epochs;
pub mod freshness;
pub mod list;
pub mod login;
pub mod reauthenticate;
pub mod recover;
pub mod refresh;
pub mod refresh_charge;
pub mod row;
pub mod switch_organization;
pub mod tombstone;

pub use complete_login::PendingLogin;
pub use credentials::ClientEvidence;
pub use end::EndedSessions;
pub use freshness::FreshnessError;
pub use login::{LoginError, NewSession, SignedIn};
pub use reauthenticate::{NewProof, ProofOfUser, ReauthenticationError};
pub use refresh::{RefreshedSession, Rotation, UnrotatedRefresh};
pub use refresh_charge::RefreshCharge;
pub use switch_organization::SwitchOrganizationError;
