//! Passkeys: [`register`], [`rename`] and [`remove`]. [`answer`] finds what the answer of an authenticator is checked against,
//! and [`record_use`] records its use. [`read`] lists passkeys, and [`row`] has their columns.

pub mod answer;
pub mod read;
pub mod record_use;
pub mod register;
pub mod remove;
pub mod rename;
pub mod row;

pub use answer::AnsweredCeremony;
pub use read::KnownCredential;
pub use register::{NewPasskey, PasskeyRegistrationError};
pub use remove::{PasskeyRemoval, PasskeyRemovalError};
