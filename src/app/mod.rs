//! The composition root: settings become a store, services, a schema and a router.

mod clock_check;
mod first_account;
mod keys;
mod secret;
mod services;
mod start_error;

use std::future::Future;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;

pub use self::clock_check::{ClockOffset, clock_offset};
pub use self::first_account::{missing_first_account, warn_without_accounts};
use self::keys::Keys;
pub use self::keys::{KeysInFiles, signing_keys};
pub use self::secret::{SecretRecord, check_secret, load as load_secret};
use self::services::{mail, services};
pub use self::start_error::StartError;
use crate::config::{Config, Environment, Flags};
use crate::graphql::Engine;
use crate::http::{
    self, AnswerMemory, AppState, BodyRoom, Discovery, Jwks, Lifecycle, PageOptions, Pages,
    ServerOptions,
};
use crate::platform::clock::Clock;
use crate::platform::random::Random;
use crate::platform::secret_file;
use crate::service::{Delivery, KeyListing, Mailbox, Purger, Recorder, SecurityEvents};
use crate::store::{DatabaseUrl, MigrationState, Store};

/// The time between two purges. Expired rows are kept for months, so an hour more is nothing.
const PURGE_EVERY: Duration = Duration::from_hours(1);

/// The service, ready to listen.
pub struct App {
    pub store: Store,
    pub router: Router,
    pub purger: Purger,
    /// Sends mail; `None` where it is captured.
    pub delivery: Option<Delivery>,
    /// Writes down what was tried and refused.
    recorder: Recorder,
    /// What was written to people, sent or not.
    pub mailbox: Mailbox,
    server: ServerOptions,
    lifecycle: watch::Sender<Lifecycle>,
    shutdown_delay: Duration,
    shutdown_grace: Duration,
}

/// What asks the service to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShutdownSignal {
    /// SIGTERM: load balancers need a moment to notice.
    Terminate,
    /// SIGINT: a person waits at a terminal.
    Interrupt,
}

impl App {
    /// Opens and migrates the database, and builds everything on it.
    ///
    /// # Errors
    /// Says what is wrong, and where a setting is at fault what to set.
    pub async fn build(config: &Config, clock: Clock, random: Random) -> Result<Self, StartError> {
        check(config)?;
        // Whatever is wrong with these is found before anything is made.
        signing_keys(config).map_err(StartError::Machine)?;
        let secret = secret::find(config).map_err(StartError::Machine)?;
        let store = open_store(config).await?;
        store.migrate().await?;
        let secret = secret::agree(config, secret, &store, clock.now(), &random).await?;
        let keys = Keys::load(config, secret)?;
        let jwks = Jwks(keys.access.jwks().into());
        let issuer = config.tokens.options(&config.address.base_url()).issuer;
        let algorithms = keys.access.published_algorithms();
        let discovery = Discovery::new(&issuer, &config.address.base_url(), &algorithms);
        let mail = mail(config, &keys.secrets, &clock, &random)?;
        let mailbox = Mailbox {
            store: store.clone(),
            clock: clock.clone(),
            mail: mail.clone(),
        };
        let delivery = config
            .mail
            .delivery_options(&config.address.base_url())
            .and_then(|options| {
                let delivery =
                    |options| Delivery::new(store.clone(), clock.clone(), mail.clone(), options);
                options.map(delivery).transpose()
            })
            .map_err(StartError::Machine)?;
        let (events, recorder) = SecurityEvents::new(store.clone(), clock.clone(), random.clone());
        let services = services(config, &keys, &store, &mail, events, &clock, &random)?;
        let max_abandoned = config.server.max_connections as usize;
        let engine =
            Engine::new(config.limits(), max_abandoned, services).map_err(StartError::Machine)?;
        let purger = Purger {
            store: store.clone(),
            clock: clock.clone(),
            options: config.purge_options(),
        };
        let pages = Pages::load(PageOptions {
            product: config.mail.product_name.clone(),
            app: config.server.app_url.clone(),
            registration: config.accounts.takes_invited(),
            unverified_login: !config.accounts.conceal_accounts,
        })
        .map_err(StartError::Machine)?;
        let lifecycle = watch::Sender::new(Lifecycle::Serving);
        let router = http::router(AppState {
            engine,
            store: store.clone(),
            clock,
            random,
            pages,
            jwks,
            discovery,
            mailbox: config.shows_mailbox().then(|| mailbox.clone()),
            options: config.http_options(),
            lifecycle: lifecycle.subscribe(),
            body_room: BodyRoom::new(config.requests.max_body),
            answer_memory: AnswerMemory::new(config.limits().bytes),
        });
        Ok(Self {
            store,
            router,
            purger,
            delivery,
            recorder,
            mailbox,
            server: config.server.options(),
            lifecycle,
            shutdown_delay: config.shutdown_delay(),
            shutdown_grace: config.server.shutdown_grace,
        })
    }

    /// Serves until there is a signal, goes on for a moment if load balancers have to notice, and then lets what
    /// is running finish for the grace period.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown_signal: impl Future<Output = ShutdownSignal> + Send + 'static,
    ) {
        let purging = tokio::spawn(purge_forever(self.purger));
        let (announce, mut stopping) = watch::channel(false);
        let recording = tokio::spawn(self.recorder.run());
        let delivering = self
            .delivery
            .map(|delivery| tokio::spawn(delivery.run(announce.subscribe())));
        let lifecycle = self.lifecycle;
        let server = http::serve(listener, self.router, self.server, lifecycle.subscribe());
        let shutdown = async move {
            let signal = shutdown_signal.await;
            lifecycle.send_replace(Lifecycle::Leaving);
            if signal == ShutdownSignal::Terminate && !self.shutdown_delay.is_zero() {
                let delay = humantime::format_duration(self.shutdown_delay);
                tracing::info!("not ready any more: connections are accepted for another {delay}");
                tokio::time::sleep(self.shutdown_delay).await;
            }
            tracing::info!("shutting down: what is running may finish");
            lifecycle.send_replace(Lifecycle::Draining);
            announce.send_replace(true);
        };
        let grace_is_over = async {
            // An error means that the server is gone, and with it the sender.
            let _ = stopping.wait_for(|stopping| *stopping).await;
            tokio::time::sleep(self.shutdown_grace).await;
        };
        let until_done = async {
            tokio::join!(server, shutdown);
            // The recorder ends when the last mutation, which may have been abandoned, has dropped its sender.
            let _ = recording.await;
            // A message that is on its way may arrive: cut off, it would be sent again.
            if let Some(delivering) = delivering {
                let _ = delivering.await;
            }
        };
        tokio::select! {
            () = until_done => {}
            () = grace_is_over => tracing::warn!("some requests did not finish in time"),
        }
        purging.abort();
        let _ = tokio::time::timeout(Duration::from_secs(1), self.store.close()).await;
    }
}

/// Reads the settings of a command that needs them.
///
/// # Errors
/// Says what could not be read.
pub fn read<S>(flags: &Flags<S>, environment: &Environment) -> Result<Config, StartError> {
    let config = Config::read(flags, environment);
    match config.unread() {
        [] => Ok(config),
        problems => Err(StartError::Settings(problems.to_vec())),
    }
}

/// # Errors
/// Says what is wrong with the settings.
pub fn check(config: &Config) -> Result<(), StartError> {
    let problems = config.problems();
    if problems.is_empty() {
        return Ok(());
    }
    Err(StartError::Settings(problems))
}

/// The keys that access tokens are verified with. Makes no secret.
///
/// # Errors
/// Says which key is wrong, or that there is no secret yet.
pub fn list_access_keys(config: &Config) -> Result<Vec<KeyListing>, StartError> {
    Ok(Keys::load_existing(config)?.access.list())
}

/// The outbox alone, for the command line. Makes neither a secret nor a database.
///
/// # Errors
/// Says what is missing.
pub async fn open_mailbox(config: &Config) -> Result<Mailbox, StartError> {
    let keys = Keys::load_existing(config)?;
    let url = config.storage.database().map_err(StartError::Machine)?;
    if matches!(&url, DatabaseUrl::SqliteFile(path) if !path.exists()) {
        return Err(StartError::Machine(format!("{url:?} is not there yet")));
    }
    let store = Store::open(&url, config.storage.options()).await?;
    if store.migration_state().await? != MigrationState::Current {
        let advice = "the database has another schema: see latchkey doctor";
        return Err(StartError::Machine(advice.to_owned()));
    }
    let random = system_random()?;
    let clock = Clock::system();
    let mail = mail(config, &keys.secrets, &clock, &random)?;
    Ok(Mailbox { store, clock, mail })
}

/// # Errors
/// When the operating system has none.
pub fn system_random() -> Result<Random, StartError> {
    Random::system().map_err(|error| {
        StartError::Machine(format!("the operating system gives no randomness: {error}"))
    })
}

/// Opens the database that the settings name.
///
/// # Errors
/// When it cannot be reached.
pub async fn open_store(config: &Config) -> Result<Store, StartError> {
    let url = config.storage.database().map_err(StartError::Machine)?;
    if let Some(folder) = url.folder() {
        secret_file::make_data_dir(&folder).map_err(StartError::Machine)?;
    }
    Ok(Store::open(&url, config.storage.options()).await?)
}

async fn purge_forever(purger: Purger) {
    let mut hours = tokio::time::interval(PURGE_EVERY);
    loop {
        hours.tick().await;
        clock_check::warn(&purger.store, &purger.clock).await;
        if let Err(error) = purger.purge().await {
            tracing::warn!(%error, "the purge failed; the next one will find the rest");
        }
    }
}
