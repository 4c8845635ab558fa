//! The parameters of GraphQL over HTTP.

use serde_json::{Map, Value};

use super::bad_request::BadRequest;

/// The parameters of a GraphQL request. The variables may hold passwords, so there is no `Debug`.
pub struct Parameters {
    pub query: String,
    pub operation_name: Option<String>,
    pub variables: Map<String, Value>,
}

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Reads the parameters of a POST.
pub fn from_json(bytes: &[u8]) -> Result<Parameters, BadRequest> {
    // Some editors and programs put it before UTF-8, and parsers may ignore it (RFC 8259 section 8.1).
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| BadRequest::new("body", "is not UTF-8"))?;
    let body = serde_json::from_str(text).map_err(|_| BadRequest::new("body", "is not JSON"))?;
    match body {
        Value::Object(parameters) => read_parameters(parameters),
        Value::Array(_) => Err(BadRequest::new(
            "body",
            "is a batch: send one request at a time",
        )),
        _ => Err(BadRequest::new("body", "is not a JSON object")),
    }
}

/// Reads the parameters of a GET, in which `variables` and `extensions` are JSON.
pub fn from_query_string(text: &str) -> Result<Parameters, BadRequest> {
    let mut parameters = Map::new();
    for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
        let value = match name.as_ref() {
            "variables" | "extensions" => {
                serde_json::from_str(&value).map_err(|_| BadRequest::new(&name, "is not JSON"))?
            }
            _ => Value::String(value.into_owned()),
        };
        parameters.insert(name.into_owned(), value);
    }
    read_parameters(parameters)
}

fn read_parameters(mut parameters: Map<String, Value>) -> Result<Parameters, BadRequest> {
    let mut take = |name: &str| parameters.remove(name).filter(|value| !value.is_null());
    let extensions = match take("extensions") {
        None => Map::new(),
        Some(Value::Object(extensions)) => extensions,
        Some(_) => return Err(BadRequest::new("extensions", "must be an object")),
    };
    let query = match take("query") {
        Some(Value::String(query)) => query,
        Some(_) => return Err(BadRequest::new("query", "must be a string")),
        None if extensions
            .get("persistedQuery")
            .is_some_and(Value::is_object) =>
        {
            return Err(BadRequest::persisted_query());
        }
        None => return Err(BadRequest::new("query", "is missing")),
    };
    let operation_name = match take("operationName") {
        Some(Value::String(name)) => Some(name),
        None => None,
        Some(_) => return Err(BadRequest::new("operationName", "must be a string")),
    };
    let variables = match take("variables") {
        Some(Value::Object(variables)) => variables,
        None => Map::new(),
        Some(_) => return Err(BadRequest::new("variables", "must be an object")),
    };
    Ok(Parameters {
        query,
        operation_name,
        variables,
    })
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use proptest::collection::vec;
    use proptest::prelude::{Just, Strategy, any, prop_oneof};
    use serde_json::{Map, Value, json};
    use url::form_urlencoded::Serializer;

    use super::{Parameters, from_json, from_query_string};
    use crate::domain::test_cases::{anything, for_all, like, or_none};

    /// The parameters of a request: document, operation name and variables.
    type Request = (String, Option<String>, Option<Map<String, Value>>);

    fn requests() -> impl Strategy<Value = Request> {
        let value = prop_oneof![
            anything().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            Just(Value::Null),
            vec(any::<u8>(), 0..3).prop_map(Value::from),
        ];
        let variables =
            vec((like("[a-z]{1,5}"), value), 0..3).prop_map(|pairs| pairs.into_iter().collect());
        (anything(), or_none(anything()), or_none(variables))
    }

    fn is_same(read: &Parameters, (query, operation_name, variables): &Request) -> bool {
        read.query == *query
            && read.operation_name == *operation_name
            && read.variables == variables.clone().unwrap_or_default()
    }

    #[test]
    fn a_post_and_a_get_have_the_parameters_that_were_sent() {
        for_all(requests(), |request| {
            let (query, operation_name, variables) = &request;
            let body = json!({
                "query": query, "operationName": operation_name, "variables": variables,
                "extensions": {}, "unknown": 1,
            });
            let read = from_json(body.to_string().as_bytes()).unwrap();
            assert!(is_same(&read, &request));
            let mut link = Serializer::new(String::new());
            link.append_pair("query", query).append_pair("unknown", "1");
            if let Some(name) = operation_name {
                link.append_pair("operationName", name);
            }
            if let Some(variables) = variables {
                link.append_pair("variables", &json!(variables).to_string());
            }
            let read = from_query_string(&link.finish()).unwrap();
            assert!(is_same(&read, &request));
        });
    }

    #[test]
    fn a_body_that_is_not_a_request_is_refused_with_the_name_of_the_part() {
        const PARTS: [&str; 5] = ["body", "query", "operationName", "variables", "extensions"];
        let likely = like(
            "[{\\[]?(\"(query|variables|operationName|extensions)\": ?([0-9]|\"x\"|null|\\[\\]|\\{\\}),?){0,3}[}\\]]?",
        );
        let bytes = prop_oneof![
            vec(any::<u8>(), 0..40),
            anything().prop_map(String::into_bytes),
            likely.prop_map(String::into_bytes),
        ];
        for_all(bytes, |bytes| match from_json(&bytes) {
            Ok(read) => {
                let body: Value = serde_json::from_slice(&bytes).unwrap();
                assert_eq!(body["query"], read.query);
            }
            Err(refused) => {
                assert_eq!(refused.status, StatusCode::BAD_REQUEST);
                assert!(PARTS.contains(&refused.part.as_str()), "{refused:?}");
            }
        });
    }

    #[test]
    fn a_link_that_is_not_a_request_is_refused_with_the_name_of_the_part() {
        const PARTS: [&str; 4] = ["query", "operationName", "variables", "extensions"];
        let likely =
            like("(query|variables|operationName|extensions)=([a-z0-9%+]|%7B%7D|%5B%5D|null){0,3}");
        let likely = vec(likely, 0..4).prop_map(|pairs| pairs.join("&"));
        for_all(prop_oneof![anything(), likely], |text| {
            if let Err(refused) = from_query_string(&text) {
                assert_eq!(refused.status, StatusCode::BAD_REQUEST);
                assert!(PARTS.contains(&refused.part.as_str()), "{refused:?}");
            } else {
                assert!(text.contains("query="));
            }
        });
    }
}
