//! The addresses of accounts.
//!
//! [`verify`] verifies the first address, [`correct`] replaces an unverified address, and [`change`] a verified one.
//! [`claim`] finds the claim of another account on an address.

pub mod change;
pub mod claim;
pub mod correct;
pub mod verify;

pub use change::{EmailChangeError, NewEmailChange, PendingEmailChange};
pub use claim::AddressClaim;
pub use correct::{AddressReplacementError, NewAddress};
pub use verify::NewVerification;
