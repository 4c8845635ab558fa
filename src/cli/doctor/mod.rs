//! `latchkey doctor`: says what is wrong, and what to do. Changes nothing.

mod database;
mod password_hashes;

use std::process::ExitCode;

use crate::app::{self, KeysInFiles, SecretRecord};
use crate::config::Config;
use crate::platform::secret_file;
use crate::service::{SecretKey, Smtp, Templates};

/// Prints each finding. Fails if there is anything to mend.
pub(super) async fn run(config: &Config) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for finding in examine(config).await {
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

/// One thing that was looked at.
struct Finding {
    /// What was looked at, in a word or two.
    subject: &'static str,
    /// What was found; an error is something to mend before the service can serve.
    result: Result<String, String>,
    /// What the service can serve with and its operator should know.
    warnings: Vec<String>,
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

/// Examines the settings, the secret, the keys, the database and the mail.
async fn examine(config: &Config) -> Vec<Finding> {
    let (database, record) = database::examine(config).await;
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
    let secret = app::load_secret(&config.storage.data_dir)?;
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
