//! Properties of tokens that work once, for any text.

use proptest::prelude::{any, prop_oneof};

use super::test_cases::{anything, for_all, others, spoilt, words};
use super::{PlainToken, TokenKind, without_tokens};

#[test]
fn a_token_has_one_text_and_prints_nothing() {
    for (kind, other_kind) in [
        (TokenKind::Mailed, TokenKind::Challenge),
        (TokenKind::Challenge, TokenKind::Mailed),
    ] {
        for_all((any::<[u8; 32]>(), spoilt()), |(bytes, spoilt)| {
            let token = PlainToken::new(kind, bytes);
            let printed = format!("{token:?}");
            assert!(printed.contains("[REDACTED]"), "{printed}");
            let text = token.reveal();
            let read = PlainToken::parse(kind, &text).unwrap();
            assert_eq!(read.bytes(), token.bytes());
            assert!(PlainToken::parse(other_kind, &text).is_none());
            for other in others(&text, spoilt) {
                if let Some(read) = PlainToken::parse(kind, &other) {
                    assert_eq!(read.reveal(), other.trim());
                }
            }
        });
    }
}

#[test]
fn no_mailed_token_is_left_in_a_text_that_was_redacted() {
    const AROUND: &[&str] = &["lkm_", "lkm", "_", "-", "a", " ", "#token=", "\n", "…"];
    let around = || prop_oneof![anything(), words(AROUND)];
    for_all(
        (around(), any::<[u8; 32]>(), around()),
        |(before, bytes, after)| {
            let token = PlainToken::new(TokenKind::Mailed, bytes).reveal();
            let (_, secret) = token.split_once("lkm_").unwrap();
            let redacted = without_tokens(&format!("{before}{token}{after}"));
            assert!(!redacted.contains(secret), "{redacted}");
            assert!(redacted.contains("lkm_…"), "{redacted}");
        },
    );
}
