//! Hashing and verifying on one thread, in memory that is used again and again.

use argon2::password_hash::phc::Output;
use argon2::{Block, Params};
use aws_lc_rs::constant_time::verify_slices_are_equal;

use super::error::HasherError;
use super::implementation::Implementation;
use super::stored_hash::{Argon2idHash, SharedParameters, StoredHash, StoredHashError, salt};
use crate::domain::Password;
use crate::platform::random::Random;

/// The outcome of comparing a password with a stored hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Wrong,
    /// The hash cannot be compared with any password.
    Unreadable(StoredHashError),
    Right {
        /// Whether the hash has other parameters or another algorithm, and should be replaced.
        outdated: bool,
    },
}

/// The state of one hashing thread: the implementation with its parameters, and the memory that Argon2 works in. It is
/// allocated for the first hash and used for every other, because page faults of fresh memory take a quarter of the time.
pub(in crate::service) struct Engine {
    implementation: Implementation,
    memory: Vec<Block>,
    random: Random,
    /// A hash that no password matches.
    dummy: Argon2idHash,
}

impl Engine {
    pub(super) fn new(
        implementation: Implementation,
        memory: Vec<Block>,
        random: Random,
    ) -> Result<Self, HasherError> {
        let params = implementation.params();
        let dummy = Argon2idHash {
            params: params.clone(),
            salt: salt(&random)?,
            output: output(&random.bytes::<{ Params::DEFAULT_OUTPUT_LEN }>())?,
        };
        Ok(Self {
            implementation,
            memory,
            random,
            dummy,
        })
    }

    /// Hashes a password with a fresh salt and returns the PHC string.
    pub(in crate::service) fn hash(&mut self, password: &Password) -> Result<String, HasherError> {
        let params = self.implementation.params().clone();
        let salt = salt(&self.random)?;
        let mut bytes = [0; Params::DEFAULT_OUTPUT_LEN];
        self.argon2(&params, password, &salt, &mut bytes)?;
        let hash = Argon2idHash {
            params,
            salt,
            output: output(&bytes)?,
        };
        Ok(hash.to_phc()?)
    }

    /// Hashes a secret under parameters that several secrets share. The same secret always has the same output.
    pub(in crate::service) fn hash_under(
        &mut self,
        parameters: &str,
        secret: &Password,
    ) -> Result<Vec<u8>, StoredHashError> {
        let SharedParameters { params, salt } = SharedParameters::parse(parameters)?;
        let mut bytes = vec![0; Params::DEFAULT_OUTPUT_LEN];
        self.argon2(&params, secret, &salt, &mut bytes)?;
        Ok(bytes)
    }

    /// Compares a password with a stored hash, or with a dummy that nothing matches.
    pub(in crate::service) fn verify(
        &mut self,
        password: &Password,
        stored: Option<&str>,
    ) -> Result<Verdict, HasherError> {
        let Some(stored) = stored else {
            return self.verify_nothing(password);
        };
        match self.verify_stored(password, stored) {
            Ok(verdict) => Ok(verdict),
            Err(problem) => {
                // Takes the time of a readable hash, so that the time does not reveal the problem.
                self.verify_nothing(password)?;
                Ok(Verdict::Unreadable(problem))
            }
        }
    }

    fn verify_nothing(&mut self, password: &Password) -> Result<Verdict, HasherError> {
        self.matches(password, &self.dummy.clone())?;
        Ok(Verdict::Wrong)
    }

    fn verify_stored(
        &mut self,
        password: &Password,
        stored: &str,
    ) -> Result<Verdict, StoredHashError> {
        match StoredHash::parse(stored)? {
            StoredHash::Bcrypt => {
                let right = bcrypt::verify(password.reveal_typed(), stored)
                    .map_err(|error| StoredHashError::Bcrypt(error.to_string()))?;
                Ok(verdict(right, is_whole_to_bcrypt(password)))
            }
            StoredHash::Argon2id(hash) => {
                let is_current = self.implementation.is_current(&hash.params);
                let right = self.matches(password, &hash)?;
                Ok(verdict(right, !is_current))
            }
        }
    }

    fn matches(&mut self, password: &Password, hash: &Argon2idHash) -> Result<bool, argon2::Error> {
        let mut output = vec![0; hash.output.len()];
        self.argon2(&hash.params, password, &hash.salt, &mut output)?;
        Ok(verify_slices_are_equal(&output, hash.output.as_bytes()).is_ok())
    }

    pub(super) fn argon2(
        &mut self,
        params: &Params,
        password: &Password,
        salt: &[u8],
        output: &mut [u8],
    ) -> Result<(), argon2::Error> {
        let blocks = params.block_count();
        if self.memory.len() < blocks {
            // The first hash of this thread, or one that was made with higher parameters.
            self.memory.resize(blocks, Block::default());
        }
        let memory = &mut self.memory[..blocks];
        let password = password.reveal().as_bytes();
        self.implementation
            .hash(params, password, salt, output, memory)
    }
}

fn output(bytes: &[u8]) -> Result<Output, HasherError> {
    Output::new(bytes).map_err(|error| HasherError::Phc(error.into()))
}

fn verdict(right: bool, outdated: bool) -> Verdict {
    if right {
        Verdict::Right { outdated }
    } else {
        Verdict::Wrong
    }
}

/// Returns whether bcrypt has compared the whole password. It reads 72 bytes and stops at a NUL, so a longer password
/// may be wrong behind that, and must not be hashed anew as the right one.
fn is_whole_to_bcrypt(password: &Password) -> bool {
    const READ: usize = 72;
    let typed = password.reveal_typed().as_bytes();
    typed.len() < READ && !typed.contains(&0)
}

#[cfg(test)]
mod tests {
    use super::super::cost::Argon2Cost;
    use super::{Engine, Implementation, SharedParameters, Verdict};
    use crate::domain::Password;
    use crate::platform::random::Random;

    const COST: Argon2Cost = Argon2Cost {
        memory_kib: 64,
        iterations: 2,
        parallelism: 1,
    };

    fn engine(cost: Argon2Cost) -> Engine {
        let mut memory = Vec::new();
        let implementation = Implementation::choose(cost, &mut memory).unwrap();
        Engine::new(implementation, memory, Random::seeded(1)).unwrap()
    }

    #[test]
    fn a_hash_is_a_phc_string_that_only_its_password_matches() {
        let mut engine = engine(COST);
        let hash = engine.hash(&Password::given("correct horse")).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=64,t=2,p=1$"), "{hash}");
        let right = engine.verify(&Password::given("correct horse"), Some(&hash));
        assert_eq!(right.unwrap(), Verdict::Right { outdated: false });
        let wrong = engine.verify(&Password::given("correct house"), Some(&hash));
        assert_eq!(wrong.unwrap(), Verdict::Wrong);
    }

    #[test]
    fn a_hash_made_by_the_reference_implementation_is_understood() {
        // `echo -n password | argon2 somesalt -id -m 16 -t 2 -p 4 -l 24`, as the reference's own
        // test vectors have it for version 0x13.
        let hash = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        let verdict = engine(COST).verify(&Password::given("password"), Some(hash));
        assert_eq!(verdict.unwrap(), Verdict::Right { outdated: true });
    }

    #[test]
    fn a_hash_of_other_parameters_or_of_bcrypt_is_right_and_outdated() {
        let lower = Argon2Cost {
            iterations: 1,
            ..COST
        };
        let password = Password::given("correct horse");
        let old = engine(lower).hash(&password).unwrap();
        let foreign = bcrypt::hash(password.reveal(), 4).unwrap();
        for stored in [old, foreign] {
            let verdict = engine(COST).verify(&password, Some(&stored));
            assert_eq!(
                verdict.unwrap(),
                Verdict::Right { outdated: true },
                "{stored}"
            );
        }
    }

    #[test]
    fn no_password_matches_an_unknown_user() {
        let verdict = engine(COST).verify(&Password::given("correct horse"), None);
        assert_eq!(verdict.unwrap(), Verdict::Wrong);
    }

    #[test]
    fn a_secret_has_one_output_under_the_same_parameters_and_another_under_others() {
        let mut engine = engine(COST);
        let [first, second] = [(); 2].map(|()| {
            let shared = SharedParameters::new(engine.implementation.params(), &engine.random);
            shared.unwrap().to_phc().unwrap()
        });
        assert!(first.starts_with("$argon2id$v=19$m=64,t=2,p=1$"), "{first}");
        let mut output = |parameters: &str, secret: &str| {
            let secret = Password::given(secret);
            engine.hash_under(parameters, &secret).unwrap()
        };
        assert_eq!(output(&first, "one"), output(&first, "one"));
        assert_ne!(output(&first, "one"), output(&first, "two"));
        assert_ne!(output(&first, "one"), output(&second, "one"));
        for damaged in ["", "$argon2id$v=19$m=64,t=2,p=1", "$scrypt$c2FsdHNhbHQ"] {
            let secret = Password::given("one");
            assert!(engine.hash_under(damaged, &secret).is_err(), "{damaged}");
        }
    }

    #[test]
    fn passwords_are_compared_in_one_normal_form() {
        let mut engine = engine(COST);
        let composed = engine.hash(&Password::given("caf\u{e9} au lait")).unwrap();
        let decomposed = Password::given("cafe\u{301} au lait");
        let verdict = engine.verify(&decomposed, Some(&composed));
        assert_eq!(verdict.unwrap(), Verdict::Right { outdated: false });
    }
}
