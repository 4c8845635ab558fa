//! `latchkey doctor`: reports what is wrong, and how to fix it. Changes nothing.

mod database;
mod finding;
mod hashing;
mod passkeys;
mod password_hashes;
mod second_factors;

use std::error::Error;
use std::process::ExitCode;

use self::finding::Finding;
use crate::app::{self, KeysInFiles, SecretError, SecretRecord};
use crate::config::Config;
use crate::platform::secret_file;
use crate::service::{SecretKey, Smtp, Templates};

/// Prints each finding. Fails if one is a problem.
pub(super) async fn run(config: &Config) -> ExitCode {
    let findings = examine(config).await;
    for finding in &findings {
        finding.print();
    }
    if findings.iter().any(|finding| finding.is_problem) {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

/// Checks the settings, the secret, the keys, the database, the hashing and the mail.
async fn examine(config: &Config) -> Vec<Finding> {
    let (database, record) = database::examine(config).await;
    let mut findings = vec![
        settings(config),
        secret(config, &record),
        keys(config),
        passkeys::settings(config),
    ];
    findings.extend(database);
    findings.extend(hashing::examine(config.passwords.hasher_options().cost));
    findings.push(Finding::new("mail", check_mail(config).await));
    findings
}

fn settings(config: &Config) -> Finding {
    const SUBJECT: &str = "settings";
    let problems = config.problems();
    let finding = if problems.is_empty() {
        let address = &config.address;
        let (listen, base_url) = (&address.listen, address.base_url());
        Finding::ok(
            SUBJECT,
            format!("listen on {listen}, reached at {base_url}"),
        )
    } else {
        Finding::problem(SUBJECT, problems.join("\n"))
    };
    Finding {
        warnings: config.warnings(),
        ..finding
    }
}

/// Renders the templates, and logs in to the mail server.
async fn check_mail(config: &Config) -> Result<String, Box<dyn Error>> {
    let settings = &config.mail;
    Templates::load(
        settings.mail_templates.as_deref(),
        settings.product_name.as_str(),
        config.accounts.takes_invited(),
    )?;
    let Some(delivery) = settings.delivery_options(&config.address.base_url())? else {
        return Ok("captured: SMTP_URL is not set".to_owned());
    };
    let server = delivery.smtp.url.to_string();
    match Smtp::new(delivery.smtp)?.check().await {
        Ok(()) => Ok(format!("{server}: answers and lets us in")),
        Err(problem) => Err(format!("{server}: {problem}").into()),
    }
}

fn secret(config: &Config, record: &SecretRecord) -> Finding {
    let result = find_secret(config).and_then(|(secret, location)| {
        app::check_secret(config, secret.as_ref(), record)?;
        Ok(location)
    });
    Finding::new("secret", result)
}

/// Finds the secret, and describes its location.
fn find_secret(config: &Config) -> Result<(Option<SecretKey>, String), SecretError> {
    if let Some(secret) = config.tokens.secret()? {
        return Ok((Some(secret), "SECRET_KEY is set".to_owned()));
    }
    let secret = app::load_secret(&config.storage.data_dir)?;
    let path = secret_file::path(&config.storage.data_dir);
    let location = if secret.is_some() {
        format!("{} is there, for its owner alone", path.display())
    } else {
        format!("{} will be made at the first start", path.display())
    };
    Ok((secret, location))
}

fn keys(config: &Config) -> Finding {
    const SUBJECT: &str = "keys";
    match app::signing_keys(config) {
        Ok(KeysInFiles { warnings, .. }) if !warnings.is_empty() => {
            Finding::problem(SUBJECT, warnings.join("\n"))
        }
        Ok(keys) => Finding::ok(SUBJECT, describe(&keys, config)),
        Err(problem) => Finding::problem(SUBJECT, problem),
    }
}

/// Describes which keys sign and verify access tokens.
fn describe(KeysInFiles { keys, .. }: &KeysInFiles, config: &Config) -> String {
    let count = keys.len();
    match keys.first() {
        None => "SECRET_KEY signs access tokens (HS256)".to_owned(),
        Some(_) if !config.tokens.signing_key_file.sign => {
            format!("SECRET_KEY signs access tokens; {count} more verify")
        }
        Some(first) => format!("{} signs access tokens; {count} in all verify", first.kid()),
    }
}
