//! Invitations of addresses into organizations.
//!
//! [`invite`] makes one, [`read`] reads it for the invited user and for the organization, [`answer`] accepts or
//! declines it, and [`revoke`] withdraws it. [`row`] has the row.

pub mod answer;
pub mod invite;
pub mod read;
pub mod revoke;
pub mod row;

pub use answer::AnswerError;
pub use invite::{InvitationError, NewInvitation};
pub use revoke::RevocationError;
