//! What answers: mail, and the services, each built on those before it.

use super::StartError;
use crate::clock::Clock;
use crate::config::Config;
use crate::graphql::Answerers;
use crate::random::Random;
use crate::service::{
    Accounts, EmailAddresses, Hasher, Limits, Mail, Notices, Organizations, PasswordChanges,
    PasswordResets, Passwords, SecretKey, Sessions, Templates, Tokens,
};
use crate::store::Store;

/// What composes mail.
///
/// # Errors
/// When a template is wrong, or a key cannot be derived.
pub(super) fn mail(
    config: &Config,
    secret: &SecretKey,
    clock: &Clock,
    random: &Random,
) -> Result<Mail, StartError> {
    let settings = &config.mail;
    let product = settings.product_name.as_str();
    let templates = Templates::load(settings.mail_templates.as_deref(), product)
        .map_err(|problem| StartError::Machine(format!("MAIL_TEMPLATES: {problem}")))?;
    let options = settings
        .options(&config.base_url())
        .map_err(StartError::Machine)?;
    Ok(Mail::new(
        secret,
        options,
        templates,
        clock.clone(),
        random.clone(),
    )?)
}

/// The services that the API calls, each on those before it.
pub(super) fn answerers(
    config: &Config,
    secret: &SecretKey,
    store: &Store,
    mail: Mail,
    clock: &Clock,
    random: &Random,
) -> Result<Answerers, StartError> {
    let (store, clock, random) = (store.clone(), clock.clone(), random.clone());
    let tokens = Tokens::new(
        secret,
        config.token_options(),
        clock.clone(),
        random.clone(),
    )?;
    let hasher = Hasher::start(config.hasher_options(), &random).map_err(StartError::Machine)?;
    let passwords = Passwords::new(store.clone(), hasher, config.password_policy());
    let options = config.attempts.options();
    let limits = Limits::new(secret, options, store.clone(), clock.clone())?;
    let password_resets = PasswordResets {
        store: store.clone(),
        clock: clock.clone(),
        mail: mail.clone(),
        limits: limits.clone(),
        ttl: config.mail.reset_ttl(),
    };
    let notices = Notices {
        store: store.clone(),
        clock: clock.clone(),
        random: random.clone(),
        mail: mail.clone(),
        resets: password_resets.clone(),
        limits: limits.clone(),
        ttl: config.mail.notice_ttl(),
    };
    let emails = EmailAddresses {
        store: store.clone(),
        clock: clock.clone(),
        random: random.clone(),
        passwords: passwords.clone(),
        mail: mail.clone(),
        notices: notices.clone(),
        resets: password_resets.clone(),
        limits: limits.clone(),
        options: config.email_options(),
    };
    Ok(Answerers {
        accounts: Accounts {
            store: store.clone(),
            clock: clock.clone(),
            random: random.clone(),
            passwords: passwords.clone(),
            mail,
            emails: emails.clone(),
            resets: password_resets.clone(),
            limits: limits.clone(),
        },
        sessions: Sessions {
            store: store.clone(),
            clock: clock.clone(),
            random,
            passwords: passwords.clone(),
            tokens,
            notices: notices.clone(),
            limits: limits.clone(),
            ttl: config.session_ttl(),
            conceal_accounts: config.conceal_accounts,
        },
        password_changes: PasswordChanges {
            store: store.clone(),
            clock,
            passwords: passwords.clone(),
            notices: notices.clone(),
            limits,
        },
        organizations: Organizations { store },
        emails,
        passwords,
        password_resets,
        notices,
    })
}
