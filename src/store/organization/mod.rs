//! Organizations.
//!
//! [`create`] makes one with its owner, [`row`] has the row, [`read`] the batches that the API reads, [`update`] and
//! [`delete`] are for owners.

pub mod create;
pub mod delete;
pub mod read;
pub mod row;
pub mod update;

pub use create::NewOrganization;
pub use update::OrganizationError;
