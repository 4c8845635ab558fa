//! Organizations and memberships, as far as one may see them.

use serde_json::{Value, json};

use crate::support::{Answer, SignedIn, TestApp, TestDatabase, sql};

const MEMBERSHIPS: &str = "{ me { memberships { role organization { id name members {
    totalCount nodes { role user { username memberships { organization { name } } } } } } } } }";

/// Makes somebody a member of somebody else's first organization.
async fn join(database: &TestDatabase, member: &str, owner: &str, number: u8) {
    let url = &database.url;
    let id = sql::id(
        url,
        &format!("01900000-0000-7000-8000-0000000000{number:02x}"),
    );
    let statement = format!(
        "INSERT INTO memberships (id, user_id, organization_id, role, joined_at)
         SELECT {id}, member.id, memberships.organization_id, 'MEMBER', '2026-06-01T12:00:00+00:00'
         FROM users AS member, memberships JOIN users AS owner ON owner.id = memberships.user_id
         WHERE member.username = '{member}' AND owner.username = '{owner}' AND role = 'OWNER'"
    );
    assert_eq!(sql::execute(url, &statement).await, 1);
}

fn names(value: &Value, pointer: &str) -> Vec<String> {
    let mut names: Vec<_> = value
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item.pointer(pointer).unwrap().as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_member_sees_the_members_of_shared_organizations_and_nothing_else_of_them() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &[]).await;
    let ada = app.verified("ada").await;
    app.verified("bob").await;
    join(&database, "bob", "ada", 1).await;
    let answer = ada.ask(MEMBERSHIPS).await;
    let memberships = answer.at("/me/memberships");
    assert_eq!(
        names(memberships, "/organization/name"),
        ["ada's organization"]
    );
    let members = &memberships[0]["organization"]["members"];
    assert_eq!(members["totalCount"], 2);
    assert_eq!(names(&members["nodes"], "/user/username"), ["ada", "bob"]);
    // Bob's own organization is not Ada's to know.
    for node in members["nodes"].as_array().unwrap() {
        let shared = names(&node["user"]["memberships"], "/organization/name");
        assert_eq!(shared, ["ada's organization"]);
    }
}

#[tokio::test]
async fn a_user_sees_all_of_their_own_memberships() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &[]).await;
    app.verified("ada").await;
    let bob = app.verified("bob").await;
    join(&database, "bob", "ada", 1).await;
    let answer = bob.ask(MEMBERSHIPS).await;
    let mine = names(answer.at("/me/memberships"), "/organization/name");
    assert_eq!(mine, ["ada's organization", "bob's organization"]);
    let roles = names(answer.at("/me/memberships"), "/role");
    assert_eq!(roles, ["MEMBER", "OWNER"]);
}

async fn members(caller: &SignedIn, arguments: &str) -> Answer {
    let query = format!(
        "{{ me {{ memberships {{ organization {{ members{arguments} {{ totalCount
           pageInfo {{ hasPreviousPage hasNextPage startCursor endCursor }}
           edges {{ cursor }} nodes {{ user {{ username }} }} }} }} }} }} }}"
    );
    caller.ask(&query).await
}

#[tokio::test]
async fn members_come_in_pages() {
    const PAGE: &str = "/me/memberships/0/organization/members";
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &[]).await;
    let ada = app.verified("ada").await;
    for (number, name) in ["bob", "carol", "dave"].into_iter().enumerate() {
        app.registered(name).await;
        join(&database, name, "ada", u8::try_from(number).unwrap()).await;
    }
    // The ids that `join` makes are older than Ada's own membership.
    let all = ["bob", "carol", "dave", "ada"];
    let listed = |answer: &Answer| {
        let nodes = answer
            .at(&format!("{PAGE}/nodes"))
            .as_array()
            .unwrap()
            .clone();
        nodes
            .iter()
            .map(|it| it["user"]["username"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(listed(&members(&ada, "").await), all);
    let first = members(&ada, "(first: 2)").await;
    assert_eq!(listed(&first), all[..2]);
    assert_eq!(first.at(&format!("{PAGE}/totalCount")), 4);
    assert_eq!(first.at(&format!("{PAGE}/pageInfo/hasNextPage")), true);
    let cursor = first.text(&format!("{PAGE}/pageInfo/endCursor"));
    let rest = members(&ada, &format!("(after: {cursor:?})")).await;
    assert_eq!(listed(&rest), all[2..]);
    assert_eq!(rest.at(&format!("{PAGE}/pageInfo/hasNextPage")), false);
    let last = members(&ada, "(last: 1)").await;
    assert_eq!(listed(&last), all[3..]);
    assert_eq!(last.at(&format!("{PAGE}/pageInfo/hasPreviousPage")), true);
    let refused = members(&ada, "(first: 1000)").await;
    assert_eq!(refused.invalid_paths(), ["first"]);
    assert_eq!(
        refused.body["data"],
        json!(null),
        "no parent of it can be null"
    );
}
