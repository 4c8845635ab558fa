//! The composition root: settings become a store, services, a schema and a router.

mod answerers;

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::sync::watch;

use self::answerers::{answerers, mail};
use crate::clock::Clock;
use crate::config::Config;
use crate::graphql::Engine;
use crate::http::{self, Pages, Services};
use crate::random::Random;
use crate::secret_file;
use crate::service::{AuthError, Delivery, Mailbox, SecretKey, Sweeper};
use crate::store::{DatabaseUrl, MigrationState, Store, StoreError};

/// How often what is over is swept away. It is kept for months, so an hour more is nothing.
const SWEEP_EVERY: Duration = Duration::from_hours(1);

/// The service, ready to listen.
pub struct App {
    pub store: Store,
    pub router: Router,
    pub sweeper: Sweeper,
    /// Sends mail; `None` where it is captured.
    pub delivery: Option<Delivery>,
    /// What was written to people, sent or not.
    pub mailbox: Mailbox,
    shutdown_grace: Duration,
}

/// Why the service does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{}", .0.join("\n"))]
    Settings(Vec<String>),
    #[error("{0}")]
    Machine(String),
    #[error(transparent)]
    Service(#[from] AuthError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl App {
    /// Opens and migrates the database, and builds everything on it.
    ///
    /// # Errors
    /// Says what is wrong, and where a setting is at fault what to set.
    pub async fn build(config: &Config, clock: Clock, random: Random) -> Result<Self, StartError> {
        check(config)?;
        let secret = secret(config, &random).map_err(StartError::Machine)?;
        let store = open_store(config).await?;
        store.migrate().await?;
        let mail = mail(config, &secret, &clock, &random)?;
        let mailbox = Mailbox {
            store: store.clone(),
            clock: clock.clone(),
            mail: mail.clone(),
        };
        let delivery = config
            .mail
            .delivery_options()
            .and_then(|options| {
                let delivery =
                    |options| Delivery::new(store.clone(), clock.clone(), mail.clone(), options);
                options.map(delivery).transpose()
            })
            .map_err(StartError::Machine)?;
        let answerers = answerers(config, &secret, &store, mail, &clock, &random)?;
        let engine = Engine::new(config.limits(), answerers).map_err(StartError::Machine)?;
        let sweeper = Sweeper {
            store: store.clone(),
            clock: clock.clone(),
            options: config.sweep_options(),
        };
        let pages = Pages::load(config.mail.product_name.clone()).map_err(StartError::Machine)?;
        let router = http::router(Services {
            engine,
            store: store.clone(),
            clock,
            random,
            pages,
            mailbox: config.shows_mailbox().then(|| mailbox.clone()),
            options: config.http_options(),
        });
        Ok(Self {
            store,
            router,
            sweeper,
            delivery,
            mailbox,
            shutdown_grace: config.shutdown_grace,
        })
    }

    /// Serves until `shutdown` is done, then lets what is running finish for the grace period.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<()> {
        let sweeping = tokio::spawn(sweep_forever(self.sweeper));
        let (announce, mut stopping) = watch::channel(false);
        let delivering = self
            .delivery
            .map(|delivery| tokio::spawn(delivery.run(announce.subscribe())));
        let listener = listener.tap_io(|connection| {
            // An answer is one write: waiting to fill a packet only delays it.
            if let Err(error) = connection.set_nodelay(true) {
                tracing::debug!(%error, "TCP_NODELAY");
            }
        });
        let service = self
            .router
            .into_make_service_with_connect_info::<SocketAddr>();
        let server = axum::serve(listener, service).with_graceful_shutdown(async move {
            shutdown.await;
            tracing::info!("shutting down: what is running may finish");
            announce.send_replace(true);
        });
        let grace_is_over = async {
            // An error means that the server is gone, and with it the sender.
            let _ = stopping.wait_for(|stopping| *stopping).await;
            tokio::time::sleep(self.shutdown_grace).await;
        };
        let until_done = async {
            let outcome = server.await;
            // A message that is on its way may arrive: cut off, it would be sent again.
            if let Some(delivering) = delivering {
                let _ = delivering.await;
            }
            outcome
        };
        let outcome = tokio::select! {
            done = until_done => done,
            () = grace_is_over => {
                tracing::warn!("some requests did not finish in time");
                Ok(())
            }
        };
        sweeping.abort();
        let _ = tokio::time::timeout(Duration::from_secs(1), self.store.close()).await;
        outcome
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

/// The secret of the settings, or the one in the data folder.
fn secret(config: &Config, random: &Random) -> Result<SecretKey, String> {
    match config.secret()? {
        Some(secret) => Ok(secret),
        None => secret_file::load_or_make(&config.data_dir, random),
    }
}

/// The outbox alone, for the command line. Makes neither a secret nor a database.
///
/// # Errors
/// Says what is missing.
pub async fn open_mailbox(config: &Config) -> Result<Mailbox, StartError> {
    let secret = match config.secret().map_err(StartError::Machine)? {
        Some(secret) => secret,
        None => secret_file::load(&config.data_dir)
            .map_err(StartError::Machine)?
            .ok_or_else(|| StartError::Machine("there is no secret yet, so no mail".to_owned()))?,
    };
    let url = config.database().map_err(StartError::Machine)?;
    if matches!(&url, DatabaseUrl::SqliteFile(path) if !path.exists()) {
        return Err(StartError::Machine(format!("{url:?} is not there yet")));
    }
    let store = Store::open(&url, config.store_options()).await?;
    if store.migration_state().await? != MigrationState::Current {
        let advice = "the database has another schema: see latchkey doctor";
        return Err(StartError::Machine(advice.to_owned()));
    }
    let random = system_random()?;
    let clock = Clock::system();
    let mail = mail(config, &secret, &clock, &random)?;
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
    let url = config.database().map_err(StartError::Machine)?;
    if let Some(folder) = url.folder() {
        secret_file::make_data_dir(&folder).map_err(StartError::Machine)?;
    }
    Ok(Store::open(&url, config.store_options()).await?)
}

async fn sweep_forever(sweeper: Sweeper) {
    let mut hours = tokio::time::interval(SWEEP_EVERY);
    loop {
        hours.tick().await;
        if let Err(error) = sweeper.sweep().await {
            tracing::warn!(%error, "the sweep failed; the next one will find the rest");
        }
    }
}
