//! The check of the sealed secrets of authenticator apps.

use super::finding::Finding;
use crate::app;
use crate::config::Config;
use crate::service::SecretKey;
use crate::store::Store;

const SUBJECT: &str = "factors";

/// Checks that the secret of this start, or the previous one, opens the secret of each authenticator app.
pub(super) async fn examine(config: &Config, store: &Store) -> Option<Finding> {
    // Without a secret, or with pending migrations, other findings say so.
    let current = fingerprint(app::find_secret(config).ok().flatten())?;
    let previous = fingerprint(config.tokens.previous_secret().ok().flatten());
    let counts = store.count_totps_by_seal().await.ok()?;
    let sum = |is_counted: &dyn Fn(&str) -> bool| -> i64 {
        let counted = counts.iter().filter(|(seal, _)| is_counted(seal));
        counted.map(|(_, count)| count).sum()
    };
    let is_previous = |seal: &str| previous.as_deref() == Some(seal);
    let waiting = sum(&is_previous);
    let lost = sum(&|seal| seal != current && !is_previous(seal));
    let mut warnings = Vec::new();
    if waiting > 0 {
        warnings.push(format!(
            "SECRET_KEY_PREVIOUS has sealed {waiting} of them: keep it set until a node has sealed them anew, which each node does once an hour"
        ));
    }
    if lost > 0 {
        warnings.push(format!(
            "neither SECRET_KEY nor SECRET_KEY_PREVIOUS opens {lost} of them: set SECRET_KEY_PREVIOUS to the key before, or these users have to sign in with a recovery code and set up their app again"
        ));
    }
    let all = sum(&|_| true);
    Some(Finding {
        warnings,
        ..Finding::ok(SUBJECT, format!("{all} accounts have an authenticator app"))
    })
}

fn fingerprint(secret: Option<SecretKey>) -> Option<String> {
    secret?.fingerprint().ok()
}
