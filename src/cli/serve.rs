//! `latchkey serve`: serves the API until a signal ends it.

use std::io::IsTerminal;
use std::net::SocketAddr;

use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

use super::command_error::CommandError;
use crate::app::{self, App, ShutdownSignal};
use crate::config::{Config, ListenAddress, LogFormat};
use crate::http;
use crate::platform::clock::Clock;
use crate::platform::fd_limit;

/// The target of log lines about the service as a whole.
const LOG_TARGET: &str = "latchkey";

/// Serves until the first signal, and then lets running requests finish. A second signal ends the service at once.
pub(super) async fn run(mut config: Config) -> Result<(), CommandError> {
    app::check(&config)?;
    start_log(&config);
    for warning in config.warnings() {
        tracing::warn!(target: LOG_TARGET, "{warning}");
    }
    // Before anything is built: with port 0, links need the port that the operating system chooses.
    let (listener, address) = listen(&config.address.listen)?;
    // Tokens outlive the port: their issuer must be the same after a restart.
    let base_url = config.address.base_url();
    config.tokens.token_issuer.get_or_insert(base_url);
    config.address.listen = config.address.listen.at(address);
    let database_connections = config.storage.database_max_connections.get();
    let connections = &mut config.server.max_connections;
    *connections = fd_limit::make_room(*connections, database_connections);
    let app = App::build(&config, Clock::system(), app::system_random()?).await?;
    // From here on: somebody who reads in the log that the service listens may stop it at once.
    let mut signals = Signals::listen().map_err(CommandError::Signals)?;
    warn_without_account(&config, &app).await;
    log_start(&config, address)?;
    let (first, shutdown_signal) = oneshot::channel();
    let second = async move {
        // The receiver lives as long as this future.
        let _ = first.send(signals.next().await);
        signals.next().await;
    };
    let shutdown_signal = async { shutdown_signal.await.unwrap_or(ShutdownSignal::Interrupt) };
    tokio::select! {
        () = app.serve(listener, shutdown_signal) => Ok(()),
        () = second => {
            tracing::warn!(target: LOG_TARGET, "a second signal: running requests are cut off");
            Err(CommandError::SecondSignal)
        }
    }
}

/// Binds the address of the settings, and returns the one with the actual port.
fn listen(address: &ListenAddress) -> Result<(TcpListener, SocketAddr), CommandError> {
    let failed = |source| CommandError::Listen {
        address: address.clone(),
        source,
    };
    let listener = http::listen(address.socket).map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

/// Warns if nobody can log in, because there is no account and nobody can register.
async fn warn_without_account(config: &Config, app: &App) {
    match app::missing_first_account(config.accounts.registration, &app.store).await {
        Ok(Some(warning)) => tracing::warn!(target: LOG_TARGET, "{warning}"),
        Ok(None) => {}
        Err(error) => {
            tracing::warn!(target: LOG_TARGET, %error, "cannot tell whether there is an account yet");
        }
    }
}

/// Logs the addresses of the service, its database and its mail server.
fn log_start(config: &Config, address: SocketAddr) -> Result<(), CommandError> {
    let database = config.storage.database()?;
    tracing::info!(target: LOG_TARGET, %database, "Latchkey {}", env!("CARGO_PKG_VERSION"));
    tracing::info!(target: LOG_TARGET, "API:      http://{address}/graphql");
    if config.server.graphiql {
        tracing::info!(target: LOG_TARGET, "GraphiQL: http://{address}/graphql (open it in a browser)");
    }
    match config.mail.delivery_options(&config.address.base_url())? {
        Some(delivery) => {
            tracing::info!(target: LOG_TARGET, "mail leaves by {}", delivery.smtp.url);
        }
        None if config.shows_mailbox() => {
            tracing::info!(target: LOG_TARGET, "no SMTP_URL: mail is captured, and its links are printed here");
            tracing::info!(target: LOG_TARGET, "Mailbox:  http://{address}/mailbox");
        }
        None => tracing::warn!(
            target: LOG_TARGET,
            "no SMTP_URL: mail is captured, and its links are printed here. /mailbox is off, because LISTEN, PUBLIC_URL or TRUSTED_PROXIES shows that other machines can connect"
        ),
    }
    Ok(())
}

fn start_log(config: &Config) {
    let log = tracing_subscriber::fmt()
        .with_env_filter(config.server.log_filter())
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match config.server.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
}

/// SIGTERM from a service manager, and Ctrl-C from a terminal.
struct Signals {
    interrupted: Signal,
    terminated: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self {
            interrupted: signal(SignalKind::interrupt())?,
            terminated: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) -> ShutdownSignal {
        tokio::select! {
            _ = self.interrupted.recv() => ShutdownSignal::Interrupt,
            _ = self.terminated.recv() => ShutdownSignal::Terminate,
        }
    }
}
