//! `latchkey doctor`: what is wrong, in plain words. Changes nothing.

use std::path::{Path, PathBuf};

use crate::app::{self, KeysInFiles};
use crate::config::Config;
use crate::secret_file;
use crate::service::{Smtp, Templates};
use crate::store::{DatabaseUrl, MigrationState, Store};

/// One thing that was looked at.
pub struct Finding {
    /// What was looked at, in a word or two.
    pub subject: &'static str,
    /// What was found; an error is something to mend before the service can serve.
    pub result: Result<String, String>,
}

/// Looks at the settings, the secret, the database and its migrations.
pub async fn examine(config: &Config) -> Vec<Finding> {
    let mut findings = vec![settings(config), secret(config), keys(config)];
    findings.extend(database(config).await);
    findings.push(mail(config).await);
    findings
}

fn settings(config: &Config) -> Finding {
    let problems = config.problems();
    Finding {
        subject: "settings",
        result: if problems.is_empty() {
            Ok(format!(
                "listen on {}, reached at {}",
                config.listen,
                config.base_url()
            ))
        } else {
            Err(problems.join("\n"))
        },
    }
}

/// Tries the templates, and signs in to the mail server.
async fn mail(config: &Config) -> Finding {
    let settings = &config.mail;
    let product = settings.product_name.as_str();
    let result = async {
        Templates::load(settings.mail_templates.as_deref(), product)?;
        let Some(delivery) = settings.delivery_options()? else {
            return Ok("captured: SMTP_URL is not set".to_owned());
        };
        let server = delivery.smtp.url.to_string();
        match Smtp::new(delivery.smtp)?.check().await {
            Ok(()) => Ok(format!("{server}: answers and lets us in")),
            Err(problem) => Err(format!("{server}: {problem}")),
        }
    };
    Finding {
        subject: "mail",
        result: result.await,
    }
}

fn secret(config: &Config) -> Finding {
    let path = secret_file::path(&config.data_dir);
    let result = if matches!(config.tokens.secret(), Ok(None)) {
        match secret_file::load(&config.data_dir) {
            Ok(Some(_)) => Ok(format!("{} is there, for its owner alone", path.display())),
            Ok(None) => Ok(format!(
                "{} will be made at the first start",
                path.display()
            )),
            Err(problem) => Err(problem),
        }
    } else {
        Ok("SECRET_KEY is set".to_owned())
    };
    Finding {
        subject: "secret",
        result,
    }
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
    Finding {
        subject: "keys",
        result,
    }
}

async fn database(config: &Config) -> Vec<Finding> {
    let database = |result| Finding {
        subject: "database",
        result,
    };
    let Ok(url) = config.database() else {
        return Vec::new(); // That is a finding about the settings.
    };
    if let DatabaseUrl::SqliteFile(path) = &url
        && !path.exists()
    {
        return vec![database(not_made_yet(path, url.folder()))];
    }
    let store = match Store::inspect(&url, config.store_options()).await {
        Ok(store) => store,
        Err(error) => {
            let advice = "check DATABASE_URL, and that the server is running and lets us in";
            return vec![database(Err(format!("{url:?}: {error}; {advice}")))];
        }
    };
    let migrations = match store.migration_state().await {
        Ok(MigrationState::Current) => Ok("all are applied".to_owned()),
        Ok(MigrationState::Pending(count)) => Err(format!(
            "{count} are not applied yet: start the service, or run latchkey migrate"
        )),
        Ok(MigrationState::Newer) => Err(
            "the database was migrated by a newer version: run that version, or an even newer one"
                .to_owned(),
        ),
        Err(error) => Err(error.to_string()),
    };
    store.close().await;
    vec![
        database(Ok(format!("{url:?} answers"))),
        Finding {
            subject: "migrations",
            result: migrations,
        },
    ]
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
