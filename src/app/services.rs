//! Builds mail, the core and the services on it.

use std::sync::Arc;

use super::keys::Keys;
use super::start_error::StartError;
use crate::config::Config;
use crate::graphql::Services;
use crate::platform::clock::Clock;
use crate::platform::random::Random;
use crate::service::{
    Accounts, Audit, Challenges, Core, Directory, EmailAddresses, Hasher, Invitations, Mail,
    Memberships, Organizations, Passkeys, Passwords, RateLimits, Recorder, SecondFactors,
    SecretKeys, Sessions, Templates, Tokens,
};
use crate::store::Store;

/// Makes the composer of mail.
///
/// # Errors
/// When a template is wrong, or a key cannot be derived.
pub(super) fn mail(
    config: &Config,
    secrets: &SecretKeys,
    clock: &Clock,
    random: &Random,
) -> Result<Mail, StartError> {
    let settings = &config.mail;
    let templates = Templates::load(
        settings.mail_templates.as_deref(),
        settings.product_name.as_str(),
        config.accounts.takes_invited(),
    )?;
    let options = settings.options(&config.address.base_url())?;
    Ok(Mail::new(
        secrets,
        options,
        templates,
        clock.clone(),
        random.clone(),
    )?)
}

/// Makes the core that the services share, and the recorder of its deferred events.
///
/// # Errors
/// When a key cannot be derived.
pub(super) fn core(
    config: &Config,
    secrets: &SecretKeys,
    store: Store,
    mail: Mail,
    clock: Clock,
    random: Random,
) -> Result<(Arc<Core>, Recorder), StartError> {
    let (audit, recorder) = Audit::new(store.clone(), clock.clone(), random.clone(), mail.clone());
    let rate_limits = RateLimits::new(
        secrets,
        config.rate_limits.options(),
        store.clone(),
        clock.clone(),
        audit.clone(),
    )?;
    let policy = config.account_policy();
    let challenges = Challenges::new(secrets, store.clone(), clock.clone(), random.clone())?;
    let core = Core {
        store,
        clock,
        random,
        mail,
        challenges,
        rate_limits,
        audit,
        policy,
        relying_party: config.relying_party(),
    };
    Ok((Arc::new(core), recorder))
}

/// Makes the services that the API calls.
///
/// # Errors
/// When there is no memory for hashing, or a key cannot be derived.
pub(super) fn services(
    config: &Config,
    keys: &Keys,
    core: &Arc<Core>,
) -> Result<Services, StartError> {
    let (clock, random) = (core.clock.clone(), core.random.clone());
    let hasher = Hasher::start(config.passwords.hasher_options(), clock.clone(), &random)?;
    let tokens = Tokens::new(
        &keys.secrets,
        keys.access.clone(),
        config.tokens.options(&config.address.base_url()),
        clock,
        random,
    )?;
    let core = || Arc::clone(core);
    let product = &config.mail.product_name;
    let second_factors = SecondFactors::new(core(), hasher.clone(), &keys.secrets, product)?;
    let passkeys = Passkeys::new(core());
    let passwords = Passwords::new(core(), hasher, config.passwords.policy());
    let invitations = Invitations::new(core());
    Ok(Services {
        accounts: Accounts::new(core(), passwords.clone(), invitations.clone()),
        emails: EmailAddresses::new(core(), passwords.clone()),
        sessions: Sessions::new(
            core(),
            passwords.clone(),
            second_factors.clone(),
            passkeys.clone(),
            tokens,
        ),
        second_factors,
        passkeys,
        passwords,
        organizations: Organizations::new(core()),
        memberships: Memberships::new(core()),
        invitations,
        directory: Directory::new(core()),
        audit: core().audit.clone(),
    })
}
