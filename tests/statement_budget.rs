//! The number of SQL statements of each operation, as docs/performance.md publishes it.
//!
//! Statements are counted where they are executed, by the drivers' own log. That log is of the whole
//! process, so this test has one to itself.

#![expect(clippy::unwrap_used, reason = "that is how a test fails")]

mod support;

use std::fmt::Debug;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use support::authenticator::Authenticator;
use support::passkeys::PAGE;
use support::{SignedIn, TestApp, TestDatabase, sql};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry};

static STATEMENTS: AtomicUsize = AtomicUsize::new(0);

/// Counts the statements that the drivers log.
struct Counter;

impl Layer<Registry> for Counter {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, Registry>) {
        if event.metadata().target() == "sqlx::query" {
            event.record(&mut Tally);
        }
    }
}

/// The number of finished purges: each node purges at its start, and this statement is the last one.
static PURGES: AtomicUsize = AtomicUsize::new(0);

/// Looks at a statement's first words. The settings of a new connection (PRAGMA) belong to no
/// operation, and the begin and the end of a transaction, which one driver logs, are not counted.
struct Tally;

impl Visit for Tally {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let words = format!("{value:?}");
        let frames = ["PRAGMA", "BEGIN", "COMMIT", "ROLLBACK"];
        if field.name() != "summary" || frames.iter().any(|word| words.contains(word)) {
            return;
        }
        if words.contains("WITH account") {
            return; // This event is written after the answer, even if there is no such account.
        }
        STATEMENTS.fetch_add(1, Ordering::SeqCst);
        if words.contains("SELECT ended_epochs.user_id") {
            PURGES.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// Waits until this many nodes have finished their first purge.
async fn after_sweeps(nodes: usize) {
    while PURGES.load(Ordering::SeqCst) < nodes {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

/// Returns the number of statements that a successful call executes.
async fn cost(caller: &support::Client, query: &str, variables: serde_json::Value) -> usize {
    let before = STATEMENTS.load(Ordering::SeqCst);
    caller.call(query, variables).await.data();
    STATEMENTS.load(Ordering::SeqCst) - before
}

const LOGIN: &str = "mutation($input: LoginInput!) { login(input: $input) {
    token { accessToken } session { id } user { id username } } }";
const REFRESH: &str = "mutation($token: String!) { refresh(input: { refreshToken: $token }) {
    token { accessToken } session { id } } }";
const NESTED: &str =
    "{ me { memberships { organization { members { nodes { user { username } } } } } } }";

/// A query with each nested field at least once, in branches that share no loader: if they did, the number of
/// statements would depend on the time that the database takes for each.
const MEMBERS: &str = "{ me { memberships { role organization { name
    members { totalCount nodes { role joinedAt user { username
        memberships { role organization { slug } } } } } } } } }";
const INVITED: &str = "{ me { memberships { organization {
    invitations { email role organization { slug } invitedBy { username } } } } } }";
const INVITATIONS: &str =
    "{ invitations { role organization { name slug } invitedBy { username } } }";
const ENTITIES: &str = "query($representations: [_Any!]!) {
    _entities(representations: $representations) {
        ... on User { username memberships { role } }
        ... on Organization { name members(first: 2) { nodes { role } } } } }";

#[tokio::test]
async fn every_operation_stays_within_its_budget() {
    tracing_subscriber::registry()
        .with(Counter.with_filter(LevelFilter::DEBUG))
        .init();
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &[]).await;
    after_sweeps(1).await;
    let ada = signed_in(&app, &database, "ada").await;
    let none = || json!({});

    assert_eq!(
        cost(&ada, "{ me { id email username } }", none()).await,
        1,
        "me"
    );
    let login = json!({ "input": { "identifier": "ada", "password": ada.person.password } });
    // PostgreSQL creates the session, records it and refunds the charge in one statement.
    let noted = beside_the_login();
    assert_eq!(
        cost(&app.anonymous(), LOGIN, login).await,
        3 + noted,
        "login"
    );
    assert_eq!(
        cost(&ada, "{ sessions { nodes { id } } }", none()).await,
        2,
        "sessions"
    );
    let events = "{ securityEvents { totalCount nodes { id kind } } }";
    assert_eq!(
        cost(&ada, events, none()).await,
        3,
        "securityEvents with totalCount"
    );
    let total = "{ sessions { totalCount nodes { id } } }";
    assert_eq!(
        cost(&ada, total, none()).await,
        3,
        "sessions with totalCount"
    );

    flood_costs(&database).await;
    let ada = refresh_costs(&app, ada).await;

    let upgraded = TestApp::start_on(&database, &["--hash-iterations", "2"]).await;
    after_sweeps(3).await;
    let login = json!({ "input": { "identifier": "ada", "password": ada.person.password } });
    assert_eq!(
        cost(&upgraded.anonymous(), LOGIN, login).await,
        4 + noted,
        "login that upgrades the hash"
    );

    ending_costs(&app, &ada).await;

    let ada = app.anonymous().log_in(&ada.person).await;
    mail_costs(&app, &ada).await;
    let ada = support::Person {
        password: "seven purple elephants juggle".to_owned(),
        ..ada.person
    };
    let ada = app.anonymous().log_in(&ada).await;
    second_factor_costs(&app, &database).await;
    passkey_costs(&app, &database).await;
    organization_costs(&app, &ada).await;
    newcomer_costs(&app, &ada).await;
    for (organizations, members) in [(5, 2), (50, 20)] {
        fill(&database, organizations, members).await;
        for (query, statements) in [(NESTED, 5), (MEMBERS, 7), (INVITED, 5), (INVITATIONS, 4)] {
            assert_eq!(
                cost(&ada, query, none()).await,
                statements,
                "{organizations} organizations of {members} members: {query}"
            );
        }
        let entities = json!({ "representations": representations(organizations, members) });
        assert_eq!(
            cost(&ada, ENTITIES, entities).await,
            5,
            "{organizations} organizations and their members as entities"
        );
    }
    let answer = ada.ask(INVITED).await;
    let organization = answer.at("/me/memberships/49/organization");
    assert_eq!(organization["invitations"].as_array().unwrap().len(), 20);
    let answer = ada.ask(INVITATIONS).await;
    assert_eq!(answer.at("/invitations").as_array().unwrap().len(), 50);
    let answer = ada.ask(NESTED).await;
    let members = answer
        .at("/me/memberships/49/organization/members/nodes")
        .as_array()
        .unwrap();
    assert_eq!(members.len(), 20, "the whole of it was read");
}

/// The statements of a login that PostgreSQL runs as part of another.
fn beside_the_login() -> usize {
    if support::engine().starts_with("postgres") {
        0
    } else {
        2
    }
}

/// The statements for ending sessions, and for changing a profile before the last one ends.
async fn ending_costs(app: &TestApp, ada: &SignedIn) {
    let none = || json!({});
    let phone = app.anonymous().log_in(&ada.person).await;
    let revoke =
        "mutation($id: ID!) { revokeSession(input: { sessionId: $id }) { session { id } } }";
    assert_eq!(
        cost(ada, revoke, json!({ "id": phone.session_id })).await,
        4,
        "revokeSession"
    );
    let others = "mutation { revokeOtherSessions { revokedSessions } }";
    app.anonymous().log_in(&ada.person).await;
    assert_eq!(cost(ada, others, none()).await, 5, "revokeOtherSessions");
    let profile =
        r#"mutation { updateProfile(input: { displayName: "Ada" }) { user { displayName } } }"#;
    assert_eq!(cost(ada, profile, none()).await, 2, "updateProfile");
    assert_eq!(
        cost(ada, "mutation { logout { revokedSessions } }", none()).await,
        4,
        "logout"
    );
}

/// A limit that a node remembers costs no statement, for known and unknown devices.
async fn flood_costs(database: &TestDatabase) {
    let limited = TestApp::start_on(database, &["--limit-login-network", "1/1h"]).await;
    after_sweeps(2).await;
    let guess = async |client: &support::Client| {
        let before = STATEMENTS.load(Ordering::SeqCst);
        // There is no account of this name, so no event is recorded a moment later.
        let answer = client.try_log_in("no name", "a wrong guess").await;
        (
            answer.code().to_owned(),
            STATEMENTS.load(Ordering::SeqCst) - before,
        )
    };
    let anybody = limited.anonymous();
    for _ in 0..2 {
        guess(&anybody).await;
    }
    let full = ("RATE_LIMITED".to_owned(), 0);
    assert_eq!(guess(&anybody).await, full);
    assert_eq!(guess(&anybody.header("x-device-id", "any")).await, full);
}

/// The statements for staying signed in.
async fn refresh_costs(app: &TestApp, ada: SignedIn) -> SignedIn {
    let none = || json!({});
    let token = json!({ "token": ada.refresh_token });
    assert_eq!(
        cost(&app.anonymous(), REFRESH, token.clone()).await,
        1,
        "refresh"
    );
    assert_eq!(
        cost(&app.anonymous(), REFRESH, token).await,
        2,
        "a replayed refresh"
    );
    let ada = ada.refreshed().await;
    assert_eq!(
        cost(&ada, "{ me { id } }", none()).await,
        2,
        "the first me of a generation"
    );
    assert_eq!(cost(&ada, "{ me { id } }", none()).await, 1, "the next me");
    ada
}

/// The statements for operations that send a mail. Known and unknown addresses cost the same.
async fn mail_costs(app: &TestApp, ada: &SignedIn) {
    let anonymous = app.anonymous();
    let noted = beside_the_login();
    let new_device = anonymous.clone().header("x-device-id", "another");
    let password = &ada.person.password;
    let login = json!({ "input": { "identifier": "ada", "password": password } });
    assert_eq!(
        cost(&new_device, LOGIN, login).await,
        7 + noted,
        "login of a new device"
    );
    app.registered("bob").await;
    for (operation, expected) in [("requestPasswordReset", 4), ("resendVerificationEmail", 5)] {
        let query = format!(
            "mutation($email: String!) {{ {operation}(input: {{ email: $email }}) {{ accepted }} }}"
        );
        for email in ["bob@example.com", "nobody@example.com"] {
            let variables = json!({ "email": email });
            assert_eq!(
                cost(&anonymous, &query, variables).await,
                expected,
                "{operation} for {email}"
            );
        }
    }
    let policy = "{ passwordPolicy { minLength } }";
    assert_eq!(
        cost(&anonymous, policy, json!({})).await,
        0,
        "passwordPolicy"
    );
    let check = r#"{ checkPassword(input: { password: "x" }) { score } }"#;
    assert_eq!(cost(&anonymous, check, json!({})).await, 1, "checkPassword");
    let change = "mutation($input: ChangePasswordInput!) {
        changePassword(input: $input) { revokedSessions } }";
    let passwords = json!({ "currentPassword": password, "newPassword": password });
    assert_eq!(
        cost(ada, change, json!({ "input": passwords })).await,
        15,
        "changePassword"
    );
    let change = "mutation($input: RequestEmailChangeInput!) {
        requestEmailChange(input: $input) { accepted } }";
    let input = json!({ "newEmail": "new@example.com", "password": password });
    assert_eq!(
        cost(ada, change, json!({ "input": input })).await,
        11,
        "requestEmailChange"
    );
    link_costs(app, &anonymous).await;
    let register = "mutation($input: RegisterInput!) { register(input: $input) { user { id } } }";
    let eve = json!({ "email": "eve@example.com", "username": "eve", "password": password });
    assert_eq!(
        cost(&anonymous, register, json!({ "input": eve })).await,
        7,
        "register"
    );
    let delete = "mutation($password: String!) {
        deleteAccount(input: { password: $password }) { deletedUserId } }";
    let eve = anonymous
        .log_in(&support::Person {
            password: password.clone(),
            ..support::Person::named("eve")
        })
        .await;
    let locked = usize::from(support::engine().starts_with("postgres"));
    assert_eq!(
        cost(&eve, delete, json!({ "password": password })).await,
        11 + locked,
        "deleteAccount, of one whom nobody imitated"
    );
}

/// The statements for following a mailed link.
async fn link_costs(app: &TestApp, anonymous: &support::Client) {
    let follow = async |operation: &str, template: &str, email: &str| {
        let token = token_in_mail(app, template, email).await;
        let more = match operation {
            "resetPassword" => ", newPassword: \"seven purple elephants juggle\"",
            _ => "",
        };
        let query = format!(
            "mutation($token: String!) {{ {operation}(input: {{ token: $token{more} }}) {{ __typename }} }}"
        );
        cost(anonymous, &query, json!({ "token": token })).await
    };
    let verified = follow("verifyEmail", "verify_email", "bob@example.com").await;
    assert_eq!(verified, 7, "verifyEmail");
    app.registered("carol").await;
    let token = token_in_mail(app, "verify_email", "carol@example.com").await;
    let read = "query($token: String!) { registration(token: $token) { username device } }";
    let read = cost(anonymous, read, json!({ "token": token })).await;
    assert_eq!(read, 2, "registration");
    let cancelled = follow("cancelRegistration", "verify_email", "carol@example.com").await;
    let locked = usize::from(support::engine().starts_with("postgres"));
    assert_eq!(cancelled, 11 + locked, "cancelRegistration");
    let confirmed = follow(
        "confirmEmailChange",
        "confirm_email_change",
        "new@example.com",
    )
    .await;
    assert_eq!(confirmed, 11, "confirmEmailChange");
    let secured = follow("secureAccount", "email_changed", "ada@example.com").await;
    assert_eq!(secured, 18, "secureAccount");
    let reset = follow("resetPassword", "account_secured", "ada@example.com").await;
    assert_eq!(reset, 15, "resetPassword");
}

async fn token_in_mail(app: &TestApp, template: &str, email: &str) -> String {
    let mails = app.mail_to(email).await;
    let mail = mails
        .iter()
        .rfind(|mail| mail.envelope.template == template);
    let (_, token) = mail.unwrap().text.split_once("#token=").unwrap();
    token.split_whitespace().next().unwrap().to_owned()
}

/// Returns the number of statements that a refused call executes.
async fn cost_of_refusal(
    caller: &support::Client,
    query: &str,
    variables: serde_json::Value,
    code: &str,
) -> usize {
    let before = STATEMENTS.load(Ordering::SeqCst);
    let answer = caller.call(query, variables).await;
    assert_eq!(answer.code(), code);
    STATEMENTS.load(Ordering::SeqCst) - before
}

const COMPLETE_LOGIN: &str =
    "mutation($input: CompleteLoginInput!) { completeLogin(input: $input) {
    token { accessToken } session { id } user { id username } } }";

/// The statements for second factors and step-up.
async fn second_factor_costs(app: &TestApp, database: &TestDatabase) {
    let grace = signed_in(app, database, "grace").await;
    let (none, anonymous) = (|| json!({}), app.anonymous());
    let methods = "{ signInMethods { totp recoveryCodesLeft } }";
    assert_eq!(cost(&grace, methods, none()).await, 2, "signInMethods");
    let reauthenticate = "mutation($input: ReauthenticateInput!) {
        reauthenticate(input: $input) { freshUntil } }";
    let input = json!({ "input": { "password": grace.person.password } });
    let proof = cost(&grace, reauthenticate, input).await;
    assert_eq!(proof, 6, "reauthenticate with a password");
    let start = "mutation { startTotpSetup { secret } }";
    assert_eq!(cost(&grace, start, none()).await, 2, "startTotpSetup");
    let phone = grace.start_totp_setup().await;
    let confirm =
        "mutation($code: String!) { confirmTotpSetup(input: { code: $code }) { recoveryCodes } }";
    let code = json!({ "code": phone.code_at(app.now()) });
    let confirmed = cost(&grace, confirm, code).await;
    assert_eq!(confirmed, 17, "confirmTotpSetup");
    let renew = "mutation { renewRecoveryCodes { recoveryCodes } }";
    assert_eq!(cost(&grace, renew, none()).await, 11, "renewRecoveryCodes");

    app.next_code();
    let login = json!({ "input": { "identifier": "grace", "password": grace.person.password } });
    let refused = "AUTH_SECOND_FACTOR_REQUIRED";
    let asked = cost_of_refusal(&anonymous, LOGIN, login, refused).await;
    assert_eq!(asked, 5, "login of an account with a second factor");
    let challenge = anonymous.challenge("grace", &grace.person.password).await;
    let input = json!({ "challenge": challenge, "totpCode": phone.code_at(app.now()) });
    let noted = beside_the_login();
    let completed = cost(&anonymous, COMPLETE_LOGIN, json!({ "input": input })).await;
    assert_eq!(completed, 7 + noted, "completeLogin");
    app.next_code();
    let input = json!({ "input": { "totpCode": phone.code_at(app.now()) } });
    let proof = cost(&grace, reauthenticate, input).await;
    assert_eq!(proof, 8, "reauthenticate with a second factor");
    let stale = app.anonymous().bearer(&grace.access_token);
    app.advance(chrono::TimeDelta::minutes(6));
    let refused = "AUTH_REAUTHENTICATION_REQUIRED";
    let asked = cost_of_refusal(&stale, start, none(), refused).await;
    assert_eq!(asked, 2, "a field that needs a fresh session");
    app.next_code();
    let proof = json!({ "totpCode": phone.code_at(app.now()) });
    grace.reauthenticate(proof).await.data();
    let remove = "mutation { removeTotp { removed } }";
    assert_eq!(cost(&grace, remove, none()).await, 10, "removeTotp");
}

/// The statements for passkeys, and for accounts without a password.
async fn passkey_costs(app: &TestApp, database: &TestDatabase) {
    let hedy = signed_in(app, database, "hedy").await;
    let (none, anonymous) = (|| json!({}), app.anonymous());
    let mut phone = Authenticator::new(PAGE);
    let start = "mutation { startPasskeyRegistration { ceremony { token options } } }";
    let started = cost(&hedy, start, none()).await;
    assert_eq!(started, 4, "startPasskeyRegistration");
    let ceremony = hedy.start_passkey_registration().await;
    let credential = phone.register(&ceremony.options);
    let complete = "mutation($input: CompletePasskeyRegistrationInput!) {
        completePasskeyRegistration(input: $input) { passkey { id } } }";
    let input = json!({ "input": ceremony.answered(&credential) });
    let registered = cost(&hedy, complete, input).await;
    assert_eq!(registered, 11, "completePasskeyRegistration");

    let start = "mutation { startPasskeyLogin { ceremony { token options } } }";
    let started = cost(&anonymous, start, none()).await;
    assert_eq!(started, 2, "startPasskeyLogin");
    let ceremony = anonymous.start_passkey_login().await;
    let credential = phone.sign_in(&ceremony.options);
    let complete = "mutation($input: CompletePasskeyLoginInput!) {
        completePasskeyLogin(input: $input) { token { accessToken } } }";
    let input = json!({ "input": ceremony.answered(&credential) });
    let noted = beside_the_login();
    let completed = cost(&anonymous, complete, input).await;
    assert_eq!(completed, 6 + noted, "completePasskeyLogin");

    let start = "mutation { startReauthentication { methods ceremony { token options } } }";
    let started = cost(&hedy, start, none()).await;
    assert_eq!(started, 5, "startReauthentication with a passkey");
    let ceremony = hedy.start_passkey_proof().await;
    let passkey = ceremony.answered(&phone.sign_in(&ceremony.options));
    let reauthenticate = "mutation($input: ReauthenticateInput!) {
        reauthenticate(input: $input) { freshUntil } }";
    let input = json!({ "input": { "passkey": passkey } });
    let proof = cost(&hedy, reauthenticate, input).await;
    assert_eq!(proof, 8, "reauthenticate with a passkey");

    let list = "{ signInMethods { password passkeys { id name } } }";
    assert_eq!(
        cost(&hedy, list, none()).await,
        3,
        "signInMethods with passkeys"
    );
    let methods = hedy.sign_in_methods().await;
    let id = methods.text("/signInMethods/passkeys/0/id");
    let rename = "mutation($input: RenamePasskeyInput!) { renamePasskey(input: $input) {
        passkey { name } } }";
    let input = json!({ "input": { "passkeyId": id, "name": "phone" } });
    assert_eq!(cost(&hedy, rename, input).await, 2, "renamePasskey");
    let remove = "mutation { removePassword { removed } }";
    assert_eq!(cost(&hedy, remove, none()).await, 10, "removePassword");
    let set = "mutation($password: String!) { setPassword(input: { password: $password }) {
        user { id } } }";
    let input = json!({ "password": hedy.person.password });
    assert_eq!(cost(&hedy, set, input).await, 11, "setPassword");
    let remove = "mutation($input: RemovePasskeyInput!) { removePasskey(input: $input) {
        removedPasskeyId } }";
    let input = json!({ "input": { "passkeyId": id } });
    assert_eq!(cost(&hedy, remove, input).await, 12, "removePasskey");
}

/// The statements for a new user: a corrected address, and a registration by invitation.
async fn newcomer_costs(app: &TestApp, ada: &SignedIn) {
    let locked = usize::from(support::engine().starts_with("postgres"));
    let dora = app.unverified("dora").await;
    let viewer = "{ viewer { user { email } session { id } } }";
    assert_eq!(cost(&dora, viewer, json!({})).await, 1, "viewer");
    let correct = "mutation($input: RequestEmailChangeInput!) {
        requestEmailChange(input: $input) { accepted } }";
    let input = json!({ "newEmail": "right@example.com", "password": dora.person.password });
    assert_eq!(
        cost(&dora, correct, json!({ "input": input })).await,
        15,
        "requestEmailChange of an address that was never verified"
    );
    let id = ada.new_organization("Looms").await;
    let invitation = ada.invited(&id, "guest@example.com", "MEMBER").await;
    let token = token_in_mail(app, "invitation", "guest@example.com").await;
    let node = "query($id: ID!) { node(id: $id) { id } }";
    assert_eq!(cost(ada, node, json!({ "id": id })).await, 3, "node");
    let node = cost(ada, node, json!({ "id": invitation })).await;
    assert_eq!(node, 4, "node, of an invitation of others");
    let read = "query($token: String!) { invitation(token: $token) { organizationName } }";
    let read = cost(&app.anonymous(), read, json!({ "token": token })).await;
    assert_eq!(read, 2, "invitation");
    let register = "mutation($input: RegisterInput!) { register(input: $input) { user { id } } }";
    let input = json!({ "email": "guest@example.com", "username": "guest",
        "password": dora.person.password, "invitationToken": token });
    let register = cost(&app.anonymous(), register, json!({ "input": input })).await;
    assert_eq!(register, 7 + locked, "register by an invitation");
}

/// The statements for running an organization. On PostgreSQL, a change of memberships locks the organization
/// with a statement of its own.
async fn organization_costs(app: &TestApp, ada: &SignedIn) {
    let locked = usize::from(support::engine().starts_with("postgres"));
    let bob = app.anonymous().log_in(&support::Person::named("bob")).await;
    let create =
        r#"mutation { createOrganization(input: { name: "Engines" }) { organization { id } } }"#;
    assert_eq!(cost(ada, create, json!({})).await, 6, "createOrganization");
    let mine = ada
        .ask("{ me { memberships { organization { id name } } } }")
        .await;
    let mine = mine.at("/me/memberships").as_array().unwrap().clone();
    let named = |it: &&serde_json::Value| it["organization"]["name"] == "Engines";
    let id = mine.iter().find(named).unwrap()["organization"]["id"].clone();
    let update = "mutation($id: ID!) { updateOrganization(input: { organizationId: $id, \
        slug: \"engines-2\" }) { organization { slug } } }";
    assert_eq!(
        cost(ada, update, json!({ "id": id })).await,
        5 + locked,
        "updateOrganization"
    );
    let switch =
        "mutation($id: ID!) { switchOrganization(input: { organizationId: $id }) { accessToken } }";
    assert_eq!(
        cost(ada, switch, json!({ "id": id })).await,
        3,
        "switchOrganization"
    );
    let read = "query($id: ID!) { organization(id: $id) { name } }";
    assert_eq!(
        cost(ada, read, json!({ "id": id })).await,
        2,
        "organization"
    );
    let invite = "mutation($id: ID!) { inviteMember(input: { organizationId: $id, \
        email: \"bob@example.com\" }) { invitation { id } } }";
    for answer in ["declineInvitation", "acceptInvitation"] {
        assert_eq!(
            cost(ada, invite, json!({ "id": id })).await,
            11 + locked,
            "inviteMember"
        );
        let waiting = bob.ask("{ invitations { id } }").await;
        let invitation = waiting.at("/invitations/0/id").clone();
        let answering = format!(
            "mutation($id: ID!) {{ {answer}(input: {{ invitationId: $id }}) {{ __typename }} }}"
        );
        let statements = match answer {
            "acceptInvitation" => 7 + locked,
            _ => 6,
        };
        let variables = json!({ "id": invitation });
        assert_eq!(
            cost(&bob, &answering, variables).await,
            statements,
            "{answer}"
        );
    }
    let other = json!({ "id": id });
    let invite_other = invite.replace("bob@", "carol@");
    ada.call(&invite_other, other).await.data();
    let waiting = "query($id: ID!) { organization(id: $id) { invitations { id }
        members { nodes { id user { username } } } } }";
    let answer = ada.call(waiting, json!({ "id": id })).await;
    let invitation = answer.at("/organization/invitations/0/id").clone();
    let revoke =
        "mutation($id: ID!) { revokeInvitation(input: { invitationId: $id }) { __typename } }";
    assert_eq!(
        cost(ada, revoke, json!({ "id": invitation })).await,
        6 + locked,
        "revokeInvitation"
    );
    let member = answer.at("/organization/members/nodes/1/id").clone();
    let promote =
        "mutation($id: ID!) { updateMemberRole(input: { membershipId: $id, role: OWNER }) {
        membership { role } } }";
    assert_eq!(
        cost(ada, promote, json!({ "id": member })).await,
        9 + locked,
        "updateMemberRole, to owner"
    );
    let demote = promote.replace("OWNER", "ADMIN");
    assert_eq!(
        cost(ada, &demote, json!({ "id": member })).await,
        8 + locked,
        "updateMemberRole"
    );
    let remove = "mutation($id: ID!) { removeMember(input: { membershipId: $id }) { __typename } }";
    assert_eq!(
        cost(ada, remove, json!({ "id": member })).await,
        8 + locked,
        "removeMember"
    );
    let delete =
        "mutation($id: ID!) { deleteOrganization(input: { organizationId: $id }) { __typename } }";
    assert_eq!(
        cost(ada, delete, json!({ "id": id })).await,
        8 + locked,
        "deleteOrganization, of one owner"
    );
}

/// The statements for listing the organizations and members that [`fill`] creates, at most 100.
fn representations(organizations: usize, members: usize) -> Vec<serde_json::Value> {
    let of = |ty: &str, kind: &str, number: usize| json!({ "__typename": ty, "id": format!("0190{kind}00-0000-7000-8000-{number:012x}") });
    let users = (1..organizations * members).map(|number| of("User", "bb", number));
    let all = (0..organizations).map(|number| of("Organization", "aa", number));
    all.chain(users).take(100).collect()
}

/// This test has a subscriber of its own, so the mailed link cannot be read from the log.
async fn signed_in(app: &TestApp, database: &TestDatabase, name: &str) -> SignedIn {
    let person = app.registered(name).await;
    sql::execute(
        &database.url,
        "UPDATE users SET email_verified_at = created_at",
    )
    .await;
    app.anonymous().log_in(&person).await
}

/// Makes the first user a member of this many organizations in all, with this many members each.
async fn fill(database: &TestDatabase, organizations: usize, members: usize) {
    let url = &database.url;
    let at = "'2026-06-01T12:00:00+00:00'";
    let id = |kind: &str, number: usize| {
        sql::id(url, &format!("0190{kind}00-0000-7000-8000-{number:012x}"))
    };
    sql::execute(url, "DELETE FROM invitations").await;
    sql::execute(url, "DELETE FROM memberships").await;
    sql::execute(url, "DELETE FROM organizations").await;
    sql::execute(url, "DELETE FROM users WHERE username LIKE 'member%'").await;
    let ada = sql::id(url, &sql::text(url, &id_of_ada(url)).await);
    let mut rows = [Vec::new(), Vec::new(), Vec::new(), Vec::new()];
    for organization in 0..organizations {
        let own = id("aa", organization);
        rows[0].push(format!(
            "({own}, 'o{organization}', 'o{organization}', {at})"
        ));
        for member in 0..members {
            let number = organization * members + member;
            let user = if member == 0 {
                ada.clone()
            } else {
                id("bb", number)
            };
            if member > 0 {
                let name = format!("'member{number}'");
                rows[1].push(format!(
                    "({user}, {name}, {name}, {name}, {name}, '', 1, {at}, {at})"
                ));
            }
            rows[2].push(format!(
                "({}, {user}, {own}, 'ADMIN', {at})",
                id("cc", number)
            ));
            // One invites Ada, and the others strangers. Each is sent by the member of that number.
            let invitee = match member {
                0 => "'ada@example.com'".to_owned(),
                _ => format!("'stranger{number}'"),
            };
            let hash = sql::bytes(url, &format!("{number:064x}"));
            rows[3].push(format!(
                "({}, {own}, {invitee}, {invitee}, 'MEMBER', {user}, {hash}, {at}, \
                 '2126-06-01T12:00:00+00:00')",
                id("dd", number)
            ));
        }
    }
    for (table, rows) in [
        "organizations (id, name, slug, created_at)",
        "users (id, email, email_canonical, username, username_canonical, password_hash, \
         password_version, created_at, updated_at)",
        "memberships (id, user_id, organization_id, role, joined_at)",
        "invitations (id, organization_id, email, email_canonical, role, invited_by, token_hash, \
         created_at, expires_at)",
    ]
    .iter()
    .zip(rows)
    {
        sql::execute(
            url,
            &format!("INSERT INTO {table} VALUES {}", rows.join(", ")),
        )
        .await;
    }
}

fn id_of_ada(url: &str) -> String {
    let text = if url.starts_with("sqlite:") {
        "lower(hex(id))"
    } else {
        "id::text"
    };
    format!("SELECT {text} FROM users WHERE username = 'ada'")
}
