//! Memberships: who belongs to an organization, and with which role.
//!
//! `change_role` gives a member another role, `remove` ends a membership, and `read` has the types.

pub mod change_role;
pub mod read;
pub mod remove;
