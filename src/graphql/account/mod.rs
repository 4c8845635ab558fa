//! Accounts: registration, the profile, and deletion.
//!
//! `register` creates an account, and `registration` shows or cancels one whose address is not verified yet. `profile`
//! changes the user's names, `sign_in_methods` shows how they can sign in, `delete` deletes the account, and `secure` takes it back after "this was not me". `user` has
//! the type.

pub mod delete;
pub mod profile;
pub mod register;
pub mod registration;
pub mod secure;
pub mod sign_in_methods;
pub mod user;

use async_graphql::MergedObject;

use self::delete::DeleteAccountMutation;
use self::profile::ProfileMutation;
use self::register::{RegisterMutation, RegisterQuery};
use self::registration::{RegistrationMutation, RegistrationQuery};
use self::secure::SecureAccountMutation;
use self::sign_in_methods::SignInMethodsQuery;
use self::user::UserQuery;

/// The mutations of accounts.
#[derive(MergedObject, Default)]
pub struct AccountMutations(
    RegisterMutation,
    ProfileMutation,
    DeleteAccountMutation,
    SecureAccountMutation,
    RegistrationMutation,
);

/// The queries of accounts.
#[derive(MergedObject, Default)]
pub struct AccountQueries(
    UserQuery,
    RegisterQuery,
    RegistrationQuery,
    SignInMethodsQuery,
);
