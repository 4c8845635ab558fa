//! The schema, put together from the nouns.

use async_graphql::{EmptySubscription, MergedObject, Schema, SchemaBuilder};

use super::accounts::AccountMutation;
use super::email_addresses::EmailAddressMutation;
use super::entities::EntityQuery;
use super::federation::{LINKED_SCHEMA, Link};
use super::invitations::{InvitationMutation, InvitationQuery};
use super::memberships::MembershipMutation;
use super::nodes::NodeQuery;
use super::organizations::{OrganizationMutation, OrganizationQuery};
use super::passwords::{PasswordMutation, PasswordQuery};
use super::registrations::{RegistrationMutation, RegistrationQuery};
use super::security_events::SecurityEventQuery;
use super::sessions::{SessionMutation, SessionQuery};
use super::tokens::TokenMutation;
use super::users::UserQuery;
use super::viewer::ViewerQuery;

/// What can be asked.
#[derive(MergedObject, Default)]
pub struct Query(
    UserQuery,
    ViewerQuery,
    NodeQuery,
    SessionQuery,
    PasswordQuery,
    SecurityEventQuery,
    OrganizationQuery,
    InvitationQuery,
    RegistrationQuery,
    EntityQuery,
);

/// What can be changed.
#[derive(MergedObject, Default)]
pub struct Mutation(
    AccountMutation,
    EmailAddressMutation,
    RegistrationMutation,
    TokenMutation,
    SessionMutation,
    PasswordMutation,
    OrganizationMutation,
    MembershipMutation,
    InvitationMutation,
);

/// The schema as async-graphql has it.
pub(super) type ApiSchema = Schema<Query, Mutation, EmptySubscription>;

/// The schema without the services that answer it.
pub(super) fn builder() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .directive(Link)
        // The screen has counted already, with limits that are settings.
        .limit_recursive_depth(usize::MAX)
}

/// The schema as clients and gateways read it; `schema.graphql` is this text.
#[must_use]
pub fn sdl() -> String {
    let options = async_graphql::SDLExportOptions::new().use_space_ident();
    let sdl = builder().finish().sdl_with_options(options);
    sdl.replacen("\nschema {\n", LINKED_SCHEMA, 1)
}
