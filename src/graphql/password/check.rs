//! The check of a password before it is submitted: what the server asks of one, and what it thinks of this one.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};

use crate::domain::Password;
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, of, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::invalid;
use crate::graphql::scalars::count;
use crate::service::{self, KnownOwner, Passwords};

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

#[derive(Default)]
pub struct CheckPasswordQuery;

#[Object]
#[expect(
    clippy::unused_async,
    reason = "resolvers are async, whether they wait or not"
)]
impl CheckPasswordQuery {
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
        let strength = of::<Passwords>(ctx)?
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
pub fn new_password(ctx: &Context<'_>, raw: &str) -> Result<Password, ApiError> {
    of::<Passwords>(ctx)?
        .parse(raw)
        .map_err(|message| invalid("newPassword", &message))
}
