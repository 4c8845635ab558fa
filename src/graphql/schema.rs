//! The schema, put together from the operations of the features, and the field that gives it to gateways.

use std::sync::LazyLock;

use async_graphql::{
    EmptySubscription, MergedObject, Object, SDLExportOptions, Schema, SchemaBuilder, SimpleObject,
};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::account::delete::DeleteAccountMutation;
use crate::graphql::account::profile::ProfileMutation;
use crate::graphql::account::register::{RegisterMutation, RegisterQuery};
use crate::graphql::account::registration::{RegistrationMutation, RegistrationQuery};
use crate::graphql::account::secure::SecureAccountMutation;
use crate::graphql::account::user::UserQuery;
use crate::graphql::audit::list::SecurityEventQuery;
use crate::graphql::email::change::ChangeEmailMutation;
use crate::graphql::email::verify::VerifyEmailMutation;
use crate::graphql::entities::EntityQuery;
use crate::graphql::federation::{LINKED_SCHEMA, Link};
use crate::graphql::invitation::answer::AnswerInvitationMutation;
use crate::graphql::invitation::invite::InviteMemberMutation;
use crate::graphql::invitation::read::InvitationQuery;
use crate::graphql::invitation::revoke::RevokeInvitationMutation;
use crate::graphql::membership::change_role::ChangeRoleMutation;
use crate::graphql::membership::remove::RemoveMemberMutation;
use crate::graphql::nodes::NodeQuery;
use crate::graphql::organization::create::CreateOrganizationMutation;
use crate::graphql::organization::delete::DeleteOrganizationMutation;
use crate::graphql::organization::read::OrganizationQuery;
use crate::graphql::organization::update::UpdateOrganizationMutation;
use crate::graphql::password::change::ChangePasswordMutation;
use crate::graphql::password::check::CheckPasswordQuery;
use crate::graphql::password::reset::ResetPasswordMutation;
use crate::graphql::password::reset_link::RequestPasswordResetMutation;
use crate::graphql::session::authenticate::ViewerQuery;
use crate::graphql::session::end::EndSessionMutation;
use crate::graphql::session::list::SessionQuery;
use crate::graphql::session::login::LoginMutation;
use crate::graphql::session::refresh::RefreshMutation;
use crate::graphql::session::switch_organization::SwitchOrganizationMutation;

/// What can be asked.
#[derive(MergedObject, Default)]
pub struct Query(
    UserQuery,
    ViewerQuery,
    NodeQuery,
    SessionQuery,
    CheckPasswordQuery,
    SecurityEventQuery,
    OrganizationQuery,
    InvitationQuery,
    RegisterQuery,
    RegistrationQuery,
    EntityQuery,
    ServiceQuery,
);

/// What can be changed.
#[derive(MergedObject, Default)]
pub struct Mutation(
    RegisterMutation,
    ProfileMutation,
    DeleteAccountMutation,
    SecureAccountMutation,
    VerifyEmailMutation,
    ChangeEmailMutation,
    RegistrationMutation,
    LoginMutation,
    RefreshMutation,
    SwitchOrganizationMutation,
    EndSessionMutation,
    ChangePasswordMutation,
    RequestPasswordResetMutation,
    ResetPasswordMutation,
    CreateOrganizationMutation,
    UpdateOrganizationMutation,
    DeleteOrganizationMutation,
    ChangeRoleMutation,
    RemoveMemberMutation,
    InviteMemberMutation,
    RevokeInvitationMutation,
    AnswerInvitationMutation,
);

/// The schema as async-graphql has it.
pub type ApiSchema = Schema<Query, Mutation, EmptySubscription>;

/// The schema without the services that answer it.
pub fn builder() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .directive(Link)
        // The query limits have counted already, and they are settings.
        .limit_recursive_depth(usize::MAX)
}

/// The schema as clients and gateways read it; `schema.graphql` is this text.
#[must_use]
pub fn sdl() -> String {
    let options = SDLExportOptions::new().use_space_ident();
    let sdl = builder().finish().sdl_with_options(options);
    sdl.replacen("\nschema {\n", LINKED_SCHEMA, 1)
}

/// This service, as a gateway asks for it.
#[derive(SimpleObject)]
#[graphql(name = "_Service")]
struct Service {
    /// The schema: the same that clients generate their types from.
    sdl: &'static str,
}

#[derive(Default)]
pub struct ServiceQuery;

#[Object]
impl ServiceQuery {
    /// For a gateway: this service's schema.
    #[graphql(name = "_service", directive = access::apply(AccessLevel::Public))]
    async fn service(&self) -> Service {
        static SDL: LazyLock<String> = LazyLock::new(sdl);
        Service { sdl: &SDL }
    }
}
