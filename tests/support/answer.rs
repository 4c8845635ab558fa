//! The response to an operation, and assertions about it.

use reqwest::header::HeaderMap;
use serde_json::Value;

/// The response to an operation.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    pub async fn read(response: reqwest::Response) -> reqwest::Result<Self> {
        Ok(Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: serde_json::from_str(&response.text().await?).unwrap_or_default(),
        })
    }

    /// Returns the data of an answer without errors.
    #[track_caller]
    pub fn data(&self) -> &Value {
        assert!(self.body.get("errors").is_none(), "{:#}", self.body);
        &self.body["data"]
    }

    /// Returns the value at this pointer in the data of an answer without errors.
    #[track_caller]
    pub fn at(&self, pointer: &str) -> &Value {
        let value = self.data().pointer(pointer);
        value.unwrap_or_else(|| panic!("no {pointer} in {:#}", self.body))
    }

    #[track_caller]
    pub fn text(&self, pointer: &str) -> &str {
        self.at(pointer).as_str().unwrap()
    }

    /// Returns the first error.
    #[track_caller]
    pub fn error(&self) -> &Value {
        let error = self.body.pointer("/errors/0");
        let error = error.unwrap_or_else(|| panic!("no error in {:#}", self.body));
        for error in self.body["errors"].as_array().into_iter().flatten() {
            assert_is_sentence(&error["message"]);
            let fields = error["extensions"]["fields"].as_array();
            for field in fields.into_iter().flatten() {
                assert_is_sentence(&field["message"]);
            }
        }
        error
    }

    /// Returns the code of the first error.
    #[track_caller]
    pub fn code(&self) -> &str {
        self.error()["extensions"]["code"].as_str().unwrap()
    }

    /// Returns the paths in `extensions.fields` of the first error.
    #[track_caller]
    pub fn invalid_paths(&self) -> Vec<&str> {
        assert_eq!(self.code(), "VALIDATION_FAILED", "{:#}", self.body);
        let fields = self.error()["extensions"]["fields"].as_array().unwrap();
        fields
            .iter()
            .map(|field| field["path"].as_str().unwrap())
            .collect()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// Whether a limit refused the operation.
pub fn is_limited(answer: &Answer) -> bool {
    let code = answer.body.pointer("/errors/0/extensions/code");
    code.is_some_and(|code| code == "RATE_LIMITED")
}

/// Asserts that a message can be shown to users: it begins with a capital letter and ends with one punctuation mark.
#[track_caller]
fn assert_is_sentence(message: &Value) {
    let text = message.as_str().unwrap();
    if text == "PersistedQueryNotSupported" {
        return; // Libraries compare this message.
    }
    assert!(text.starts_with(char::is_uppercase), "{text}");
    let ends = text.chars().rev().take_while(|c| ".?!;:,".contains(*c));
    assert_eq!(ends.count(), 1, "{text}");
    assert!(text.ends_with(['.', '?']), "{text}");
}

/// Asserts that one of several simultaneous operations succeeded, and that all others are refused with one of these codes.
#[track_caller]
pub fn assert_one_succeeds(answers: &[Answer], codes: &[&str]) {
    assert!(answers.len() > 1);
    let is_done = |answer: &&Answer| answer.body.get("errors").is_none();
    let (done, refused): (Vec<_>, Vec<_>) = answers.iter().partition(is_done);
    assert_eq!(done.len(), 1);
    for answer in refused {
        assert!(codes.contains(&answer.code()), "{:#}", answer.body);
    }
}
