//! Permissions to change and to end memberships.

use serde_json::json;

use crate::support::{ONE_OF_EACH_ROLE, PASSWORD, TestApp, organization_with};

const ROLES: [&str; 3] = ["OWNER", "ADMIN", "MEMBER"];

/// Owners may change everything, admins everything but owners, members nothing.
fn is_allowed(actor: &str, roles: &[&str]) -> bool {
    match actor {
        "OWNER" => true,
        "ADMIN" => !roles.contains(&"OWNER"),
        _ => false,
    }
}

#[tokio::test]
async fn owners_change_every_role_and_admins_all_but_those_of_owners() {
    let app = TestApp::start().await;
    let (ada, id, actors) = organization_with(&app, ONE_OF_EACH_ROLE).await;
    let zoe = app.verified("zoe").await;
    let membership = ada.admit(&id, &zoe, "MEMBER").await;
    for (actor, role) in actors.iter().zip(ROLES) {
        for old_role in ROLES {
            for new_role in ROLES {
                ada.update_member_role(&membership, old_role).await.data();
                let answer = actor.update_member_role(&membership, new_role).await;
                let case = format!("{role} makes {old_role} {new_role}");
                let roles = ada.roles_in(&id).await;
                if is_allowed(role, &[old_role, new_role]) {
                    let changed = answer.at("/updateMemberRole/membership");
                    assert_eq!(changed["role"], new_role, "{case}");
                    assert_eq!(changed["id"], *membership, "{case}");
                    assert_eq!(roles["zoe"], new_role, "{case}");
                } else {
                    assert_eq!(answer.code(), "ORGANIZATION_ROLE_INSUFFICIENT", "{case}");
                    assert_eq!(roles["zoe"], old_role, "{case}");
                }
            }
        }
    }
}

#[tokio::test]
async fn owners_remove_everybody_and_admins_everybody_but_owners() {
    let app = TestApp::start().await;
    let (ada, id, actors) = organization_with(&app, ONE_OF_EACH_ROLE).await;
    let zoe = app.verified("zoe").await;
    for (actor, role) in actors.iter().zip(ROLES) {
        for old_role in ROLES {
            let membership = ada.admit(&id, &zoe, old_role).await;
            let answer = actor.remove_member(&membership).await;
            let case = format!("{role} removes {old_role}");
            if is_allowed(role, &[old_role]) {
                let gone = answer.text("/removeMember/removedMembershipId");
                assert_eq!(gone, membership, "{case}");
            } else {
                assert_eq!(answer.code(), "ORGANIZATION_ROLE_INSUFFICIENT", "{case}");
                assert_eq!(ada.roles_in(&id).await["zoe"], old_role, "{case}");
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
    let (ada, id, _) = organization_with(&app, ONE_OF_EACH_ROLE).await;
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
    let id = ada.new_organization("Engines").await;
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
