//! Accounts: how one begins, and how it changes.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};

use super::access::{AccessLevel, access};
use super::caller::{of, viewer};
use super::error::ApiError;
use super::input::{Problems, invalid};
use super::scalars::count;
use super::users::User;
use crate::domain::{DisplayName, EmailAddress, OrganizationName, Username};
use crate::service::{Accounts, Registration};
use crate::store::ProfileChange;

/// Whom to register.
#[derive(InputObject)]
pub struct RegisterInput {
    /// At most 254 characters; unique whatever the letter case. A link is mailed to it.
    email: String,
    /// 2 to 32 letters, digits, `.`, `_` or `-`, beginning with a letter or digit.
    username: String,
    /// Hard to guess, and 8 (unless the operator asks for more) to 256 characters of any kind.
    password: String,
    /// 1 to 100 characters of any script.
    display_name: Option<String>,
    /// The name of the user's first organization; made from theirs if left out.
    organization_name: Option<String>,
}

/// The new user. They can log in at once; most fields wait until the address is verified.
#[derive(SimpleObject)]
pub struct RegisterPayload {
    user: User,
}

/// The proof of an address.
#[derive(InputObject)]
pub struct VerifyEmailInput {
    /// From the mailed link, `lkm_…`. Good for one use.
    token: String,
}

/// The user, verified.
#[derive(SimpleObject)]
pub struct VerifyEmailPayload {
    user: User,
}

/// Where to mail a further link.
#[derive(InputObject)]
pub struct ResendVerificationEmailInput {
    email: String,
}

/// Whether a mail was sent stays untold.
#[derive(SimpleObject)]
pub struct ResendVerificationEmailPayload {
    /// Always true.
    accepted: bool,
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

/// A change of password.
#[derive(InputObject)]
pub struct ChangePasswordInput {
    current_password: String,
    /// Hard to guess, and 8 (unless the operator asks for more) to 256 characters of any kind.
    new_password: String,
    /// Whether every session but this one ends.
    #[graphql(default = true)]
    revoke_other_sessions: bool,
}

/// What a change of password did.
#[derive(SimpleObject)]
pub struct ChangePasswordPayload {
    /// How many other sessions ended.
    revoked_sessions: i32,
}

#[derive(Default)]
pub struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Creates a user, their first organization, and their ownership of it. Mails a verification link.
    ///
    /// Errors: AUTH_EMAIL_EXISTS, AUTH_USERNAME_EXISTS, VALIDATION_FAILED, OVERLOADED.
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
        let accounts = of::<Accounts>(ctx)?;
        let password = problems.take("password", accounts.parse_password(&input.password));
        problems.check()?;
        let (Some(email), Some(username), Some(password)) = (email, username, password) else {
            return Err(ApiError::unexpected("a problem was not noted"));
        };
        let registration = Registration {
            email,
            username,
            display_name,
            organization_name,
        };
        let user = accounts.register(registration, password).await?;
        Ok(RegisterPayload {
            user: User::of_self(user),
        })
    }

    /// Proves an address with the token from the mailed link.
    ///
    /// Errors: AUTH_LINK_INVALID.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn verify_email(
        &self,
        ctx: &Context<'_>,
        input: VerifyEmailInput,
    ) -> Result<VerifyEmailPayload, ApiError> {
        let user = of::<Accounts>(ctx)?.verify_email(&input.token).await?;
        Ok(VerifyEmailPayload {
            user: User::of_self(user),
        })
    }

    /// Always succeeds, so that it tells nobody which addresses exist.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn resend_verification_email(
        &self,
        ctx: &Context<'_>,
        input: ResendVerificationEmailInput,
    ) -> Result<ResendVerificationEmailPayload, ApiError> {
        // What is no address belongs to nobody; saying so would make this a second kind of answer.
        if let Ok(email) = EmailAddress::parse(&input.email) {
            of::<Accounts>(ctx)?.resend_verification(&email).await?;
        }
        Ok(ResendVerificationEmailPayload { accepted: true })
    }

    /// Changes what the signed-in user is called.
    ///
    /// Errors: AUTH_USERNAME_EXISTS, VALIDATION_FAILED.
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
            .update_profile(&viewer, &change)
            .await?;
        Ok(UpdateProfilePayload {
            user: User::of_self(user),
        })
    }

    /// Sets a new password after checking the current one.
    ///
    /// Errors: AUTH_INVALID_CREDENTIALS, VALIDATION_FAILED, OVERLOADED.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        input: ChangePasswordInput,
    ) -> Result<ChangePasswordPayload, ApiError> {
        let viewer = viewer(ctx).await?;
        let accounts = of::<Accounts>(ctx)?;
        let new = accounts
            .parse_password(&input.new_password)
            .map_err(|message| invalid("newPassword", &message))?;
        let revoked = accounts
            .change_password(
                &viewer,
                &input.current_password,
                new,
                input.revoke_other_sessions,
            )
            .await?;
        Ok(ChangePasswordPayload {
            revoked_sessions: count(revoked),
        })
    }
}
