//! Registration: how an account begins, and who may register.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};

use crate::domain::{self, DisplayName, EmailAddress, OrganizationName, Username};
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::account::user::User;
use crate::graphql::engine::caller::{client, of};
use crate::graphql::error::ApiError;
use crate::graphql::input::Problems;
use crate::service::{Accounts, Passwords, Registration};

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

/// How people get in, so that a page shows only what will work.
#[derive(SimpleObject)]
pub struct SignInOptions {
    /// Who may register.
    registration: RegistrationMode,
    /// Whether `login` works before the address is verified. If not, the operator conceals accounts: a user who
    /// mistyped their address must register again, with another username.
    unverified_login: bool,
}

/// Who may register.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::RegistrationMode")]
pub enum RegistrationMode {
    /// Everybody.
    Open,
    /// Those with an invitation: `register` needs its `invitationToken`.
    Invitation,
    /// Nobody: `register` answers AUTH_REGISTRATION_CLOSED.
    Closed,
}

#[derive(Default)]
pub struct RegisterQuery;

#[Object]
#[expect(
    clippy::unused_async,
    reason = "resolvers are async, whether they wait or not"
)]
impl RegisterQuery {
    /// How people get in: show a link to register only where it leads somewhere.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn sign_in_options(&self, ctx: &Context<'_>) -> Result<SignInOptions, ApiError> {
        let accounts = of::<Accounts>(ctx)?;
        Ok(SignInOptions {
            registration: accounts.registration_mode().into(),
            unverified_login: accounts.allows_unverified_login(),
        })
    }
}

#[derive(Default)]
pub struct RegisterMutation;

#[Object]
impl RegisterMutation {
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
}
