//! New names of passkeys.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use crate::domain::PasskeyName;
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{services, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::{invalid, parse_id};
use crate::graphql::passkey::types::Passkey;

/// The input of `renamePasskey`.
#[derive(InputObject)]
pub struct RenamePasskeyInput {
    /// The id of the passkey.
    passkey_id: ID,
    /// The new name, of at most 64 characters.
    name: String,
}

/// The result of `renamePasskey`.
#[derive(SimpleObject)]
pub struct RenamePasskeyPayload {
    /// The passkey with its new name.
    passkey: Passkey,
}

#[derive(Default)]
pub struct RenamePasskeyMutation;

#[Object]
impl RenamePasskeyMutation {
    /// Gives a passkey of the signed-in user another name.
    ///
    /// Errors: PASSKEY_NOT_FOUND, VALIDATION_FAILED.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn rename_passkey(
        &self,
        ctx: &Context<'_>,
        input: RenamePasskeyInput,
    ) -> Result<RenamePasskeyPayload, ApiError> {
        let viewer = viewer(ctx).await?;
        let name = PasskeyName::parse(&input.name).map_err(|error| invalid("name", error))?;
        let passkeys = &services(ctx)?.passkeys;
        let id = parse_id(&input.passkey_id);
        let renamed = passkeys.rename(viewer.user.id, id, &name).await?;
        Ok(RenamePasskeyPayload {
            passkey: renamed.into(),
        })
    }
}
