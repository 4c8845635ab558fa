//! Sessions: one row for each device that is signed in.
//!
//! [`credentials`] finds the account that a login names, and [`login`] makes the session; [`device`] tells new devices
//! from known ones. [`authenticate`] finds the caller of a request. [`refresh`] steps the counter of a session, and
//! [`recover`] does where the database has lost the latest steps. [`end`] ends sessions, many at once by their
//! [`epochs`]; a [`tombstone`] is left of a session whose user is gone. [`row`] has the columns, [`list`] reads the
//! sessions of a user, and [`switch_organization`] lets a session act for another organization.

pub mod authenticate;
pub mod credentials;
pub mod device;
pub mod end;
pub mod epochs;
pub mod list;
pub mod login;
pub mod recover;
pub mod refresh;
pub mod row;
pub mod switch_organization;
pub mod tombstone;

pub use credentials::Recognition;
pub use end::EndedSessions;
pub use login::{NewSession, SignedIn};
pub use refresh::{RefreshedSession, Rotation};
pub use switch_organization::SwitchOrganizationError;
