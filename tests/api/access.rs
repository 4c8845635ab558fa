//! Who may call what: every root field, walked from the SDL, with a real call for each level.

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{FieldDefinition, TypeKind, TypeSystemDefinition};
use aws_lc_rs::hmac;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::support::{Client, Person, SECRET, TestApp, noon};

/// A call of each root field that is well formed, so that access alone decides. A new field must be
/// added here, or the walk below fails.
const CALLS: &[(&str, &str)] = &[
    ("me", "{ me { id } }"),
    ("viewer", "{ viewer { user { id } } }"),
    ("node", r#"{ node(id: "") { id } }"#),
    ("signInOptions", "{ signInOptions { registration } }"),
    (
        "invitation",
        r#"{ invitation(token: "") { organizationName } }"#,
    ),
    ("sessions", "{ sessions { totalCount } }"),
    (
        "register",
        r#"mutation { register(input: { email: "", username: "", password: "" }) { user { id } } }"#,
    ),
    (
        "verifyEmail",
        r#"mutation { verifyEmail(input: { token: "" }) { user { id } } }"#,
    ),
    (
        "resendVerificationEmail",
        r#"mutation { resendVerificationEmail(input: { email: "" }) { accepted } }"#,
    ),
    (
        "login",
        r#"mutation { login(input: { identifier: "", password: "" }) { user { id } } }"#,
    ),
    (
        "refresh",
        r#"mutation { refresh(input: { refreshToken: "" }) { session { id } } }"#,
    ),
    (
        "logout",
        r#"mutation { logout(input: { sessionId: "" }) { revokedSessions } }"#,
    ),
    (
        "revokeSession",
        r#"mutation { revokeSession(input: { sessionId: "" }) { session { id } } }"#,
    ),
    (
        "revokeOtherSessions",
        "mutation { revokeOtherSessions { revokedSessions } }",
    ),
    (
        "updateProfile",
        "mutation { updateProfile(input: {}) { user { id } } }",
    ),
    ("securityEvents", "{ securityEvents { nodes { id } } }"),
    ("passwordPolicy", "{ passwordPolicy { minLength } }"),
    (
        "checkPassword",
        r#"{ checkPassword(input: { password: "" }) { acceptable } }"#,
    ),
    (
        "registration",
        r#"{ registration(token: "") { username } }"#,
    ),
    (
        "cancelRegistration",
        r#"mutation { cancelRegistration(input: { token: "" }) { deletedUserId } }"#,
    ),
    (
        "requestPasswordReset",
        r#"mutation { requestPasswordReset(input: { email: "" }) { accepted } }"#,
    ),
    (
        "resetPassword",
        r#"mutation { resetPassword(input: { token: "", newPassword: "" }) { user { id } } }"#,
    ),
    (
        "requestEmailChange",
        r#"mutation { requestEmailChange(input: { newEmail: "", password: "" }) { accepted } }"#,
    ),
    (
        "confirmEmailChange",
        r#"mutation { confirmEmailChange(input: { token: "" }) { user { id } } }"#,
    ),
    (
        "deleteAccount",
        r#"mutation { deleteAccount(input: { password: "" }) { deletedUserId } }"#,
    ),
    (
        "secureAccount",
        r#"mutation { secureAccount(input: { token: "" }) { revokedSessions } }"#,
    ),
    (
        "changePassword",
        r#"mutation { changePassword(input: { currentPassword: "", newPassword: "" }) { revokedSessions } }"#,
    ),
    (
        "switchOrganization",
        "mutation { switchOrganization(input: {}) { accessToken } }",
    ),
    ("organization", r#"{ organization(id: "") { id } }"#),
    ("invitations", "{ invitations { id } }"),
    (
        "createOrganization",
        r#"mutation { createOrganization(input: { name: "" }) { organization { id } } }"#,
    ),
    (
        "updateOrganization",
        r#"mutation { updateOrganization(input: { organizationId: "" }) { organization { id } } }"#,
    ),
    (
        "deleteOrganization",
        r#"mutation { deleteOrganization(input: { organizationId: "" }) { deletedOrganizationId } }"#,
    ),
    (
        "inviteMember",
        r#"mutation { inviteMember(input: { organizationId: "", email: "" }) { invitation { id } } }"#,
    ),
    (
        "revokeInvitation",
        r#"mutation { revokeInvitation(input: { invitationId: "" }) { revokedInvitationId } }"#,
    ),
    (
        "acceptInvitation",
        r#"mutation { acceptInvitation(input: { token: "" }) { membership { id } } }"#,
    ),
    (
        "declineInvitation",
        r#"mutation { declineInvitation(input: { token: "" }) { declinedInvitationId } }"#,
    ),
    (
        "updateMemberRole",
        r#"mutation { updateMemberRole(input: { membershipId: "", role: ADMIN }) { membership { id } } }"#,
    ),
    (
        "removeMember",
        r#"mutation { removeMember(input: { membershipId: "" }) { removedMembershipId } }"#,
    ),
    (
        "_entities",
        "{ _entities(representations: []) { __typename } }",
    ),
    ("_service", "{ _service { sdl } }"),
];

fn root_fields() -> Vec<FieldDefinition> {
    let document = parse_schema(latchkey::graphql::sdl()).unwrap();
    let mut fields = Vec::new();
    for definition in document.definitions {
        let TypeSystemDefinition::Type(ty) = definition else {
            continue;
        };
        let is_root = ["Query", "Mutation", "Subscription"].contains(&ty.node.name.node.as_str());
        if let (true, TypeKind::Object(object)) = (is_root, ty.node.kind) {
            fields.extend(object.fields.into_iter().map(|field| field.node));
        }
    }
    fields
}

#[tokio::test]
async fn every_root_field_keeps_out_whom_its_directive_keeps_out() {
    let app = TestApp::start().await;
    let anonymous = app.anonymous();
    let mut walked = 0;
    for field in root_fields() {
        let name = field.name.node.as_str();
        let directive = field
            .directives
            .iter()
            .find(|it| it.node.name.node == "access");
        let level = directive
            .unwrap_or_else(|| panic!("{name} has no @access"))
            .node
            .get_argument("level");
        let call = CALLS.iter().find(|(known, _)| *known == name);
        let (_, call) = call.unwrap_or_else(|| panic!("add a call of {name} to CALLS"));
        let unverified = app.unverified(&format!("user{walked}")).await;
        let outcome = async |client: &Client| {
            let answer = client.ask(call).await;
            assert_eq!(answer.status, 200, "{:#}", answer.body);
            let code = answer.body.pointer("/errors/0/extensions/code").cloned();
            code.map_or(String::new(), |code| code.as_str().unwrap().to_owned())
        };
        let as_anonymous = outcome(&anonymous).await;
        let as_unverified = outcome(&unverified).await;
        let refusals = ["AUTH_UNAUTHENTICATED", "AUTH_EMAIL_NOT_VERIFIED"];
        match level.unwrap().node.to_string().as_str() {
            "PUBLIC" => {
                assert!(
                    !refusals.contains(&as_anonymous.as_str()),
                    "{name}: {as_anonymous}"
                );
                assert!(
                    !refusals.contains(&as_unverified.as_str()),
                    "{name}: {as_unverified}"
                );
            }
            "AUTHENTICATED" => {
                assert_eq!(as_anonymous, "AUTH_UNAUTHENTICATED", "{name}");
                assert!(
                    !refusals.contains(&as_unverified.as_str()),
                    "{name}: {as_unverified}"
                );
            }
            "VERIFIED" => {
                assert_eq!(as_anonymous, "AUTH_UNAUTHENTICATED", "{name}");
                assert_eq!(as_unverified, "AUTH_EMAIL_NOT_VERIFIED", "{name}");
            }
            other => panic!("{name} has the unknown level {other}"),
        }
        walked += 1;
    }
    assert_eq!(
        walked,
        CALLS.len(),
        "every call in CALLS is of a field that exists"
    );
}

#[tokio::test]
async fn aliases_fragments_and_company_do_not_get_around_the_guard() {
    let app = TestApp::start().await;
    for query in [
        "{ other: me { id } }",
        "{ ...F } fragment F on Query { me { id } }",
        "{ ... { ... on Query { me { id } } } }",
        "{ __typename me { id } }",
        "{ me @include(if: true) { id } }",
    ] {
        assert_eq!(
            app.anonymous().ask(query).await.code(),
            "AUTH_UNAUTHENTICATED",
            "{query}"
        );
    }
}

fn sign(header: &Value, claims: &Value, key: &[u8]) -> String {
    let encode = |part: &Value| BASE64_URL_SAFE_NO_PAD.encode(part.to_string());
    let message = format!("{}.{}", encode(header), encode(claims));
    let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message.as_bytes());
    format!("{message}.{}", BASE64_URL_SAFE_NO_PAD.encode(mac))
}

fn claims_of(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[tokio::test]
async fn forged_and_malformed_tokens_are_refused() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let header = json!({ "typ": "at+jwt", "alg": "HS256" });
    let claims = claims_of(&ada.access_token);
    let key = SECRET.as_bytes();
    let with = |changes: Value| {
        let mut claims = claims.clone();
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        sign(&header, &claims, key)
    };
    let without = |name: &str| {
        let mut claims = claims.clone();
        claims.as_object_mut().unwrap().remove(name);
        sign(&header, &claims, key)
    };
    // The forger's own hand is right: only what is changed below is wrong.
    app.anonymous().bearer(&with(json!({}))).me().await.data();
    let none = sign(&json!({ "typ": "at+jwt", "alg": "none" }), &claims, key);
    let unsigned = format!("{}.", none.rsplit_once('.').unwrap().0);
    let mut altered = ada.access_token.clone();
    altered.replace_range(40..41, if &altered[40..41] == "A" { "B" } else { "A" });
    let nobody = "01900000-0000-7000-8000-000000000000";
    let tokens = [
        "garbage".to_owned(),
        "a.b.c".to_owned(),
        "..".to_owned(),
        ada.refresh_token.clone(),
        ada.access_token[..ada.access_token.len() - 2].to_owned(),
        altered,
        none,
        unsigned,
        sign(&header, &claims, b"another-secret-of-at-least-32-bytes!"),
        sign(&header, &claims, b""),
        sign(&json!({ "typ": "JWT", "alg": "HS256" }), &claims, key),
        sign(&json!({ "alg": "HS256" }), &claims, key),
        sign(&json!({ "typ": "at+jwt", "alg": "HS512" }), &claims, key),
        sign(&json!({ "typ": "at+jwt", "alg": "RS256" }), &claims, key),
        sign(
            &json!({ "typ": "at+jwt", "alg": "HS256", "kid": "../secret" }),
            &claims,
            key,
        ),
        sign(
            &json!({ "typ": "at+jwt", "alg": "HS256", "crit": ["b64"] }),
            &claims,
            key,
        ),
        with(json!({ "iat": claims["iat"].as_i64().unwrap() + 3600 })),
        with(json!({ "nbf": claims["iat"].as_i64().unwrap() + 3600 })),
        with(json!({ "aud": "somebody-else" })),
        with(json!({ "iss": "http://somebody.else" })),
        with(json!({ "exp": "9999999999" })),
        with(json!({ "exp": null })),
        with(json!({ "sid": "nonsense" })),
        with(json!({ "sid": nobody })),
        with(json!({ "gen": "1" })),
        without("exp"),
        without("aud"),
        without("iss"),
        without("sid"),
    ];
    for token in tokens {
        let answer = app.anonymous().bearer(&token).me().await;
        assert_eq!(answer.code(), "AUTH_UNAUTHENTICATED", "{token}");
        assert_eq!(
            answer.header("www-authenticate"),
            Some(r#"Bearer error="invalid_token""#)
        );
    }
}

#[tokio::test]
async fn a_token_of_somebody_elses_session_is_not_ones_own() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let eve = app.verified("eve").await;
    let mut claims = claims_of(&eve.access_token);
    claims["sid"] = claims_of(&ada.access_token)["sid"].clone();
    let header = json!({ "typ": "at+jwt", "alg": "HS256" });
    let mixed = sign(&header, &claims, SECRET.as_bytes());
    let answer = app.anonymous().bearer(&mixed).me().await;
    assert_eq!(answer.code(), "AUTH_UNAUTHENTICATED");
}

#[tokio::test]
async fn a_genuine_token_past_its_time_says_so() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    app.advance(chrono::TimeDelta::seconds(1799));
    ada.me().await.data();
    app.advance(chrono::TimeDelta::seconds(1));
    let answer = ada.me().await;
    assert_eq!(answer.code(), "AUTH_TOKEN_EXPIRED");
    assert_eq!(
        answer.header("www-authenticate"),
        Some(r#"Bearer error="invalid_token""#)
    );
    assert!(app.clock.now() > noon());
}

#[tokio::test]
async fn without_a_token_the_challenge_names_the_scheme_alone() {
    let app = TestApp::start().await;
    let basic = app
        .anonymous()
        .header("authorization", "Basic YWRhOnNlY3JldA==");
    for client in [app.anonymous(), basic] {
        let answer = client.me().await;
        assert_eq!(answer.code(), "AUTH_UNAUTHENTICATED");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    }
}

#[tokio::test]
async fn a_wrong_password_or_refresh_token_is_an_authentication_error_too() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let login = r#"mutation { login(input: { identifier: "ada", password: "a wrong one" }) { user { id } } }"#;
    let refresh =
        r#"mutation { refresh(input: { refreshToken: "lkr_guessed" }) { token { expiresIn } } }"#;
    let change = r#"mutation { changePassword(input: {
        currentPassword: "a wrong one", newPassword: "another fine horse battery 7" }) { revokedSessions } }"#;
    for (client, query, code) in [
        (&app.anonymous(), login, "AUTH_INVALID_CREDENTIALS"),
        (&app.anonymous(), refresh, "AUTH_REFRESH_TOKEN_INVALID"),
        // Here the bearer token is good: nothing says that it is not.
        (&ada.client, login, "AUTH_INVALID_CREDENTIALS"),
        (&ada.client, change, "AUTH_INVALID_CREDENTIALS"),
    ] {
        let refused = client.ask(query).await;
        assert_eq!(refused.code(), code);
        assert_eq!(
            refused.header("www-authenticate"),
            Some("Bearer"),
            "{query}"
        );
    }
    // Who may not is not asked who they are.
    let eve = app.unverified("eve").await;
    let refused = eve.me().await;
    assert_eq!(refused.code(), "AUTH_EMAIL_NOT_VERIFIED");
    assert_eq!(refused.header("www-authenticate"), None);
}

#[tokio::test]
async fn what_the_schema_says_of_refusals_is_so() {
    let app = TestApp::start().await;
    let eve = app.unverified("eve").await;
    let schema = include_str!("../../schema.graphql");
    let told = |level: &str, code: &str| {
        let (_, after) = schema
            .split_once(&format!("\n  {level} @refusedWith(codes: ["))
            .unwrap();
        let (codes, _) = after.split_once(']').unwrap();
        codes.split(", ").any(|it| it == code)
    };
    let anonymous = app.anonymous().me().await;
    let unverified = eve.me().await;
    let no_session = app
        .anonymous()
        .ask("mutation { logout { revokedSessions } }")
        .await;
    assert!(told("VERIFIED", anonymous.code()) && told("VERIFIED", unverified.code()));
    assert!(told("AUTHENTICATED", no_session.code()));
    assert!(!told("AUTHENTICATED", unverified.code()));
}

#[tokio::test]
async fn a_bad_token_never_breaks_a_public_field() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    app.advance(chrono::TimeDelta::hours(1));
    let garbage = app.anonymous().bearer("garbage");
    for client in [garbage, ada.client.clone()] {
        client.ask("{ __typename }").await.data();
        client.try_log_in("ada", &ada.person.password).await.data();
        client.register(&Person::named("eve")).await;
    }
    app.anonymous()
        .try_log_in("eve", &ada.person.password)
        .await
        .data();
}
