//! Organizations.
//!
//! [`create`] makes one with its owner, [`row`] has the row, [`read`] reads organizations in batches, and owners
//! [`update`] and [`delete`] them.

pub mod create;
pub mod delete;
pub mod read;
pub mod row;
pub mod update;

pub use create::{FoundingError, NewOrganization};
pub use update::OrganizationError;
