//! Email addresses: their verification and their change.
//!
//! `verify` verifies an address by a mailed link. `change` replaces it; the service decides whether it is a change of a
//! verified address, which needs another link, or the correction of one that was never verified.

pub mod change;
pub mod verify;
