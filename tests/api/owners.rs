//! Owners who oust one another at the same moment: an organization is never left without one.

use std::collections::BTreeMap;

use latchkey::platform::random::Random;

use crate::support::{Answer, PASSWORD, SignedIn, TestDatabase, by_way_of, nodes};

/// What one owner tries. `Other` is on somebody else's membership, the rest on their own.
#[derive(Clone, Copy, Debug)]
enum Way {
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

async fn try_way(way: Way, owner: &Owner, other: &Owner) -> Answer {
    match way {
        Way::DemoteOther => {
            owner
                .user
                .update_member_role(&other.membership, "ADMIN")
                .await
        }
        Way::RemoveOther => owner.user.remove_member(&other.membership).await,
        Way::StepDown => {
            owner
                .user
                .update_member_role(&owner.membership, "MEMBER")
                .await
        }
        Way::Leave => owner.user.remove_member(&owner.membership).await,
        Way::DeleteAccount => owner.user.delete_account(PASSWORD).await,
    }
}

/// Any of these.
fn pick<T: Copy>(random: &Random, choices: &[T]) -> T {
    let [byte] = random.bytes::<1>();
    choices[usize::from(byte) % choices.len()]
}

fn shuffled(random: &Random, count: usize) -> Vec<usize> {
    let mut order: Vec<_> = (0..count).map(|it| (random.bytes::<8>(), it)).collect();
    order.sort_unstable();
    order.into_iter().map(|(_, it)| it).collect()
}

/// What may be answered to one who is late: to others nothing.
#[track_caller]
fn assert_expected(way: Way, answer: &Answer) {
    assert_eq!(answer.status, 200, "{way:?}: {:#}", answer.body);
    if answer.body.get("errors").is_some() {
        let expected = match way {
            // They may delete their account between the change and the look at whom it concerns.
            Way::DemoteOther => &[
                "MEMBERSHIP_NOT_FOUND",
                "ORGANIZATION_ROLE_INSUFFICIENT",
                "UNAVAILABLE",
            ][..],
            Way::RemoveOther => &["MEMBERSHIP_NOT_FOUND", "ORGANIZATION_ROLE_INSUFFICIENT"],
            // Somebody else may have demoted or removed them meanwhile.
            Way::StepDown => &[
                "MEMBERSHIP_NOT_FOUND",
                "ORGANIZATION_ROLE_INSUFFICIENT",
                "ORGANIZATION_LAST_OWNER",
            ],
            Way::Leave => &["MEMBERSHIP_NOT_FOUND", "ORGANIZATION_LAST_OWNER"],
            Way::DeleteAccount => &["ORGANIZATION_LAST_OWNER"],
        };
        assert!(
            expected.contains(&answer.code()),
            "{way:?}: {:#}",
            answer.body
        );
    }
}

/// How many owners a member sees.
async fn owners_left(witness: &SignedIn, organization: &str) -> usize {
    let roles = witness.roles_in(organization).await;
    roles.values().filter(|role| *role == "OWNER").count()
}

/// Each ousts some others, and then goes as well: whoever is last must stay.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_thirty_two_owners_who_all_oust_others_and_go_one_is_left() {
    let database = TestDatabase::shared().await;
    let nodes = nodes(&database).await;
    let witness = nodes[0].verified("witness").await;
    let mut owners = Vec::new();
    let mut organization = String::new();
    for number in 0..32 {
        let user = nodes[0].verified(&format!("owner{number}")).await;
        if number == 0 {
            organization = user.found("Engines").await;
            user.admit(&organization, &witness, "MEMBER").await;
        } else {
            let founder: &Owner = &owners[0];
            founder.user.admit(&organization, &user, "OWNER").await;
        }
        owners.push(Owner {
            membership: user.membership_in(&organization).await,
            user: by_way_of(&nodes[number % 2], &user),
        });
    }
    assert_eq!(owners_left(&witness, &organization).await, 32);
    let random = Random::system().unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for (number, owner) in owners.iter().cloned().enumerate() {
        let mut plan: Vec<(Way, Owner)> = Vec::new();
        for other in shuffled(&random, 32)
            .into_iter()
            .filter(|it| *it != number)
            .take(3)
        {
            let way = pick(&random, &[Way::DemoteOther, Way::RemoveOther]);
            plan.push((way, owners[other].clone()));
        }
        let last = pick(&random, &[Way::StepDown, Way::Leave, Way::DeleteAccount]);
        plan.push((last, owner.clone()));
        tasks.spawn(async move {
            let mut done = Vec::new();
            for (way, other) in plan {
                done.push((way, try_way(way, &owner, &other).await));
            }
            done
        });
    }
    let answers = tasks.join_all().await;
    assert_eq!(owners_left(&witness, &organization).await, 1);
    let mut refused = 0;
    for (way, answer) in answers.iter().flatten() {
        assert_expected(*way, answer);
        let is_last = |answer: &Answer| answer.code() == "ORGANIZATION_LAST_OWNER";
        refused += usize::from(answer.body.get("errors").is_some() && is_last(answer));
    }
    assert!(refused > 0, "nobody was told to stay");
}

/// Pairs in organizations of their own, all at once, each in another mix of ways.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_owners_who_go_or_oust_each_other_at_once_one_is_left() {
    let ways = [
        Way::DemoteOther,
        Way::RemoveOther,
        Way::StepDown,
        Way::Leave,
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
                let organization = ada.found("Engines").await;
                ada.admit(&organization, &witness, "MEMBER").await;
                let bobs = ada.admit(&organization, &bob, "OWNER").await;
                let one = Owner {
                    membership: ada.membership_in(&organization).await,
                    user: by_way_of(&nodes[0], &ada),
                };
                let other = Owner {
                    membership: bobs,
                    user: by_way_of(&nodes[1], &bob),
                };
                mixes.insert(organization, (first, second));
                for (way, own, foreign) in [(first, &one, &other), (second, &other, &one)] {
                    let (own, foreign) = (own.clone(), foreign.clone());
                    tasks.spawn(async move { (way, try_way(way, &own, &foreign).await) });
                }
            }
        }
        let answers = tasks.join_all().await;
        for (organization, mix) in mixes {
            assert_eq!(owners_left(&witness, &organization).await, 1, "{mix:?}");
        }
        for (way, answer) in answers {
            assert_expected(way, &answer);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_owners_of_whom_one_deletes_their_account_one_is_left() {
    let ways = [
        Way::DemoteOther,
        Way::RemoveOther,
        Way::StepDown,
        Way::Leave,
        Way::DeleteAccount,
    ];
    let database = TestDatabase::shared().await;
    let nodes = nodes(&database).await;
    let witness = nodes[0].verified("witness").await;
    let mut pairs = Vec::new();
    for (number, way) in ways.into_iter().cycle().take(10).enumerate() {
        let ada = nodes[0].verified(&format!("ada{number}")).await;
        let bob = nodes[0].verified(&format!("bob{number}")).await;
        let organization = ada.found("Engines").await;
        ada.admit(&organization, &witness, "MEMBER").await;
        let bobs = ada.admit(&organization, &bob, "OWNER").await;
        let one = Owner {
            membership: ada.membership_in(&organization).await,
            user: by_way_of(&nodes[number % 2], &ada),
        };
        let other = Owner {
            membership: bobs,
            user: by_way_of(&nodes[1 - number % 2], &bob),
        };
        pairs.push((organization, way, one, other));
    }
    let mut tasks = tokio::task::JoinSet::new();
    for (_, way, one, other) in &pairs {
        for (way, own, foreign) in [(Way::DeleteAccount, one, other), (*way, other, one)] {
            let (own, foreign) = (own.clone(), foreign.clone());
            tasks.spawn(async move { (way, try_way(way, &own, &foreign).await) });
        }
    }
    let answers = tasks.join_all().await;
    for (organization, way, ..) in &pairs {
        assert_eq!(owners_left(&witness, organization).await, 1, "{way:?}");
    }
    for (way, answer) in answers {
        assert_expected(way, &answer);
    }
}
