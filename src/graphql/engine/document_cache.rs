//! The documents that clients keep sending: each is parsed once, and validated once if it has no variables. All that depends
//! on the variables, on the operation's name or on the caller is done for each request, so that no answer tells whether its
//! document was kept.
//!
//! Clients send few documents, again and again. A stranger can send any number of others, and must not drive those out:
//!
//! - A document is kept after it was executed. One that is refused is never kept.
//! - A document that was used in the last ten minutes is never dropped for another one. When there is no room, those that
//!   nobody has used since the last look are dropped, at most once in ten minutes; and if there is still none, the new
//!   document is not kept and costs as much as before. So the worst that a flood can do is to keep out documents that are
//!   new to this node.
//! - Half of the room is for documents of callers with a session (a login counts), which no stranger can fill. Somebody with
//!   an account can, and drives out no document that is in use either.
//!
//! A text with a string or a comment in it is not kept: either may hold a password or a token, which are not to stay in
//! memory. Clients that send variables lose nothing.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use super::parsed_document::ParsedDocument;

/// The bytes of all documents of one kind of caller: hundreds of documents, and little beside the 40 MiB of a node.
const MAX_BYTES: usize = 2 * 1024 * 1024;

/// The bytes of one document: about a thousand words, which is more than the introspection query has.
const MAX_DOCUMENT: usize = MAX_BYTES / 4;

/// At least the memory of one word of a parsed document: a selection, twice, since a list may be half empty.
const BYTES_PER_WORD: usize = 512;

/// The time for which an unused document stays at least.
const MAX_IDLE: Duration = Duration::from_mins(10);

/// The callers whose requests use a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callers {
    SignedIn,
    Strangers,
}

/// The documents that are kept. Cheap to clone.
#[derive(Clone, Default)]
pub struct DocumentCache(Arc<RwLock<Documents>>);

/// The documents by their texts: a hash alone could be that of another document.
#[derive(Default)]
struct Documents {
    kept: HashMap<Box<str>, Kept>,
    signed_in: Room,
    strangers: Room,
}

struct Kept {
    document: Arc<ParsedDocument>,
    callers: Callers,
    bytes: usize,
    /// Whether a request has used it since the last look for unused ones.
    is_used: AtomicBool,
}

/// The room that documents of one kind of caller take.
#[derive(Default)]
struct Room {
    bytes: usize,
    /// The time of the last look for unused documents.
    looked_at: Option<Instant>,
}

impl DocumentCache {
    /// Finds the document of a text.
    pub fn get(&self, text: &str) -> Option<Arc<ParsedDocument>> {
        let documents = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let kept = documents.kept.get(text)?;
        if !kept.is_used.load(Ordering::Relaxed) {
            kept.is_used.store(true, Ordering::Relaxed);
        }
        Some(Arc::clone(&kept.document))
    }

    /// Keeps a document that was executed, if it may be kept and there is room.
    pub fn keep(
        &self,
        text: String,
        document: Arc<ParsedDocument>,
        callers: Callers,
        now: Instant,
    ) {
        let words = usize::try_from(document.words()).unwrap_or(usize::MAX);
        // The text is the key, and its names are in the document once more.
        let bytes = (text.len() * 2).saturating_add(words.saturating_mul(BYTES_PER_WORD));
        if bytes > MAX_DOCUMENT || !document.is_valid() || text.contains(['"', '#']) {
            return;
        }
        let mut documents = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if documents.kept.contains_key(text.as_str()) || !documents.make_room(bytes, callers, now) {
            return;
        }
        documents.room(callers).bytes += bytes;
        let kept = Kept {
            document,
            callers,
            bytes,
            is_used: AtomicBool::new(true),
        };
        documents.kept.insert(text.into_boxed_str(), kept);
    }
}

impl Documents {
    fn room(&mut self, callers: Callers) -> &mut Room {
        match callers {
            Callers::SignedIn => &mut self.signed_in,
            Callers::Strangers => &mut self.strangers,
        }
    }

    /// Makes room, by dropping documents that are not used. `false` means that there is none.
    fn make_room(&mut self, bytes: usize, callers: Callers, now: Instant) -> bool {
        let room = self.room(callers);
        if room.bytes + bytes <= MAX_BYTES {
            return true;
        }
        let is_early = |looked_at| now.saturating_duration_since(looked_at) < MAX_IDLE;
        if room.looked_at.is_some_and(is_early) {
            return false;
        }
        room.looked_at = Some(now);
        let mut dropped = 0;
        self.kept.retain(|_, kept| {
            let stays = kept.callers != callers || kept.is_used.swap(false, Ordering::Relaxed);
            dropped += if stays { 0 } else { kept.bytes };
            stays
        });
        let room = self.room(callers);
        room.bytes -= dropped;
        room.bytes + bytes <= MAX_BYTES
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Instant;

    use super::{Callers, DocumentCache, MAX_BYTES, MAX_IDLE};
    use crate::graphql::engine::parsed_document::ParsedDocument;

    /// Keeps a document for a caller, as the engine does after executing it.
    fn keep(cache: &DocumentCache, text: &str, callers: Callers, now: Instant) {
        let document = Arc::new(ParsedDocument::valid(text));
        cache.keep(text.to_owned(), document, callers, now);
    }

    fn nth(number: usize) -> String {
        format!("query Q{number} {{ me {{ id }} }}")
    }

    /// Sends more documents than there is room for.
    fn flood(cache: &DocumentCache, callers: Callers, first: usize, now: Instant) {
        for number in first..first + MAX_BYTES / 2_000 {
            keep(cache, &nth(number), callers, now);
        }
    }

    fn bytes_of(cache: &DocumentCache) -> usize {
        let documents = cache.0.read().unwrap();
        let bytes = documents.signed_in.bytes + documents.strangers.bytes;
        assert_eq!(
            bytes,
            documents
                .kept
                .values()
                .map(|kept| kept.bytes)
                .sum::<usize>()
        );
        bytes
    }

    #[test]
    fn a_flood_of_new_documents_drops_none_that_clients_keep_using() {
        for callers in [Callers::Strangers, Callers::SignedIn] {
            let cache = DocumentCache::default();
            let mut now = Instant::now();
            keep(&cache, "{ used }", callers, now);
            keep(&cache, "{ unused }", callers, now);
            for round in 1..=6 {
                flood(&cache, callers, round * 1_000_000, now);
                assert!(
                    cache.get("{ used }").is_some(),
                    "{callers:?}, round {round}"
                );
                assert!(bytes_of(&cache) <= MAX_BYTES);
                now += MAX_IDLE;
            }
            assert!(cache.get("{ unused }").is_none());
            assert!(
                cache.get(&nth(6_000_000)).is_some(),
                "an unused document gives way"
            );
        }
    }

    #[test]
    fn strangers_take_no_room_of_signed_in_callers() {
        let (cache, now) = (DocumentCache::default(), Instant::now());
        flood(&cache, Callers::Strangers, 0, now);
        assert!(
            cache.get(&nth(MAX_BYTES / 2_000 - 1)).is_none(),
            "there is room left"
        );
        keep(&cache, "{ mine }", Callers::SignedIn, now);
        assert!(cache.get("{ mine }").is_some());
    }

    #[test]
    fn a_document_that_was_just_kept_stays_for_a_while() {
        let (cache, now) = (DocumentCache::default(), Instant::now());
        flood(&cache, Callers::Strangers, 0, now);
        let soon = now + MAX_IDLE / 2;
        flood(&cache, Callers::Strangers, 1_000_000, soon);
        assert!(cache.get(&nth(0)).is_some());
        assert!(cache.get(&nth(1_000_000)).is_none());
    }

    #[test]
    fn a_text_that_may_hold_a_secret_is_not_kept() {
        let (cache, now) = (DocumentCache::default(), Instant::now());
        for text in [
            r#"mutation { login(input: { identifier: "ada", password: "secret" }) { user { id } } }"#,
            r#"query($token: String = "secret") { invitation(token: $token) { email } }"#,
            r#"{ invitation(token: """secret""") { email } }"#,
            "{ me { id } } # password: secret",
        ] {
            keep(&cache, text, Callers::SignedIn, now);
            assert!(cache.get(text).is_none(), "{text}");
        }
        assert_eq!(bytes_of(&cache), 0);
    }

    #[test]
    fn neither_a_large_document_nor_one_that_was_not_found_valid_is_kept() {
        let (cache, now) = (DocumentCache::default(), Instant::now());
        let large = format!("{{ {} }}", "a ".repeat(2_000));
        keep(&cache, &large, Callers::SignedIn, now);
        let document = Arc::new(ParsedDocument::unvalidated("{ nope }"));
        cache.keep("{ nope }".to_owned(), document, Callers::SignedIn, now);
        assert!(cache.get(&large).is_none());
        assert!(cache.get("{ nope }").is_none());
    }

    #[test]
    fn only_the_same_text_finds_a_document() {
        let (cache, now) = (DocumentCache::default(), Instant::now());
        keep(&cache, "{ me { id } }", Callers::SignedIn, now);
        assert!(cache.get("{ me { id } }").is_some());
        assert!(cache.get("{ me { id } } ").is_none());
    }
}
