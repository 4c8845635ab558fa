//! The sources of a setting: a flag, else the variable `LATCHKEY_<NAME>`, else `<NAME>`, else the default.
//!
//! The parser of a flag also parses its variable. Values that it refuses are collected as problems, so that `serve` and
//! `doctor` can report all of them at once.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::marker::PhantomData;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, Parser};

use super::Config;
use super::help::{SOURCES, overview};
use super::redaction::without_secrets;

/// The prefix of variables that are certainly meant for Latchkey.
const PREFIX: &str = "LATCHKEY_";

/// The flags of one command: those of the settings in `S`.
#[derive(Clone, Debug)]
pub struct Flags<S> {
    given: Vec<(String, OsString)>,
    settings: PhantomData<S>,
}

/// The environment of the process.
#[derive(Clone, Debug, Default)]
pub struct Environment(BTreeMap<String, OsString>);

/// A command line that consists only of settings.
#[derive(Parser)]
#[command(no_binary_name = true)]
struct Reader {
    #[command(flatten)]
    config: Config,
}

/// Returns the variable of a setting: `LISTEN` for `--listen`.
#[must_use]
pub fn variable(setting: &Arg) -> String {
    let flag = setting.get_long().unwrap_or_default();
    flag.replace('-', "_").to_uppercase()
}

impl<S: Args> Args for Flags<S> {
    fn augment_args(command: Command) -> Command {
        let command = S::augment_args(command);
        let settings = S::augment_args(Command::new("settings"));
        let command = settings.get_arguments().fold(command, |command, setting| {
            let help = setting.get_help().map(ToString::to_string);
            let help = format!("{} [env: {}]", help.unwrap_or_default(), variable(setting));
            command.mut_arg(setting.get_id(), |arg| arg.help(help).hide_short_help(true))
        });
        command
            .after_help(overview(&settings))
            .after_long_help(SOURCES)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<S: Args> FromArgMatches for Flags<S> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let settings = S::augment_args(Command::new("settings"));
        let given = settings.get_arguments().filter_map(|setting| {
            let id = setting.get_id().as_str();
            let is_given = matches.value_source(id) == Some(ValueSource::CommandLine);
            let value = matches.get_raw(id)?.next_back()?;
            is_given.then(|| (variable(setting), value.to_owned()))
        });
        Ok(Self {
            given: given.collect(),
            settings: PhantomData,
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl<S> Flags<S> {
    fn value(&self, variable: &str) -> Option<&OsStr> {
        let mut given = self.given.iter();
        given
            .find(|(name, _)| name == variable)
            .map(|(_, value)| value.as_os_str())
    }
}

impl FromIterator<(OsString, OsString)> for Environment {
    /// Collects variables. Removes blanks and line ends around a value, which files and templates leave, and ignores
    /// variables that are empty then.
    fn from_iter<T: IntoIterator<Item = (OsString, OsString)>>(variables: T) -> Self {
        let trimmed = |value: OsString| match value.to_str() {
            Some(text) => OsString::from(text.trim()),
            None => value,
        };
        let variables = variables.into_iter().filter_map(|(name, value)| {
            let name = name.into_string().ok()?; // no setting has such a name
            let value = trimmed(value);
            (!value.is_empty()).then_some((name, value))
        });
        Self(variables.collect())
    }
}

impl Environment {
    fn value(&self, variable: &str) -> Option<(String, &OsStr)> {
        let own = format!("{PREFIX}{variable}");
        let (name, value) = [own.as_str(), variable]
            .iter()
            .find_map(|name| self.0.get_key_value(*name))?;
        Some((name.clone(), value.as_os_str()))
    }

    /// Describes each variable that has the prefix but is not a setting: it is misspelt, or belongs to another version.
    fn unknown(&self, settings: &[String]) -> Vec<String> {
        let unknown = self.0.iter().filter_map(|(name, value)| {
            let own = name.strip_prefix(PREFIX)?;
            let is_setting = settings.iter().any(|setting| setting == own);
            (!is_setting && !is_service_link(own, value)).then(|| {
                let near = nearest(own, settings);
                let advice = near.map_or_else(
                    || "latchkey serve --help lists all".to_owned(),
                    |near| format!("did you mean {PREFIX}{near}?"),
                );
                format!("{name} is no setting: {advice}")
            })
        });
        unknown.collect()
    }
}

/// Returns the setting that a misspelt name probably means: at most two letters in five differ.
fn nearest<'a>(name: &str, settings: &'a [String]) -> Option<&'a str> {
    const MIN_SIMILARITY: f64 = 0.6;
    let similarity = |setting: &str| strsim::normalized_damerau_levenshtein(setting, name);
    let nearest = settings
        .iter()
        .map(|setting| (similarity(setting), setting.as_str()))
        .max_by(|(one, _), (other, _)| one.total_cmp(other));
    nearest
        .filter(|(similarity, _)| *similarity >= MIN_SIMILARITY)
        .map(|(_, name)| name)
}

/// Returns whether Kubernetes has set the variable: it sets `LATCHKEY_…` in every container beside a Service called
/// `latchkey` (or `latchkey-…`) to publish its address.
fn is_service_link(own: &str, value: &OsStr) -> bool {
    let is_url = value.to_str().is_some_and(|text| text.contains("://"));
    let is_port = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    let port = own.rsplit_once("PORT_").map(|(_, rest)| rest);
    own.ends_with("SERVICE_HOST")
        || own.contains("SERVICE_PORT")
        || (own.ends_with("PORT") && is_url)
        || port.is_some_and(is_port)
}

impl Config {
    /// Reads the settings. Those that cannot be parsed have their defaults, and are among [`Config::problems`].
    #[must_use]
    pub fn read<S>(flags: &Flags<S>, environment: &Environment) -> Self {
        let settings = Self::augment_args(Command::new("settings"));
        let variables: Vec<_> = settings.get_arguments().map(variable).collect();
        let mut unread = environment.unknown(&variables);
        let mut arguments = Vec::new();
        for (setting, variable) in settings.get_arguments().zip(&variables) {
            let (source, value) = match (flags.value(variable), environment.value(variable)) {
                (Some(value), _) => (variable.clone(), value),
                (None, Some((name, value))) => (name, value),
                (None, None) => continue,
            };
            let mut argument =
                OsString::from(format!("--{}=", setting.get_long().unwrap_or_default()));
            argument.push(value);
            match Reader::try_parse_from([&argument]) {
                Ok(_) => arguments.push(argument),
                Err(error) => unread.push(describe(&source, &without_secrets(error))),
            }
        }
        let read = Reader::try_parse_from(arguments);
        let read = read.or_else(|error| {
            unread.push(error.to_string());
            Reader::try_parse_from::<_, OsString>([])
        });
        match read {
            Ok(Reader { mut config }) => {
                config.unread = unread;
                config
            }
            // A default is wrong. A test would have found it.
            Err(error) => error.exit(),
        }
    }
}

/// Describes a wrong setting in the words of its parser.
fn describe(variable: &str, error: &clap::Error) -> String {
    let context = |kind| error.get(kind);
    let value = match context(ContextKind::InvalidValue) {
        Some(ContextValue::String(value)) => format!("={value}"),
        _ => String::new(),
    };
    let is_quoted = |quote| value.starts_with(&format!("={quote}")) && value.ends_with(quote);
    if is_quoted('"') || is_quoted('\'') {
        return format!("{variable}{value} is in quotes: leave them out");
    }
    match (error.kind(), context(ContextKind::ValidValue)) {
        (ErrorKind::InvalidUtf8, _) => format!("{variable} must be UTF-8"),
        (_, Some(ContextValue::Strings(words))) if !words.is_empty() => {
            format!("{variable}{value} must be one of: {}", words.join(", "))
        }
        _ => {
            let reason = std::error::Error::source(error).map(ToString::to_string);
            format!(
                "{variable}{value} {}",
                reason.unwrap_or_else(|| "cannot be read".to_owned())
            )
        }
    }
}
