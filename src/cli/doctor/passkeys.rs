//! The checks of passkeys: of the settings, and of passkeys that were registered for another domain.

use super::finding::Finding;
use crate::config::Config;
use crate::store::Store;

const SUBJECT: &str = "passkeys";

/// Checks that pages can use passkeys.
pub(super) fn settings(config: &Config) -> Finding {
    let party = config.relying_party();
    let id = &party.id;
    let origins = party.origins.iter();
    let (own, foreign): (Vec<_>, Vec<_>) = origins.partition(|origin| origin.belongs_to(id));
    let mut warnings = Vec::new();
    for origin in foreign {
        warnings.push(format!(
            "browsers refuse passkeys of {id} on {origin}, unless https://{id}/.well-known/webauthn names it: set PASSKEY_RP_ID to a domain above both, or PASSKEY_ORIGINS without it"
        ));
    }
    if own.is_empty() {
        warnings.push(format!(
            "passkeys work on no page: browsers want https and a page of {id}. Set PUBLIC_URL to https://the-name-that-clients-use, or PASSKEY_ORIGINS to the origins of your pages"
        ));
    }
    let own: Vec<_> = own.into_iter().map(ToString::to_string).collect();
    let pages = if own.is_empty() {
        "no page".to_owned()
    } else {
        own.join(", ")
    };
    Finding {
        warnings,
        ..Finding::ok(SUBJECT, format!("of {id}, on {pages}"))
    }
}

/// Counts the passkeys that were registered for another domain.
pub(super) async fn lost(config: &Config, store: &Store) -> Option<Finding> {
    let id = config.relying_party().id;
    // With pending migrations, another finding says so.
    let lost = store.count_passkeys_of_others(&id).await.ok()?;
    (lost > 0).then(|| {
        let problem = format!(
            "{lost} were registered for another domain than {id}, and sign nobody in: set PASSKEY_RP_ID to that domain again, or ask their owners to add new ones"
        );
        Finding {
            warnings: vec![problem],
            ..Finding::ok(SUBJECT, "some belong to another domain")
        }
    })
}
