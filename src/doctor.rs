//! `latchkey doctor`: what is wrong, in plain words. Changes nothing.

use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::app::{self, KeysInFiles, SecretRecord};
use crate::clock::Clock;
use crate::config::Config;
use crate::secret_file;
use crate::service::{HashCondition, SecretKey, Smtp, Templates, check_stored_hash};
use crate::store::{DatabaseUrl, MigrationState, Store, StoreError};

/// One thing that was looked at.
pub struct Finding {
    /// What was looked at, in a word or two.
    pub subject: &'static str,
    /// What was found; an error is something to mend before the service can serve.
    pub result: Result<String, String>,
    /// What the service can serve with and its operator should know.
    pub warnings: Vec<String>,
}

impl Finding {
    fn new(subject: &'static str, result: Result<String, String>) -> Self {
        Self {
            subject,
            result,
            warnings: Vec::new(),
        }
    }
}

/// Looks at the settings, the secret, the database and its migrations.
pub async fn examine(config: &Config) -> Vec<Finding> {
    let (database, record) = database(config).await;
    let mut findings = vec![settings(config), secret(config, &record), keys(config)];
    findings.extend(database);
    findings.push(mail(config).await);
    findings
}

fn settings(config: &Config) -> Finding {
    let problems = config.problems();
    let result = if problems.is_empty() {
        Ok(format!(
            "listen on {}, reached at {}",
            config.address.listen,
            config.address.base_url()
        ))
    } else {
        Err(problems.join("\n"))
    };
    Finding {
        warnings: config.warnings(),
        ..Finding::new("settings", result)
    }
}

/// Tries the templates, and logs in to the mail server.
async fn mail(config: &Config) -> Finding {
    let settings = &config.mail;
    let product = settings.product_name.as_str();
    let result = async {
        Templates::load(
            settings.mail_templates.as_deref(),
            product,
            config.accounts.takes_invited(),
        )?;
        let Some(delivery) = settings.delivery_options(&config.address.base_url())? else {
            return Ok("captured: SMTP_URL is not set".to_owned());
        };
        let server = delivery.smtp.url.to_string();
        match Smtp::new(delivery.smtp)?.check().await {
            Ok(()) => Ok(format!("{server}: answers and lets us in")),
            Err(problem) => Err(format!("{server}: {problem}")),
        }
    };
    Finding::new("mail", result.await)
}

fn secret(config: &Config, record: &SecretRecord) -> Finding {
    let result = find_secret(config).and_then(|(secret, found)| {
        app::check_secret(config, secret.as_ref(), record)?;
        Ok(found)
    });
    Finding::new("secret", result)
}

/// Finds the secret, and says where.
fn find_secret(config: &Config) -> Result<(Option<SecretKey>, String), String> {
    if let Some(secret) = config.tokens.secret()? {
        return Ok((Some(secret), "SECRET_KEY is set".to_owned()));
    }
    let secret = secret_file::load(&config.storage.data_dir)?;
    let path = secret_file::path(&config.storage.data_dir);
    let found = if secret.is_some() {
        format!("{} is there, for its owner alone", path.display())
    } else {
        format!("{} will be made at the first start", path.display())
    };
    Ok((secret, found))
}

fn keys(config: &Config) -> Finding {
    let signs = config.tokens.signing_key_file.sign;
    let result = app::signing_keys(config).and_then(|KeysInFiles { keys, warnings }| {
        if !warnings.is_empty() {
            return Err(warnings.join("\n"));
        }
        Ok(match keys.first() {
            None => "SECRET_KEY signs access tokens (HS256)".to_owned(),
            Some(_) if !signs => {
                format!("SECRET_KEY signs access tokens; {} more verify", keys.len())
            }
            Some(first) => format!(
                "{} signs access tokens; {} in all verify",
                first.kid(),
                keys.len()
            ),
        })
    });
    Finding::new("keys", result)
}

/// Looks at the database, and reads what it knows of its secret.
async fn database(config: &Config) -> (Vec<Finding>, SecretRecord) {
    let unknown = SecretRecord::default();
    let database = |result| Finding::new("database", result);
    let Ok(url) = config.storage.database() else {
        return (Vec::new(), unknown); // That is a finding about the settings.
    };
    if let DatabaseUrl::SqliteFile(path) = &url
        && !path.exists()
    {
        let mut findings = vec![database(not_made_yet(path, url.folder()))];
        let warning = app::warn_without_accounts(config.accounts.registration);
        findings.extend(warning.map(no_accounts));
        return (findings, unknown);
    }
    let store = match Store::inspect(&url, config.storage.options()).await {
        Ok(store) => store,
        Err(error) => return (vec![database(Err(format!("{url:?}: {error}")))], unknown),
    };
    let state = store.migration_state().await;
    let is_pending = matches!(state, Ok(MigrationState::Pending(_)));
    let migrations = migrations(&store, state).await;
    let writable = match store.check_writable().await {
        Ok(()) if !url.files_open_to_others().is_empty() => Err(open_files(&url)),
        Ok(()) => Ok(format!("{url:?} answers")),
        Err(error) => Err(format!(
            "{url:?}: {error}; point DATABASE_URL at the primary, and see default_transaction_read_only"
        )),
    };
    // Where migrations are pending, there may be no such record, and no accounts either.
    let record = SecretRecord::read(&store).await.unwrap_or(unknown);
    let mut findings = vec![database(writable), migrations];
    findings.extend(accounts(config, &store, is_pending).await);
    findings.extend(passwords(&store).await);
    findings.extend(clock(&store).await);
    store.close().await;
    (findings, record)
}

async fn migrations(store: &Store, state: Result<MigrationState, StoreError>) -> Finding {
    let result = match state {
        Ok(MigrationState::Current) => Ok("all are applied".to_owned()),
        Ok(MigrationState::Pending(count)) => Err(match store.check_may_migrate().await {
            Ok(()) => {
                format!("{count} are not applied yet: start the service, or run latchkey migrate")
            }
            Err(error) => format!("{count} are not applied yet: {error}"),
        }),
        Ok(MigrationState::Newer) => Err(StoreError::Newer.to_string()),
        Err(error) => Err(error.to_string()),
    };
    Finding::new("migrations", result)
}

/// Bounds the scan of password hashes: a million would take a minute on a busy machine, and an import that went wrong
/// shows in fewer.
const MAX_HASHES: usize = 100_000;

/// Looks for password hashes that no password can match.
async fn passwords(store: &Store) -> Option<Finding> {
    // Where migrations are pending, or the database is too slow for DATABASE_TIMEOUT, nothing is found out.
    let hashes = StoredHashes::scan(store).await.ok()?;
    let scope = if hashes.is_truncated {
        format!(" (of the first {MAX_HASHES} hashes, which are all that is looked at)")
    } else {
        String::new()
    };
    let result = if hashes.unreadable.is_empty() {
        Ok(format!("every stored hash is of Argon2id or bcrypt{scope}"))
    } else {
        Err(format!(
            "hashes in users.password_hash that no password can match: {}{scope}. Each was cut, or is of a format other than \
             argon2id and bcrypt: import it whole and in one of these two, or let its user reset their password",
            count_and_name(&hashes.unreadable)
        ))
    };
    let warning = (!hashes.maybe_cut.is_empty()).then(|| {
        format!(
            "hashes in users.password_hash that may have been cut: {}{scope}. Each has an output of unusual length: compare it \
             with what you imported",
            count_and_name(&hashes.maybe_cut)
        )
    });
    Some(Finding {
        warnings: warning.into_iter().collect(),
        ..Finding::new("passwords", result)
    })
}

/// How many users these are, and the ids of the first of them.
fn count_and_name(users: &[Uuid]) -> String {
    const MAX_NAMED: usize = 5;
    let named: Vec<_> = users.iter().take(MAX_NAMED).map(Uuid::to_string).collect();
    let more = if users.len() > MAX_NAMED { ", …" } else { "" };
    format!(
        "{}, by id of the user: {}{more}",
        users.len(),
        named.join(", ")
    )
}

/// What a scan of the password hashes has found.
#[derive(Default)]
struct StoredHashes {
    /// The users whose hash no password can be compared with.
    unreadable: Vec<Uuid>,
    /// The users whose hash has an unusual length.
    maybe_cut: Vec<Uuid>,
    /// Whether there are more hashes than were scanned.
    is_truncated: bool,
}

impl StoredHashes {
    async fn scan(store: &Store) -> Result<Self, StoreError> {
        const PAGE: u32 = 10_000;
        let (mut hashes, mut count, mut last) = (Self::default(), 0, Uuid::nil());
        while count < MAX_HASHES {
            let page = store.list_password_hashes(last, PAGE).await?;
            let Some((user_id, _)) = page.last() else {
                return Ok(hashes);
            };
            last = *user_id;
            count += page.len();
            for (user_id, hash) in page {
                match check_stored_hash(&hash) {
                    HashCondition::Readable => {}
                    HashCondition::MaybeCut => hashes.maybe_cut.push(user_id),
                    HashCondition::Unreadable => hashes.unreadable.push(user_id),
                }
            }
        }
        hashes.is_truncated = !store.list_password_hashes(last, 1).await?.is_empty();
        Ok(hashes)
    }
}

/// Looks for the first account, where nobody else can register.
async fn accounts(config: &Config, store: &Store, is_pending: bool) -> Option<Finding> {
    let mode = config.accounts.registration;
    let warning = match app::missing_first_account(mode, store).await {
        Ok(warning) => warning,
        // An empty database has no table of accounts.
        Err(_) if is_pending => app::warn_without_accounts(mode),
        Err(_) => None, // There is a finding about the database.
    };
    warning.map(no_accounts)
}

fn no_accounts(warning: String) -> Finding {
    Finding {
        warnings: vec![warning],
        ..Finding::new("accounts", Ok("there are none yet".to_owned()))
    }
}

/// Compares the clocks of this machine and of a database server.
async fn clock(store: &Store) -> Option<Finding> {
    // A database that does not answer has been found out already.
    let offset = app::clock_offset(store, &Clock::system()).await.ok()??;
    let result = if offset.is_harmless() {
        Ok("this machine's and the database's agree".to_owned())
    } else {
        Err(offset.to_string())
    };
    Some(Finding::new("clock", result))
}

fn open_files(url: &DatabaseUrl) -> String {
    let files = url.files_open_to_others();
    let lines = files.iter().map(|path| {
        format!(
            "{} can be read or written by other users of this machine: chmod 600 it, or start the service, which does",
            path.display()
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn not_made_yet(path: &Path, folder: Option<PathBuf>) -> Result<String, String> {
    match folder.map(std::fs::metadata) {
        Some(Ok(meta)) if !meta.is_dir() => Err(format!(
            "{} cannot be made: its folder is a file",
            path.display()
        )),
        _ => Ok(format!(
            "{} will be made at the first start",
            path.display()
        )),
    }
}
