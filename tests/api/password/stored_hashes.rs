//! Stored hashes: old parameters, bcrypt and unknown formats.

use crate::support::{PASSWORD, Person, TestApp, TestDatabase, log, sql};

#[tokio::test]
async fn a_hash_of_a_foreign_format_is_a_wrong_password_to_its_user_and_an_error_to_the_operator() {
    for (number, hash) in [
        "pbkdf2_sha256$600000$salt$hash",
        "$argon2i$v=19$m=16,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$2b$nonsense",
        "5f4dcc3b5aa765d61d8327deb882cf99",
        "",
    ]
    .into_iter()
    .enumerate()
    {
        let database = TestDatabase::shared().await;
        let app = TestApp::start_on(&database, &[]).await;
        let name = format!("ada{number}");
        let ada = app.verified(&name).await;
        let id = ada.me().await.text("/me/id").to_owned();
        sql::execute(&database.url, &format!("UPDATE users SET password_hash = '{hash}'")).await;
        let new = "seven purple elephants juggle";
        for answer in [
            app.anonymous().try_log_in(&name, PASSWORD).await,
            ada.change_password(PASSWORD, new).await,
            ada.request_email_change("new@example.com", PASSWORD).await,
            ada.delete_account(PASSWORD).await,
        ] {
            assert_eq!(answer.code(), "AUTH_INVALID_CREDENTIALS", "{hash}");
        }
        let errors = log::all(&["ERROR", "no password can be right", &id]);
        assert_eq!(errors.len(), 4, "{hash}");
        assert!(hash.is_empty() || errors.iter().all(|line| !line.contains(hash)), "{errors:?}");
        // A reset repairs it.
        app.anonymous().request_password_reset(&ada.person.email).await.data();
        let link = app.token_of("reset_password", &ada.person.email);
        app.anonymous().reset_password(&link, PASSWORD).await.data();
        app.anonymous().log_in(&ada.person).await;
    }
}

#[tokio::test]
async fn an_old_hash_is_upgraded_when_its_owner_logs_in() {
    let database = TestDatabase::shared().await;
    let old = TestApp::start_on(&database, &[]).await;
    old.registered("ada").await;
    let stored = "SELECT password_hash FROM users";
    let before = sql::text(&database.url, stored).await;
    assert!(
        before.starts_with("$argon2id$v=19$m=64,t=1,p=1$"),
        "{before}"
    );
    let app = TestApp::start_on(&database, &["--hash-iterations", "2"]).await;
    let wrong = app.anonymous().try_log_in("ada", "not the password").await;
    assert_eq!(wrong.code(), "AUTH_INVALID_CREDENTIALS");
    assert_eq!(
        sql::text(&database.url, stored).await,
        before,
        "a wrong password upgrades nothing"
    );
    app.anonymous().try_log_in("ada", PASSWORD).await.data();
    let after = sql::text(&database.url, stored).await;
    assert!(after.starts_with("$argon2id$v=19$m=64,t=2,p=1$"), "{after}");
    app.anonymous().try_log_in("ada", PASSWORD).await.data();
    assert_eq!(
        sql::text(&database.url, stored).await,
        after,
        "once is enough"
    );
}

#[tokio::test]
async fn a_foreign_bcrypt_hash_works_for_one_login_and_is_then_replaced() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &[]).await;
    app.registered("ada").await;
    let foreign = bcrypt::hash(PASSWORD, 4).unwrap();
    let update = format!("UPDATE users SET password_hash = '{foreign}'");
    sql::execute(&database.url, &update).await;
    let wrong = app.anonymous().try_log_in("ada", "not the password").await;
    assert_eq!(wrong.code(), "AUTH_INVALID_CREDENTIALS");
    app.anonymous().log_in(&Person::named("ada")).await;
    let stored = sql::text(&database.url, "SELECT password_hash FROM users").await;
    assert!(stored.starts_with("$argon2id$"), "{stored}");
    app.anonymous().log_in(&Person::named("ada")).await;
}

#[tokio::test]
async fn sixty_four_logins_during_an_upgrade_all_succeed() {
    let database = TestDatabase::shared().await;
    let old = TestApp::start_on(&database, &[]).await;
    old.registered("ada").await;
    let app = TestApp::start_on(&database, &["--hash-iterations", "2"]).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let client = app.anonymous();
        tasks.spawn(async move { client.log_in(&Person::named("ada")).await });
    }
    assert_eq!(tasks.join_all().await.len(), 64);
}

#[tokio::test]
async fn a_typo_after_the_72_bytes_of_bcrypt_does_not_become_the_password() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &[]).await;
    app.registered("ada").await;
    let password = format!("{PASSWORD:x<80}");
    let foreign = bcrypt::hash(&password, 4).unwrap();
    let update = format!("UPDATE users SET password_hash = '{foreign}'");
    sql::execute(&database.url, &update).await;
    // bcrypt cannot distinguish the two, so this login may succeed. But it changes nothing.
    let slip = format!("{PASSWORD:x<79}y");
    app.anonymous().try_log_in("ada", &slip).await;
    app.anonymous().try_log_in("ada", &password).await.data();
}
