//! Organizations: groups of users.
//!
//! `create`, `update` and `delete` have the mutations, and `read` has the type and the query.

pub mod create;
pub mod delete;
pub mod read;
pub mod update;

use async_graphql::MergedObject;

use self::create::CreateOrganizationMutation;
use self::delete::DeleteOrganizationMutation;
use self::update::UpdateOrganizationMutation;

/// The mutations of organizations.
#[derive(MergedObject, Default)]
pub struct OrganizationMutations(
    CreateOrganizationMutation,
    UpdateOrganizationMutation,
    DeleteOrganizationMutation,
);
