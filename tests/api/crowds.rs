//! Organizations with many members, and answers that would be too large.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::support::{Answer, SignedIn, TestApp, TestDatabase, sql};

const ISSUER: [&str; 2] = ["--token-issuer", "http://both.test"];

fn id(url: &str, kind: &str, number: usize) -> String {
    sql::id(url, &format!("0190{kind}00-0000-7000-8000-{number:012x}"))
}

/// Makes so many users members of an organization; the first ones of them owners.
async fn crowd(database: &TestDatabase, organization: &str, members: usize, owners: usize) {
    let url = &database.url;
    let organization = sql::id(url, organization);
    let at = "'2026-06-01T12:00:00+00:00'";
    for some in (0..members).collect::<Vec<_>>().chunks(1000) {
        let user = |number: &usize| {
            let name = format!("'member{number}'");
            let email = format!("'member{number}@example.com'");
            let id = id(url, "bb", *number);
            format!("({id}, {email}, {email}, {at}, {name}, {name}, '!', 1, {at}, {at})")
        };
        let membership = |number: &usize| {
            let (own, user) = (id(url, "cc", *number), id(url, "bb", *number));
            let role = if *number < owners { "OWNER" } else { "MEMBER" };
            format!("({own}, {user}, {organization}, '{role}', {at})")
        };
        let users: Vec<_> = some.iter().map(user).collect();
        let memberships: Vec<_> = some.iter().map(membership).collect();
        for statement in [
            format!(
                "INSERT INTO users (id, email, email_canonical, email_verified_at, username, \
                 username_canonical, password_hash, password_version, created_at, updated_at) \
                 VALUES {}",
                users.join(",")
            ),
            format!(
                "INSERT INTO memberships (id, user_id, organization_id, role, joined_at) VALUES {}",
                memberships.join(",")
            ),
        ] {
            assert_eq!(sql::execute(url, &statement).await, some.len() as u64);
        }
    }
}

async fn count(database: &TestDatabase, of: &str) -> String {
    let query = format!("SELECT CAST(COUNT(*) AS TEXT) FROM {of}");
    sql::text(&database.url, &query).await
}

#[tokio::test]
async fn ten_thousand_members_are_paged_removed_and_let_go() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &[]).await;
    let ada = app.verified("ada").await;
    let bob = app.verified("bob").await;
    let organization = ada.found("Engines").await;
    ada.admit(&organization, &bob, "OWNER").await;
    crowd(&database, &organization, 9_998, 20).await;
    let page = async |arguments: &str| {
        let selection = format!(
            "members{arguments} {{ totalCount pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}
             nodes {{ id user {{ username }} }} }}"
        );
        let answer = ada.organization(&organization, &selection).await;
        answer.at("/organization/members").clone()
    };
    let mut seen = HashSet::new();
    let mut after = String::new();
    loop {
        let found = page(&format!("(first: 100{after})")).await;
        assert_eq!(found["totalCount"], 10_000);
        let nodes = found["nodes"].as_array().unwrap();
        assert_eq!(nodes.len(), 100);
        seen.extend(nodes.iter().map(|it| it["user"]["username"].to_string()));
        if found["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = format!(", after: {}", found["pageInfo"]["endCursor"]);
    }
    assert_eq!(seen.len(), 10_000);
    let last = page("(last: 3)").await;
    let names: Vec<_> = last["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["user"]["username"])
        .collect();
    assert_eq!(names, ["member9997", "ada", "bob"], "by when they joined");
    let before = format!("(last: 100, before: {})", last["pageInfo"]["startCursor"]);
    assert_eq!(
        page(&before).await["nodes"][99]["user"]["username"],
        "member9996"
    );

    let gone = last["nodes"][0]["id"].as_str().unwrap();
    ada.remove_member(gone).await.data();
    assert_eq!(page("(first: 1)").await["totalCount"], 9_999);
    ada.delete_organization(&organization).await.data();
    let left = [
        count(&database, "organizations").await,
        count(&database, "memberships").await,
    ];
    assert_eq!(
        left,
        ["2", "2"],
        "those that came with Ada's and Bob's accounts"
    );
    let events = "security_events WHERE kind = 'ORGANIZATION_DELETED'";
    assert_eq!(count(&database, events).await, "9999");
    let letters = "outbox WHERE template = 'organization_deleted'";
    assert_eq!(
        count(&database, letters).await,
        "21",
        "to all owners but Ada"
    );
}

/// Ada's organization, in which Bob and Carol are members; its id.
async fn three(app: &TestApp) -> (SignedIn, String) {
    let ada = app.verified("ada").await;
    let organization = ada.found("Engines").await;
    for name in ["bob", "carol"] {
        let other = app.verified(name).await;
        ada.admit(&organization, &other, "MEMBER").await;
    }
    (ada, organization)
}

/// Answers as many objects as it may, and none with one less.
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
async fn the_lists_of_one_answer_hold_so_many_objects_together() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &ISSUER).await;
    let (ada, organization) = three(&app).await;
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
    let (ada, organization) = three(&app).await;
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
async fn invitations_that_wait_for_oneself_count_as_well() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &ISSUER).await;
    let ada = app.verified("ada").await;
    let dave = app.verified("dave").await;
    for name in ["Engines", "Looms", "Mills"] {
        let other = ada.found(name).await;
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
async fn one_answer_holds_so_many_values() {
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
async fn one_answer_has_so_many_bytes() {
    let sdl = |times: usize| -> String {
        let fields = (0..times).map(|n| format!("s{n}: _service {{ sdl }} "));
        format!("{{ {} }}", fields.collect::<String>())
    };
    let app = TestApp::start().await;
    app.anonymous().ask(&sdl(20)).await.data();
    // Room for two of them.
    let app = TestApp::start_with(&["--max-answer", "100000"]).await;
    app.anonymous().ask(&sdl(2)).await.data();
    for query in [sdl(3), sdl(20)] {
        let answer = app.anonymous().ask(&query).await;
        assert_eq!(answer.invalid_paths(), ["query"]);
        assert_eq!(answer.body["data"], Value::Null);
        let message = answer.error()["message"].as_str().unwrap();
        assert!(message.contains("100000 bytes"), "{message}");
    }
}

/// A document that is short can choose long names, and each object in a list repeats them.
#[tokio::test]
async fn the_names_that_a_document_chooses_count_as_bytes_of_its_answer() {
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
