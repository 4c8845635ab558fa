//! Second factors: an authenticator app, and recovery codes.
//!
//! [`setup`] turns the second factor on, and [`remove`] turns it off. [`renew`] replaces the recovery codes. [`spend`]
//! uses up an answer, and [`reseal`] replaces the seals of an old key. [`row`] has the columns.

pub mod remove;
pub mod renew;
pub mod reseal;
pub mod row;
pub mod setup;
pub mod spend;

pub use renew::{NewRecoveryCodes, RenewalError};
pub use reseal::SealedTotp;
pub use setup::{NewTotp, NewTotpSetup, PendingTotp, TotpSetupError};
pub use spend::{FactorProof, SpendError};
