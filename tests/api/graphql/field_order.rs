//! The fields of a response in the order of the document. The tests read raw JSON, because a parsed object loses the order.

use serde_json::{Value, json};

use crate::support::{SignedIn, TestApp};

/// The text of `data`.
async fn data(app: &TestApp, caller: Option<&SignedIn>, query: &str, variables: Value) -> String {
    let body = json!({ "query": query, "variables": variables });
    let mut request = reqwest::Client::new().post(app.url("/graphql")).json(&body);
    if let Some(caller) = caller {
        request = request.bearer_auth(&caller.access_token);
    }
    let text = request.send().await.unwrap().text().await.unwrap();
    let data = text.split_once("\"data\":").map(|(_, data)| data);
    data.and_then(|text| text.strip_suffix('}'))
        .unwrap_or(&text)
        .to_owned()
}

#[tokio::test]
async fn fields_are_in_the_order_of_the_document_whichever_takes_longest() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let bob = app.verified("bob").await;
    let engines = ada.new_organization("Engines").await;
    ada.admit(&engines, &bob, "MEMBER").await;
    let id = ada.me().await.text("/me/id").to_owned();
    for (query, expected) in [
        (
            "{ me { username } last: __typename }",
            r#"{"me":{"username":"ada"},"last":"Query"}"#.to_owned(),
        ),
        (
            "{ sessions { totalCount } passwordPolicy { minLength } me { memberships { role } id __typename } }",
            format!(
                r#"{{"sessions":{{"totalCount":1}},"passwordPolicy":{{"minLength":8}},"me":{{"memberships":[{{"role":"OWNER"}},{{"role":"OWNER"}}],"id":"{id}","__typename":"User"}}}}"#
            ),
        ),
        (
            "{ me { ...F username } } fragment F on User { memberships { organization { __typename } role } id }",
            format!(
                r#"{{"me":{{"memberships":[{{"organization":{{"__typename":"Organization"}},"role":"OWNER"}},{{"organization":{{"__typename":"Organization"}},"role":"OWNER"}}],"id":"{id}","username":"ada"}}}}"#
            ),
        ),
        (
            "{ a: me { memberships { role } } z: __typename a: me { username } me { id @skip(if: true) username id } }",
            format!(
                r#"{{"a":{{"memberships":[{{"role":"OWNER"}},{{"role":"OWNER"}}],"username":"ada"}},"z":"Query","me":{{"username":"ada","id":"{id}"}}}}"#
            ),
        ),
        (
            "{ me { id @skip(if: true) } me { username } sessions { ...S ...T } }
             fragment S on SessionConnection { totalCount @include(if: false) } fragment T on SessionConnection { totalCount }",
            r#"{"me":{"username":"ada"},"sessions":{"totalCount":1}}"#.to_owned(),
        ),
        (
            "{ me { id @skip(if: true) } a: me { memberships { id @include(if: false) } } }",
            r#"{"me":{},"a":{"memberships":[{},{}]}}"#.to_owned(),
        ),
        (
            "{ __schema { queryType { name kind } } __type(name: \"AccessLevel\") { kind name } }",
            r#"{"__schema":{"queryType":{"name":"Query","kind":"OBJECT"}},"__type":{"kind":"ENUM","name":"AccessLevel"}}"#
                .to_owned(),
        ),
    ] {
        assert_eq!(data(&app, Some(&ada), query, json!({})).await, expected, "{query}");
    }
    let members = "query($id: ID!) { organization(id: $id) {
        members { nodes { user { memberships { role } username } role __typename } totalCount } name } }";
    // Each of them also owns an organization that only they see.
    let member = |name: &str, role: &str, memberships: &str| {
        format!(
            r#"{{"user":{{"memberships":{memberships},"username":"{name}"}},"role":"{role}","__typename":"Membership"}}"#
        )
    };
    let expected = format!(
        r#"{{"organization":{{"members":{{"nodes":[{},{}],"totalCount":2}},"name":"Engines"}}}}"#,
        member("ada", "OWNER", r#"[{"role":"OWNER"},{"role":"OWNER"}]"#),
        member("bob", "MEMBER", r#"[{"role":"MEMBER"}]"#),
    );
    let variables = json!({ "id": engines });
    assert_eq!(data(&app, Some(&ada), members, variables).await, expected);
}

#[tokio::test]
async fn a_fragment_for_another_type_does_not_affect_the_order() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let engines = ada.new_organization("Engines").await;
    let id = ada.me().await.text("/me/id").to_owned();
    let query = "query($representations: [_Any!]!) { _entities(representations: $representations) {
        ... on User { memberships { role } id }
        ... on Organization { name __typename id }
        __typename
    } }";
    let representations = json!([
        { "__typename": "Organization", "id": engines },
        { "__typename": "User", "id": id },
        { "__typename": "User", "id": engines },
    ]);
    let expected = format!(
        r#"{{"_entities":[{{"name":"Engines","__typename":"Organization","id":"{engines}"}},{{"memberships":[{{"role":"OWNER"}},{{"role":"OWNER"}}],"id":"{id}","__typename":"User"}},null]}}"#
    );
    let variables = json!({ "representations": representations });
    assert_eq!(data(&app, Some(&ada), query, variables).await, expected);
    // The service asks for types under a key that no client can use: one of 257 characters.
    let query = |length: usize| {
        format!(
            "query($representations: [_Any!]!) {{ _entities(representations: $representations) {{ {:_<length$}: __typename }} }}",
            "__typename"
        )
    };
    let variables = json!({ "representations": [{ "__typename": "User", "id": id }] });
    let longest = data(&app, Some(&ada), &query(256), variables.clone()).await;
    assert_eq!(
        longest,
        format!(r#"{{"_entities":[{{"{:_<256}":"User"}}]}}"#, "__typename")
    );
    let refused = ada.call(&query(257), variables).await;
    assert_eq!(refused.invalid_paths(), ["query"]);
}

#[tokio::test]
async fn a_failed_field_keeps_its_place() {
    let app = TestApp::start().await;
    let query = "{ b: organization(id: \"x\") { id } a: passwordPolicy { minLength } }";
    let expected = r#"{"b":null,"a":{"minLength":8}}"#;
    assert_eq!(data(&app, None, query, json!({})).await, expected);
}
