//! The limits of a response: objects, values and bytes.

use serde_json::{Value, json};

use crate::support::{Answer, SignedIn, TestApp, TestDatabase, organization_with};

const ISSUER: [&str; 2] = ["--token-issuer", "http://both.test"];

const MEMBERS: [(&str, &str); 2] = [("bob", "MEMBER"), ("carol", "MEMBER")];

/// Checks that a query passes with this limit, and fails with one less.
async fn costs(
    database: &TestDatabase,
    ada: &SignedIn,
    query: &str,
    variables: Value,
    objects: usize,
) {
    let ask = async |most: usize| -> Answer {
        let most = most.to_string();
        let settings = [&ISSUER[..], &["--max-objects", &most]].concat();
        let app = TestApp::start_on(database, &settings).await;
        let client = app.anonymous().bearer(&ada.access_token);
        client.call(query, variables.clone()).await
    };
    ask(objects).await.data();
    let refused = ask(objects - 1).await;
    assert_eq!(refused.invalid_paths(), ["query"], "{query}: {objects}");
}

#[tokio::test]
async fn the_lists_of_one_response_share_a_limit_of_objects() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &ISSUER).await;
    let (ada, organization, _) = organization_with(&app, MEMBERS).await;
    let own = json!({ "id": organization });
    for (query, objects) in [
        (
            "query($id: ID!) { organization(id: $id) { members { nodes { id } } } }",
            3,
        ),
        (
            "query($id: ID!) { organization(id: $id) { members(first: 2) { nodes { id } } } }",
            2,
        ),
        (
            "query($id: ID!) { organization(id: $id) { a: members { totalCount } b: members { totalCount } } }",
            6,
        ),
        // Ada has two memberships, and shares one with each of the others.
        (
            "query($id: ID!) { organization(id: $id) { members { nodes { user { memberships { id } } } } } }",
            3 + 2 + 1 + 1,
        ),
        // Once in her own organization, and three times among these three.
        (
            "query($id: ID!) { organization(id: $id) { members { nodes { user { memberships {
                organization { members { nodes { id } } } } } } } } }",
            3 + 4 + (3 + 1) + 3 + 3,
        ),
    ] {
        costs(&database, &ada, query, own.clone(), objects).await;
    }
    let me = "{ me { memberships { organization { members { nodes { user { username } } } } } } }";
    costs(&database, &ada, me, json!({}), 2 + 1 + 3).await;
}

#[tokio::test]
async fn invitations_and_entities_count_as_well() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &ISSUER).await;
    let (ada, organization, _) = organization_with(&app, MEMBERS).await;
    for name in ["x", "y", "z", "dave"] {
        ada.invite(&organization, &format!("{name}@example.com"), "MEMBER")
            .await
            .data();
    }
    let listed = "query($id: ID!) { organization(id: $id) { invitations { id } } }";
    costs(&database, &ada, listed, json!({ "id": organization }), 4).await;
    let entities = "query($all: [_Any!]!) { _entities(representations: $all) { __typename
        ... on Organization { members { totalCount } } } }";
    let named = json!({ "__typename": "Organization", "id": organization });
    let unknown = json!({ "__typename": "User", "id": "nonsense" });
    let all = json!({ "all": [named, unknown] });
    costs(&database, &ada, entities, all, 2 + 3).await;
}

#[tokio::test]
async fn the_viewers_own_invitations_count_as_well() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &ISSUER).await;
    let ada = app.verified("ada").await;
    let dave = app.verified("dave").await;
    for name in ["Engines", "Looms", "Mills"] {
        let other = ada.new_organization(name).await;
        ada.invite(&other, "dave@example.com", "MEMBER")
            .await
            .data();
    }
    let waiting = "{ invitations { organization { name } } }";
    costs(&database, &dave, waiting, json!({}), 3).await;
}

#[tokio::test]
async fn sessions_and_events_count_as_well() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &ISSUER).await;
    let ada = app.verified("ada").await;
    app.anonymous().log_in(&ada.person).await;
    costs(
        &database,
        &ada,
        "{ sessions { nodes { id } } }",
        json!({}),
        2,
    )
    .await;
    let events = "{ securityEvents { nodes { id } } }";
    costs(&database, &ada, events, json!({}), 4).await;
}

#[tokio::test]
async fn one_response_has_a_limit_of_values() {
    let names: Vec<_> = (0..28)
        .map(|number| format!("n{number}: username"))
        .collect();
    let query = format!("{{ me {{ {} }} }}", names.join(" "));
    let within_a_list = query.replace("me {", "me { memberships { user {") + " } }";
    for (most, fits) in [("29", true), ("28", false)] {
        let app = TestApp::start_with(&["--max-values", most]).await;
        let ada = app.verified("ada").await;
        let answer = ada.ask(&query).await;
        if fits {
            assert_eq!(answer.text("/me/n27"), "ada");
        } else {
            let within_a_list = ada.ask(&within_a_list).await;
            for answer in [answer, within_a_list] {
                assert_eq!(answer.invalid_paths(), ["query"]);
                assert_eq!(answer.body["data"], Value::Null);
            }
        }
    }
}

#[tokio::test]
async fn one_response_has_a_limit_of_bytes() {
    let sdl = |times: usize| -> String {
        let fields = (0..times).map(|n| format!("s{n}: _service {{ sdl }} "));
        format!("{{ {} }}", fields.collect::<String>())
    };
    let app = TestApp::start().await;
    app.anonymous().ask(&sdl(10)).await.data();
    // Room for two of them.
    let max = (latchkey::graphql::sdl().len() * 5 / 2).to_string();
    let app = TestApp::start_with(&["--max-answer", &max]).await;
    app.anonymous().ask(&sdl(2)).await.data();
    for query in [sdl(3), sdl(20)] {
        let answer = app.anonymous().ask(&query).await;
        assert_eq!(answer.invalid_paths(), ["query"]);
        assert_eq!(answer.body["data"], Value::Null);
        let message = answer.error()["message"].as_str().unwrap();
        assert!(message.contains(&format!("{max} bytes")), "{message}");
    }
}

/// A short document can choose long aliases, and each object in a list repeats them.
#[tokio::test]
async fn aliases_count_as_bytes_of_the_response() {
    let named = |times: usize| -> String {
        let long = "x".repeat(250);
        let fields = (0..times).map(|n| format!("{long}{n}: __typename "));
        format!("{{ {} }}", fields.collect::<String>())
    };
    let app = TestApp::start_with(&["--max-answer", "4000"]).await;
    app.anonymous().ask(&named(14)).await.data();
    let answer = app.anonymous().ask(&named(16)).await;
    assert_eq!(answer.invalid_paths(), ["query"]);
    assert_eq!(answer.body["data"], Value::Null);
}
