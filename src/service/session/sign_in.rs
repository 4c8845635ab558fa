//! The end of every way to sign in: a session, or the question for a second factor. Nothing else makes sessions.

use serde::{Deserialize, Serialize};

use super::Sessions;
use crate::domain::{
    AuthenticationMethod, AuthenticationMethods, ChallengeKind, Client, Id, Identifier,
    OrganizationId, SecurityEventKind, Session, User,
};
use crate::service::account::{language, notice};
use crate::service::error::{AuthError, LoginChallenge};
use crate::service::mail::Template;
use crate::service::rate_limits::{Charges, RateLimitedAction};
use crate::service::token::TokenPair;
use crate::store::{FactorProof, LoginError, NewNotice, NewSession, SignedIn};

/// A new session with its first tokens.
pub struct Login {
    pub tokens: TokenPair,
    pub session: Session,
    pub user: User,
}

/// A person who has shown who they are, and wants to sign in.
pub(super) struct SignIn<'a> {
    pub(super) user: User,
    /// The version of the password that was current when it was shown, or when the login began.
    pub(super) password_version: i64,
    /// Whether the account knows the device.
    pub(super) device_known: bool,
    pub(super) methods: AuthenticationMethods,
    /// The second factor, or the passkey that is both factors.
    pub(super) second_factor: Option<FactorProof>,
    /// The organization to act for.
    pub(super) organization_id: Option<OrganizationId>,
    pub(super) client: &'a Client,
    /// The field of the API, with the charges that it gives back.
    pub(super) action: RateLimitedAction,
    pub(super) charged: &'a Charges,
}

/// The part of a sign-in that waits for a second factor. It is the state of the challenge.
#[derive(Serialize, Deserialize)]
pub(super) struct PendingSignIn {
    /// See [`SignIn`]. After a change of the password, the challenge is void.
    pub(super) password_version: i64,
    pub(super) methods: String,
    pub(super) organization_id: Option<OrganizationId>,
}

impl Sessions {
    /// Ends a way to sign in: makes a session, unless the account has a second factor that is still to be shown.
    ///
    /// # Errors
    /// `SecondFactorRequired`; `InvalidCredentials` when the password has changed in the meantime; `ChallengeInvalid` or
    /// `SecondFactorInvalid` when another request used the challenge or the code first; `OrganizationNotFound` or
    /// `EmailNotVerified` when the user is not a verified member of the organization.
    pub(super) async fn sign_in(&self, sign_in: SignIn<'_>) -> Result<Login, AuthError> {
        if sign_in.second_factor.is_none()
            && let Some(challenge) = self.ask_for_second_factor(&sign_in).await?
        {
            return Err(AuthError::SecondFactorRequired(Box::new(challenge)));
        }
        let made = self.make_session(&sign_in).await?;
        self.core.rate_limits.forget(sign_in.charged); // the new session gave the charges back
        let (user, client) = (sign_in.user, sign_in.client);
        language::update(&self.core, user.id, user.language.as_deref(), client).await;
        let session = made.session;
        let active = made.active_organization.as_ref();
        Ok(Login {
            tokens: self.tokens.issue(&session, &user.username, active)?,
            session,
            user,
        })
    }

    /// Makes a challenge if the account has a second factor. It is no session: only `completeLogin` accepts it.
    ///
    /// # Errors
    /// `OrganizationNotFound` or `EmailNotVerified` when the user is not a verified member of the organization.
    async fn ask_for_second_factor(
        &self,
        sign_in: &SignIn<'_>,
    ) -> Result<Option<LoginChallenge>, AuthError> {
        let user = &sign_in.user;
        if user.second_factor_since.is_none() {
            return Ok(None);
        }
        let methods = self
            .core
            .store
            .find_sign_in_methods(user.id, &self.core.relying_party.id)
            .await?;
        let methods = methods.map(|methods| methods.second_factors());
        let Some(methods) = methods.filter(|methods| !methods.is_empty()) else {
            return Ok(None); // it was turned off just now
        };
        if let Some(refusal) = self.refused_organization(sign_in).await? {
            return self
                .passwords
                .after_right_password(Err(refusal), user, sign_in.client, sign_in.action)
                .await;
        }
        let state = PendingSignIn {
            password_version: sign_in.password_version,
            methods: sign_in.methods.to_string(),
            organization_id: sign_in.organization_id,
        };
        let challenges = &self.core.challenges;
        let challenge = challenges
            .issue(ChallengeKind::Login, Some(user.id), &state)
            .await?;
        self.core.rate_limits.give_back_all(sign_in.charged).await;
        let (kind, account) = (
            SecurityEventKind::SecondFactorRequired,
            Identifier::Id(user.id),
        );
        let (audit, operation) = (&self.core.audit, sign_in.action.operation());
        audit.record_later(kind, Some(account), sign_in.client, operation);
        Ok(Some(LoginChallenge {
            token: challenge.token,
            methods,
            expires_at: challenge.expires_at,
        }))
    }

    /// Returns the refusal of the organization to act for; `None` if there is none.
    async fn refused_organization(
        &self,
        sign_in: &SignIn<'_>,
    ) -> Result<Option<AuthError>, AuthError> {
        match sign_in.organization_id {
            Some(id) => self.organization_refusal(sign_in.user.id, id).await,
            None => Ok(None),
        }
    }

    /// Makes the session, and finds out why if none is made.
    async fn make_session(&self, sign_in: &SignIn<'_>) -> Result<SignedIn, AuthError> {
        let session = self.new_session(sign_in);
        let notice = if sign_in.device_known {
            None
        } else {
            let (template, username) = (Template::NewDevice, &sign_in.user.username);
            Some(notice::compose(
                &self.core,
                template,
                username,
                sign_in.client,
            )?)
        };
        match self.insert_session(&session, notice.as_ref()).await {
            Ok(made) => Ok(made),
            Err(LoginError::Refused) => {
                let outcome = self.explain_refusal(&session, notice.as_ref()).await;
                if !sign_in.methods.has(AuthenticationMethod::Pwd) {
                    return outcome;
                }
                self.passwords
                    .after_right_password(outcome, &sign_in.user, sign_in.client, sign_in.action)
                    .await
            }
            Err(error) => Err(error.into()),
        }
    }

    fn new_session(&self, sign_in: &SignIn<'_>) -> NewSession {
        let audit = self.core.audit.begin(sign_in.client);
        let (expires_at, ends_at) = self.core.policy.session_ttl.of_new(audit.at);
        // The logins of an unverified account stay charged. This limits the sessions of an attacker who registers with
        // a stranger's address, so that the owner can delete them all.
        let is_verified = sign_in.user.email_verified_at.is_some();
        let charged = if is_verified {
            sign_in.charged.buckets()
        } else {
            Vec::new()
        };
        NewSession {
            id: Id::new(self.core.random.id(audit.at)),
            user_id: sign_in.user.id,
            password_version: sign_in.password_version,
            audit,
            expires_at,
            ends_at,
            organization_id: sign_in.organization_id,
            methods: sign_in.methods,
            second_factor: sign_in.second_factor.clone(),
            charged,
        }
    }

    /// Inserts the session. With a notice, which is for a new device, the owner of the account gets it unless this is the
    /// first login.
    async fn insert_session(
        &self,
        new: &NewSession,
        notice: Option<&NewNotice>,
    ) -> Result<SignedIn, LoginError> {
        let store = &self.core.store;
        let made = match notice {
            None => store.insert_session(new).await?,
            Some(notice) => store.insert_session_of_new_device(new, notice).await?,
        };
        Ok(self.core.audit.publish(made))
    }

    /// Finds out why no session was made, and returns the error. Tries again if the user has become a member of the
    /// organization in the meantime.
    async fn explain_refusal(
        &self,
        new: &NewSession,
        notice: Option<&NewNotice>,
    ) -> Result<SignedIn, AuthError> {
        let Some(organization_id) = new.organization_id else {
            // The password was changed after the check, so the client gave the old one; or the second factor was turned
            // on, and the next login asks for it.
            return Err(LoginError::Refused.into());
        };
        if let Some(refusal) = self
            .organization_refusal(new.user_id, organization_id)
            .await?
        {
            return Err(refusal);
        }
        Ok(self.insert_session(new, notice).await?)
    }
}

impl From<LoginError> for AuthError {
    fn from(error: LoginError) -> Self {
        match error {
            LoginError::Refused => Self::InvalidCredentials,
            LoginError::Factor(error) => error.into(),
            LoginError::Store(error) => error.into(),
        }
    }
}
