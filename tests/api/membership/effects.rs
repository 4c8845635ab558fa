//! The effects of a changed membership: mail, and withdrawn invitations.

use serde_json::json;

use crate::support::{
    ONE_OF_EACH_ROLE, PASSWORD, Person, SignedIn, TestApp, one_line, organization_with,
};

const ROLES: [&str; 3] = ["OWNER", "ADMIN", "MEMBER"];

#[tokio::test]
async fn members_are_mailed_about_their_new_role_and_owners_about_a_new_owner() {
    let app = TestApp::start().await;
    let (ada, id, [olga, adam, mary]) = organization_with(&app, ONE_OF_EACH_ROLE).await;
    let membership = mary.membership_in(&id).await;
    let mut seen = std::collections::HashMap::new();
    let mut new_mails = async |user: &SignedIn| {
        let mails = app.mail_to(&user.person.email).await;
        let seen_count = seen.insert(user.person.username.clone(), mails.len());
        mails[seen_count.unwrap_or_default()..].to_vec()
    };
    for user in [&ada, &olga, &adam, &mary] {
        new_mails(user).await;
    }
    let (changed, added, removed) = ("role_changed", "owner_added", "member_removed");
    for (actor, role, to_mary, to_olga, words) in [
        (
            &adam,
            Some("ADMIN"),
            Some(changed),
            None,
            "now an administrator of",
        ),
        (&ada, Some("ADMIN"), None, None, ""),
        (
            &ada,
            Some("OWNER"),
            Some(changed),
            Some(added),
            "now an owner of",
        ),
        (&ada, Some("OWNER"), None, None, ""),
        (&ada, Some("MEMBER"), Some(changed), None, "now a member of"),
        (&adam, None, Some(removed), None, "no longer belongs"),
    ] {
        let answer = match role {
            Some(role) => actor.update_member_role(&membership, role).await,
            None => actor.remove_member(&membership).await,
        };
        answer.data();
        for (user, template) in [
            (&ada, None),
            (&adam, None),
            (&olga, to_olga),
            (&mary, to_mary),
        ] {
            let mails = new_mails(user).await;
            let templates: Vec<_> = mails
                .iter()
                .map(|mail| mail.envelope.template.as_str())
                .collect();
            let expected: Vec<_> = template.into_iter().collect();
            assert_eq!(templates, expected, "{} of {role:?}", user.person.username);
            for mail in &mails {
                let words = if template == to_olga {
                    "mary is now an owner"
                } else {
                    words
                };
                for words in [words, "\"Engines\"", "2026-06-01 12:00 UTC"] {
                    assert!(
                        one_line(&mail.text).contains(words),
                        "{words}: {}",
                        mail.text
                    );
                }
                assert!(!mail.text.contains("http"), "{}", mail.text);
            }
        }
    }
}

#[tokio::test]
async fn a_lost_role_withdraws_the_invitations_that_it_made() {
    let app = TestApp::start().await;
    let (ada, id, [olga, adam, _]) = organization_with(&app, ONE_OF_EACH_ROLE).await;
    for (inviter, kinds) in [
        (&olga, &ROLES[..]),
        (&adam, &ROLES[1..]),
        (&ada, &ROLES[..]),
    ] {
        for role in kinds {
            let email = format!("{role}.of.{}@example.com", inviter.person.username);
            inviter.invite(&id, &email, role).await.data();
        }
    }
    let olgas = olga.membership_in(&id).await;
    let adams = adam.membership_in(&id).await;
    let mut all = vec![
        "OWNER.of.olga",
        "ADMIN.of.olga",
        "MEMBER.of.olga",
        "ADMIN.of.adam",
        "MEMBER.of.adam",
        "OWNER.of.ada",
        "ADMIN.of.ada",
        "MEMBER.of.ada",
    ];
    for (membership, role, gone) in [
        (&adams, Some("OWNER"), ""),
        (&adams, Some("ADMIN"), ""),
        (&olgas, Some("ADMIN"), "OWNER.of.olga"),
        (&adams, Some("MEMBER"), ".of.adam"),
        (&adams, Some("ADMIN"), ".of.adam"),
        (&olgas, None, ".of.olga"),
    ] {
        match role {
            Some(role) => ada.update_member_role(membership, role).await.data(),
            None => ada.remove_member(membership).await.data(),
        };
        all.retain(|name| gone.is_empty() || !name.ends_with(gone));
        let listed = ada.organization(&id, "invitations { email }").await;
        let listed = listed.at("/organization/invitations").as_array().unwrap();
        let expected: Vec<_> = all
            .iter()
            .map(|name| json!({ "email": format!("{name}@example.com") }))
            .collect();
        assert_eq!(listed, &expected, "{role:?}");
    }
    let guest = Person {
        email: "OWNER.of.olga@example.com".to_owned(),
        ..Person::named("guest")
    };
    app.anonymous().register(&guest).await.data();
    app.anonymous()
        .verify(&app.mailed_token(&guest.email))
        .await
        .data();
    let link = app.token_of("invitation", &guest.email);
    let guest = app.anonymous().log_in(&guest).await;
    let refused = guest.accept(json!({ "token": link })).await;
    assert_eq!(refused.code(), "AUTH_LINK_INVALID");
}

#[tokio::test]
async fn leaving_or_deleting_the_account_withdraws_the_invitations() {
    let app = TestApp::start().await;
    let (ada, id, [olga, adam, _]) = organization_with(&app, ONE_OF_EACH_ROLE).await;
    olga.invite(&id, "x@example.com", "MEMBER").await.data();
    adam.invite(&id, "y@example.com", "MEMBER").await.data();
    let own = adam.membership_in(&id).await;
    adam.remove_member(&own).await.data();
    let seen = ada.organization(&id, "invitations { email }").await;
    let left = json!([{ "email": "x@example.com" }]);
    assert_eq!(seen.at("/organization/invitations"), &left);
    olga.delete_account(PASSWORD).await.data();
    let seen = ada.organization(&id, "invitations { email }").await;
    assert_eq!(seen.at("/organization/invitations"), &json!([]));
}

#[tokio::test]
async fn a_role_holds_from_the_next_request_on() {
    let app = TestApp::start().await;
    let (ada, id, [_, _, mary]) = organization_with(&app, ONE_OF_EACH_ROLE).await;
    let membership = mary.membership_in(&id).await;
    let update = async || {
        mary.update_organization(&id, json!({ "name": "Mills" }))
            .await
    };
    assert_eq!(update().await.code(), "ORGANIZATION_ROLE_INSUFFICIENT");
    ada.update_member_role(&membership, "OWNER").await.data();
    update().await.data();
    ada.update_member_role(&membership, "ADMIN").await.data();
    assert_eq!(update().await.code(), "ORGANIZATION_ROLE_INSUFFICIENT");
    ada.remove_member(&membership).await.data();
    assert_eq!(update().await.code(), "ORGANIZATION_NOT_FOUND");
    mary.me().await.data();
}

#[tokio::test]
async fn each_mutation_of_a_document_sees_what_those_before_it_did() {
    let app = TestApp::start().await;
    let (ada, id, [olga, adam, mary]) = organization_with(&app, ONE_OF_EACH_ROLE).await;
    let seen = "organization { name invitations { email } members { totalCount nodes { role user { username } } } }";
    let document = format!(
        "mutation($olga: ID!, $adam: ID!, $mary: ID!, $id: ID!) {{
            first: updateMemberRole(input: {{ membershipId: $mary, role: ADMIN }}) {{ membership {{ {seen} }} }}
            second: updateMemberRole(input: {{ membershipId: $adam, role: MEMBER }}) {{ membership {{ {seen} }} }}
            removeMember(input: {{ membershipId: $olga }}) {{ removedMembershipId }}
            inviteMember(input: {{ organizationId: $id, email: \"x@example.com\" }}) {{ invitation {{ {seen} }} }}
            updateOrganization(input: {{ organizationId: $id, name: \"Mills\" }}) {{ {seen} }}
        }}"
    );
    let variables = json!({
        "olga": olga.membership_in(&id).await, "adam": adam.membership_in(&id).await,
        "mary": mary.membership_in(&id).await, "id": id,
    });
    let answer = ada.call(&document, variables).await;
    let roles = |field: &str| {
        let members = answer.at(&format!("{field}/organization/members"));
        let nodes = members["nodes"].as_array().unwrap();
        assert_eq!(members["totalCount"], nodes.len());
        let role = |node: &serde_json::Value| node["role"].as_str().unwrap().to_owned();
        nodes.iter().map(role).collect::<Vec<_>>()
    };
    assert_eq!(
        roles("/first/membership"),
        ["OWNER", "OWNER", "ADMIN", "ADMIN"]
    );
    assert_eq!(
        roles("/second/membership"),
        ["OWNER", "OWNER", "MEMBER", "ADMIN"]
    );
    assert_eq!(
        roles("/inviteMember/invitation"),
        ["OWNER", "MEMBER", "ADMIN"]
    );
    assert_eq!(roles("/updateOrganization"), ["OWNER", "MEMBER", "ADMIN"]);
    let invitations = [
        ("/first/membership", json!([])),
        (
            "/inviteMember/invitation",
            json!([{ "email": "x@example.com" }]),
        ),
    ];
    for (field, expected) in invitations {
        let invited = answer.at(&format!("{field}/organization/invitations"));
        assert_eq!(invited, &expected, "{field}");
    }
    let names = ["/inviteMember/invitation", "/updateOrganization"]
        .map(|field| answer.text(&format!("{field}/organization/name")));
    assert_eq!(names, ["Engines", "Mills"]);
}

#[tokio::test]
async fn everybody_may_leave_and_nobody_is_mailed_about_it() {
    let app = TestApp::start().await;
    let (ada, id, others) = organization_with(&app, ONE_OF_EACH_ROLE).await;
    let everybody = ["ada", "olga", "adam", "mary"].map(|name| format!("{name}@example.com"));
    let mails = async || {
        let mut mails = Vec::new();
        for email in &everybody {
            mails.extend(app.templates_to(email).await);
        }
        mails
    };
    let before = mails().await;
    for other in &others {
        let own = other.membership_in(&id).await;
        other.remove_member(&own).await.data();
        let seen = other.organization(&id, "id").await;
        assert_eq!(seen.at("/organization"), &json!(null));
        assert_eq!(
            other.remove_member(&own).await.code(),
            "MEMBERSHIP_NOT_FOUND"
        );
        other.me().await.data();
    }
    assert_eq!(ada.roles_in(&id).await.len(), 1);
    assert_eq!(mails().await, before);
}

#[tokio::test]
async fn the_name_of_an_organization_becomes_no_link_in_mail() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let bob = app.verified("bob").await;
    let id = ada
        .new_organization("Your account is locked: https://evil.example/login")
        .await;
    ada.admit(&id, &bob, "MEMBER").await;
    let membership = bob.membership_in(&id).await;
    ada.update_member_role(&membership, "ADMIN").await.data();
    ada.remove_member(&membership).await.data();
    let mails = app.mail_to("bob@example.com").await;
    let about = |mail: &&latchkey::service::Captured| mail.text.contains("evil");
    let mails: Vec<_> = mails.iter().filter(about).collect();
    assert_eq!(mails.len(), 3, "an invitation, another role, the end");
    for mail in mails {
        for text in [&mail.text, &mail.html] {
            assert!(!text.contains("https://evil"), "{text}");
            assert!(!text.contains("evil.example"), "{text}");
        }
    }
}
