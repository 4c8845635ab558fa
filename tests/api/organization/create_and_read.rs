//! Creating organizations, and access to them.

use serde_json::{Value, json};

use crate::support::{Answer, SignedIn, TestApp, TestDatabase, sql};

const MEMBERSHIPS: &str = "{ me { memberships { role organization { id name members {
    totalCount nodes { role user { username memberships { organization { name } } } } } } } } }";

/// Makes a user a member of an owner's first organization.
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
    // Ada may not see Bob's own organization.
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
            .map(|node| node["user"]["username"].as_str().unwrap().to_owned())
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

#[tokio::test]
async fn the_founder_of_an_organization_owns_it() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let founded = ada
        .create_organization("  Analytical Engines & Söhne ")
        .await;
    let made = founded.at("/createOrganization/organization");
    assert_eq!(made["name"], "Analytical Engines & Söhne");
    assert_eq!(made["slug"], "analytical-engines-sohne");
    assert_eq!(made["createdAt"], "2026-06-01T12:00:00.000Z");
    let id = made["id"].as_str().unwrap();
    assert_eq!(
        ada.roles_in(id).await,
        [("ada".into(), "OWNER".into())].into()
    );
    let mine = ada
        .ask("{ me { memberships { role organization { name } } } }")
        .await;
    // Oldest first.
    let all = json!([
        { "role": "OWNER", "organization": { "name": "ada's organization" } },
        { "role": "OWNER", "organization": { "name": "Analytical Engines & Söhne" } },
    ]);
    assert_eq!(mine.at("/me/memberships"), &all);
}

#[tokio::test]
async fn a_name_that_others_have_gets_a_slug_with_a_number() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let bob = app.verified("bob").await;
    let mut slugs = std::collections::BTreeSet::new();
    for caller in [&ada, &bob, &ada] {
        let founded = caller.create_organization("Engines").await;
        assert_eq!(
            founded.text("/createOrganization/organization/name"),
            "Engines"
        );
        let slug = founded.text("/createOrganization/organization/slug");
        let number = slug.strip_prefix("engines").unwrap();
        let is_numbered = number.starts_with('-') && number.len() > 8;
        assert!(
            is_numbered || slugs.is_empty() && number.is_empty(),
            "{slug}"
        );
        slugs.insert(slug.to_owned());
    }
    assert_eq!(slugs.len(), 3, "{slugs:?}");
}

#[tokio::test]
async fn sixteen_concurrent_organizations_of_one_name_get_sixteen_slugs() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let ada = ada.clone();
        tasks.spawn(async move { ada.create_organization("Engines").await });
    }
    let answers = tasks.join_all().await;
    let slug = |answer: &Answer| {
        answer
            .text("/createOrganization/organization/slug")
            .to_owned()
    };
    let slugs: std::collections::HashSet<_> = answers.iter().map(slug).collect();
    assert_eq!(slugs.len(), 16);
    assert!(slugs.contains("engines"), "{slugs:?}");
}

#[tokio::test]
async fn a_name_has_one_to_a_hundred_visible_characters() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let id = ada.new_organization("Engines").await;
    let long = "é".repeat(101);
    for name in ["", " ", "\u{200d}", "a\nb", "a\u{202e}b", "\u{0}", &long] {
        let refused = ada.create_organization(name).await;
        assert_eq!(refused.invalid_paths(), ["input.name"], "{name:?}");
        let refused = ada.update_organization(&id, json!({ "name": name })).await;
        assert_eq!(refused.invalid_paths(), ["input.name"], "{name:?}");
    }
    let mine = ada
        .ask("{ me { memberships { organization { name } } } }")
        .await;
    let mine = names(mine.at("/me/memberships"), "/organization/name");
    assert_eq!(mine, ["Engines", "ada's organization"]);
    for name in ["x", &long[2..], "東京", "!?"] {
        let founded = ada.create_organization(name).await;
        assert_eq!(founded.text("/createOrganization/organization/name"), name);
        let slug = founded.text("/createOrganization/organization/slug");
        // A generated slug may be chosen, too.
        let again = ada
            .update_organization(&id, json!({ "slug": format!("{slug}-2") }))
            .await;
        again.data();
    }
}

#[tokio::test]
async fn an_organization_is_visible_only_to_its_members() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let bob = app.verified("bob").await;
    let id = ada.new_organization("Engines").await;
    let named = json!({ "id": id, "name": "Engines" });
    assert_eq!(
        ada.organization(&id, "id name").await.at("/organization"),
        &named
    );
    for (caller, id) in [
        (&bob, id.as_str()),
        (&ada, "01900000-0000-7000-8000-000000000000"),
        (&ada, "nonsense"),
        (&ada, ""),
        (&ada, &ada.membership_in(&id).await),
    ] {
        let answer = caller.organization(id, "id name").await;
        assert_eq!(answer.data(), &json!({ "organization": null }), "{id}");
    }
    ada.admit(&id, &bob, "MEMBER").await;
    assert_eq!(
        bob.organization(&id, "id name").await.at("/organization"),
        &named
    );
}
