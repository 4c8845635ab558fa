//! The active organization of a session, and how its access tokens name it.

use serde_json::{Value, json};

use crate::support::{Answer, Client, PASSWORD, Person, SignedIn, TestApp, claims};

const LOGIN: &str = "token { accessToken refreshToken } session { id } user { id }";

async fn log_in_for(client: &Client, name: &str, organization: Value) -> Answer {
    let input = json!({ "identifier": name, "password": PASSWORD, "organizationId": organization });
    client.mutate("login", LOGIN, input).await
}

/// Logs in, without an organization if none is named.
async fn refresh_for(client: &Client, token: &str, organization: Option<&str>) -> Answer {
    let mut input = json!({ "refreshToken": token });
    if let Some(id) = organization {
        input["organizationId"] = id.into();
    }
    let selection = "token { accessToken refreshToken } session { id }";
    client.mutate("refresh", selection, input).await
}

/// The slug and the role that the access token of an answer is for, in one text.
#[track_caller]
fn active_organization(answer: &Answer, field: &str) -> Option<String> {
    let pointer = match field {
        "switchOrganization" => "/switchOrganization/accessToken".to_owned(),
        _ => format!("/{field}/token/accessToken"),
    };
    let claims = claims(answer.text(&pointer));
    let (Some(org), Some(role)) = (claims.get("org"), claims.get("org_role")) else {
        assert_eq!((claims.get("org"), claims.get("org_role")), (None, None));
        return None;
    };
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    Some(format!("{} {}", text(&org["slug"]), text(role)))
}

fn next(answer: &Answer) -> String {
    answer.text("/refresh/token/refreshToken").to_owned()
}

/// Ada, who owns `engines`; Bob, who is an admin of it and owns `looms`; their ids.
async fn members_of_two_organizations(app: &TestApp) -> (SignedIn, SignedIn, [String; 2]) {
    let ada = app.verified("ada").await;
    let bob = app.verified("bob").await;
    let engines = ada.new_organization("Engines").await;
    ada.admit(&engines, &bob, "ADMIN").await;
    let looms = bob.new_organization("Looms").await;
    (ada, bob, [engines, looms])
}

#[tokio::test]
async fn a_login_acts_for_the_organization_that_it_names() {
    let app = TestApp::start().await;
    let (_, bob, [engines, looms]) = members_of_two_organizations(&app).await;
    let phone = app.anonymous().header("x-device-id", "phone");
    for client in [&app.anonymous(), &phone] {
        let answer = log_in_for(client, "bob", json!(engines)).await;
        let said = claims(answer.text("/login/token/accessToken"));
        assert_eq!(said["org"], json!({ "id": engines, "slug": "engines" }));
        assert_eq!(said["org_role"], "ADMIN");
        let answer = log_in_for(client, "bob", json!(looms)).await;
        assert_eq!(
            active_organization(&answer, "login").as_deref(),
            Some("looms OWNER")
        );
        let answer = log_in_for(client, "bob", Value::Null).await;
        assert_eq!(active_organization(&answer, "login").as_deref(), None);
    }
    let said = claims(&bob.access_token);
    assert!(said.get("org").is_none() && said.get("org_role").is_none());
}

#[tokio::test]
async fn a_login_for_an_organization_without_membership_creates_no_session() {
    const TRACES: &str = "{ sessions(includeExpired: true) { totalCount }
        securityEvents { totalCount } }";
    let app = TestApp::start().await;
    let (ada, _, [_, looms]) = members_of_two_organizations(&app).await;
    let before = ada.ask(TRACES).await;
    let mails = app.mail_to("ada@example.com").await.len();
    let phone = app.anonymous().header("x-device-id", "phone");
    for client in [&app.anonymous(), &phone] {
        for id in [
            looms.as_str(),
            "01900000-0000-7000-8000-000000000000",
            "nonsense",
            "",
        ] {
            let refused = log_in_for(client, "ada", json!(id)).await;
            assert_eq!(refused.code(), "ORGANIZATION_NOT_FOUND", "{id}");
        }
    }
    let wrong = json!({ "identifier": "ada", "password": "wrong", "organizationId": looms });
    let refused = app.anonymous().mutate("login", LOGIN, wrong).await;
    assert_eq!(refused.code(), "AUTH_INVALID_CREDENTIALS");
    let sessions = "/sessions/totalCount";
    assert_eq!(ada.ask(TRACES).await.at(sessions), before.at(sessions));
    // The new device is announced once, when its correct password is refused, and not again when it logs in.
    assert_eq!(app.mail_to("ada@example.com").await.len(), mails + 1);
    log_in_for(&phone, "ada", Value::Null).await.data();
    assert_eq!(app.mail_to("ada@example.com").await.len(), mails + 1);
}

#[tokio::test]
async fn a_refresh_acts_for_the_organization_that_it_names_and_later_ones_keep_to_it() {
    let app = TestApp::start().await;
    let (_, bob, [engines, looms]) = members_of_two_organizations(&app).await;
    let mut token = bob.refresh_token.clone();
    for (named, expected) in [
        (None, None),
        (Some(&engines), Some("engines ADMIN")),
        (None, Some("engines ADMIN")),
        (None, Some("engines ADMIN")),
        (Some(&looms), Some("looms OWNER")),
        (None, Some("looms OWNER")),
    ] {
        let answer = refresh_for(&bob, &token, named.map(String::as_str)).await;
        assert_eq!(
            active_organization(&answer, "refresh").as_deref(),
            expected,
            "{named:?}"
        );
        token = next(&answer);
    }
    // The choice of a login is kept too, and each session has its own.
    let login = log_in_for(&app.anonymous(), "bob", json!(engines)).await;
    let answer = refresh_for(&bob, login.text("/login/token/refreshToken"), None).await;
    assert_eq!(
        active_organization(&answer, "refresh").as_deref(),
        Some("engines ADMIN")
    );
    let answer = refresh_for(&bob, &token, None).await;
    assert_eq!(
        active_organization(&answer, "refresh").as_deref(),
        Some("looms OWNER")
    );
}

#[tokio::test]
async fn a_refresh_for_an_organization_without_membership_rotates_nothing() {
    let app = TestApp::start().await;
    let (ada, _, [engines, looms]) = members_of_two_organizations(&app).await;
    let ada = ada.switched_to(&engines).await;
    for id in [
        looms.as_str(),
        "01900000-0000-7000-8000-000000000000",
        "nonsense",
        "",
    ] {
        let refused = refresh_for(&ada, &ada.refresh_token, Some(id)).await;
        assert_eq!(refused.code(), "ORGANIZATION_NOT_FOUND", "{id}");
    }
    app.advance(chrono::TimeDelta::hours(1));
    let refused = refresh_for(&ada, &ada.refresh_token, Some(&looms)).await;
    assert_eq!(refused.code(), "ORGANIZATION_NOT_FOUND");
    let answer = refresh_for(&ada, &ada.refresh_token, None).await;
    assert_eq!(
        active_organization(&answer, "refresh").as_deref(),
        Some("engines OWNER")
    );
    let said = claims(answer.text("/refresh/token/accessToken"));
    assert_eq!(said["gen"], 2, "the first that rotated");
    app.anonymous()
        .bearer(answer.text("/refresh/token/accessToken"))
        .me()
        .await
        .data();
}

#[tokio::test]
async fn a_lost_response_is_repeated_for_the_organization_that_is_named() {
    let app = TestApp::start().await;
    let (_, bob, [engines, looms]) = members_of_two_organizations(&app).await;
    let lost = refresh_for(&bob, &bob.refresh_token, Some(&engines)).await;
    for named in [Some(engines.as_str()), None] {
        let again = refresh_for(&bob, &bob.refresh_token, named).await;
        assert_eq!(next(&again), next(&lost), "{named:?}");
        assert_eq!(
            active_organization(&again, "refresh").as_deref(),
            Some("engines ADMIN"),
            "{named:?}"
        );
    }
    let eve = app.verified("eve").await;
    let mills = eve.new_organization("Mills").await;
    let refused = refresh_for(&bob, &bob.refresh_token, Some(&mills)).await;
    assert_eq!(refused.code(), "ORGANIZATION_NOT_FOUND");
    let again = refresh_for(&bob, &bob.refresh_token, Some(&looms)).await;
    assert_eq!(next(&again), next(&lost));
    assert_eq!(
        active_organization(&again, "refresh").as_deref(),
        Some("looms OWNER")
    );
    // The choice is kept from here on.
    let later = refresh_for(&bob, &next(&again), None).await;
    assert_eq!(
        active_organization(&later, "refresh").as_deref(),
        Some("looms OWNER")
    );
}

#[tokio::test]
async fn switching_makes_an_access_token_and_rotates_nothing() {
    let app = TestApp::start().await;
    let (_, bob, [engines, looms]) = members_of_two_organizations(&app).await;
    let switched = bob.switch_organization(Some(&engines)).await;
    assert_eq!(
        active_organization(&switched, "switchOrganization").as_deref(),
        Some("engines ADMIN")
    );
    let payload = switched.at("/switchOrganization");
    assert_eq!(
        payload["organization"],
        json!({ "id": engines, "slug": "engines" })
    );
    assert_eq!(payload["role"], "ADMIN");
    assert_eq!(payload["tokenType"], "Bearer");
    assert_eq!(payload["expiresIn"], 1800);
    let said = claims(switched.text("/switchOrganization/accessToken"));
    let before = claims(&bob.access_token);
    for claim in ["iss", "aud", "sub", "sid", "username", "gen", "iat", "exp"] {
        assert_eq!(said[claim], before[claim], "{claim}");
    }
    assert_ne!(said["jti"], before["jti"]);
    // The earlier token stays valid, also for another switch.
    bob.me().await.data();
    let switched = bob.switch_organization(Some(&looms)).await;
    assert_eq!(
        active_organization(&switched, "switchOrganization").as_deref(),
        Some("looms OWNER")
    );
    let token = switched.text("/switchOrganization/accessToken");
    let me = app.anonymous().bearer(token).me().await;
    assert_eq!(me.text("/me/username"), "bob");
    app.advance(chrono::TimeDelta::hours(1));
    let answer = refresh_for(&app.anonymous(), &bob.refresh_token, None).await;
    assert_eq!(
        active_organization(&answer, "refresh").as_deref(),
        Some("looms OWNER")
    );
    let said = claims(answer.text("/refresh/token/accessToken"));
    assert_eq!(said["gen"], 2);
}

#[tokio::test]
async fn a_session_that_is_switched_to_none_acts_for_none() {
    let app = TestApp::start().await;
    let (_, bob, [engines, _]) = members_of_two_organizations(&app).await;
    let selection = "accessToken role organization { id }";
    let mut bob = bob;
    for input in [json!({}), json!({ "organizationId": null })] {
        bob = bob.switched_to(&engines).await;
        assert_eq!(claims(&bob.access_token)["org_role"], "ADMIN");
        let answer = bob.mutate("switchOrganization", selection, input).await;
        assert_eq!(
            active_organization(&answer, "switchOrganization").as_deref(),
            None
        );
        assert_eq!(answer.at("/switchOrganization/organization"), &Value::Null);
        assert_eq!(answer.at("/switchOrganization/role"), &Value::Null);
        bob = bob.refreshed().await;
        assert!(claims(&bob.access_token).get("org").is_none());
    }
}

#[tokio::test]
async fn nobody_switches_to_an_organization_without_membership() {
    let app = TestApp::start().await;
    let (ada, _, [engines, looms]) = members_of_two_organizations(&app).await;
    let ada = ada.switched_to(&engines).await;
    for id in [
        looms.as_str(),
        "01900000-0000-7000-8000-000000000000",
        "nonsense",
        "",
    ] {
        let refused = ada.switch_organization(Some(id)).await;
        assert_eq!(refused.code(), "ORGANIZATION_NOT_FOUND", "{id}");
    }
    let answer = refresh_for(&ada, &ada.refresh_token, None).await;
    assert_eq!(
        active_organization(&answer, "refresh").as_deref(),
        Some("engines OWNER")
    );
}

#[tokio::test]
async fn a_removed_member_stays_logged_in_without_an_organization_from_the_next_refresh_on() {
    let app = TestApp::start().await;
    let (ada, bob, [engines, looms]) = members_of_two_organizations(&app).await;
    let bob = bob.switched_to(&engines).await;
    ada.remove_member(&bob.membership_in(&engines).await)
        .await
        .data();
    bob.me().await.data();
    let refused = refresh_for(&bob, &bob.refresh_token, Some(&engines)).await;
    assert_eq!(refused.code(), "ORGANIZATION_NOT_FOUND");
    let refused = bob.switch_organization(Some(&engines)).await;
    assert_eq!(refused.code(), "ORGANIZATION_NOT_FOUND");
    let answer = refresh_for(&bob, &bob.refresh_token, None).await;
    assert_eq!(active_organization(&answer, "refresh").as_deref(), None);
    app.anonymous()
        .bearer(answer.text("/refresh/token/accessToken"))
        .me()
        .await
        .data();
    // The same holds for a deleted organization.
    let answer = refresh_for(&bob, &next(&answer), Some(&looms)).await;
    bob.delete_organization(&looms).await.data();
    let answer = refresh_for(&bob, &next(&answer), None).await;
    assert_eq!(active_organization(&answer, "refresh").as_deref(), None);
    app.anonymous()
        .bearer(answer.text("/refresh/token/accessToken"))
        .me()
        .await
        .data();
}

#[tokio::test]
async fn a_new_role_and_a_new_slug_are_in_the_token_from_the_next_refresh_on() {
    let app = TestApp::start().await;
    let (ada, bob, [engines, _]) = members_of_two_organizations(&app).await;
    let bob = bob.switched_to(&engines).await;
    let membership = bob.membership_in(&engines).await;
    ada.update_member_role(&membership, "MEMBER").await.data();
    ada.update_organization(&engines, json!({ "slug": "mills" }))
        .await
        .data();
    let answer = refresh_for(&bob, &bob.refresh_token, None).await;
    assert_eq!(
        active_organization(&answer, "refresh").as_deref(),
        Some("mills MEMBER")
    );
    ada.update_member_role(&membership, "OWNER").await.data();
    // A replay, and a switch to the same organization, also have the current role.
    let answer = refresh_for(&bob, &bob.refresh_token, None).await;
    assert_eq!(
        active_organization(&answer, "refresh").as_deref(),
        Some("mills OWNER")
    );
    let switched = bob.switch_organization(Some(&engines)).await;
    assert_eq!(
        active_organization(&switched, "switchOrganization").as_deref(),
        Some("mills OWNER")
    );
}

#[tokio::test]
async fn nobody_acts_for_an_organization_before_their_address_is_verified() {
    let app = TestApp::start().await;
    let registered = "mutation($input: RegisterInput!) { register(input: $input) {
        user { memberships { organization { id } } } } }";
    let input = json!({ "email": "ada@example.com", "username": "ada", "password": PASSWORD });
    let answer = app
        .anonymous()
        .call(registered, json!({ "input": input }))
        .await;
    let own = answer.text("/register/user/memberships/0/organization/id");
    let ada = app.anonymous().log_in(&Person::named("ada")).await;
    for refused in [
        log_in_for(&app.anonymous(), "ada", json!(own)).await,
        refresh_for(&ada, &ada.refresh_token, Some(own)).await,
    ] {
        assert_eq!(refused.code(), "AUTH_EMAIL_NOT_VERIFIED");
    }
    let token = app.mailed_token("ada@example.com");
    ada.verify(&token).await.data();
    let listed = ada.ask("{ sessions { totalCount } }").await;
    assert_eq!(listed.at("/sessions/totalCount"), 1);
    let answer = refresh_for(&ada, &ada.refresh_token, Some(own)).await;
    assert_eq!(
        active_organization(&answer, "refresh").as_deref(),
        Some("adas-organization OWNER")
    );
    assert_eq!(claims(answer.text("/refresh/token/accessToken"))["gen"], 2);
}

/// A token of the newest generation proves that its refresh token was received, and a switch is no refresh.
#[tokio::test]
async fn a_switch_does_not_prove_that_a_lost_response_was_received() {
    let app = TestApp::start().await;
    let (_, bob, [engines, _]) = members_of_two_organizations(&app).await;
    let lost = refresh_for(&bob, &bob.refresh_token, None).await;
    let switched = bob.switch_organization(Some(&engines)).await;
    let token = switched.text("/switchOrganization/accessToken");
    app.anonymous().bearer(token).me().await.data();
    app.advance(chrono::TimeDelta::minutes(1));
    let again = refresh_for(&bob, &bob.refresh_token, None).await;
    assert_eq!(next(&again), next(&lost));
}
