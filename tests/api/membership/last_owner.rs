//! Owners who remove each other concurrently: an organization always keeps one.

use std::collections::BTreeMap;

use latchkey::platform::random::Random;

use crate::support::{Answer, PASSWORD, SignedIn, TestDatabase, nodes, on_node};

/// An action that an owner tries: `DemoteOther` and `RemoveOther` change another membership, the others the owner's own.
#[derive(Clone, Copy, Debug)]
enum Action {
    DemoteOther,
    RemoveOther,
    StepDown,
    Leave,
    DeleteAccount,
}

/// An owner as a task has them.
#[derive(Clone)]
struct Owner {
    user: SignedIn,
    membership: String,
}

async fn try_action(action: Action, owner: &Owner, other: &Owner) -> Answer {
    match action {
        Action::DemoteOther => {
            owner
                .user
                .update_member_role(&other.membership, "ADMIN")
                .await
        }
        Action::RemoveOther => owner.user.remove_member(&other.membership).await,
        Action::StepDown => {
            owner
                .user
                .update_member_role(&owner.membership, "MEMBER")
                .await
        }
        Action::Leave => owner.user.remove_member(&owner.membership).await,
        Action::DeleteAccount => owner.user.delete_account(PASSWORD).await,
    }
}

/// Returns a random choice.
fn pick<T: Copy>(random: &Random, choices: &[T]) -> T {
    let [byte] = random.bytes::<1>();
    choices[usize::from(byte) % choices.len()]
}

fn shuffled(random: &Random, count: usize) -> Vec<usize> {
    let mut order: Vec<_> = (0..count)
        .map(|number| (random.bytes::<8>(), number))
        .collect();
    order.sort_unstable();
    order.into_iter().map(|(_, number)| number).collect()
}

/// Checks that a refusal is one that a late request may get.
#[track_caller]
fn assert_expected(action: Action, answer: &Answer) {
    assert_eq!(answer.status, 200, "{action:?}: {:#}", answer.body);
    if answer.body.get("errors").is_some() {
        let expected = match action {
            // The user may delete their account between the change and the response.
            Action::DemoteOther => &[
                "MEMBERSHIP_NOT_FOUND",
                "ORGANIZATION_ROLE_INSUFFICIENT",
                "UNAVAILABLE",
            ][..],
            Action::RemoveOther => &["MEMBERSHIP_NOT_FOUND", "ORGANIZATION_ROLE_INSUFFICIENT"],
            // Somebody else may have demoted or removed them meanwhile.
            Action::StepDown => &[
                "MEMBERSHIP_NOT_FOUND",
                "ORGANIZATION_ROLE_INSUFFICIENT",
                "ORGANIZATION_LAST_OWNER",
            ],
            Action::Leave => &["MEMBERSHIP_NOT_FOUND", "ORGANIZATION_LAST_OWNER"],
            Action::DeleteAccount => &["ORGANIZATION_LAST_OWNER"],
        };
        assert!(
            expected.contains(&answer.code()),
            "{action:?}: {:#}",
            answer.body
        );
    }
}

/// Counts the owners that a member sees.
async fn owners_left(witness: &SignedIn, organization: &str) -> usize {
    let roles = witness.roles_in(organization).await;
    roles.values().filter(|role| *role == "OWNER").count()
}

/// Each owner removes some others and then leaves. The last one must stay.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_thirty_two_owners_who_remove_others_and_leave_one_remains() {
    let database = TestDatabase::shared().await;
    let nodes = nodes(&database).await;
    let witness = nodes[0].verified("witness").await;
    let mut owners = Vec::new();
    let mut organization = String::new();
    for number in 0..32 {
        let user = nodes[0].verified(&format!("owner{number}")).await;
        if number == 0 {
            organization = user.new_organization("Engines").await;
            user.admit(&organization, &witness, "MEMBER").await;
        } else {
            let founder: &Owner = &owners[0];
            founder.user.admit(&organization, &user, "OWNER").await;
        }
        owners.push(Owner {
            membership: user.membership_in(&organization).await,
            user: on_node(&nodes[number % 2], &user),
        });
    }
    assert_eq!(owners_left(&witness, &organization).await, 32);
    let random = Random::system().unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for (number, owner) in owners.iter().cloned().enumerate() {
        let mut plan: Vec<(Action, Owner)> = Vec::new();
        for other in shuffled(&random, 32)
            .into_iter()
            .filter(|candidate| *candidate != number)
            .take(3)
        {
            let action = pick(&random, &[Action::DemoteOther, Action::RemoveOther]);
            plan.push((action, owners[other].clone()));
        }
        let last = pick(
            &random,
            &[Action::StepDown, Action::Leave, Action::DeleteAccount],
        );
        plan.push((last, owner.clone()));
        tasks.spawn(async move {
            let mut done = Vec::new();
            for (action, other) in plan {
                done.push((action, try_action(action, &owner, &other).await));
            }
            done
        });
    }
    let answers = tasks.join_all().await;
    assert_eq!(owners_left(&witness, &organization).await, 1);
    let mut refused = 0;
    for (action, answer) in answers.iter().flatten() {
        assert_expected(*action, answer);
        let is_last = |answer: &Answer| answer.code() == "ORGANIZATION_LAST_OWNER";
        refused += usize::from(answer.body.get("errors").is_some() && is_last(answer));
    }
    assert!(refused > 0, "no owner was refused");
}

/// Concurrent pairs in organizations of their own, each with another combination of changes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_owners_who_leave_or_remove_each_other_concurrently_one_remains() {
    let ways = [
        Action::DemoteOther,
        Action::RemoveOther,
        Action::StepDown,
        Action::Leave,
    ];
    let database = TestDatabase::shared().await;
    let nodes = nodes(&database).await;
    let witness = nodes[0].verified("witness").await;
    let ada = nodes[0].verified("ada").await;
    let bob = nodes[0].verified("bob").await;
    for _round in 0..3 {
        let mut tasks = tokio::task::JoinSet::new();
        let mut mixes = BTreeMap::new();
        for first in ways {
            for second in ways {
                let organization = ada.new_organization("Engines").await;
                ada.admit(&organization, &witness, "MEMBER").await;
                let bobs = ada.admit(&organization, &bob, "OWNER").await;
                let one = Owner {
                    membership: ada.membership_in(&organization).await,
                    user: on_node(&nodes[0], &ada),
                };
                let other = Owner {
                    membership: bobs,
                    user: on_node(&nodes[1], &bob),
                };
                mixes.insert(organization, (first, second));
                for (action, own, foreign) in [(first, &one, &other), (second, &other, &one)] {
                    let (own, foreign) = (own.clone(), foreign.clone());
                    tasks.spawn(async move { (action, try_action(action, &own, &foreign).await) });
                }
            }
        }
        let answers = tasks.join_all().await;
        for (organization, mix) in mixes {
            assert_eq!(owners_left(&witness, &organization).await, 1, "{mix:?}");
        }
        for (action, answer) in answers {
            assert_expected(action, &answer);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_owners_of_whom_one_deletes_their_account_one_remains() {
    let ways = [
        Action::DemoteOther,
        Action::RemoveOther,
        Action::StepDown,
        Action::Leave,
        Action::DeleteAccount,
    ];
    let database = TestDatabase::shared().await;
    let nodes = nodes(&database).await;
    let witness = nodes[0].verified("witness").await;
    let mut pairs = Vec::new();
    for (number, action) in ways.into_iter().cycle().take(10).enumerate() {
        let ada = nodes[0].verified(&format!("ada{number}")).await;
        let bob = nodes[0].verified(&format!("bob{number}")).await;
        let organization = ada.new_organization("Engines").await;
        ada.admit(&organization, &witness, "MEMBER").await;
        let bobs = ada.admit(&organization, &bob, "OWNER").await;
        let one = Owner {
            membership: ada.membership_in(&organization).await,
            user: on_node(&nodes[number % 2], &ada),
        };
        let other = Owner {
            membership: bobs,
            user: on_node(&nodes[1 - number % 2], &bob),
        };
        pairs.push((organization, action, one, other));
    }
    let mut tasks = tokio::task::JoinSet::new();
    for (_, action, one, other) in &pairs {
        for (action, own, foreign) in [(Action::DeleteAccount, one, other), (*action, other, one)] {
            let (own, foreign) = (own.clone(), foreign.clone());
            tasks.spawn(async move { (action, try_action(action, &own, &foreign).await) });
        }
    }
    let answers = tasks.join_all().await;
    for (organization, action, ..) in &pairs {
        assert_eq!(owners_left(&witness, organization).await, 1, "{action:?}");
    }
    for (action, answer) in answers {
        assert_expected(action, &answer);
    }
}
