//! Access: a real call of every root field in the SDL, for each access level.

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{FieldDefinition, TypeKind, TypeSystemDefinition};

use crate::support::{Client, Person, TestApp};

/// A valid call of each root field, so that only access decides. Add each new field here, or the test below fails.
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
        "completeLogin",
        r#"mutation { completeLogin(input: { challenge: "", totpCode: "" }) { user { id } } }"#,
    ),
    (
        "startReauthentication",
        "mutation { startReauthentication { methods } }",
    ),
    (
        "reauthenticate",
        r#"mutation { reauthenticate(input: { password: "" }) { freshUntil } }"#,
    ),
    ("signInMethods", "{ signInMethods { password } }"),
    ("startTotpSetup", "mutation { startTotpSetup { secret } }"),
    (
        "confirmTotpSetup",
        r#"mutation { confirmTotpSetup(input: { code: "" }) { recoveryCodes } }"#,
    ),
    ("removeTotp", "mutation { removeTotp { removed } }"),
    (
        "renewRecoveryCodes",
        "mutation { renewRecoveryCodes { recoveryCodes } }",
    ),
    (
        "startPasskeyRegistration",
        "mutation { startPasskeyRegistration { ceremony { token } } }",
    ),
    (
        "completePasskeyRegistration",
        r#"mutation { completePasskeyRegistration(input: { ceremony: "", credential: { id: "AA", rawId: "AA", type: "public-key", response: { clientDataJSON: "AA", attestationObject: "AA" } } }) { passkey { id } } }"#,
    ),
    (
        "startPasskeyLogin",
        "mutation { startPasskeyLogin { ceremony { token } } }",
    ),
    (
        "completePasskeyLogin",
        r#"mutation { completePasskeyLogin(input: { ceremony: "", credential: { id: "AA", rawId: "AA", type: "public-key", response: { clientDataJSON: "AA", authenticatorData: "AA", signature: "AA" } } }) { user { id } } }"#,
    ),
    (
        "renamePasskey",
        r#"mutation { renamePasskey(input: { passkeyId: "", name: "key" }) { passkey { id } } }"#,
    ),
    (
        "removePasskey",
        r#"mutation { removePasskey(input: { passkeyId: "" }) { removedPasskeyId } }"#,
    ),
    (
        "setPassword",
        r#"mutation { setPassword(input: { password: "" }) { user { id } } }"#,
    ),
    ("removePassword", "mutation { removePassword { removed } }"),
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
async fn every_root_field_refuses_the_callers_that_its_directive_excludes() {
    // So long that the test can wait for it to end.
    let app = TestApp::start_with(&["--access-token-ttl", "1day"]).await;
    let anonymous = app.anonymous();
    let stale = app.verified("stale").await;
    app.advance(chrono::TimeDelta::minutes(6));
    let mut walked = 0;
    for field in root_fields() {
        let name = field.name.node.as_str();
        let directive = field
            .directives
            .iter()
            .find(|directive| directive.node.name.node == "access");
        let level = directive
            .unwrap_or_else(|| panic!("{name} has no @access"))
            .node
            .get_argument("level");
        let call = CALLS.iter().find(|(field, _)| *field == name);
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
        let fresh = app.verified(&format!("fresh{walked}")).await;
        let as_fresh = outcome(&fresh).await;
        let refusals = [
            "AUTH_UNAUTHENTICATED",
            "AUTH_EMAIL_NOT_VERIFIED",
            "AUTH_REAUTHENTICATION_REQUIRED",
        ];
        assert!(!refusals.contains(&as_fresh.as_str()), "{name}: {as_fresh}");
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
            "FRESH" => {
                assert_eq!(as_anonymous, "AUTH_UNAUTHENTICATED", "{name}");
                assert_eq!(as_unverified, "AUTH_EMAIL_NOT_VERIFIED", "{name}");
                let as_stale = outcome(&stale).await;
                assert_eq!(as_stale, "AUTH_REAUTHENTICATION_REQUIRED", "{name}");
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

/// The fields that need a fresh session: a stolen access token alone can call none of them.
const FRESH: [&str; 9] = [
    "completePasskeyRegistration",
    "confirmTotpSetup",
    "removePasskey",
    "removePassword",
    "removeTotp",
    "renewRecoveryCodes",
    "setPassword",
    "startPasskeyRegistration",
    "startTotpSetup",
];

/// The mutations that a session may call that is not fresh. None of them changes how a user signs in, except those that ask for
/// the password instead.
const NOT_FRESH: [&str; 20] = [
    "acceptInvitation",
    "changePassword",
    "createOrganization",
    "declineInvitation",
    "deleteAccount",
    "deleteOrganization",
    "inviteMember",
    "logout",
    "reauthenticate",
    "removeMember",
    "renamePasskey",
    "requestEmailChange",
    "revokeInvitation",
    "revokeOtherSessions",
    "revokeSession",
    "startReauthentication",
    "switchOrganization",
    "updateMemberRole",
    "updateOrganization",
    "updateProfile",
];

/// Returns the names of the mutations with one of these levels.
fn mutations_of(levels: &[&str]) -> Vec<String> {
    let fields = root_fields().into_iter().filter(|field| {
        let mut directives = field.directives.iter();
        let level = directives.find_map(|directive| directive.node.get_argument("level"));
        levels.contains(&level.unwrap().node.to_string().as_str())
    });
    let mut names: Vec<_> = fields.map(|field| field.name.node.to_string()).collect();
    names.retain(|name| {
        let (_, call) = CALLS.iter().find(|(field, _)| field == name).unwrap();
        call.starts_with("mutation")
    });
    names.sort();
    names
}

#[test]
fn every_field_that_changes_how_a_user_signs_in_needs_a_fresh_session_or_the_password() {
    assert_eq!(mutations_of(&["FRESH"]), FRESH);
    assert_eq!(mutations_of(&["AUTHENTICATED", "VERIFIED"]), NOT_FRESH);
}

#[tokio::test]
async fn a_stolen_access_token_alone_changes_nothing_about_how_its_owner_signs_in() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    app.advance(chrono::TimeDelta::minutes(6));
    let without_password = [
        r#"mutation { changePassword(input: { newPassword: "another fine horse battery 7" }) { revokedSessions } }"#,
        r#"mutation { requestEmailChange(input: { newEmail: "eve@example.com" }) { accepted } }"#,
        "mutation { deleteAccount(input: {}) { deletedUserId } }",
    ];
    let calls = FRESH.map(|name| CALLS.iter().find(|(field, _)| *field == name).unwrap().1);
    for call in calls.iter().chain(&without_password) {
        let refused = ada.client.ask(call).await;
        assert_eq!(refused.code(), "AUTH_REAUTHENTICATION_REQUIRED", "{call}");
    }
}

#[tokio::test]
async fn aliases_fragments_and_directives_do_not_bypass_the_guard() {
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
        // The bearer token is valid here, so nothing reports it as invalid.
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
    // A caller without permission is not asked to authenticate again.
    let eve = app.unverified("eve").await;
    let refused = eve.me().await;
    assert_eq!(refused.code(), "AUTH_EMAIL_NOT_VERIFIED");
    assert_eq!(refused.header("www-authenticate"), None);
}

#[tokio::test]
async fn the_schema_describes_refusals_correctly() {
    let app = TestApp::start().await;
    let eve = app.unverified("eve").await;
    let schema = include_str!("../../../schema.graphql");
    let is_described = |level: &str, code: &str| {
        let (_, after) = schema
            .split_once(&format!("\n  {level} @refusedWith(codes: ["))
            .unwrap();
        let (codes, _) = after.split_once(']').unwrap();
        codes.split(", ").any(|listed| listed == code)
    };
    let anonymous = app.anonymous().me().await;
    let unverified = eve.me().await;
    let no_session = app
        .anonymous()
        .ask("mutation { logout { revokedSessions } }")
        .await;
    assert!(
        is_described("VERIFIED", anonymous.code()) && is_described("VERIFIED", unverified.code())
    );
    assert!(is_described("AUTHENTICATED", no_session.code()));
    assert!(!is_described("AUTHENTICATED", unverified.code()));
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
