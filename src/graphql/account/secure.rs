//! "This was not me": the answer to a security notice, which secures the account.

use async_graphql::{Context, InputObject, Object, SimpleObject};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, of};
use crate::graphql::error::ApiError;
use crate::graphql::scalars::count;
use crate::service::Accounts;

/// The answer to a notice.
#[derive(InputObject)]
pub struct SecureAccountInput {
    /// From the link in the notice, `lkm_…`. Good for one use, for 7 days unless the operator changed
    /// that.
    token: String,
}

/// The account is safe, and waits for a new password.
#[derive(SimpleObject)]
pub struct SecureAccountPayload {
    /// Where the link to choose a new password was mailed: where the notice had gone.
    email: String,
    /// How many sessions ended; of more than 10,000, at least so many.
    revoked_sessions: i32,
}

#[derive(Default)]
pub struct SecureAccountMutation;

#[Object]
impl SecureAccountMutation {
    /// "This was not me": what the link in a notice is for.
    ///
    /// Ends every session, makes the password void, brings the account back to the address that the
    /// notice was mailed to if it was changed, and mails a link there to choose a new password. For a year,
    /// the void password and those that were replaced within `NOTICE_TTL` before are refused.
    ///
    /// Errors: AUTH_LINK_INVALID, RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn secure_account(
        &self,
        ctx: &Context<'_>,
        input: SecureAccountInput,
    ) -> Result<SecureAccountPayload, ApiError> {
        let accounts = of::<Accounts>(ctx)?;
        let secured = accounts.secure(&input.token, client(ctx)?).await?;
        Ok(SecureAccountPayload {
            email: secured.email,
            revoked_sessions: count(secured.ended_sessions),
        })
    }
}
