//! Registration: the creation of an account, and the options of a sign-in page.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};

use crate::domain::{self, DisplayName, EmailAddress, OrganizationName, Password, Username};
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::account::user::User;
use crate::graphql::engine::caller::{client, services};
use crate::graphql::error::ApiError;
use crate::graphql::input::ValidationErrors;
use crate::service::{Passwords, Registration};

/// The input of `register`.
#[derive(InputObject)]
pub struct RegisterInput {
    /// The user's email address: at most 254 characters; unique whatever the letter case. A verification link is mailed to
    /// it, unless `invitationToken` proves that it is the user's.
    email: String,
    /// The username: 2 to 32 letters, digits, `.`, `_` or `-`, beginning with a letter or digit; unique whatever the letter
    /// case. Names such as `admin` are reserved.
    username: String,
    /// The password: hard to guess, and 8 (unless the operator requires more) to 256 characters of any kind. See
    /// `passwordPolicy` and `checkPassword`.
    password: String,
    /// The user's name for people to read: 1 to 100 characters of any script.
    display_name: Option<String>,
    /// The name of the user's first organization: 1 to 100 characters of any script. If it is left out, the name is made from
    /// the user's; with `invitationToken`, no organization is created then.
    organization_name: Option<String>,
    /// The token from the mail of an invitation, `lkm_…`. The account is then verified at once and joins that organization.
    /// It creates no organization of its own unless `organizationName` is given. `email` must be the invited address.
    invitation_token: Option<String>,
}

impl RegisterInput {
    fn parse(self, passwords: &Passwords) -> Result<(Registration, Password), ApiError> {
        let mut errors = ValidationErrors::default();
        let email = errors.collect("email", EmailAddress::parse(&self.email));
        let username = errors.collect("username", Username::parse(&self.username));
        let name = self.display_name.as_deref();
        let display_name = errors.collect_optional("displayName", name, DisplayName::parse);
        let name = self.organization_name.as_deref();
        let organization_name =
            errors.collect_optional("organizationName", name, OrganizationName::parse);
        let password = errors.collect("password", passwords.parse(&self.password));
        let (Some(email), Some(username), Some(password)) = (email, username, password) else {
            return Err(errors.into());
        };
        errors.check()?;
        let registration = Registration {
            email,
            username,
            display_name,
            organization_name,
            invitation_token: self.invitation_token,
        };
        Ok((registration, password))
    }
}

/// The result of `register`.
#[derive(SimpleObject)]
pub struct RegisterPayload {
    /// The new user. They can call `login` at once, unless the operator conceals accounts (see
    /// `SignInOptions.unverifiedLogin`). Most fields need a verified email address.
    user: User,
}

/// The options of a sign-in page, so that it shows only forms that will work.
#[derive(SimpleObject)]
pub struct SignInOptions {
    /// The people who may register. Show the link to register accordingly.
    registration: RegistrationMode,
    /// Whether `login` works before the email address is verified. If not, the operator conceals accounts: a user who
    /// mistyped their address must register again, with another username.
    unverified_login: bool,
}

/// The people who may register.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::RegistrationMode")]
pub enum RegistrationMode {
    /// Everybody may register.
    Open,
    /// Only people with an invitation may register: `register` needs its `invitationToken`.
    Invitation,
    /// Nobody may register: `register` is refused with AUTH_REGISTRATION_CLOSED.
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
    /// The options of a sign-in page. Read them before you show a link to register.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn sign_in_options(&self, ctx: &Context<'_>) -> Result<SignInOptions, ApiError> {
        let accounts = &services(ctx)?.accounts;
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
    /// Creates a user, and an organization that they own. Mails a verification link.
    ///
    /// With `invitationToken`, the user is verified at once, since the invitation's mail has verified the address, and joins
    /// the organization of the invitation instead. An unverified account that somebody else made with the address is deleted.
    ///
    /// Errors: AUTH_EMAIL_EXISTS, AUTH_USERNAME_EXISTS, AUTH_REGISTRATION_CLOSED, VALIDATION_FAILED, RATE_LIMITED,
    /// OVERLOADED; with `invitationToken` also AUTH_LINK_INVALID (unknown, used, revoked or expired) and
    /// INVITATION_EMAIL_MISMATCH.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn register(
        &self,
        ctx: &Context<'_>,
        input: RegisterInput,
    ) -> Result<RegisterPayload, ApiError> {
        let (registration, password) = input.parse(&services(ctx)?.passwords)?;
        let user = services(ctx)?
            .accounts
            .register(registration, password, client(ctx)?)
            .await?;
        Ok(RegisterPayload {
            user: User::of_self(user),
        })
    }
}
