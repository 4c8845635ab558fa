//! Headers for tests.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, prop_oneof};

/// Returns every line that a header can be: no control character but the tab.
pub fn lines() -> impl Strategy<Value = HeaderValue> {
    let byte = prop_oneof![1 => Just(b'\t'), 20 => b' '..=b'~', 4 => 0x80..=0xff_u8];
    vec(byte, 0..40).prop_map(|bytes| HeaderValue::from_bytes(&bytes).unwrap())
}

/// Returns one line.
pub fn line(text: &str) -> HeaderValue {
    HeaderValue::from_bytes(text.as_bytes()).unwrap()
}

/// Returns a header with one or more lines.
pub fn headers_of(name: &HeaderName, lines: impl IntoIterator<Item = HeaderValue>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append(name, line);
    }
    headers
}
