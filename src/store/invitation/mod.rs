//! Invitations of addresses into organizations.
//!
//! [`invite`] makes one, [`read`] shows it to either side, [`answer`] accepts or declines it, [`revoke`] withdraws it.
//! [`row`] has the row.

pub mod answer;
pub mod invite;
pub mod read;
pub mod revoke;
pub mod row;

pub use answer::AcceptanceError;
pub use invite::{InvitationError, NewInvitation};
pub use revoke::RevocationError;
