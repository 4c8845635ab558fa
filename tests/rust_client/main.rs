//! A Rust client that cynic generates from `schema.graphql`, against a service: the requests in this file and
//! the schema must agree, or it does not compile.

#![expect(clippy::unwrap_used, reason = "that is how a test fails")]

mod documents;
#[path = "../support/mod.rs"]
mod support;

use chrono::TimeDelta;
use cynic::{GraphQlError, GraphQlResponse, MutationBuilder, Operation, QueryBuilder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::to_value;
use support::{Client, PASSWORD, TestApp};

use self::documents::{
    DateTime, ErrorCode, Extensions, LoginInput, LoginMutation, LoginVariables, LogoutMutation,
    MeQuery, OrganizationRole, RegisterInput, RegisterMutation, RegisterVariables, Session,
    SessionEndReason, SessionPage, SessionStatus, SessionsQuery, SessionsVariables,
    VerifyEmailInput, VerifyEmailMutation, VerifyEmailVariables,
};

mod schema {
    cynic::use_schema!("schema.graphql");
}

type Refusals = Vec<GraphQlError<Extensions>>;

async fn send<T, V>(client: &Client, operation: Operation<T, V>) -> Result<T, Refusals>
where
    T: DeserializeOwned,
    V: Serialize,
{
    let variables = to_value(&operation.variables).unwrap();
    let answer = client.call(&operation.query, variables).await;
    let response: GraphQlResponse<T, Extensions> = serde_json::from_value(answer.body).unwrap();
    match response.errors {
        Some(errors) => Err(errors),
        None => Ok(response.data.unwrap()),
    }
}

/// Returns the extensions of the only error.
fn only_error(refusals: Refusals) -> Extensions {
    let [refusal] = <[_; 1]>::try_from(refusals).unwrap();
    refusal.extensions.unwrap()
}

fn login(password: &str) -> Operation<LoginMutation, LoginVariables> {
    LoginMutation::build(LoginVariables {
        input: LoginInput {
            identifier: "ada".to_owned(),
            password: password.to_owned(),
        },
    })
}

/// Returns a user who registered and verified the address with this client.
async fn ada(app: &TestApp) {
    let email = "ada@example.com";
    let register = RegisterMutation::build(RegisterVariables {
        input: RegisterInput {
            email: email.to_owned(),
            username: "ada".to_owned(),
            password: PASSWORD.to_owned(),
        },
    });
    let registered = send(&app.anonymous(), register).await.unwrap();
    assert!(!registered.register.user.email_verified);
    let input = VerifyEmailInput {
        token: app.mailed_token(email),
    };
    let verify = VerifyEmailMutation::build(VerifyEmailVariables { input });
    let verified = send(&app.anonymous(), verify).await.unwrap();
    assert!(verified.verify_email.user.email_verified);
}

async fn signed_in(app: &TestApp) -> (Client, Session) {
    let login = send(&app.anonymous(), login(PASSWORD)).await.unwrap().login;
    assert!(login.token.expires_in > 0);
    let client = app.anonymous().bearer(&login.token.access_token);
    (client, login.session)
}

async fn page(client: &Client, after: Option<String>) -> SessionPage {
    let variables = SessionsVariables {
        first: Some(2),
        after,
    };
    let query = SessionsQuery::build(variables);
    send(client, query).await.unwrap().sessions
}

#[tokio::test]
async fn somebody_registers_proves_their_address_signs_in_and_reads_who_they_are() {
    let app = TestApp::start().await;
    ada(&app).await;
    let (client, session) = signed_in(&app).await;
    assert!(session.current);
    assert_eq!(session.status, SessionStatus::Active);
    let me = send(&client, MeQuery::build(())).await.unwrap().me;
    assert_eq!(
        (me.username.as_str(), me.display_name, me.email_verified),
        ("ada", None, true)
    );
    assert!(!me.id.inner().is_empty());
    let membership = &me.memberships[0];
    assert_eq!(membership.role, OrganizationRole::Owner);
    assert_eq!(membership.organization.slug, "adas-organization");
}

#[tokio::test]
async fn sessions_come_page_by_page_those_that_ended_with_their_reason() {
    let app = TestApp::start().await;
    ada(&app).await;
    let (first, ended) = signed_in(&app).await;
    let logout = send(&first, LogoutMutation::build(())).await.unwrap();
    assert_eq!(logout.logout.revoked_sessions, 1);
    for _ in 0..2 {
        app.advance(TimeDelta::seconds(1));
        signed_in(&app).await;
    }
    app.advance(TimeDelta::seconds(1));
    let (client, current) = signed_in(&app).await;
    let newest = page(&client, None).await;
    assert_eq!((newest.total_count, newest.nodes.len()), (4, 2));
    assert_eq!(newest.nodes[0].id, current.id);
    assert!(newest.page_info.has_next_page);
    let oldest = page(&client, newest.page_info.end_cursor).await;
    assert!(!oldest.page_info.has_next_page);
    let last = &oldest.nodes[1];
    assert_eq!(last.id, ended.id);
    assert_eq!(last.status, SessionStatus::Revoked);
    assert_eq!(last.end_reason, Some(SessionEndReason::Logout));
    assert_eq!(
        last.created_at,
        DateTime("2026-06-01T12:00:00.000Z".to_owned())
    );
}

#[tokio::test]
async fn a_refusal_has_a_code_and_a_reason_with_types() {
    let app = TestApp::start().await;
    ada(&app).await;
    let wrong = send(&app.anonymous(), login("not her password at all")).await;
    let refusal = only_error(wrong.err().unwrap());
    assert_eq!(refusal.code, ErrorCode::AuthInvalidCredentials);
    let (client, _) = signed_in(&app).await;
    send(&client, LogoutMutation::build(())).await.unwrap();
    let over = send(&client, MeQuery::build(())).await;
    let refusal = only_error(over.err().unwrap());
    assert_eq!(refusal.code, ErrorCode::AuthSessionEnded);
    assert_eq!(refusal.reason, Some(SessionEndReason::Logout));
    assert!(refusal.ended_at.is_some());
}
