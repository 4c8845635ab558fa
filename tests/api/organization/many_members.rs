//! An organization with ten thousand members.

use std::collections::HashSet;

use crate::support::{TestApp, TestDatabase, sql};

fn id(url: &str, kind: &str, number: usize) -> String {
    sql::id(url, &format!("0190{kind}00-0000-7000-8000-{number:012x}"))
}

/// Adds this many users to an organization, the first ones as owners.
async fn add_members(database: &TestDatabase, organization: &str, members: usize, owners: usize) {
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
    let organization = ada.new_organization("Engines").await;
    ada.admit(&organization, &bob, "OWNER").await;
    add_members(&database, &organization, 9_998, 20).await;
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
        let members_page = page(&format!("(first: 100{after})")).await;
        assert_eq!(members_page["totalCount"], 10_000);
        let nodes = members_page["nodes"].as_array().unwrap();
        assert_eq!(nodes.len(), 100);
        seen.extend(
            nodes
                .iter()
                .map(|node| node["user"]["username"].to_string()),
        );
        if members_page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = format!(", after: {}", members_page["pageInfo"]["endCursor"]);
    }
    assert_eq!(seen.len(), 10_000);
    let last = page("(last: 3)").await;
    let names: Vec<_> = last["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| &node["user"]["username"])
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
    let query = "outbox WHERE template = 'organization_deleted'";
    assert_eq!(count(&database, query).await, "21", "to all owners but Ada");
}
