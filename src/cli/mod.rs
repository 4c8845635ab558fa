//! The command line: one file per command.
//!
//! Owns flags, output and exit codes. A command reads its settings from [`crate::config`] and leaves the work to
//! [`crate::app`] and the services that it builds.

mod command_error;
mod doctor;
mod keys;
mod mail;
mod migrate;
mod serve;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use self::command_error::CommandError;
use self::keys::KeysCommand;
use self::mail::MailCommand;
use crate::app;
use crate::config::{Config, Environment, Flags, StorageSettings, without_secrets};
use crate::graphql;

/// A GraphQL authentication service in one binary
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// The flags of `serve`, which runs if no command is named.
    #[command(flatten)]
    flags: Flags<Config>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API (the default)
    Serve(Flags<Config>),
    /// Print the GraphQL schema (SDL)
    Schema,
    /// Migrate the database to the schema of this version
    Migrate(Flags<StorageSettings>),
    /// Check settings, secret, keys, database, migrations and mail; exit with 1 if anything is wrong
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
    /// Generate and list the keys of access tokens
    #[command(subcommand)]
    Keys(KeysCommand),
}

const DOCTOR: &str = "The doctor takes the same flags and variables as latchkey serve (see latchkey serve --help), and checks whether the service could start with them. Each line begins with ok, WARNING or PROBLEM; fix the problems before you start the service. The doctor changes nothing.";

/// Returns the description of the command line, from which its reference page is generated.
#[must_use]
pub fn command() -> clap::Command {
    Cli::command()
}

/// Reads the arguments and the environment, and runs the command that they name.
pub async fn main() -> ExitCode {
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

async fn run(command: Command, environment: &Environment) -> Result<ExitCode, CommandError> {
    match command {
        Command::Schema => print!("{}", graphql::sdl()),
        Command::Doctor(flags) => return Ok(doctor::run(&Config::read(&flags, environment)).await),
        Command::Migrate(flags) => migrate::run(&app::read(&flags, environment)?).await?,
        Command::Mail(command) => mail::run(command, environment).await?,
        Command::Keys(command) => keys::run(command, environment)?,
        Command::Serve(flags) => serve::run(Config::read(&flags, environment)).await?,
    }
    Ok(ExitCode::SUCCESS)
}
