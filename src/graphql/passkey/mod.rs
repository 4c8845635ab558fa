//! Passkeys: their registration, their names and their removal. To sign in with one, see `session/passkey_login`.
//!
//! `register` adds a passkey, `rename` gives it another name, and `remove` removes it. `types` has the types that they share with
//! sign-ins.

pub mod register;
pub mod remove;
pub mod rename;
pub mod types;

use async_graphql::MergedObject;

use self::register::PasskeyRegistrationMutation;
use self::remove::RemovePasskeyMutation;
use self::rename::RenamePasskeyMutation;

/// The mutations of passkeys.
#[derive(MergedObject, Default)]
pub struct PasskeyMutations(
    PasskeyRegistrationMutation,
    RenamePasskeyMutation,
    RemovePasskeyMutation,
);
