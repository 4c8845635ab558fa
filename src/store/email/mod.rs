//! The addresses of accounts.
//!
//! [`verify`] verifies the first one, [`correct`] replaces one that was never verified, and [`change`] replaces a
//! verified one. [`claim`] finds out whether somebody else has a claim on an address.

pub mod change;
pub mod claim;
pub mod correct;
pub mod verify;

pub use change::{EmailChangeError, EmailChanged, NewEmailChange, PendingEmailChange};
pub use claim::AddressClaim;
pub use correct::{AddressReplacementError, NewAddress};
pub use verify::NewVerification;
