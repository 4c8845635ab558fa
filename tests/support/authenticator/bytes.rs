//! Bytes, and their text in JSON.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::Value;

/// Returns bytes as JSON has them.
pub fn encoded(bytes: &[u8]) -> Value {
    BASE64_URL_SAFE_NO_PAD.encode(bytes).into()
}

/// Returns the bytes of a text in JSON.
pub fn decoded(text: &Value) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD
        .decode(text.as_str().unwrap())
        .unwrap()
}

/// Changes the bytes in a field of a response, after they were signed.
pub fn tamper(credential: &mut Value, field: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let field = &mut credential["response"][field];
    let mut bytes = decoded(field);
    change(&mut bytes);
    *field = encoded(&bytes);
}

pub fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest(&SHA256, bytes).as_ref().to_vec()
}
