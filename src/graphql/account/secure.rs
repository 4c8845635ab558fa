//! "This was not me": the answer to a security notice, which secures the account.

use async_graphql::{Context, InputObject, Object, SimpleObject};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, services};
use crate::graphql::error::ApiError;
use crate::graphql::scalars::count;

/// The input of `secureAccount`.
#[derive(InputObject)]
pub struct SecureAccountInput {
    /// The token from the link in the notice, `lkm_…`. It is valid for one use, within 7 days unless the operator changed
    /// that.
    token: String,
}

/// The result of `secureAccount`.
#[derive(SimpleObject)]
pub struct SecureAccountPayload {
    /// The address to which the link to choose a new password was mailed: the one that received the notice.
    email: String,
    /// The number of sessions that ended. Above 10,000, it may be too low.
    revoked_sessions: i32,
}

#[derive(Default)]
pub struct SecureAccountMutation;

#[Object]
impl SecureAccountMutation {
    /// Secures an account after a change that its owner did not make ("This was not me"): call it from the link in a notice.
    ///
    /// It ends every session, voids the password, removes the passkeys that were added since the first notice that it voids,
    /// restores the email address that received the notice if it was changed, and mails a link there to choose a new password.
    /// For a year, that password and those that were replaced within `NOTICE_TTL` before are refused.
    ///
    /// Errors: AUTH_LINK_INVALID, RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn secure_account(
        &self,
        ctx: &Context<'_>,
        input: SecureAccountInput,
    ) -> Result<SecureAccountPayload, ApiError> {
        let accounts = &services(ctx)?.accounts;
        let secured = accounts.secure(&input.token, client(ctx)?).await?;
        Ok(SecureAccountPayload {
            email: secured.email,
            revoked_sessions: count(secured.ended_sessions),
        })
    }
}
