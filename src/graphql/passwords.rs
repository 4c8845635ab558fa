//! Passwords: what is asked of one, and every way to set a new one.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};

use super::access::{AccessLevel, access};
use super::caller::{client, of, viewer};
use super::error::ApiError;
use super::input::invalid;
use super::scalars::count;
use super::users::User;
use crate::domain::{EmailAddress, Password};
use crate::service::{self, KnownOwner, PasswordChanges, PasswordResets, Passwords};

/// What the server asks of a new password.
#[derive(SimpleObject)]
pub struct PasswordPolicy {
    /// Fewest characters.
    min_length: i32,
    /// Most characters.
    max_length: i32,
    /// Lowest zxcvbn score, 0 (guessed at once) to 4.
    min_score: i32,
}

/// A password to judge, and what is known of its owner.
#[derive(InputObject)]
pub struct CheckPasswordInput {
    password: String,
    /// The owner's address, as far as it is typed.
    email: Option<String>,
    /// The owner's username, as far as it is typed.
    username: Option<String>,
    /// The owner's display name, as far as it is typed.
    display_name: Option<String>,
}

/// What the server thinks of a password.
#[derive(SimpleObject)]
pub struct PasswordCheck {
    /// Whether `register`, `changePassword` and `resetPassword` would take it from an owner with these names. Give every name
    /// that the owner has: a password that holds one is easier to guess.
    acceptable: bool,
    /// 0 (guessed at once) to 4.
    score: i32,
    /// Why it would not be taken; empty if it would.
    problems: Vec<PasswordProblem>,
    /// How to make it better, in English.
    suggestions: Vec<String>,
}

/// Why a password is not taken.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "service::PasswordProblem")]
pub enum PasswordProblem {
    /// Shorter than `PasswordPolicy.minLength`.
    TooShort,
    /// Longer than `PasswordPolicy.maxLength`.
    TooLong,
    /// Among the passwords that attackers try first, or like one of them.
    TooCommon,
    /// Its score is below `PasswordPolicy.minScore`.
    TooGuessable,
    /// Too guessable, and it holds the user's own name or address.
    ContainsIdentity,
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
    /// How many other sessions ended; of more than 10,000, at least so many.
    revoked_sessions: i32,
}

/// Who forgot a password.
#[derive(InputObject)]
pub struct RequestPasswordResetInput {
    email: String,
}

/// Whether a mail was sent stays untold.
#[derive(SimpleObject)]
pub struct RequestPasswordResetPayload {
    /// Always true.
    accepted: bool,
}

/// A new password for a forgotten one.
#[derive(InputObject)]
pub struct ResetPasswordInput {
    /// From the mailed link, `lkm_…`. Good for one use, for 30 minutes unless the operator changed
    /// that, and until a newer link is asked for. A password that is refused does not use it up.
    token: String,
    /// Hard to guess, and 8 (unless the operator asks for more) to 256 characters of any kind.
    new_password: String,
}

/// The user, whose address is verified now.
#[derive(SimpleObject)]
pub struct ResetPasswordPayload {
    user: User,
}

#[derive(Default)]
pub struct PasswordQuery;

#[Object]
#[allow(
    clippy::unused_async,
    reason = "resolvers are async, whether they wait or not"
)]
impl PasswordQuery {
    /// What the server asks of a password, from the code that enforces it.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn password_policy(&self, ctx: &Context<'_>) -> Result<PasswordPolicy, ApiError> {
        let policy = of::<Passwords>(ctx)?.policy();
        Ok(PasswordPolicy {
            min_length: count(policy.min_chars),
            max_length: count(Password::MAX_CHARS),
            min_score: count(policy.min_score),
        })
    }

    /// Judges a password before it is submitted, by the names in the input and, if the caller is logged in, by theirs.
    /// Stores nothing. May stand once in an operation, and
    /// needs POST: a password must not stand in a URL.
    ///
    /// Errors: RATE_LIMITED, OVERLOADED.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn check_password(
        &self,
        ctx: &Context<'_>,
        input: CheckPasswordInput,
    ) -> Result<PasswordCheck, ApiError> {
        // Nobody has to be signed in.
        let viewer = viewer(ctx).await.ok();
        let owner = KnownOwner {
            email: input.email.as_deref(),
            username: input.username.as_deref(),
            display_name: input.display_name.as_deref(),
            user: viewer.as_deref().map(|viewer| &viewer.user),
        };
        let strength = of::<PasswordChanges>(ctx)?
            .check(client(ctx)?, &input.password, &owner)
            .await?;
        Ok(PasswordCheck {
            acceptable: strength.problems.is_empty(),
            score: count(strength.score),
            problems: strength.problems.into_iter().map(Into::into).collect(),
            suggestions: strength.suggestions,
        })
    }
}

#[derive(Default)]
pub struct PasswordMutation;

#[Object]
impl PasswordMutation {
    /// Sets a new password after checking the current one.
    ///
    /// Errors: AUTH_INVALID_CREDENTIALS, VALIDATION_FAILED, RATE_LIMITED, OVERLOADED.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        input: ChangePasswordInput,
    ) -> Result<ChangePasswordPayload, ApiError> {
        let viewer = viewer(ctx).await?;
        let new = new_password(ctx, &input.new_password)?;
        let revoked = of::<PasswordChanges>(ctx)?
            .change(
                &viewer,
                client(ctx)?,
                &input.current_password,
                new,
                input.revoke_other_sessions,
            )
            .await?;
        Ok(ChangePasswordPayload {
            revoked_sessions: count(revoked),
        })
    }

    /// Answers alike for every address, so that it tells nobody which exist.
    ///
    /// A link that was mailed before is void from then on.
    ///
    /// Errors: VALIDATION_FAILED for what cannot be an address; RATE_LIMITED, whether or not it exists.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn request_password_reset(
        &self,
        ctx: &Context<'_>,
        input: RequestPasswordResetInput,
    ) -> Result<RequestPasswordResetPayload, ApiError> {
        // What is no address belongs to nobody, so that says nothing of any account.
        let email =
            EmailAddress::parse(&input.email).map_err(|message| invalid("email", &message))?;
        let resets = of::<PasswordResets>(ctx)?;
        resets.request(&email, client(ctx)?).await?;
        Ok(RequestPasswordResetPayload { accepted: true })
    }

    /// Sets the password and ends every session.
    ///
    /// Also verifies the address that the link was mailed to, since it proves possession.
    /// For a year after `secureAccount`, refuses the passwords that the account had: somebody else may know them.
    ///
    /// Errors: AUTH_LINK_INVALID, VALIDATION_FAILED, RATE_LIMITED, OVERLOADED.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn reset_password(
        &self,
        ctx: &Context<'_>,
        input: ResetPasswordInput,
    ) -> Result<ResetPasswordPayload, ApiError> {
        let new = new_password(ctx, &input.new_password)?;
        let user = of::<PasswordChanges>(ctx)?
            .reset(&input.token, new, client(ctx)?)
            .await?;
        Ok(ResetPasswordPayload {
            user: User::of_self(user),
        })
    }
}

fn new_password(ctx: &Context<'_>, raw: &str) -> Result<Password, ApiError> {
    of::<Passwords>(ctx)?
        .parse(raw)
        .map_err(|message| invalid("newPassword", &message))
}
