//! Hashes that are whole, cut, or of another format.

use argon2::Params;
use argon2::password_hash::phc::{Output, Salt};

use super::cost::Argon2Cost;
use super::engine::{Engine, Verdict};
use super::implementation::Implementation;
use super::stored_hash::{Argon2idHash, HashCondition, check_stored_hash};
use crate::domain::Password;
use crate::platform::random::Random;

const COST: Argon2Cost = Argon2Cost {
    memory_kib: 64,
    iterations: 2,
    parallelism: 1,
};

fn engine() -> Engine {
    let mut memory = Vec::new();
    let implementation = Implementation::choose(COST, &mut memory).unwrap();
    Engine::new(implementation, memory, Random::seeded(1)).unwrap()
}

#[test]
fn the_check_of_a_stored_hash_finds_hashes_that_were_cut_or_have_another_format() {
    let password = Password::given("correct horse");
    let mut engine = engine();
    let ours = engine.hash(&password).unwrap();
    let bcrypt = bcrypt::hash(password.reveal(), 4).unwrap();
    for readable in [&ours, &bcrypt] {
        let condition = check_stored_hash(readable);
        assert_eq!(condition, HashCondition::Readable, "{readable}");
    }
    let with = |from: &str, to: &str| ours.replace(from, to);
    let mut unreadable = vec![
        String::new(),
        "pbkdf2_sha256$600000$salt$hash".to_owned(),
        with("argon2id", "argon2i"),
        with("v=19", "v=16"),
        with("m=64", "m=1"),
        with("m=64", "m=4294967295"),
        bcrypt.replace("$04$", "$99$"),
    ];
    unreadable.extend((1..bcrypt.len()).map(|end| bcrypt[..end].to_owned()));
    for hash in unreadable {
        let condition = check_stored_hash(&hash);
        assert_eq!(condition, HashCondition::Unreadable, "{hash}");
    }
    let output = ours.rfind('$').unwrap() + 1;
    // An output of 16, 20, 24 or 28 bytes may be what it was meant to be.
    let is_usual = |end: &usize| [22, 27, 32, 38].contains(&(end - output));
    for end in (1..ours.len()).filter(|end| *end < output || !is_usual(end)) {
        let hash = &ours[..end];
        let condition = check_stored_hash(hash);
        assert_ne!(condition, HashCondition::Readable, "{hash}");
    }
}

#[test]
fn the_check_of_a_stored_hash_reads_exactly_the_hashes_that_the_engine_reads() {
    let mut engine = engine();
    let password = Password::given("correct horse");
    let ours = engine.hash(&password).unwrap();
    let bcrypt = bcrypt::hash(password.reveal(), 4).unwrap();
    let cut = |hash: &str| (1..=hash.len()).map(|end| hash[..end].to_owned()).collect();
    let hashes: [Vec<_>; 2] = [cut(&ours), cut(&bcrypt)];
    for hash in hashes.concat() {
        let verdict = engine.verify(&password, Some(&hash)).unwrap();
        let is_read = !matches!(verdict, Verdict::Unreadable(_));
        let condition = check_stored_hash(&hash);
        assert_eq!(condition != HashCondition::Unreadable, is_read, "{hash}");
    }
}

#[test]
fn an_output_of_an_unusual_length_may_have_been_cut_and_its_password_matches() {
    let mut engine = engine();
    let password = Password::given("correct horse");
    let mut output = [0; 30];
    let params = Params::new(COST.memory_kib, COST.iterations, COST.parallelism, Some(30)).unwrap();
    let salt = Salt::new(b"sixteen bytes...").unwrap();
    engine
        .argon2(&params, &password, &salt, &mut output)
        .unwrap();
    let output = Output::new(&output).unwrap();
    let hash = Argon2idHash {
        params,
        salt,
        output,
    };
    let hash = hash.to_phc().unwrap();
    assert_eq!(check_stored_hash(&hash), HashCondition::MaybeCut);
    let verdict = engine.verify(&password, Some(&hash));
    assert_eq!(verdict.unwrap(), Verdict::Right { outdated: false });
}
