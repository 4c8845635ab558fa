//! The ways in which the signed-in user can sign in.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Object, SimpleObject};

use crate::domain::{self, UserId};
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::budget::Budget;
use crate::graphql::engine::caller::{data, services, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::passkey::types::Passkey;
use crate::graphql::scalars::count;
use crate::graphql::second_factor::types::SecondFactorMethod;

/// The ways in which a user can sign in.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct SignInMethods {
    /// Whether the account has a password.
    password: bool,
    /// Whether the account has an authenticator app, whose codes are its second factor.
    totp: bool,
    /// The ways to answer AUTH_SECOND_FACTOR_REQUIRED. Empty if `login` does not ask for a second factor.
    second_factors: Vec<SecondFactorMethod>,
    /// The number of recovery codes that are left. Offer `renewRecoveryCodes` before they run out.
    recovery_codes_left: i32,
    #[graphql(skip)]
    user_id: UserId,
}

impl SignInMethods {
    fn new(methods: &domain::SignInMethods, user_id: UserId) -> Self {
        Self {
            password: methods.has_password,
            totp: methods.has_totp,
            second_factors: methods
                .second_factors()
                .into_iter()
                .map(Into::into)
                .collect(),
            recovery_codes_left: count(methods.recovery_codes_left),
            user_id,
        }
    }
}

#[ComplexObject]
impl SignInMethods {
    /// The passkeys of the account, oldest first: at most 20.
    async fn passkeys(&self, ctx: &Context<'_>) -> Result<Vec<Passkey>, ApiError> {
        let passkeys = services(ctx)?.passkeys.list(self.user_id).await?;
        data::<Arc<Budget>>(ctx)?
            .take_objects(passkeys.len())
            .await?;
        Ok(passkeys.into_iter().map(Passkey::from).collect())
    }
}

#[derive(Default)]
pub struct SignInMethodsQuery;

#[Object]
impl SignInMethodsQuery {
    /// The ways in which the signed-in user can sign in, for a page with security settings.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn sign_in_methods(&self, ctx: &Context<'_>) -> Result<SignInMethods, ApiError> {
        let viewer = viewer(ctx).await?;
        let accounts = &services(ctx)?.accounts;
        let methods = accounts.sign_in_methods(viewer.user.id).await?;
        Ok(SignInMethods::new(&methods, viewer.user.id))
    }
}
