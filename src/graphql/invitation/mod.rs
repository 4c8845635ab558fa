//! Invitations into an organization.
//!
//! `invite` makes one, `revoke` withdraws it, and `answer` accepts or declines it. `read` has the types and the queries.

pub mod answer;
pub mod invite;
pub mod read;
pub mod revoke;
