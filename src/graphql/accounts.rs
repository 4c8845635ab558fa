//! Accounts: how one begins, what its user is called, how it is secured, how it ends.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};

use super::access::{AccessLevel, access};
use super::caller::{client, of, refresh_tokens, viewer};
use super::error::ApiError;
use super::input::Problems;
use super::scalars::count;
use super::users::User;
use crate::domain::{DisplayName, EmailAddress, OrganizationName, Username};
use crate::service::{Accounts, Notices, Passwords, Registration};
use crate::store::ProfileChange;

/// Whom to register.
#[derive(InputObject)]
pub struct RegisterInput {
    /// At most 254 characters; unique whatever the letter case. A link is mailed to it, unless `invitationToken` proves it.
    email: String,
    /// 2 to 32 letters, digits, `.`, `_` or `-`, beginning with a letter or digit. Names such as `admin` are reserved.
    username: String,
    /// Hard to guess, and 8 (unless the operator asks for more) to 256 characters of any kind.
    password: String,
    /// 1 to 100 characters of any script.
    display_name: Option<String>,
    /// The name of the user's first organization; made from theirs if left out. With `invitationToken`, the user founds an
    /// organization only if this is given.
    organization_name: Option<String>,
    /// From an invitation's mail, `lkm_…`: the account is verified at once, joins that organization, and founds none of
    /// its own unless `organizationName` is given. `email` must be the address that was invited.
    invitation_token: Option<String>,
}

/// The new user. They can log in at once, unless the operator conceals accounts; most fields wait until
/// the address is verified.
#[derive(SimpleObject)]
pub struct RegisterPayload {
    user: User,
}

/// What to change; what is left out stays.
#[derive(InputObject)]
pub struct UpdateProfileInput {
    /// Left out or null: unchanged. Access tokens carry the new name from the next refresh on.
    username: Option<String>,
    /// Left out: unchanged; null: removed.
    display_name: MaybeUndefined<String>,
}

/// The changed user.
#[derive(SimpleObject)]
pub struct UpdateProfilePayload {
    user: User,
}

/// Who wants to be deleted.
#[derive(InputObject)]
pub struct DeleteAccountInput {
    password: String,
}

/// The account is gone.
#[derive(SimpleObject)]
pub struct DeleteAccountPayload {
    deleted_user_id: ID,
}

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
pub struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Creates a user, their first organization, and their ownership of it. Mails a verification link.
    ///
    /// With `invitationToken`, the user is verified at once, since the invitation's mail proved the address, and belongs
    /// to that organization instead. An unverified account that somebody else made with the address is deleted.
    ///
    /// Errors: AUTH_EMAIL_EXISTS, AUTH_USERNAME_EXISTS, AUTH_REGISTRATION_CLOSED, VALIDATION_FAILED, RATE_LIMITED,
    /// OVERLOADED; with a token also AUTH_LINK_INVALID (unknown, used, withdrawn or expired) and
    /// INVITATION_EMAIL_MISMATCH.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn register(
        &self,
        ctx: &Context<'_>,
        input: RegisterInput,
    ) -> Result<RegisterPayload, ApiError> {
        let mut problems = Problems::default();
        let email = problems.take("email", EmailAddress::parse(&input.email));
        let username = problems.take("username", Username::parse(&input.username));
        let display_name = input.display_name.as_deref();
        let display_name = problems.take_optional("displayName", display_name, DisplayName::parse);
        let organization_name = input.organization_name.as_deref();
        let organization_name = problems.take_optional(
            "organizationName",
            organization_name,
            OrganizationName::parse,
        );
        let passwords = of::<Passwords>(ctx)?;
        let password = problems.take("password", passwords.parse(&input.password));
        problems.check()?;
        let (Some(email), Some(username), Some(password)) = (email, username, password) else {
            return Err(ApiError::unexpected("a problem was not noted"));
        };
        let registration = Registration {
            email,
            username,
            display_name,
            organization_name,
            invitation_token: input.invitation_token,
        };
        let user = of::<Accounts>(ctx)?
            .register(registration, password, client(ctx)?)
            .await?;
        Ok(RegisterPayload {
            user: User::of_self(user),
        })
    }

    /// Changes what the logged-in user is called.
    ///
    /// Errors: AUTH_USERNAME_EXISTS, RATE_LIMITED, VALIDATION_FAILED.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn update_profile(
        &self,
        ctx: &Context<'_>,
        input: UpdateProfileInput,
    ) -> Result<UpdateProfilePayload, ApiError> {
        let mut problems = Problems::default();
        let username = input.username.as_deref();
        let username = problems.take_optional("username", username, Username::parse);
        let display_name = match &input.display_name {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(None),
            MaybeUndefined::Value(name) => {
                Some(problems.take("displayName", DisplayName::parse(name)))
            }
        };
        problems.check()?;
        let change = ProfileChange {
            username,
            display_name,
        };
        let viewer = viewer(ctx).await?;
        let user = of::<Accounts>(ctx)?
            .update_profile(&viewer, client(ctx)?, &change)
            .await?;
        Ok(UpdateProfilePayload {
            user: User::of_self(user),
        })
    }

    /// Deletes the account and everything about its user; nothing brings it back.
    ///
    /// Organizations that nobody else belongs to go with it. The sessions end with ACCOUNT_DELETED.
    ///
    /// Errors: AUTH_INVALID_CREDENTIALS; ORGANIZATION_LAST_OWNER when others would be left in an
    /// organization without an owner; RATE_LIMITED, OVERLOADED.
    #[graphql(directive = access::apply(AccessLevel::Authenticated))]
    async fn delete_account(
        &self,
        ctx: &Context<'_>,
        input: DeleteAccountInput,
    ) -> Result<DeleteAccountPayload, ApiError> {
        let viewer = viewer(ctx).await?;
        let accounts = of::<Accounts>(ctx)?;
        accounts
            .delete(&viewer, client(ctx)?, &input.password)
            .await?;
        refresh_tokens(ctx)?.forget(viewer.session.id);
        Ok(DeleteAccountPayload {
            deleted_user_id: viewer.user.id.into(),
        })
    }

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
        let notices = of::<Notices>(ctx)?;
        let secured = notices.secure_account(&input.token, client(ctx)?).await?;
        Ok(SecureAccountPayload {
            email: secured.email,
            revoked_sessions: count(secured.ended_sessions),
        })
    }
}
