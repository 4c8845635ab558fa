//! The check of the stored password hashes, which an import may have cut.

use super::finding::Finding;
use crate::domain::UserId;
use crate::service::{HashCondition, check_stored_hash};
use crate::store::{Store, StoreError};

const SUBJECT: &str = "passwords";

/// The maximum number of hashes to check: a million would take a minute on a busy machine, and a wrong import
/// shows in fewer.
const MAX_HASHES: usize = 100_000;

/// Checks that passwords can match the stored hashes.
pub(super) async fn examine(store: &Store) -> Option<Finding> {
    // If migrations are pending, or the database is too slow for DATABASE_TIMEOUT, there is no finding.
    let hashes = StoredHashes::scan(store).await.ok()?;
    let scope = if hashes.is_truncated {
        format!(" (of the first {MAX_HASHES} hashes, which are all that is looked at)")
    } else {
        String::new()
    };
    let finding = if hashes.unreadable.is_empty() {
        Finding::ok(
            SUBJECT,
            format!("every stored hash is of Argon2id or bcrypt{scope}"),
        )
    } else {
        Finding::problem(
            SUBJECT,
            format!(
                "hashes in users.password_hash that no password can match: {}{scope}. Each was cut, or is of a format other than \
             argon2id and bcrypt: import it whole and in one of these two, or let its user reset their password",
                count_and_name(&hashes.unreadable)
            ),
        )
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
        ..finding
    })
}

/// Returns the number of users, and the ids of the first of them.
fn count_and_name(users: &[UserId]) -> String {
    const MAX_NAMED: usize = 5;
    let named: Vec<_> = users
        .iter()
        .take(MAX_NAMED)
        .map(UserId::to_string)
        .collect();
    let more = if users.len() > MAX_NAMED { ", …" } else { "" };
    format!(
        "{}, by id of the user: {}{more}",
        users.len(),
        named.join(", ")
    )
}

/// The result of checking the password hashes.
#[derive(Default)]
struct StoredHashes {
    /// The users whose hash cannot be compared with a password.
    unreadable: Vec<UserId>,
    /// The users whose hash has an unusual length.
    maybe_cut: Vec<UserId>,
    /// Whether there are more hashes than were checked.
    is_truncated: bool,
}

impl StoredHashes {
    async fn scan(store: &Store) -> Result<Self, StoreError> {
        const PAGE: u32 = 10_000;
        let (mut hashes, mut count, mut last) = (Self::default(), 0, UserId::NIL);
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
