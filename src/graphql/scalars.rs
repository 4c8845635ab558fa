//! Times and numbers in the API.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{SecondsFormat, Utc};

/// A time in UTC as RFC 3339 text with milliseconds: `2026-11-21T12:00:00.000Z`.
#[derive(Clone, Copy, Debug)]
pub struct DateTime(pub chrono::DateTime<Utc>);

/// A time in UTC as RFC 3339 text with milliseconds: `2026-11-21T12:00:00.000Z`.
#[Scalar]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        let time = chrono::DateTime::parse_from_rfc3339(text)
            .map_err(|_| InputValueError::custom("is not an RFC 3339 date and time"))?;
        Ok(Self(time.to_utc()))
    }

    fn to_value(&self) -> Value {
        Value::String(self.text())
    }
}

impl DateTime {
    /// The time as text.
    pub fn text(self) -> String {
        self.0.to_rfc3339_opts(SecondsFormat::Millis, true)
    }
}

/// A JSON value as WebAuthn defines it: an object, not the text of one. At most 16 KiB.
#[derive(Clone, Debug)]
pub struct Json(pub serde_json::Value);

/// A JSON value as WebAuthn defines it: an object, not the text of one. At most 16 KiB.
#[Scalar(name = "JSON")]
impl ScalarType for Json {
    fn parse(value: Value) -> InputValueResult<Self> {
        let json = value.into_json();
        let json = json.map_err(|_| InputValueError::custom("is not a JSON value"))?;
        Ok(Self(json))
    }

    fn to_value(&self) -> Value {
        Value::from_json(self.0.clone()).unwrap_or_default()
    }
}

/// Converts a number to GraphQL's 32-bit Int. Larger numbers become the largest.
pub fn count(rows: impl TryInto<i32>) -> i32 {
    rows.try_into().unwrap_or(i32::MAX)
}
