//! `deleteAccount`: everything about a person is deleted, and nobody else loses anything.

use serde_json::json;

use crate::support::{PASSWORD, SignedIn, TestApp, TestDatabase, log, sql};

/// Makes a user a member of an owner's first organization.
pub async fn join(database: &TestDatabase, member: &SignedIn, owner: &SignedIn, role: &str) {
    let url = &database.url;
    let id = |name: &str| {
        let names = format!("SELECT id FROM users WHERE username = '{name}'");
        format!("({names})")
    };
    let organization = format!(
        "(SELECT organization_id FROM memberships WHERE user_id = {} ORDER BY id LIMIT 1)",
        id(&owner.person.username)
    );
    let member_id = sql::id(
        url,
        &uuid(&format!(
            "{}{}",
            member.person.username, owner.person.username
        )),
    );
    let statement = format!(
        "INSERT INTO memberships (id, user_id, organization_id, role, joined_at)
         SELECT {member_id}, {}, {organization}, '{role}', joined_at FROM memberships LIMIT 1",
        id(&member.person.username)
    );
    assert_eq!(sql::execute(url, &statement).await, 1);
}

/// Returns an id that differs by name.
fn uuid(name: &str) -> String {
    let number = name.bytes().fold(0_u64, |sum, byte| {
        (sum * 31 + u64::from(byte)) % 0xffff_ffff
    });
    format!("01900000-0000-7000-8000-{number:012x}")
}

#[tokio::test]
async fn the_account_is_deleted_and_its_devices_learn_the_reason() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let id = ada.me().await.text("/me/id").to_owned();
    let phone = app.anonymous().log_in(&ada.person).await;
    let deleted = ada.delete_account(PASSWORD).await;
    assert_eq!(deleted.text("/deleteAccount/deletedUserId"), id);
    // Only the operator's log has the event, because the events of an account are deleted with the account.
    let logged = log::all(&[&format!("user={id}"), "ACCOUNT_DELETED"]);
    assert_eq!(logged.len(), 1, "{logged:?}");
    assert!(logged[0].contains("operation=\"deleteAccount\" address="));
    assert!(!logged[0].contains("replaced_by"), "{logged:?}");
    for session in [&ada, &phone] {
        for answer in [
            session.me().await,
            session.refresh(&session.refresh_token).await,
        ] {
            assert_eq!(answer.code(), "AUTH_SESSION_ENDED");
            let extensions = &answer.error()["extensions"];
            assert_eq!(extensions["reason"], "ACCOUNT_DELETED");
            assert_eq!(extensions["endedAt"], "2026-06-01T12:00:00.000Z");
        }
    }
    let login = app.anonymous().try_log_in("ada", PASSWORD).await;
    assert_eq!(login.code(), "AUTH_INVALID_CREDENTIALS");
    // The names are free.
    app.verified("ada").await.me().await.data();
}

#[tokio::test]
async fn deleting_needs_the_password_and_a_session_but_no_verified_address() {
    let app = TestApp::start().await;
    let ada = app.unverified("ada").await;
    for password in ["", "wrong"] {
        let answer = ada.delete_account(password).await;
        assert_eq!(answer.code(), "AUTH_INVALID_CREDENTIALS");
    }
    assert_eq!(
        app.anonymous().delete_account(PASSWORD).await.code(),
        "AUTH_UNAUTHENTICATED"
    );
    ada.delete_account(PASSWORD).await.data();
}

#[tokio::test]
async fn the_last_owner_of_an_organization_with_other_members_is_refused_and_it_is_named() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &[]).await;
    let ada = app.verified("ada").await;
    let bob = app.verified("bob").await;
    join(&database, &bob, &ada, "ADMIN").await;
    let refused = ada.delete_account(PASSWORD).await;
    assert_eq!(refused.code(), "ORGANIZATION_LAST_OWNER");
    let organizations = &refused.error()["extensions"]["organizations"];
    assert_eq!(organizations.as_array().unwrap().len(), 1);
    assert_eq!(organizations[0]["name"], "ada's organization");
    assert_eq!(organizations[0]["slug"], "adas-organization");
    assert!(organizations[0]["id"].is_string());
    ada.me().await.data();

    // A member may leave, and then the owner together with the organization.
    bob.delete_account(PASSWORD).await.data();
    ada.delete_account(PASSWORD).await.data();
    for table in ["users", "organizations", "memberships"] {
        let count = format!("SELECT CAST(COUNT(*) AS TEXT) FROM {table}");
        assert_eq!(sql::text(&database.url, &count).await, "0", "{table}");
    }
}

#[tokio::test]
async fn an_organization_with_another_owner_stays_and_only_the_user_leaves_it() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &[]).await;
    let ada = app.verified("ada").await;
    let bob = app.verified("bob").await;
    join(&database, &bob, &ada, "OWNER").await;
    ada.delete_account(PASSWORD).await.data();
    let query = "{ me { memberships { organization { name members { totalCount } } } } }";
    let answer = bob.ask(query).await;
    let memberships = answer.at("/me/memberships").as_array().unwrap();
    assert_eq!(memberships.len(), 2, "{memberships:?}");
    let shared = memberships
        .iter()
        .find(|membership| membership["organization"]["name"] == "ada's organization");
    assert_eq!(shared.unwrap()["organization"]["members"]["totalCount"], 1);
}

#[tokio::test]
async fn of_two_owners_who_leave_concurrently_one_stays() {
    for _ in 0..8 {
        let database = TestDatabase::shared().await;
        let app = TestApp::start_on(&database, &[]).await;
        let ada = app.verified("ada").await;
        let bob = app.verified("bob").await;
        let eve = app.verified("eve").await;
        join(&database, &bob, &ada, "OWNER").await;
        join(&database, &eve, &ada, "MEMBER").await;
        let (one, other) = tokio::join!(ada.delete_account(PASSWORD), bob.delete_account(PASSWORD));
        let refused: Vec<_> = [&one, &other]
            .into_iter()
            .filter(|answer| answer.body.get("errors").is_some())
            .collect();
        assert_eq!(refused.len(), 1, "{:#} {:#}", one.body, other.body);
        assert_eq!(refused[0].code(), "ORGANIZATION_LAST_OWNER");
    }
}

/// Ada uses every feature. Afterwards, no row of any table mentions her.
#[tokio::test]
async fn nothing_about_the_person_is_left_in_any_table() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &["--trusted-proxies", "127.0.0.1"]).await;
    let client = app
        .anonymous()
        .header("x-forwarded-for", "203.0.113.77")
        .header("x-device-id", "adas-device-id")
        .header("x-device-name", "Lovelaces laptop")
        .header("user-agent", "Adabrowser/1");
    let person = crate::support::Person::named("lovelace");
    client.register(&person).await.data();
    client.verify(&app.mailed_token(&person.email)).await.data();
    let ada = client.log_in(&person).await;
    let id = ada.me().await.text("/me/id").to_owned();
    let profile =
        r#"mutation { updateProfile(input: { displayName: "Augusta King" }) { user { id } } }"#;
    ada.ask(profile).await.data();
    client
        .clone()
        .header("x-device-id", "adas-phone")
        .log_in(&person)
        .await;
    ada.request_email_change("augusta@example.com", PASSWORD)
        .await
        .data();
    let confirm = app.token_of("confirm_email_change", "augusta@example.com");
    app.anonymous().confirm_email_change(&confirm).await.data();
    ada.request_email_change("countess@example.com", PASSWORD)
        .await
        .data();
    ada.request_password_reset("augusta@example.com")
        .await
        .data();
    let other = app.verified("bob").await;

    let traces = [
        "lovelace",
        "augusta",
        "countess",
        "king",
        "203.0.113.77",
        "adas-device-id",
        "laptop",
        "adas-phone",
        "adabrowser",
        &id.replace('-', ""),
    ];
    let before = all_values(&database).await;
    for trace in traces {
        assert!(before.contains(trace), "{trace} was there to be found");
    }
    ada.delete_account(PASSWORD).await.data();
    let after = all_values(&database).await;
    for trace in traces {
        assert!(!after.contains(trace), "{trace} is left: {after}");
    }
    assert!(after.contains("bob@example.com"));
    other.me().await.data();
}

/// Returns every value of every table in lower case: bytes in hexadecimal, ids with and without dashes.
pub async fn all_values(database: &TestDatabase) -> String {
    let mut all = String::new();
    for table in sql::tables(&database.url).await {
        for row in sql::rows(&database.url, &table).await {
            all += &format!("{table}: {row}\n");
        }
    }
    let plain = all.to_lowercase();
    format!("{plain}{}", plain.replace('-', ""))
}

#[tokio::test]
async fn a_concealed_registration_is_deleted_with_the_owner_of_its_address() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &["--conceal-accounts", "true"]).await;
    let ada = app.verified("ada").await;
    let decoy = json!({ "input": {
        "email": "ada@example.com", "username": "decoy", "password": "seven purple elephants juggle" } });
    let register = "mutation($input: RegisterInput!) { register(input: $input) { user { id } } }";
    app.anonymous().call(register, decoy).await.data();
    ada.delete_account(PASSWORD).await.data();
    let left = all_values(&database).await;
    assert!(
        !left.contains("ada@example.com") && !left.contains("decoy"),
        "{left}"
    );
}

#[tokio::test]
async fn mail_that_was_sent_to_the_address_without_the_account_is_deleted_too() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &[]).await;
    let ada = app.verified("ada").await;
    let id = ada.new_organization("Engines").await;
    ada.invite(&id, "Bob@example.com", "MEMBER").await.data();
    let bob = app.verified("bob").await;
    bob.delete_account(PASSWORD).await.data();
    for table in sql::tables(&database.url).await {
        for row in sql::rows(&database.url, &table).await {
            assert!(
                !row.to_lowercase().contains("bob@example.com"),
                "{table}: {row}"
            );
        }
    }
}

#[tokio::test]
async fn deleting_an_unverified_account_takes_nothing_from_the_owner_of_its_address() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let id = ada.new_organization("Engines").await;
    ada.invite(&id, "carol@example.com", "MEMBER").await.data();
    let eve = app.unverified("carol").await;
    eve.delete_account(PASSWORD).await.data();
    let carol = app.verified("carol").await;
    let waiting = carol.ask("{ invitations { organization { id } } }").await;
    assert_eq!(*waiting.at("/invitations/0/organization/id"), id);
}
