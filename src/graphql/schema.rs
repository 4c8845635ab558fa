//! The schema, merged from the fields of the features, and the field with which gateways read it.

use std::sync::LazyLock;

use async_graphql::{
    EmptySubscription, MergedObject, Object, SDLExportOptions, Schema, SchemaBuilder, SimpleObject,
};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::account::{AccountMutations, AccountQueries};
use crate::graphql::audit::list::SecurityEventQuery;
use crate::graphql::email::EmailMutations;
use crate::graphql::entities::EntityQuery;
use crate::graphql::federation::{LINKED_SCHEMA, Link};
use crate::graphql::invitation::InvitationMutations;
use crate::graphql::invitation::read::InvitationQuery;
use crate::graphql::membership::MembershipMutations;
use crate::graphql::nodes::NodeQuery;
use crate::graphql::organization::OrganizationMutations;
use crate::graphql::organization::read::OrganizationQuery;
use crate::graphql::passkey::PasskeyMutations;
use crate::graphql::password::PasswordMutations;
use crate::graphql::password::check::CheckPasswordQuery;
use crate::graphql::second_factor::SecondFactorMutations;
use crate::graphql::session::{SessionMutations, SessionQueries};

/// The fields that read.
///
/// A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
/// UNAVAILABLE or INTERNAL.
#[derive(MergedObject, Default)]
pub struct Query(
    AccountQueries,
    SessionQueries,
    NodeQuery,
    CheckPasswordQuery,
    SecurityEventQuery,
    OrganizationQuery,
    InvitationQuery,
    EntityQuery,
    ServiceQuery,
);

/// The fields that change something. Those of one operation run one after another, in its order.
///
/// A field may fail with the errors that it lists, with those of its access level (see `AccessLevel`), and with OVERLOADED,
/// UNAVAILABLE or INTERNAL.
#[derive(MergedObject, Default)]
pub struct Mutation(
    AccountMutations,
    EmailMutations,
    SessionMutations,
    PasswordMutations,
    SecondFactorMutations,
    PasskeyMutations,
    OrganizationMutations,
    MembershipMutations,
    InvitationMutations,
);

/// The schema as an async-graphql type.
pub type ApiSchema = Schema<Query, Mutation, EmptySubscription>;

/// Makes the builder of the schema, without the services that resolvers call.
pub fn builder() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .directive(Link)
        // The query limits have counted the depth already.
        .limit_recursive_depth(usize::MAX)
}

/// Writes the schema for clients and gateways: the text of `schema.graphql`.
#[must_use]
pub fn sdl() -> String {
    let options = SDLExportOptions::new().use_space_ident();
    let sdl = builder().finish().sdl_with_options(options);
    sdl.replacen("\nschema {\n", LINKED_SCHEMA, 1)
}

/// This service as a subgraph.
#[derive(SimpleObject)]
#[graphql(name = "_Service")]
struct Service {
    /// The schema, in the schema definition language: the same text that clients generate their types from.
    sdl: &'static str,
}

#[derive(Default)]
pub struct ServiceQuery;

#[Object]
impl ServiceQuery {
    /// The schema of this service, for a gateway.
    #[graphql(name = "_service", directive = access::apply(AccessLevel::Public))]
    async fn service(&self) -> Service {
        static SDL: LazyLock<String> = LazyLock::new(sdl);
        Service { sdl: &SDL }
    }
}
