//! The hashing algorithm, behind one small seam: whoever finds a faster Argon2 to trust swaps this
//! file, and checks it against the `argon2` crate hash by hash.

use argon2::password_hash::phc::{Ident, Output, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use aws_lc_rs::constant_time::verify_slices_are_equal;

use crate::domain::Password;
use crate::random::Random;

/// The parameters of Argon2id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argon2Cost {
    pub memory_kib: u32,
    pub iterations: u32,
    pub parallelism: u32,
}

/// What a comparison with a stored hash found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Wrong,
    /// Nobody can tell, since the hash is of a format that is not known here: what is wrong with it.
    Unreadable(String),
    Right {
        /// The hash was made with other parameters or another algorithm: make it anew.
        outdated: bool,
    },
}

/// One thread's means to hash: parameters, and the block of memory that Argon2 works in, which is
/// allocated once and used for every hash (a fresh one costs a quarter of the time in page faults).
pub(in crate::service) struct Engine {
    params: Params,
    memory: Vec<Block>,
    random: Random,
    dummy: PasswordHash,
}

/// The most memory that a stored hash may ask for, KiB: a slip in a table must not take all of the machine's.
const MAX_STORED_MEMORY: u32 = 4 * 1024 * 1024;

impl Argon2Cost {
    /// # Errors
    /// When Argon2 knows no such cost.
    pub fn check(self) -> Result<(), String> {
        self.params().map(|_| ())
    }

    fn params(self) -> Result<Params, String> {
        let (memory, passes, lanes) = (self.memory_kib, self.iterations, self.parallelism);
        Params::new(memory, passes, lanes, Some(Params::DEFAULT_OUTPUT_LEN)).map_err(|error| {
            format!(
                "Argon2 does not allow HASH_MEMORY={memory}, HASH_ITERATIONS={passes} and HASH_PARALLELISM={lanes} ({error}): \
                 leave them out for what OWASP asks for"
            )
        })
    }
}

impl Engine {
    pub(super) fn new(cost: Argon2Cost, random: Random) -> Result<Self, String> {
        let params = cost.params()?;
        let salt: [u8; 16] = random.bytes();
        let nothing: [u8; Params::DEFAULT_OUTPUT_LEN] = random.bytes();
        Ok(Self {
            memory: vec![Block::default(); params.block_count()],
            dummy: phc(&params, &salt, &nothing)?,
            params,
            random,
        })
    }

    /// Makes the PHC string of a password, with a fresh salt of 16 bytes (RFC 9106 section 3.1).
    pub(in crate::service) fn hash(&mut self, password: &Password) -> Result<String, String> {
        let salt: [u8; 16] = self.random.bytes();
        let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
        self.argon2(self.params.clone(), password, &salt, &mut output)?;
        Ok(phc(&self.params, &salt, &output)?.to_string())
    }

    /// Compares a password with a stored hash, or with a dummy that nothing matches.
    pub(in crate::service) fn verify(
        &mut self,
        password: &Password,
        stored: Option<&str>,
    ) -> Result<Verdict, String> {
        let Some(stored) = stored else {
            return self.verify_nothing(password);
        };
        match self.verify_stored(password, stored) {
            Ok(verdict) => Ok(verdict),
            Err(problem) => {
                // Takes as long as another, so that its time does not tell.
                self.verify_nothing(password)?;
                Ok(Verdict::Unreadable(problem))
            }
        }
    }

    fn verify_nothing(&mut self, password: &Password) -> Result<Verdict, String> {
        self.matches(password, &self.dummy.clone())?;
        Ok(Verdict::Wrong)
    }

    fn verify_stored(&mut self, password: &Password, stored: &str) -> Result<Verdict, String> {
        if is_bcrypt(stored) {
            let right = bcrypt::verify(password.reveal_typed(), stored)
                .map_err(|error| format!("a stored bcrypt hash cannot be read: {error}"))?;
            return Ok(verdict(right, is_whole_to_bcrypt(password)));
        }
        let hash = parse(stored)?;
        let right = self.matches(password, &hash)?;
        Ok(verdict(right, !self.is_current(&hash)))
    }

    fn matches(&mut self, password: &Password, hash: &PasswordHash) -> Result<bool, String> {
        let (params, salt, expected) = parts(hash)?;
        let mut output = vec![0; expected.len()];
        self.argon2(params, password, &salt, &mut output)?;
        Ok(verify_slices_are_equal(&output, expected.as_bytes()).is_ok())
    }

    fn is_current(&self, hash: &PasswordHash) -> bool {
        Params::try_from(hash).is_ok_and(|params| {
            params.m_cost() == self.params.m_cost()
                && params.t_cost() == self.params.t_cost()
                && params.p_cost() == self.params.p_cost()
        })
    }

    fn argon2(
        &mut self,
        params: Params,
        password: &Password,
        salt: &[u8],
        output: &mut [u8],
    ) -> Result<(), String> {
        let blocks = params.block_count();
        if self.memory.len() < blocks {
            // A hash from a time of higher parameters.
            self.memory.resize(blocks, Block::default());
        }
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into_with_memory(
                password.reveal().as_bytes(),
                salt,
                output,
                &mut self.memory[..blocks],
            )
            .map_err(|error| format!("Argon2 failed: {error}"))
    }
}

/// Checks that a password can match a stored hash, as far as that shows without a password.
///
/// # Errors
/// What is wrong with the hash.
pub fn check_stored_hash(stored: &str) -> Result<(), String> {
    if is_bcrypt(stored) {
        return match stored.parse::<bcrypt::HashParts>() {
            Ok(parts) if (4..=31).contains(&parts.get_cost()) => Ok(()),
            Ok(parts) => Err(format!("bcrypt has no cost {}", parts.get_cost())),
            Err(error) => Err(format!("a stored bcrypt hash cannot be read: {error}")),
        };
    }
    let (_, _, output) = parts(&parse(stored)?)?;
    // Programs make outputs of 16, 24, 32 or 64 bytes. One that was cut may still be whole Base64.
    if output.len() < 16 || output.len() % 4 != 0 {
        return Err(format!(
            "a stored hash was cut: its output has {} bytes",
            output.len()
        ));
    }
    Ok(())
}

fn parse(stored: &str) -> Result<PasswordHash, String> {
    PasswordHash::new(stored)
        .map_err(|error| format!("a stored password hash cannot be read: {error}"))
}

/// What a hash of Argon2id is compared by.
fn parts(hash: &PasswordHash) -> Result<(Params, Salt, Output), String> {
    let unreadable = || "a stored password hash lacks its salt or output".to_owned();
    if hash.algorithm != Ident::new("argon2id").map_err(|_| unreadable())? {
        return Err(format!(
            "a stored hash is of {}, not argon2id",
            hash.algorithm
        ));
    }
    let known = u32::from(Version::V0x13);
    if hash.version.is_some_and(|version| version != known) {
        return Err(format!(
            "a stored hash is of another version of Argon2 than {known}"
        ));
    }
    let (salt, output) = hash.salt.zip(hash.hash).ok_or_else(unreadable)?;
    let params = Params::try_from(hash)
        .map_err(|error| format!("a stored hash has impossible parameters: {error}"))?;
    if params.m_cost() > MAX_STORED_MEMORY {
        return Err(format!(
            "a stored hash needs {} KiB of memory, and {MAX_STORED_MEMORY} are the most here",
            params.m_cost()
        ));
    }
    Ok((params, salt, output))
}

fn verdict(right: bool, outdated: bool) -> Verdict {
    if right {
        Verdict::Right { outdated }
    } else {
        Verdict::Wrong
    }
}

/// Whether bcrypt has compared all of it, and nothing else would match: it reads 72 bytes, and a NUL ends what
/// it reads. What was typed wrong behind that must not become the password.
fn is_whole_to_bcrypt(password: &Password) -> bool {
    const READ: usize = 72;
    let typed = password.reveal_typed().as_bytes();
    typed.len() < READ && !typed.contains(&0)
}

fn is_bcrypt(stored: &str) -> bool {
    ["$2a$", "$2b$", "$2x$", "$2y$"]
        .iter()
        .any(|prefix| stored.starts_with(prefix))
}

fn phc(params: &Params, salt: &[u8], output: &[u8]) -> Result<PasswordHash, String> {
    let impossible = |error: argon2::password_hash::phc::Error| format!("no PHC string: {error}");
    Ok(PasswordHash {
        algorithm: Ident::new("argon2id").map_err(impossible)?,
        version: Some(Version::V0x13.into()),
        params: params
            .try_into()
            .map_err(|error| format!("no PHC parameters: {error}"))?,
        salt: Some(Salt::new(salt).map_err(impossible)?),
        hash: Some(Output::new(output).map_err(impossible)?),
    })
}

#[cfg(test)]
mod tests {
    use super::{Argon2Cost, Engine, Verdict, check_stored_hash};
    use crate::domain::Password;
    use crate::random::Random;

    const COST: Argon2Cost = Argon2Cost {
        memory_kib: 64,
        iterations: 2,
        parallelism: 1,
    };

    fn engine(cost: Argon2Cost) -> Engine {
        Engine::new(cost, Random::seeded(1)).unwrap()
    }

    #[test]
    fn a_hash_is_a_phc_string_that_only_its_password_matches() {
        let mut engine = engine(COST);
        let hash = engine.hash(&Password::given("correct horse")).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=64,t=2,p=1$"), "{hash}");
        let right = engine.verify(&Password::given("correct horse"), Some(&hash));
        assert_eq!(right, Ok(Verdict::Right { outdated: false }));
        let wrong = engine.verify(&Password::given("correct house"), Some(&hash));
        assert_eq!(wrong, Ok(Verdict::Wrong));
    }

    #[test]
    fn a_hash_made_by_the_reference_implementation_is_understood() {
        // `echo -n password | argon2 somesalt -id -m 16 -t 2 -p 4 -l 24`, as the reference's own
        // test vectors have it for version 0x13.
        let hash = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        let verdict = engine(COST).verify(&Password::given("password"), Some(hash));
        assert_eq!(verdict, Ok(Verdict::Right { outdated: true }));
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
            assert_eq!(verdict, Ok(Verdict::Right { outdated: true }), "{stored}");
        }
    }

    #[test]
    fn the_check_of_a_stored_hash_refuses_what_no_password_can_match() {
        let password = Password::given("correct horse");
        let mut engine = engine(COST);
        let ours = engine.hash(&password).unwrap();
        let bcrypt = bcrypt::hash(password.reveal(), 4).unwrap();
        for whole in [&ours, &bcrypt] {
            assert_eq!(check_stored_hash(whole), Ok(()), "{whole}");
        }
        let with = |from: &str, to: &str| ours.replace(from, to);
        let mut broken = vec![
            String::new(),
            "pbkdf2_sha256$600000$salt$hash".to_owned(),
            with("argon2id", "argon2i"),
            with("v=19", "v=16"),
            with("m=64", "m=1"),
            with("m=64", "m=4294967295"),
            bcrypt.replace("$04$", "$99$"),
        ];
        broken.extend((1..bcrypt.len()).map(|end| bcrypt[..end].to_owned()));
        // An output of 16, 20, 24 or 28 bytes may be what it was meant to be.
        let output = ours.rfind('$').unwrap() + 1;
        let is_plausible = |end: &usize| [22, 27, 32, 38].contains(&(end - output));
        let ends = (1..ours.len()).filter(|end| *end < output || !is_plausible(end));
        broken.extend(ends.map(|end| ours[..end].to_owned()));
        for hash in broken {
            assert!(check_stored_hash(&hash).is_err(), "{hash}");
        }
    }

    #[test]
    fn a_stored_hash_that_passes_its_check_is_one_that_the_engine_reads() {
        let mut engine = engine(COST);
        let ours = engine.hash(&Password::given("correct horse")).unwrap();
        for end in 1..=ours.len() {
            let hash = &ours[..end];
            let verdict = engine.verify(&Password::given("correct horse"), Some(hash));
            let is_read = !matches!(verdict, Ok(Verdict::Unreadable(_)));
            assert!(is_read || check_stored_hash(hash).is_err(), "{hash}");
        }
    }

    #[test]
    fn an_unknown_user_matches_no_password() {
        let verdict = engine(COST).verify(&Password::given("correct horse"), None);
        assert_eq!(verdict, Ok(Verdict::Wrong));
    }

    #[test]
    fn passwords_are_compared_in_one_normal_form() {
        let mut engine = engine(COST);
        let composed = engine.hash(&Password::given("caf\u{e9} au lait")).unwrap();
        let decomposed = Password::given("cafe\u{301} au lait");
        let verdict = engine.verify(&decomposed, Some(&composed));
        assert_eq!(verdict, Ok(Verdict::Right { outdated: false }));
    }
}
