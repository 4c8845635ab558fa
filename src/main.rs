//! The command line.

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use latchkey::app::{self, App, ShutdownSignal, StartError};
use latchkey::clock::Clock;
use latchkey::config::{Config, LogFormat};
use latchkey::doctor;
use latchkey::keys_command::{self, KeysCommand};
use latchkey::mail_command::{self, MailCommand};
use latchkey::open_files;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;
use tracing_subscriber::EnvFilter;

/// A GraphQL authentication service in one binary
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    config: Config,
}

#[derive(Subcommand, Clone)]
enum Command {
    /// Serve the API (the default)
    Serve,
    /// Print the GraphQL schema (SDL)
    Schema,
    /// Bring the database to the schema that this version needs
    Migrate,
    /// Check settings, secret, database, migrations and mail; exit 1 if anything is wrong
    Doctor,
    /// List, show and retry mail
    #[command(subcommand)]
    Mail(MailCommand),
    /// Make and list the keys of access tokens
    #[command(subcommand)]
    Keys(KeysCommand),
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command.unwrap_or(Command::Serve) {
        Command::Schema => {
            print!("{}", latchkey::graphql::sdl());
            Ok(())
        }
        Command::Doctor => return examine(&cli.config).await,
        Command::Migrate => migrate(&cli.config).await,
        Command::Mail(command) => mail_command::run(&cli.config, command).await,
        Command::Keys(command) => keys_command::run(&cli.config, command),
        Command::Serve => serve(cli.config).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("latchkey: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(mut config: Config) -> Result<(), StartError> {
    start_log(&config)?;
    app::check(&config)?;
    let wished = config.listen;
    let failed = |error| StartError::Machine(format!("cannot listen on {wished}: {error}"));
    // Before anything is built: with port 0, links need to know the one that we are given.
    let listener = latchkey::http::listen(wished).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    // Tokens outlive the port: their issuer must be the same after a restart.
    let base_url = config.base_url();
    config.tokens.token_issuer.get_or_insert(base_url);
    config.listen = address;
    let database_connections = config.database_max_connections.get();
    config.max_connections = open_files::make_room(config.max_connections, database_connections);
    let app = App::build(&config, Clock::system(), app::system_random()?).await?;
    // Heard from here on: whoever reads that we listen may tell us to stop at once.
    let mut signals = Signals::hear().map_err(|error| {
        StartError::Machine(format!("SIGTERM and SIGINT cannot be heard: {error}"))
    })?;
    let database = config.database().map_err(StartError::Machine)?;
    tracing::info!(?database, "Latchkey {}", env!("CARGO_PKG_VERSION"));
    tracing::info!("API:      http://{address}/graphql");
    tracing::info!("GraphiQL: http://{address}/graphql (open it in a browser)");
    match config
        .mail
        .delivery_options()
        .map_err(StartError::Machine)?
    {
        Some(delivery) => tracing::info!("mail leaves by {}", delivery.smtp.url),
        None if config.shows_mailbox() => {
            tracing::info!("no SMTP_URL: mail is captured, and its links are printed here");
            tracing::info!("Mailbox:  http://{address}/mailbox");
        }
        None => tracing::warn!(
            "no SMTP_URL: mail is captured, and its links are printed here. /mailbox is off, since LISTEN, PUBLIC_URL or TRUSTED_PROXIES says that others than this machine come here"
        ),
    }
    let (first, shutdown_signal) = oneshot::channel();
    let second = async move {
        // What serves us is gone only once this is over.
        let _ = first.send(signals.next().await);
        signals.next().await;
    };
    let shutdown_signal = async { shutdown_signal.await.unwrap_or(ShutdownSignal::Interrupt) };
    tokio::select! {
        () = app.serve(listener, shutdown_signal) => Ok(()),
        () = second => {
            tracing::warn!("a second signal: what is running is cut off");
            Err(StartError::Machine("ended by a second signal".to_owned()))
        }
    }
}

async fn migrate(config: &Config) -> Result<(), StartError> {
    let store = app::open_store(config).await?;
    store.migrate().await?;
    store.close().await;
    println!("all migrations are applied");
    Ok(())
}

async fn examine(config: &Config) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for finding in doctor::examine(config).await {
        let (mark, text) = match &finding.result {
            Ok(text) => ("ok     ", text),
            Err(text) => {
                code = ExitCode::FAILURE;
                ("PROBLEM", text)
            }
        };
        for line in text.lines() {
            println!("{mark}  {:<10}  {line}", finding.subject);
        }
    }
    code
}

fn start_log(config: &Config) -> Result<(), StartError> {
    let filter = EnvFilter::try_new(&config.log)
        .map_err(|error| StartError::Machine(format!("LOG is not a filter: {error}")))?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match config.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(())
}

/// SIGTERM from a service manager, and Ctrl-C from a terminal.
struct Signals {
    interrupted: Signal,
    terminated: Signal,
}

impl Signals {
    fn hear() -> std::io::Result<Self> {
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
