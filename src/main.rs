//! The command line.

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use latchkey::app::{self, App, StartError};
use latchkey::clock::Clock;
use latchkey::config::{Config, LogFormat};
use latchkey::doctor;
use latchkey::random::Random;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
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

#[derive(Subcommand, Clone, Copy)]
enum Command {
    /// Serve the API (the default)
    Serve,
    /// Print the GraphQL schema (SDL)
    Schema,
    /// Bring the database to the schema that this version needs
    Migrate,
    /// Check settings, secret, database and migrations; exit 1 if anything is wrong
    Doctor,
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
        Command::Serve => serve(&cli.config).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("latchkey: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(config: &Config) -> Result<(), StartError> {
    start_log(config)?;
    let random = Random::system().map_err(|error| {
        StartError::Machine(format!("the operating system gives no randomness: {error}"))
    })?;
    let app = App::build(config, Clock::system(), random).await?;
    // Heard from here on: whoever reads that we listen may tell us to stop at once.
    let told_to_stop = until_told_to_stop().map_err(|error| {
        StartError::Machine(format!("SIGTERM and SIGINT cannot be heard: {error}"))
    })?;
    let failed =
        |error| StartError::Machine(format!("cannot listen on {}: {error}", config.listen));
    let listener = TcpListener::bind(config.listen).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let database = config.database().map_err(StartError::Machine)?;
    tracing::info!(?database, "Latchkey {}", env!("CARGO_PKG_VERSION"));
    if config.smtp_url.is_some() {
        tracing::warn!("SMTP_URL is set, but this version has no sender: mail waits in the outbox");
    } else {
        tracing::info!("no SMTP_URL: mail is captured, and its links are printed here");
    }
    tracing::info!("API:      http://{address}/graphql");
    tracing::info!("GraphiQL: http://{address}/graphql (open it in a browser)");
    app.serve(listener, told_to_stop).await.map_err(failed)
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

/// SIGTERM from whoever runs us, or Ctrl-C from whoever started us.
fn until_told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}
