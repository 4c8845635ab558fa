//! Sessions: their creation, renewal and end.
//!
//! `login` creates a session, `complete_login` does so with a second factor, and `passkey_login` with a passkey.
//! `reauthenticate` makes it fresh, `refresh` renews it, `switch_organization` gives it another organization, and `end` logs
//! out and revokes. `authenticate` has the query for the viewer, and `list` the one for sessions. `types` has the types that
//! they share.

pub mod authenticate;
pub mod complete_login;
pub mod end;
pub mod list;
pub mod login;
pub mod passkey_login;
pub mod reauthenticate;
pub mod refresh;
pub mod switch_organization;
pub mod types;

use async_graphql::MergedObject;

use self::authenticate::ViewerQuery;
use self::complete_login::CompleteLoginMutation;
use self::end::EndSessionMutation;
use self::list::SessionQuery;
use self::login::LoginMutation;
use self::passkey_login::PasskeyLoginMutation;
use self::reauthenticate::ReauthenticateMutation;
use self::refresh::RefreshMutation;
use self::switch_organization::SwitchOrganizationMutation;

/// The mutations of sessions.
#[derive(MergedObject, Default)]
pub struct SessionMutations(
    LoginMutation,
    CompleteLoginMutation,
    PasskeyLoginMutation,
    ReauthenticateMutation,
    RefreshMutation,
    SwitchOrganizationMutation,
    EndSessionMutation,
);

/// The queries of sessions.
#[derive(MergedObject, Default)]
pub struct SessionQueries(ViewerQuery, SessionQuery);
