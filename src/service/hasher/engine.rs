//! The hashing algorithm, behind one small seam: whoever finds a faster Argon2 to trust swaps this
//! file, and checks it against the `argon2` crate hash by hash.

use argon2::password_hash::phc::{Ident, Output, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use aws_lc_rs::constant_time::verify_slices_are_equal;

use crate::domain::Password;
use crate::platform::random::Random;

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

/// What a stored hash looks like, without a password to compare it with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashCondition {
    Readable,
    /// Its output has an unusual length. No password matches what is left of a longer one.
    MaybeCut,
    /// No password can be compared with it.
    Unreadable,
}

/// One thread's means to hash: parameters, and the block of memory that Argon2 works in, which is
/// allocated once and used for every hash (a fresh one costs a quarter of the time in page faults).
pub(in crate::service) struct Engine {
    params: Params,
    memory: Vec<Block>,
    random: Random,
    dummy: Argon2idHash,
}

/// A stored hash that a password can be compared with.
enum StoredHash {
    Bcrypt,
    Argon2id(Box<Argon2idHash>),
}

#[derive(Clone)]
struct Argon2idHash {
    params: Params,
    salt: Salt,
    output: Output,
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
            dummy: argon2id_hash(&phc(&params, &salt, &nothing)?)?,
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
        self.matches(password, self.dummy.clone())?;
        Ok(Verdict::Wrong)
    }

    fn verify_stored(&mut self, password: &Password, stored: &str) -> Result<Verdict, String> {
        match read(stored)? {
            StoredHash::Bcrypt => {
                let right = bcrypt::verify(password.reveal_typed(), stored)
                    .map_err(|error| format!("a stored bcrypt hash cannot be read: {error}"))?;
                Ok(verdict(right, is_whole_to_bcrypt(password)))
            }
            StoredHash::Argon2id(hash) => {
                let is_current = self.is_current(&hash.params);
                let right = self.matches(password, *hash)?;
                Ok(verdict(right, !is_current))
            }
        }
    }

    fn matches(&mut self, password: &Password, hash: Argon2idHash) -> Result<bool, String> {
        let mut output = vec![0; hash.output.len()];
        self.argon2(hash.params, password, &hash.salt, &mut output)?;
        Ok(verify_slices_are_equal(&output, hash.output.as_bytes()).is_ok())
    }

    fn is_current(&self, params: &Params) -> bool {
        params.m_cost() == self.params.m_cost()
            && params.t_cost() == self.params.t_cost()
            && params.p_cost() == self.params.p_cost()
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

/// Judges a stored hash as far as that is possible without its password.
#[must_use]
pub fn check_stored_hash(stored: &str) -> HashCondition {
    match read(stored) {
        // Programs make outputs of 16, 24, 32 or 64 bytes.
        Ok(StoredHash::Argon2id(hash)) if hash.output.len() < 16 || hash.output.len() % 4 != 0 => {
            HashCondition::MaybeCut
        }
        Ok(StoredHash::Bcrypt | StoredHash::Argon2id(_)) => HashCondition::Readable,
        Err(_) => HashCondition::Unreadable,
    }
}

/// Reads a stored hash.
///
/// # Errors
/// Says why no password can be compared with it.
fn read(stored: &str) -> Result<StoredHash, String> {
    if is_bcrypt(stored) {
        let parts = stored.parse::<bcrypt::HashParts>();
        let parts =
            parts.map_err(|error| format!("a stored bcrypt hash cannot be read: {error}"))?;
        return match parts.get_cost() {
            4..=31 => Ok(StoredHash::Bcrypt),
            cost => Err(format!("bcrypt has no cost {cost}")),
        };
    }
    let hash = PasswordHash::new(stored)
        .map_err(|error| format!("a stored password hash cannot be read: {error}"))?;
    Ok(StoredHash::Argon2id(Box::new(argon2id_hash(&hash)?)))
}

fn argon2id_hash(hash: &PasswordHash) -> Result<Argon2idHash, String> {
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
    Ok(Argon2idHash {
        params,
        salt,
        output,
    })
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
    use super::{Argon2Cost, Engine, HashCondition, Params, Verdict, check_stored_hash, phc};
    use crate::domain::Password;
    use crate::platform::random::Random;

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
    fn the_check_of_a_stored_hash_finds_those_that_were_cut_or_are_of_another_format() {
        let password = Password::given("correct horse");
        let mut engine = engine(COST);
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
    fn the_check_of_a_stored_hash_reads_just_those_that_the_engine_reads() {
        let mut engine = engine(COST);
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
        let mut engine = engine(COST);
        let password = Password::given("correct horse");
        let mut output = [0; 30];
        let params =
            Params::new(COST.memory_kib, COST.iterations, COST.parallelism, Some(30)).unwrap();
        let salt = *b"sixteen bytes...";
        engine
            .argon2(params.clone(), &password, &salt, &mut output)
            .unwrap();
        let hash = phc(&params, &salt, &output).unwrap().to_string();
        assert_eq!(check_stored_hash(&hash), HashCondition::MaybeCut);
        let verdict = engine.verify(&password, Some(&hash));
        assert_eq!(verdict, Ok(Verdict::Right { outdated: false }));
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
