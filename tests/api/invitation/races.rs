//! Concurrent invitations, and concurrent answers to one invitation.

use serde_json::json;

use super::answer::{by_id, owner_and_guest};
use crate::support::{Answer, TestDatabase, nodes};

const BOB: &str = "bob@example.com";

fn codes(answers: &[Answer]) -> Vec<&str> {
    let failed = answers
        .iter()
        .filter(|answer| answer.body.get("errors").is_some());
    failed.map(Answer::code).collect()
}

#[tokio::test]
async fn of_sixteen_who_accept_one_invitation_concurrently_one_succeeds() {
    let database = TestDatabase::shared().await;
    let nodes = nodes(&database).await;
    let (ada, bob, id) = owner_and_guest(&nodes[0]).await;
    let invitation = ada.invited(&id, BOB, "MEMBER").await;
    let link = nodes[0].token_of("invitation", BOB);
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..16 {
        let client = nodes[number % 2].anonymous().bearer(&bob.access_token);
        let input = if number % 4 < 2 {
            json!({ "token": link })
        } else {
            by_id(&invitation)
        };
        tasks.spawn(async move { client.accept(input).await });
    }
    let answers = tasks.join_all().await;
    let codes = codes(&answers);
    assert_eq!(codes.len(), 15, "{codes:?}");
    let expected = ["AUTH_LINK_INVALID", "INVITATION_NOT_FOUND"];
    assert!(
        codes.iter().all(|code| expected.contains(code)),
        "{codes:?}"
    );
    assert_eq!(ada.roles_in(&id).await.len(), 2);
}

#[tokio::test]
async fn of_sixteen_who_invite_one_address_concurrently_one_succeeds() {
    let database = TestDatabase::shared().await;
    let nodes = nodes(&database).await;
    let (ada, bob, id) = owner_and_guest(&nodes[0]).await;
    ada.admit(&id, &bob, "ADMIN").await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..16 {
        let inviter = if number % 4 < 2 { &ada } else { &bob };
        let client = nodes[number % 2].anonymous().bearer(&inviter.access_token);
        let id = id.clone();
        tasks.spawn(async move { client.invite(&id, "guest@example.com", "MEMBER").await });
    }
    let answers = tasks.join_all().await;
    assert_eq!(codes(&answers), ["INVITATION_EXISTS"; 15]);
    let listed = ada.organization(&id, "invitations { id }").await;
    assert_eq!(
        listed
            .at("/organization/invitations")
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(nodes[0].mail_to("guest@example.com").await.len(), 1);
}

#[tokio::test]
async fn of_a_concurrent_acceptance_refusal_and_withdrawal_of_one_invitation_one_succeeds() {
    let database = TestDatabase::shared().await;
    let nodes = nodes(&database).await;
    let (ada, bob, _) = owner_and_guest(&nodes[0]).await;
    for round in 0..8 {
        let id = ada.new_organization("Looms").await;
        let invitation = ada.invited(&id, BOB, "MEMBER").await;
        let elsewhere = nodes[1].anonymous();
        let (accepting, declining) = (bob.clone(), elsewhere.bearer(&bob.access_token));
        let (accepted, declined, revoked) = tokio::join!(
            accepting.accept(by_id(&invitation)),
            declining.decline(by_id(&invitation)),
            ada.revoke_invitation(&invitation),
        );
        let is_member = accepted.body.get("errors").is_none();
        let answers = [accepted, declined, revoked];
        assert_eq!(codes(&answers), ["INVITATION_NOT_FOUND"; 2], "{round}");
        assert_eq!(ada.roles_in(&id).await.contains_key("bob"), is_member);
    }
}
