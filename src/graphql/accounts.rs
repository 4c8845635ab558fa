//! Users: who they are, and how an account begins and changes.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use uuid::Uuid;

use super::access::{AccessLevel, access};
use super::caller::{of, viewer};
use super::error::ApiError;
use super::input::{Problems, invalid};
use super::loaders::Loaders;
use super::organizations::Membership;
use super::time::DateTime;
use crate::domain::{self, DisplayName, EmailAddress, OrganizationName, Username};
use crate::service::{Accounts, Registration};
use crate::store::ProfileChange;

/// A registered person.
pub struct User {
    user: domain::User,
    /// Who looks: of others, a viewer sees only what they share.
    seen_by: Uuid,
}

impl User {
    pub(super) fn of_self(user: domain::User) -> Self {
        Self {
            seen_by: user.id,
            user,
        }
    }

    pub(super) fn seen_by(user: domain::User, seen_by: Uuid) -> Self {
        Self { user, seen_by }
    }
}

/// A registered person.
#[Object]
impl User {
    async fn id(&self) -> ID {
        self.user.id.into()
    }

    /// As the user wrote it.
    async fn email(&self) -> &str {
        &self.user.email
    }

    /// Whether the user has proved that the address is theirs.
    async fn email_verified(&self) -> bool {
        self.user.email_verified_at.is_some()
    }

    /// 2 to 32 letters, digits, `.`, `_` or `-`; unique whatever the letter case.
    async fn username(&self) -> &str {
        &self.user.username
    }

    /// How the user wants to be called: 1 to 100 characters of any script.
    async fn display_name(&self) -> Option<&str> {
        self.user.display_name.as_deref()
    }

    /// When the user registered.
    async fn created_at(&self) -> DateTime {
        DateTime(self.user.created_at)
    }

    /// When anything above last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.user.updated_at)
    }

    /// Where the user belongs, oldest first. Of others one sees only what one shares with them.
    async fn memberships(&self, ctx: &Context<'_>) -> Result<Vec<Membership>, ApiError> {
        let loaders = of::<Loaders>(ctx)?;
        let found = loaders.memberships(self.user.id, self.seen_by).await?;
        let membership = |membership| Membership::seen_by(membership, self.seen_by);
        Ok(found.into_iter().map(membership).collect())
    }
}

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
pub struct AccountQuery;

#[Object]
impl AccountQuery {
    /// The signed-in user.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn me(&self, ctx: &Context<'_>) -> Result<User, ApiError> {
        Ok(User::of_self(viewer(ctx).await?.user.clone()))
    }
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

/// A number of rows as GraphQL's 32-bit Int.
pub(super) fn count(rows: impl TryInto<i32>) -> i32 {
    rows.try_into().unwrap_or(i32::MAX)
}
