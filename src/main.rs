//! The command line.

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use latchkey::app::{self, App, ShutdownSignal, StartError};
use latchkey::clock::Clock;
use latchkey::config::{Config, Environment, Flags, LogFormat, StorageSettings, without_secrets};
use latchkey::doctor;
use latchkey::keys_command::{self, KeysCommand};
use latchkey::mail_command::{self, MailCommand};
use latchkey::open_files;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

/// A GraphQL authentication service in one binary
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// Those of `serve`, which is what runs without a command.
    #[command(flatten)]
    flags: Flags<Config>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API (the default)
    Serve(Flags<Config>),
    /// Print the GraphQL schema (SDL)
    Schema,
    /// Bring the database to the schema that this version needs
    Migrate(Flags<StorageSettings>),
    /// Check settings, secret, database, migrations and mail; exit 1 if anything is wrong
    #[command(
        override_usage = "latchkey doctor [OPTIONS]",
        mut_args(|setting| setting.hide(true)),
        after_help = DOCTOR,
        after_long_help = DOCTOR
    )]
    Doctor(Flags<Config>),
    /// List, show and retry mail
    #[command(subcommand)]
    Mail(MailCommand),
    /// Make and list the keys of access tokens
    #[command(subcommand)]
    Keys(KeysCommand),
}

const DOCTOR: &str = "It takes the settings of latchkey serve, by the same flags and variables, and judges how that would start: see latchkey serve --help. Each line begins with ok, with WARNING, or with PROBLEM, which is something to mend. Nothing is changed.";

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::try_parse().unwrap_or_else(|error| without_secrets(error).exit());
    let environment: Environment = std::env::vars_os().collect();
    match run(
        cli.command.unwrap_or(Command::Serve(cli.flags)),
        &environment,
    )
    .await
    {
        Ok(code) => code,
        Err(error) => {
            eprintln!("latchkey: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command, environment: &Environment) -> Result<ExitCode, StartError> {
    match command {
        Command::Schema => print!("{}", latchkey::graphql::sdl()),
        Command::Doctor(flags) => return Ok(examine(&Config::read(&flags, environment)).await),
        Command::Migrate(flags) => migrate(&app::read(&flags, environment)?).await?,
        Command::Mail(command) => mail_command::run(command, environment).await?,
        Command::Keys(command) => keys_command::run(command, environment)?,
        Command::Serve(flags) => serve(Config::read(&flags, environment)).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn serve(mut config: Config) -> Result<(), StartError> {
    app::check(&config)?;
    start_log(&config);
    for warning in config.warnings() {
        tracing::warn!("{warning}");
    }
    let wished = config.address.listen.socket;
    let failed = |error| StartError::Machine(config.address.listen.explain_failure(&error));
    // Before anything is built: with port 0, links need to know the one that we are given.
    let listener = latchkey::http::listen(wished).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    // Tokens outlive the port: their issuer must be the same after a restart.
    let base_url = config.address.base_url();
    config.tokens.token_issuer.get_or_insert(base_url);
    config.address.listen = config.address.listen.at(address);
    let database_connections = config.storage.database_max_connections.get();
    let connections = &mut config.server.max_connections;
    *connections = open_files::make_room(*connections, database_connections);
    let app = App::build(&config, Clock::system(), app::system_random()?).await?;
    // Heard from here on: whoever reads that we listen may tell us to stop at once.
    let mut signals = Signals::hear().map_err(|error| {
        StartError::Machine(format!("SIGTERM and SIGINT cannot be heard: {error}"))
    })?;
    let registration = config.accounts.registration;
    match app::missing_first_account(registration, &app.store).await {
        Ok(Some(warning)) => tracing::warn!("{warning}"),
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "nobody knows whether there is an account yet"),
    }
    let database = config.storage.database().map_err(StartError::Machine)?;
    tracing::info!(?database, "Latchkey {}", env!("CARGO_PKG_VERSION"));
    tracing::info!("API:      http://{address}/graphql");
    if config.server.graphiql {
        tracing::info!("GraphiQL: http://{address}/graphql (open it in a browser)");
    }
    match config
        .mail
        .delivery_options(&config.address.base_url())
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
        for warning in &finding.warnings {
            println!("WARNING  {:<10}  {warning}", finding.subject);
        }
    }
    code
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
