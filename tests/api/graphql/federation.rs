//! The service as a subgraph: its entities and its schema.

use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp};

const ENTITIES: &str = "query($representations: [_Any!]!) {
    _entities(representations: $representations) {
        __typename
        ... on User { id username }
        ... on Organization { id name }
    } }";

async fn resolve(client: &Client, representations: Value) -> Answer {
    client
        .call(ENTITIES, json!({ "representations": representations }))
        .await
}

fn user(id: &str) -> Value {
    json!({ "__typename": "User", "id": id })
}

fn organization(id: &str) -> Value {
    json!({ "__typename": "Organization", "id": id })
}

#[tokio::test]
async fn references_are_resolved_in_their_order_to_what_the_caller_may_see() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let bob = app.verified("bob").await;
    let eve = app.verified("eve").await;
    let engines = ada.new_organization("Engines").await;
    ada.admit(&engines, &bob, "MEMBER").await;
    let looms = eve.new_organization("Looms").await;
    ada.invite(&looms, "eve@example.com", "MEMBER").await;
    let mut ids = Vec::new();
    for caller in [&ada, &bob, &eve] {
        ids.push(caller.me().await.text("/me/id").to_owned());
    }
    let unknown = "01900000-0000-7000-8000-000000000000";
    let references = json!([
        user(&ids[1]),
        organization(&looms),
        organization(&engines),
        user(&ids[2]),
        user(&ids[0]),
        user(&ids[1]),
        user(&engines),
        organization(&ids[0]),
        user(unknown),
        organization(unknown),
        user("nonsense"),
        organization(""),
    ]);
    let seen = |id: &str, name: &str| json!({ "__typename": "User", "id": id, "username": name });
    let own = json!({ "__typename": "Organization", "id": engines, "name": "Engines" });
    let (of_ada, of_bob) = (seen(&ids[0], "ada"), seen(&ids[1], "bob"));
    let expected = json!([
        of_bob, null, own, null, of_ada, of_bob, null, null, null, null, null, null
    ]);
    let answer = resolve(&ada, references.clone()).await;
    assert_eq!(answer.at("/_entities"), &expected);
    let answer = resolve(&eve, references).await;
    let theirs = json!({ "__typename": "Organization", "id": looms, "name": "Looms" });
    let mut expected = vec![Value::Null; 12];
    expected[1] = theirs;
    expected[3] = seen(&ids[2], "eve");
    assert_eq!(answer.at("/_entities"), &json!(expected));
}

#[tokio::test]
async fn an_entity_reveals_no_more_than_the_api_itself() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let bob = app.verified("bob").await;
    let engines = ada.new_organization("Engines").await;
    ada.admit(&engines, &bob, "MEMBER").await;
    bob.new_organization("Looms").await;
    let query = "query($representations: [_Any!]!) { _entities(representations: $representations) {
        ... on User { username memberships { role organization { name } } }
        ... on Organization { slug invitations { id } members(first: 1) { totalCount nodes { role } } }
    } }";
    let id = bob.me().await.text("/me/id").to_owned();
    let variables = json!({ "representations": [user(&id), organization(&engines)] });
    let answer = ada.call(query, variables).await;
    let shared = json!([{ "role": "MEMBER", "organization": { "name": "Engines" } }]);
    let expected = json!([
        { "username": "bob", "memberships": shared },
        { "slug": "engines", "invitations": [],
          "members": { "totalCount": 2, "nodes": [{ "role": "OWNER" }] } },
    ]);
    assert_eq!(answer.at("/_entities"), &expected);
    // Literals in the document count the same.
    let inline = format!(
        "{{ _entities(representations: [{{ __typename: \"User\", id: \"{id}\", more: 1 }}]) {{
            ... on User {{ username }} }} }}"
    );
    let answer = ada.ask(&inline).await;
    assert_eq!(answer.at("/_entities"), &json!([{ "username": "bob" }]));
    let none = resolve(&ada, json!([])).await;
    assert_eq!(none.at("/_entities"), &json!([]));
}

#[tokio::test]
async fn an_invalid_reference_is_named() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let id = ada.me().await.text("/me/id").to_owned();
    for (index, wrong) in [
        (0, json!({ "__typename": "Session", "id": id })),
        (1, json!({ "__typename": "User" })),
        (2, json!({ "id": id })),
        (0, json!({ "__typename": "User", "id": 7 })),
        (1, json!({ "__typename": "User", "id": null })),
        (2, json!({ "__typename": "User", "id": [id] })),
        (0, json!({ "__typename": ["User"], "id": id })),
        (1, json!({ "__typename": "user", "id": id })),
        (2, json!({ "__typename": "User", "username": "ada" })),
        (0, json!({})),
        (1, json!("User")),
        (2, json!(id)),
        (0, json!(7)),
        (1, json!([user(&id)])),
    ] {
        let mut references = vec![user(&id), organization(&id)];
        references.insert(index, wrong.clone());
        let refused = resolve(&ada, json!(references)).await;
        let path = format!("representations.{index}");
        assert_eq!(refused.invalid_paths(), [path], "{wrong}");
    }
}

#[tokio::test]
async fn nothing_is_resolved_without_a_verified_address() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let id = ada.me().await.text("/me/id").to_owned();
    let eve = app.unverified("eve").await;
    for (client, code) in [
        (&app.anonymous(), "AUTH_UNAUTHENTICATED"),
        (&eve, "AUTH_EMAIL_NOT_VERIFIED"),
    ] {
        let refused = resolve(client, json!([user(&id)])).await;
        assert_eq!(refused.code(), code);
    }
}

#[tokio::test]
async fn the_schema_for_a_gateway_is_the_one_that_is_committed() {
    let app = TestApp::start().await;
    let answer = app.anonymous().ask("{ _service { sdl } }").await;
    let committed = include_str!("../../../schema.graphql");
    assert_eq!(answer.text("/_service/sdl"), committed);
}

#[tokio::test]
async fn without_introspection_a_gateway_gets_no_schema_either() {
    let app = TestApp::start_with(&["--introspection", "false"]).await;
    for query in [
        "{ _service { sdl } }",
        "{ other: _service { sdl } }",
        "{ ...F } fragment F on Query { _service { sdl } }",
        "{ ... { ... on Query { _service { __typename } } } }",
    ] {
        let refused = app.anonymous().ask(query).await;
        assert_eq!(refused.invalid_paths(), ["query"], "{query}");
    }
    // Entities are not part of the schema that introspection shows.
    let ada = app.verified("ada").await;
    let id = ada.me().await.text("/me/id").to_owned();
    let answer = resolve(&ada, json!([user(&id)])).await;
    assert_eq!(answer.at("/_entities/0/username"), "ada");
}
