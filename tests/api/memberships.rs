//! Memberships: who may change and end them.

use serde_json::json;

use crate::support::{PASSWORD, SignedIn, TestApp};

const ROLES: [&str; 3] = ["OWNER", "ADMIN", "MEMBER"];

/// Owners everything, admins what has nothing to do with owners, members nothing.
fn may(actor: &str, roles: &[&str]) -> bool {
    match actor {
        "OWNER" => true,
        "ADMIN" => !roles.contains(&"OWNER"),
        _ => false,
    }
}

/// Ada's organization, with somebody in each role beside her: Olga, Adam and Mary.
async fn engines(app: &TestApp) -> (SignedIn, String, [SignedIn; 3]) {
    let ada = app.verified("ada").await;
    let id = ada.found("Engines").await;
    let mut others = Vec::new();
    for (name, role) in ["olga", "adam", "mary"].into_iter().zip(ROLES) {
        let other = app.verified(name).await;
        ada.admit(&id, &other, role).await;
        others.push(other);
    }
    (ada, id, others.try_into().ok().unwrap())
}

#[tokio::test]
async fn owners_change_every_role_and_admins_those_that_are_no_owners() {
    let app = TestApp::start().await;
    let (ada, id, actors) = engines(&app).await;
    let zoe = app.verified("zoe").await;
    let membership = ada.admit(&id, &zoe, "MEMBER").await;
    for (actor, is) in actors.iter().zip(ROLES) {
        for was in ROLES {
            for becomes in ROLES {
                ada.update_member_role(&membership, was).await.data();
                let answer = actor.update_member_role(&membership, becomes).await;
                let case = format!("{is} makes {was} {becomes}");
                let roles = ada.roles_in(&id).await;
                if may(is, &[was, becomes]) {
                    let changed = answer.at("/updateMemberRole/membership");
                    assert_eq!(changed["role"], becomes, "{case}");
                    assert_eq!(changed["id"], *membership, "{case}");
                    assert_eq!(roles["zoe"], becomes, "{case}");
                } else {
                    assert_eq!(answer.code(), "ORGANIZATION_ROLE_INSUFFICIENT", "{case}");
                    assert_eq!(roles["zoe"], was, "{case}");
                }
            }
        }
    }
}

#[tokio::test]
async fn owners_remove_everybody_and_admins_those_who_are_no_owners() {
    let app = TestApp::start().await;
    let (ada, id, actors) = engines(&app).await;
    let zoe = app.verified("zoe").await;
    for (actor, is) in actors.iter().zip(ROLES) {
        for was in ROLES {
            let membership = ada.admit(&id, &zoe, was).await;
            let answer = actor.remove_member(&membership).await;
            let case = format!("{is} removes {was}");
            if may(is, &[was]) {
                let gone = answer.text("/removeMember/removedMembershipId");
                assert_eq!(gone, membership, "{case}");
            } else {
                assert_eq!(answer.code(), "ORGANIZATION_ROLE_INSUFFICIENT", "{case}");
                assert_eq!(ada.roles_in(&id).await["zoe"], was, "{case}");
                ada.remove_member(&membership).await.data();
            }
            assert!(!ada.roles_in(&id).await.contains_key("zoe"), "{case}");
            let again = ada.remove_member(&membership).await;
            assert_eq!(again.code(), "MEMBERSHIP_NOT_FOUND", "{case}");
            let seen = zoe.organization(&id, "id").await;
            assert_eq!(seen.at("/organization"), &json!(null), "{case}");
        }
    }
}

#[tokio::test]
async fn memberships_in_other_peoples_organizations_are_not_found() {
    let app = TestApp::start().await;
    let (ada, id, _) = engines(&app).await;
    let eve = app.verified("eve").await;
    let membership = ada.membership_in(&id).await;
    let unknown = "01900000-0000-7000-8000-000000000000";
    for (caller, target) in [
        (&eve, membership.as_str()),
        (&ada, unknown),
        (&ada, "nonsense"),
        (&ada, ""),
        (&ada, &id),
    ] {
        for answer in [
            caller.update_member_role(target, "MEMBER").await,
            caller.remove_member(target).await,
        ] {
            assert_eq!(answer.code(), "MEMBERSHIP_NOT_FOUND", "{target}");
        }
    }
    assert_eq!(ada.roles_in(&id).await["ada"], "OWNER");
}

#[tokio::test]
async fn the_last_owner_neither_leaves_nor_steps_down() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let bob = app.verified("bob").await;
    let id = ada.found("Engines").await;
    let own = ada.membership_in(&id).await;
    let expected = json!([{ "id": id, "name": "Engines", "slug": "engines" }]);
    // Alone, and with a member.
    for _ in 0..2 {
        for answer in [
            ada.update_member_role(&own, "ADMIN").await,
            ada.update_member_role(&own, "MEMBER").await,
            ada.remove_member(&own).await,
        ] {
            assert_eq!(answer.code(), "ORGANIZATION_LAST_OWNER");
            assert_eq!(answer.error()["extensions"]["organizations"], expected);
        }
        ada.update_member_role(&own, "OWNER").await.data();
        if ada.roles_in(&id).await.len() == 1 {
            ada.admit(&id, &bob, "ADMIN").await;
        }
    }
    let bobs = bob.membership_in(&id).await;
    ada.update_member_role(&bobs, "OWNER").await.data();
    ada.update_member_role(&own, "MEMBER").await.data();
    let refused = bob.remove_member(&bobs).await;
    assert_eq!(refused.code(), "ORGANIZATION_LAST_OWNER");
    let refused = bob.delete_account(PASSWORD).await;
    assert_eq!(refused.error()["extensions"]["organizations"], expected);
    ada.remove_member(&own).await.data();
    assert_eq!(
        bob.roles_in(&id).await,
        [("bob".into(), "OWNER".into())].into()
    );
}
