//! The events about organizations in a user's list.

use serde_json::{Value, json};

use crate::support::{Client, TestApp};

/// Returns the events about one organization, oldest first.
async fn events(client: &Client, organization: &str) -> Vec<Value> {
    let query = "{ securityEvents(first: 100) { nodes { kind occurredAt ipAddress sessionId
        operation organizationId device { id name type userAgent } } } }";
    let answer = client.ask(query).await;
    let mut listed = answer
        .at("/securityEvents/nodes")
        .as_array()
        .unwrap()
        .clone();
    listed.retain(|event| event["organizationId"] == organization);
    listed.reverse();
    listed
}

/// An event, and whether it has an address and a device.
fn outline(events: &[Value]) -> Vec<(&str, bool)> {
    let line = |event: &'_ Value| event["ipAddress"].is_string();
    events
        .iter()
        .map(|event| (event["kind"].as_str().unwrap(), line(event)))
        .collect()
}

#[tokio::test]
async fn users_see_what_they_did_and_what_was_done_to_their_membership() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let bob = app.verified("bob").await;
    let carol = app.verified("carol").await;
    let dave = app.verified("dave").await;
    let id = ada.new_organization("Engines").await;
    ada.update_organization(&id, json!({ "name": "Mills" }))
        .await
        .data();
    let bobs = ada.admit(&id, &bob, "MEMBER").await;
    let carols = ada.invited(&id, "carol@example.com", "MEMBER").await;
    carol
        .decline(json!({ "invitationId": carols }))
        .await
        .data();
    let daves = ada.invited(&id, "dave@example.com", "MEMBER").await;
    ada.revoke_invitation(&daves).await.data();
    ada.update_member_role(&bobs, "ADMIN").await.data();
    ada.remove_member(&bobs).await.data();
    ada.admit(&id, &bob, "MEMBER").await;
    ada.delete_organization(&id).await.data();
    let (own, theirs) = (true, false);
    assert_eq!(
        outline(&events(&ada, &id).await),
        [
            ("ORGANIZATION_CREATED", own),
            ("ORGANIZATION_UPDATED", own),
            ("MEMBER_INVITED", own),
            ("MEMBER_INVITED", own),
            ("MEMBER_INVITED", own),
            ("INVITATION_REVOKED", own),
            ("MEMBER_ROLE_CHANGED", own),
            ("MEMBER_REMOVED", own),
            ("MEMBER_INVITED", own),
            ("ORGANIZATION_DELETED", own),
        ]
    );
    assert_eq!(
        outline(&events(&bob, &id).await),
        [
            ("INVITATION_ACCEPTED", own),
            ("MEMBER_ROLE_CHANGED", theirs),
            ("MEMBER_REMOVED", theirs),
            ("INVITATION_ACCEPTED", own),
            ("ORGANIZATION_DELETED", theirs),
        ]
    );
    assert_eq!(
        outline(&events(&carol, &id).await),
        [("INVITATION_DECLINED", own)]
    );
    assert_eq!(outline(&events(&dave, &id).await), []);
}

#[tokio::test]
async fn nobody_learns_the_address_and_the_device_of_an_administrator() {
    let app = TestApp::start().await;
    let laptop = app
        .anonymous()
        .header("x-device-id", "laptop-1")
        .header("x-device-name", "Ada's laptop")
        .header("x-device-type", "desktop")
        .header("user-agent", "Test/1.0");
    let ada = app.verified("ada").await;
    let ada = laptop.log_in(&ada.person).await;
    let bob = app.verified("bob").await;
    let id = ada.new_organization("Engines").await;
    let membership = ada.admit(&id, &bob, "MEMBER").await;
    app.advance(chrono::TimeDelta::minutes(1));
    ada.update_member_role(&membership, "ADMIN").await.data();
    let of_ada = events(&ada, &id).await.pop().unwrap();
    let of_bob = events(&bob, &id).await.pop().unwrap();
    for (event, address, device) in [
        (
            of_ada,
            json!("127.0.0.1"),
            json!({ "id": "laptop-1", "name": "Ada's laptop", "type": "desktop", "userAgent": "Test/1.0" }),
        ),
        (
            of_bob,
            Value::Null,
            json!({ "id": null, "name": null, "type": "unknown", "userAgent": null }),
        ),
    ] {
        let expected = json!({
            "kind": "MEMBER_ROLE_CHANGED", "occurredAt": "2026-06-01T12:01:00.000Z",
            "ipAddress": address, "device": device, "organizationId": id,
            "sessionId": null, "operation": null,
        });
        assert_eq!(event, expected);
    }
}

#[tokio::test]
async fn an_action_on_oneself_is_recorded_once() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let bob = app.verified("bob").await;
    let id = ada.new_organization("Engines").await;
    let membership = ada.admit(&id, &bob, "ADMIN").await;
    bob.update_member_role(&membership, "MEMBER").await.data();
    let bob_stepped_down = [("INVITATION_ACCEPTED", true), ("MEMBER_ROLE_CHANGED", true)];
    assert_eq!(outline(&events(&bob, &id).await), bob_stepped_down);
    bob.remove_member(&membership).await.data();
    let left = events(&bob, &id).await;
    assert_eq!(outline(&left)[2..], [("MEMBER_REMOVED", true)]);
    let of_ada = [("ORGANIZATION_CREATED", true), ("MEMBER_INVITED", true)];
    assert_eq!(outline(&events(&ada, &id).await), of_ada);
}

#[tokio::test]
async fn an_action_that_changes_nothing_is_not_recorded() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let bob = app.verified("bob").await;
    let id = ada.new_organization("Engines").await;
    let bobs = ada.admit(&id, &bob, "MEMBER").await;
    let own = ada.membership_in(&id).await;
    let before = (events(&ada, &id).await, events(&bob, &id).await);
    ada.update_organization(&id, json!({})).await.data();
    ada.update_member_role(&bobs, "MEMBER").await.data();
    for refused in [
        ada.remove_member(&own).await,
        ada.update_member_role(&own, "ADMIN").await,
        ada.invite(&id, "bob@example.com", "MEMBER").await,
        ada.update_organization(&id, json!({ "slug": "bobs-organization" }))
            .await,
        bob.update_organization(&id, json!({ "name": "Mine" }))
            .await,
        bob.invite(&id, "x@example.com", "MEMBER").await,
        bob.remove_member(&own).await,
        bob.update_member_role(&own, "MEMBER").await,
        bob.delete_organization(&id).await,
    ] {
        refused.error();
    }
    let after = (events(&ada, &id).await, events(&bob, &id).await);
    assert_eq!(after, before);
}
