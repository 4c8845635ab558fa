//! The composition root: settings become a store, services, a schema and a router.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::clock::Clock;
use crate::config::Config;
use crate::graphql::Engine;
use crate::http::{self, Services};
use crate::random::Random;
use crate::secret_file;
use crate::service::{
    Accounts, AuthError, Hasher, Mail, Organizations, Passwords, SecretKey, Sessions, Sweeper,
    Tokens,
};
use crate::store::{Store, StoreError};

/// How often what is over is swept away. It is kept for months, so an hour more is nothing.
const SWEEP_EVERY: Duration = Duration::from_hours(1);

/// The service, ready to listen.
pub struct App {
    pub store: Store,
    pub router: Router,
    pub sweeper: Sweeper,
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
        let problems = config.problems();
        if !problems.is_empty() {
            return Err(StartError::Settings(problems));
        }
        let secret = secret(config, &random).map_err(StartError::Machine)?;
        let store = open_store(config).await?;
        store.migrate().await?;
        let tokens = Tokens::new(
            &secret,
            config.token_options(),
            clock.clone(),
            random.clone(),
        )?;
        let mail = Mail::new(
            &secret,
            config.mail_options(),
            clock.clone(),
            random.clone(),
        )?;
        let hasher =
            Hasher::start(config.hasher_options(), &random).map_err(StartError::Machine)?;
        let passwords = Passwords::new(store.clone(), hasher, config.password_policy());
        let accounts = Accounts {
            store: store.clone(),
            clock: clock.clone(),
            random: random.clone(),
            passwords: passwords.clone(),
            mail,
            verification_ttl: config.verification_ttl(),
        };
        let sessions = Sessions {
            store: store.clone(),
            clock: clock.clone(),
            random: random.clone(),
            passwords,
            tokens,
            ttl: config.session_ttl(),
        };
        let organizations = Organizations {
            store: store.clone(),
        };
        let engine = Engine::new(config.limits(), accounts, sessions, organizations)
            .map_err(StartError::Machine)?;
        let sweeper = Sweeper {
            store: store.clone(),
            clock: clock.clone(),
            options: config.sweep_options(),
        };
        let router = http::router(Services {
            engine,
            store: store.clone(),
            clock,
            random,
            options: config.http_options(),
        });
        Ok(Self {
            store,
            router,
            sweeper,
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
        let outcome = tokio::select! {
            done = async { server.await } => done,
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

/// The secret of the settings, or the one in the data folder.
fn secret(config: &Config, random: &Random) -> Result<SecretKey, String> {
    match config.secret()? {
        Some(secret) => Ok(secret),
        None => secret_file::load_or_make(&config.data_dir, random),
    }
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
