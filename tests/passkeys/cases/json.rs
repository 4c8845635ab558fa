//! Credentials with other JSON around their bytes, and other text for them.

use serde_json::{Value, json};

use super::{Case, Kind, both};
use crate::authenticator::encoded;

/// A change of the text of bytes.
type TextChange = fn(&str) -> String;

/// The fields of a response, each with the ceremony that needs it.
const FIELDS: [(Kind, &str); 5] = [
    (Kind::Registration, "clientDataJSON"),
    (Kind::Registration, "attestationObject"),
    (Kind::Assertion, "clientDataJSON"),
    (Kind::Assertion, "authenticatorData"),
    (Kind::Assertion, "signature"),
];

/// Returns a case in which one field of the response is changed.
fn with_field(
    what: &str,
    kind: Kind,
    name: &str,
    change: impl Fn(&Value) -> Value,
) -> impl Iterator<Item = Case> {
    let cases = both(what, |credential| {
        let field = &mut credential["response"][name];
        *field = change(field);
    });
    cases.into_iter().filter(move |case| case.kind == kind)
}

/// Credentials with other JSON.
pub fn with_other_json() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut with = |what: &str, name: &str, value: Value| {
        cases.extend(both(what, |credential| credential[name] = value.clone()));
    };
    let other = encoded(&[1; 32]);
    for name in ["id", "rawId"] {
        for value in [&other, &json!(""), &json!("A"), &json!(7), &json!([])] {
            with("an id that differs from the raw id", name, value.clone());
        }
    }
    with("no id", "id", Value::Null);
    with("no raw id", "rawId", Value::Null);
    for value in ["public_key", "PUBLIC-KEY", "password", ""] {
        with("another type of credential", "type", json!(value));
    }
    for value in [
        Value::Null,
        json!(["public-key"]),
        json!({ "public-key": null }),
    ] {
        with("a type that is no text", "type", value);
    }
    for value in [Value::Null, json!({}), json!([]), json!("")] {
        with("no response", "response", value);
    }
    with(
        "a field of tomorrow",
        "of_tomorrow",
        json!({ "a": [1, 2, 3] }),
    );
    cases.extend(both("the id of another credential", |credential| {
        credential["id"] = other.clone();
        credential["rawId"] = other.clone();
    }));
    cases.extend(both("a response of the other kind", |credential| {
        let fields = credential["response"].as_object_mut().unwrap();
        fields.retain(|name, _| name == "clientDataJSON" || name == "transports");
    }));
    for (kind, name) in FIELDS {
        for value in [Value::Null, json!(7), json!({}), json!([]), json!("")] {
            let what = "a response without a field";
            cases.extend(with_field(what, kind, name, |_| value.clone()));
        }
    }
    for value in [json!(7), json!({}), json!([])] {
        let (what, name) = ("a user that is no text", "userHandle");
        cases.extend(with_field(what, Kind::Assertion, name, |_| value.clone()));
    }
    cases
}

/// Text that is almost base64url without padding.
pub fn with_other_text() -> Vec<Case> {
    let mut cases = Vec::new();
    let changes: [(&str, TextChange); 6] = [
        ("text with padding", |text| {
            format!("{text}{}", "=".repeat((4 - text.len() % 4) % 4))
        }),
        ("text with too much padding", |text| format!("{text}====")),
        ("text with a line end", |text| format!("{text}\n")),
        ("text behind a space", |text| format!(" {text}")),
        ("text with a sign of no alphabet", |text| format!("{text}!")),
        ("text cut off inside a byte", |text| {
            format!("{}A", &text[..text.len() - text.len() % 4])
        }),
    ];
    let user = (Kind::Assertion, "userHandle");
    for (kind, name) in FIELDS.into_iter().chain([user]) {
        for (what, change) in changes {
            let change = |text: &Value| match text.as_str() {
                Some(text) => json!(change(text)),
                None => Value::Null,
            };
            cases.extend(with_field(what, kind, name, change));
        }
    }
    cases
}
