//! Builds mail and the services, each on those before it.

use std::sync::Arc;

use super::keys::Keys;
use super::start_error::StartError;
use crate::config::Config;
use crate::domain::ReservedNames;
use crate::graphql::Services;
use crate::platform::clock::Clock;
use crate::platform::random::Random;
use crate::service::{
    Accounts, Directory, EmailAddresses, Hasher, Invitations, Letters, Limits, Mail, Memberships,
    Notices, Organizations, PasswordChanges, PasswordResets, Passwords, Registrations, SecretKeys,
    SecurityEvents, Sessions, Templates, Tokens,
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
    let product = settings.product_name.as_str();
    let templates = Templates::load(
        settings.mail_templates.as_deref(),
        product,
        config.accounts.takes_invited(),
    )
    .map_err(|problem| StartError::Machine(format!("MAIL_TEMPLATES: {problem}")))?;
    let options = settings
        .options(&config.address.base_url())
        .map_err(StartError::Machine)?;
    Ok(Mail::new(
        secrets,
        options,
        templates,
        clock.clone(),
        random.clone(),
    )?)
}

/// The services that the API calls, each on those before it.
pub(super) fn services(
    config: &Config,
    keys: &Keys,
    store: &Store,
    mail: &Mail,
    events: SecurityEvents,
    clock: &Clock,
    random: &Random,
) -> Result<Services, StartError> {
    let (store, clock, random) = (store.clone(), clock.clone(), random.clone());
    let hasher = Hasher::start(config.passwords.hasher_options(), clock.clone(), &random)
        .map_err(StartError::Machine)?;
    let limits = limits(config, keys, &store, &clock, &events)?;
    let passwords = Passwords::new(
        store.clone(),
        hasher,
        config.passwords.policy(),
        limits.clone(),
        events.clone(),
    );
    let password_resets = PasswordResets {
        store: store.clone(),
        clock: clock.clone(),
        mail: mail.clone(),
        limits: limits.clone(),
        events: events.clone(),
        ttl: config.mail.reset_ttl(),
    };
    let notices = Notices {
        store: store.clone(),
        clock: clock.clone(),
        random: random.clone(),
        mail: mail.clone(),
        events: events.clone(),
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
        events: events.clone(),
        options: config.email_options(),
    };
    let base = Base {
        store: &store,
        clock: &clock,
        random: &random,
        mail,
        limits: &limits,
        events: &events,
        reserved: Arc::new(config.accounts.reserved_names.clone()),
    };
    Ok(Services {
        organizations: base.organizations(),
        memberships: base.memberships(),
        invitations: base.invitations(config),
        registrations: base.registrations(),
        directory: Directory {
            store: store.clone(),
            clock: clock.clone(),
        },
        accounts: Accounts {
            reserved: Arc::clone(&base.reserved),
            store: store.clone(),
            clock: clock.clone(),
            random: random.clone(),
            passwords: passwords.clone(),
            mail: mail.clone(),
            emails: emails.clone(),
            resets: password_resets.clone(),
            invitations: base.invitations(config),
            limits: limits.clone(),
            events: events.clone(),
            registration: config.accounts.registration,
        },
        sessions: Sessions {
            store: store.clone(),
            clock: clock.clone(),
            tokens: Arc::new(tokens(config, keys, &clock, &random)?),
            random,
            passwords: passwords.clone(),
            notices: notices.clone(),
            limits: limits.clone(),
            events: events.clone(),
            ttl: config.tokens.session_ttl(),
            conceal_accounts: config.accounts.conceal_accounts,
        },
        password_changes: PasswordChanges {
            store,
            clock,
            passwords: passwords.clone(),
            notices,
            limits,
            events: events.clone(),
        },
        emails,
        passwords,
        password_resets,
        events,
    })
}

/// Makes the service that issues and checks tokens.
fn tokens(
    config: &Config,
    keys: &Keys,
    clock: &Clock,
    random: &Random,
) -> Result<Tokens, StartError> {
    Ok(Tokens::new(
        &keys.secrets,
        keys.access.clone(),
        config.tokens.options(&config.address.base_url()),
        clock.clone(),
        random.clone(),
    )?)
}

/// Makes the service that counts attempts.
fn limits(
    config: &Config,
    keys: &Keys,
    store: &Store,
    clock: &Clock,
    events: &SecurityEvents,
) -> Result<Limits, StartError> {
    Ok(Limits::new(
        &keys.secrets,
        config.attempts.options(),
        store.clone(),
        clock.clone(),
        events.clone(),
    )?)
}

/// The parts that the services of organizations share.
struct Base<'a> {
    store: &'a Store,
    clock: &'a Clock,
    random: &'a Random,
    mail: &'a Mail,
    limits: &'a Limits,
    events: &'a SecurityEvents,
    reserved: Arc<ReservedNames>,
}

impl Base<'_> {
    fn letters(&self) -> Letters {
        Letters {
            mail: self.mail.clone(),
        }
    }

    fn organizations(&self) -> Organizations {
        Organizations {
            store: self.store.clone(),
            clock: self.clock.clone(),
            random: self.random.clone(),
            letters: self.letters(),
            limits: self.limits.clone(),
            events: self.events.clone(),
            reserved: Arc::clone(&self.reserved),
        }
    }

    fn memberships(&self) -> Memberships {
        Memberships {
            store: self.store.clone(),
            letters: self.letters(),
            limits: self.limits.clone(),
            events: self.events.clone(),
        }
    }

    fn registrations(&self) -> Registrations {
        Registrations {
            store: self.store.clone(),
            clock: self.clock.clone(),
            limits: self.limits.clone(),
        }
    }

    fn invitations(&self, config: &Config) -> Invitations {
        Invitations {
            store: self.store.clone(),
            clock: self.clock.clone(),
            random: self.random.clone(),
            mail: self.mail.clone(),
            letters: self.letters(),
            limits: self.limits.clone(),
            events: self.events.clone(),
            ttl: config.mail.invitation_ttl(),
        }
    }
}
