//! The check of a new password before it is submitted: the policy, and the judgement of one password.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};

use crate::domain::Password;
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, optional_viewer, services};
use crate::graphql::error::ApiError;
use crate::graphql::input::invalid;
use crate::graphql::scalars::count;
use crate::service::{self, KnownOwner};

/// The rules for new passwords.
#[derive(SimpleObject)]
pub struct PasswordPolicy {
    /// The least number of characters.
    min_length: i32,
    /// The greatest number of characters.
    max_length: i32,
    /// The lowest zxcvbn score that is accepted, from 0 (guessed at once) to 4 (very hard to guess).
    min_score: i32,
}

/// The input of `checkPassword`: a password, and the names of its owner, which make a password that holds one easier to
/// guess. In a form, send each as far as it has been typed.
#[derive(InputObject)]
pub struct CheckPasswordInput {
    /// The password to judge.
    password: String,
    /// The owner's email address, as far as it has been typed.
    email: Option<String>,
    /// The owner's username, as far as it has been typed.
    username: Option<String>,
    /// The owner's display name, as far as it has been typed.
    display_name: Option<String>,
}

/// The judgement of a password.
#[derive(SimpleObject)]
pub struct PasswordCheck {
    /// Whether `register`, `changePassword` and `resetPassword` accept the password from an owner with the given names.
    acceptable: bool,
    /// The zxcvbn score, from 0 (guessed at once) to 4 (very hard to guess).
    score: i32,
    /// The reasons why the password is not accepted; empty if it is.
    problems: Vec<PasswordProblem>,
    /// Suggestions for a better password, in English, to show to the user.
    suggestions: Vec<String>,
}

/// A reason why a password is not accepted.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "service::PasswordProblem")]
pub enum PasswordProblem {
    /// The password is shorter than `PasswordPolicy.minLength`.
    TooShort,
    /// The password is longer than `PasswordPolicy.maxLength`.
    TooLong,
    /// The password is one that attackers try first, or is similar to one.
    TooCommon,
    /// The score of the password is below `PasswordPolicy.minScore`.
    TooGuessable,
    /// The password is too guessable, and contains the user's own name or email address.
    ContainsIdentity,
}

#[derive(Default)]
pub struct CheckPasswordQuery;

#[Object]
#[expect(
    clippy::unused_async,
    reason = "resolvers are async, whether they wait or not"
)]
impl CheckPasswordQuery {
    /// The rules for new passwords, exactly as the service enforces them. Show them beside the form.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn password_policy(&self, ctx: &Context<'_>) -> Result<PasswordPolicy, ApiError> {
        let policy = services(ctx)?.passwords.policy();
        Ok(PasswordPolicy {
            min_length: count(policy.min_chars),
            max_length: count(Password::MAX_CHARS),
            min_score: count(policy.min_score),
        })
    }

    /// The judgement of a password before it is submitted, by the names in the input and, if the caller is signed in, by their
    /// own names. Nothing is stored.
    ///
    /// The field may stand once in an operation, and needs POST, so that the password is in no URL.
    ///
    /// Errors: RATE_LIMITED, OVERLOADED.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn check_password(
        &self,
        ctx: &Context<'_>,
        input: CheckPasswordInput,
    ) -> Result<PasswordCheck, ApiError> {
        let viewer = optional_viewer(ctx).await?;
        let owner = KnownOwner {
            email: input.email.as_deref(),
            username: input.username.as_deref(),
            display_name: input.display_name.as_deref(),
            user: viewer.as_deref().map(|viewer| &viewer.user),
        };
        let strength = services(ctx)?
            .passwords
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

/// Parses the new password of an input.
pub fn parse_new_password(ctx: &Context<'_>, raw: &str) -> Result<Password, ApiError> {
    services(ctx)?
        .passwords
        .parse(raw)
        .map_err(|error| invalid("newPassword", error))
}
