//! The composition root: settings become a store, services, a schema and a site.

mod clock_check;
mod commands;
mod first_account;
mod key_file;
mod keys;
mod secret;
mod secret_error;
mod services;
mod start_error;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;

pub use self::clock_check::{ClockOffset, clock_offset};
pub use self::commands::{check, list_access_keys, open_mailbox, open_store, read, system_random};
pub use self::first_account::{missing_first_account, warn_without_accounts};
pub use self::key_file::{KeyFileError, KeysInFiles, signing_keys};
use self::keys::Keys;
pub use self::secret::{SecretRecord, check_secret, find as find_secret, load as load_secret};
pub use self::secret_error::SecretError;
use self::services::{core, mail, services};
pub use self::start_error::StartError;
use crate::config::Config;
use crate::graphql::{Engine, Services};
use crate::http::{
    self, AppState, BodyMemory, Discovery, Jwks, Lifecycle, PageOptions, Pages, ResponseMemory,
    ServerOptions, Site,
};
use crate::platform::clock::Clock;
use crate::platform::random::Random;
use crate::service::{Core, Delivery, Mailbox, Purger, Recorder, SecondFactors};
use crate::store::Store;

/// The time between two purges. Expired rows are kept for months, so an hour more is nothing.
const MAINTAIN_EVERY: Duration = Duration::from_hours(1);

/// The service, ready to listen.
pub struct App {
    pub store: Store,
    clock: Clock,
    pub site: Site,
    pub purger: Purger,
    pub second_factors: SecondFactors,
    /// Sends mail; `None` where it is captured.
    pub delivery: Option<Delivery>,
    /// Writes the events of refused attempts.
    recorder: Recorder,
    /// The mail that was written, sent or not.
    pub mailbox: Mailbox,
    server: ServerOptions,
    lifecycle: watch::Sender<Lifecycle>,
    shutdown_delay: Duration,
    shutdown_grace: Duration,
}

/// The signal that asks the service to end.
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
        // Wrong keys are reported before anything is made.
        signing_keys(config)?;
        let secret = secret::find(config)?;
        let store = open_store(config).await?;
        store.migrate().await?;
        let secret = secret::agree(config, secret, &store, clock.now(), &random).await?;
        let keys = Keys::load(config, secret)?;
        Self::assemble(config, &keys, store, clock, random)
    }

    /// Builds the service on a store that is ready.
    fn assemble(
        config: &Config,
        keys: &Keys,
        store: Store,
        clock: Clock,
        random: Random,
    ) -> Result<Self, StartError> {
        let mail = mail(config, &keys.secrets, &clock, &random)?;
        let mailbox = Mailbox::new(store.clone(), clock.clone(), mail.clone());
        let delivery = config
            .mail
            .delivery_options(&config.address.base_url())?
            .map(|options| Delivery::new(store.clone(), clock.clone(), mail.clone(), options))
            .transpose()?;
        let purger = Purger::new(store.clone(), clock.clone(), config.purge_options());
        let (core, recorder) = core(
            config,
            &keys.secrets,
            store.clone(),
            mail,
            clock.clone(),
            random,
        )?;
        let lifecycle = watch::Sender::new(Lifecycle::Serving);
        let services = services(config, keys, &core)?;
        let second_factors = services.second_factors.clone();
        let site = site(
            config,
            keys,
            &core,
            services,
            &mailbox,
            lifecycle.subscribe(),
        )?;
        Ok(Self {
            store,
            clock,
            site,
            purger,
            second_factors,
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
        let maintenance = Maintenance {
            purger: self.purger,
            second_factors: self.second_factors,
            store: self.store.clone(),
            clock: self.clock,
        };
        let maintaining = tokio::spawn(maintenance.run());
        let (stop, mut stopping) = watch::channel(false);
        let recording = tokio::spawn(self.recorder.run());
        let delivering = self
            .delivery
            .map(|delivery| tokio::spawn(delivery.run(stop.subscribe())));
        let lifecycle = self.lifecycle;
        let server = http::serve(
            listener,
            Arc::new(self.site),
            self.server,
            lifecycle.subscribe(),
        );
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
            stop.send_replace(true);
        };
        let grace_is_over = async {
            // An error means that the server is gone, and with it the sender.
            let _ = stopping.wait_for(|stopping| *stopping).await;
            tokio::time::sleep(self.shutdown_grace).await;
        };
        let until_done = async {
            tokio::join!(server, shutdown);
            // It holds a sender of the recorder.
            maintaining.abort();
            let _ = maintaining.await;
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
        let _ = tokio::time::timeout(Duration::from_secs(1), self.store.close()).await;
    }
}

/// Builds the site: the services, the schema on them, and everything that answers requests.
fn site(
    config: &Config,
    keys: &Keys,
    core: &Arc<Core>,
    services: Services,
    mailbox: &Mailbox,
    lifecycle: watch::Receiver<Lifecycle>,
) -> Result<Site, StartError> {
    let max_abandoned = config.server.max_connections as usize;
    let response_memory = ResponseMemory::new(config.response_limits().bytes);
    let engine = Engine::new(
        config.query_limits(),
        config.response_limits(),
        max_abandoned,
        services,
        Arc::new(response_memory.clone()),
    )
    .map_err(|error| StartError::Build(error.into()))?;
    let pages = PageOptions {
        product: config.mail.product_name.clone(),
        app: config.server.app_url.clone(),
        registration: config.accounts.takes_invited(),
        unverified_login: !config.accounts.conceal_accounts,
    };
    let pages = Pages::load(pages).map_err(|error| StartError::Build(error.into()))?;
    let base_url = config.address.base_url();
    let issuer = config.tokens.options(&base_url).issuer;
    let algorithms = keys.access.published_algorithms();
    Ok(Site::new(AppState {
        engine,
        store: core.store.clone(),
        clock: core.clock.clone(),
        random: core.random.clone(),
        pages,
        jwks: Jwks(keys.access.jwks().into()),
        discovery: Discovery::new(&issuer, &base_url, &algorithms),
        mailbox: config.shows_mailbox().then(|| mailbox.clone()),
        options: config.http_options(),
        lifecycle,
        body_memory: BodyMemory::new(config.requests.max_body),
        response_memory,
    }))
}

/// The work that nobody asks for, once an hour.
struct Maintenance {
    purger: Purger,
    second_factors: SecondFactors,
    store: Store,
    clock: Clock,
}

impl Maintenance {
    /// Checks the clock, purges the database, and seals with the present key what a former one has sealed.
    async fn run(self) {
        let mut hours = tokio::time::interval(MAINTAIN_EVERY);
        loop {
            hours.tick().await;
            clock_check::warn(&self.store, &self.clock).await;
            if let Err(error) = self.second_factors.reseal().await {
                tracing::warn!(%error, "authenticator apps were not sealed with the present SECRET_KEY; the next hour tries again");
            }
            if let Err(error) = self.purger.purge().await {
                tracing::warn!(%error, "the purge failed; the next one tries again");
            }
        }
    }
}
