//! Requests concurrent with a change of membership: none gets an internal error.

use serde_json::json;

use crate::support::{Answer, PASSWORD, TestDatabase, claims, nodes, on_node};

/// Returns the code of an error; empty if there is none.
fn code(answer: &Answer) -> String {
    let code = answer.body.pointer("/errors/0/extensions/code");
    code.map_or(String::new(), |code| code.as_str().unwrap().to_owned())
}

/// Nobody joins an organization that is being deleted, and nobody gets an internal error.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_organization_that_is_deleted_while_others_join_leave_and_invite_is_gone() {
    let database = TestDatabase::shared().await;
    let nodes = nodes(&database).await;
    let ada = nodes[0].verified("ada").await;
    let bob = nodes[0].verified("bob").await;
    let carol = nodes[0].verified("carol").await;
    for _round in 0..6 {
        let id = ada.new_organization("Engines").await;
        let own = ada.admit(&id, &bob, "ADMIN").await;
        let invitation = ada.invited(&id, "carol@example.com", "OWNER").await;
        let elsewhere = on_node(&nodes[1], &bob);
        let (deleted, joined, left, invited, renamed) = tokio::join!(
            ada.delete_organization(&id),
            carol.accept(json!({ "invitationId": invitation })),
            elsewhere.remove_member(&own),
            bob.invite(&id, "guest@example.com", "MEMBER"),
            ada.update_organization(&id, json!({ "name": "Mills" })),
        );
        deleted.data();
        for (answer, late) in [
            (joined, "INVITATION_NOT_FOUND"),
            (left, "MEMBERSHIP_NOT_FOUND"),
            (invited, "ORGANIZATION_NOT_FOUND"),
            (renamed, "ORGANIZATION_NOT_FOUND"),
        ] {
            // The result may be deleted again before the response has read it.
            let codes = ["", late, "UNAVAILABLE"];
            assert!(codes.contains(&&*code(&answer)), "{:#}", answer.body);
        }
        for caller in [&ada, &bob, &carol] {
            let seen = caller.organization(&id, "id").await;
            assert_eq!(seen.at("/organization"), &json!(null));
        }
    }
}

/// A list is read after the rows that name its elements, which may be deleted by then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reading_while_members_and_organizations_are_removed_never_fails() {
    const SEEN: &str = "{ me { memberships { role organization { name invitations { id }
        members(first: 100) { totalCount nodes { role user { username } } } } } } }";
    let database = TestDatabase::shared().await;
    let nodes = nodes(&database).await;
    let ada = nodes[0].verified("ada").await;
    let engines = ada.new_organization("Engines").await;
    let mut tasks = tokio::task::JoinSet::new();
    let mut members = Vec::new();
    for number in 0..16 {
        let member = nodes[0].verified(&format!("member{number}")).await;
        ada.admit(&engines, &member, "ADMIN").await;
        ada.admit(&ada.new_organization("Looms").await, &member, "MEMBER")
            .await;
        member
            .invite(&engines, &format!("guest{number}@example.com"), "MEMBER")
            .await
            .data();
        members.push(member);
    }
    for member in members {
        tasks.spawn(async move { member.delete_account(PASSWORD).await });
    }
    let mine = ada
        .ask("{ me { memberships { organization { id name } } } }")
        .await;
    for membership in mine.at("/me/memberships").as_array().unwrap().clone() {
        let organization = membership["organization"].clone();
        if organization["name"] == "Looms" {
            let ada = ada.clone();
            tasks.spawn(async move {
                let id = organization["id"].as_str().unwrap();
                ada.delete_organization(id).await
            });
        }
    }
    let reader = on_node(&nodes[1], &ada);
    let mut reads = 0;
    while !tasks.is_empty() {
        while let Some(done) = tasks.try_join_next() {
            done.unwrap().data();
        }
        let seen = reader.ask(SEEN).await;
        assert!(seen.at("/me/memberships").as_array().unwrap().len() >= 2);
        reads += 1;
    }
    assert!(reads > 1);
    let seen = reader.ask(SEEN).await;
    let memberships = seen.at("/me/memberships").as_array().unwrap();
    assert_eq!(memberships.len(), 2);
    assert_eq!(memberships[1]["organization"]["members"]["totalCount"], 1);
}

/// A refresh or a login that names an organization is either refused as a stranger's or answered as a member's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_while_the_user_joins_or_leaves_acts_for_the_organization_or_does_not_find_it() {
    const SELECTION: &str = "token { accessToken refreshToken }";
    let database = TestDatabase::shared().await;
    let nodes = nodes(&database).await;
    let ada = nodes[0].verified("ada").await;
    let bob = nodes[0].verified("bob").await;
    let id = ada.new_organization("Engines").await;
    let mut tokens = vec![bob.refresh_token.clone()];
    for _ in 1..16 {
        tokens.push(nodes[0].anonymous().log_in(&bob.person).await.refresh_token);
    }
    for round in 0..6 {
        let joins = round % 2 == 0;
        let mut tasks = tokio::task::JoinSet::new();
        let change = if joins {
            let invitation = ada.invited(&id, "bob@example.com", "MEMBER").await;
            (bob.clone(), invitation)
        } else {
            (ada.clone(), bob.membership_in(&id).await)
        };
        for (number, token) in tokens.drain(..).enumerate() {
            let (client, id) = (nodes[number % 2].anonymous(), id.clone());
            tasks.spawn(async move {
                let input = json!({ "refreshToken": token, "organizationId": id });
                let answer = client.mutate("refresh", SELECTION, input).await;
                let pointer = "/data/refresh/token";
                (Some(token), answer.body.pointer(pointer).cloned(), answer)
            });
        }
        for number in 0..4 {
            let (client, id) = (nodes[number % 2].anonymous(), id.clone());
            tasks.spawn(async move {
                let input =
                    json!({ "identifier": "bob", "password": PASSWORD, "organizationId": id });
                let answer = client.mutate("login", SELECTION, input).await;
                (
                    None,
                    answer.body.pointer("/data/login/token").cloned(),
                    answer,
                )
            });
        }
        let (caller, named) = change;
        let changed = if joins {
            caller.accept(json!({ "invitationId": named })).await
        } else {
            caller.remove_member(&named).await
        };
        changed.data();
        for (shown, pair, answer) in tasks.join_all().await {
            let Some(pair) = pair else {
                assert_eq!(code(&answer), "ORGANIZATION_NOT_FOUND", "{:#}", answer.body);
                tokens.extend(shown); // it rotated nothing
                continue;
            };
            let said = claims(pair["accessToken"].as_str().unwrap());
            assert_eq!(said["org"]["slug"], "engines");
            let next = pair["refreshToken"].as_str().unwrap().to_owned();
            tokens.extend(shown.map(|_| next));
        }
    }
    assert_eq!(tokens.len(), 16);
    for token in tokens {
        nodes[0].anonymous().refresh(&token).await.data();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_ends_while_it_is_switched_is_reported_as_ended() {
    let database = TestDatabase::shared().await;
    let nodes = nodes(&database).await;
    let ada = nodes[0].verified("ada").await;
    let engines = ada.new_organization("Engines").await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..24 {
        let other = nodes[0].anonymous().log_in(&ada.person).await;
        let (ada, engines) = (on_node(&nodes[1], &ada), engines.clone());
        tasks.spawn(async move {
            let named = (number % 2 == 0).then_some(engines.as_str());
            let input = json!({ "sessionId": other.session_id });
            let (switched, revoked) = tokio::join!(
                other.switch_organization(named),
                ada.mutate("revokeSession", "session { id }", input),
            );
            (switched, revoked)
        });
    }
    for (switched, revoked) in tasks.join_all().await {
        revoked.data();
        let expected = ["", "AUTH_SESSION_ENDED"].contains(&&*code(&switched));
        assert!(expected, "{:#}", switched.body);
    }
}
