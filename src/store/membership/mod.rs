//! Memberships: the members of organizations and their roles.
//!
//! [`row`] has the row, and [`read`] reads memberships in batches. [`authorize`] locks an organization and checks the
//! role of an actor in it; [`change_role`] gives a member another role, and [`remove`] ends a membership.

pub mod authorize;
pub mod change_role;
pub mod read;
pub mod remove;
pub mod row;

pub use authorize::MembershipError;
