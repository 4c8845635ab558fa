//! The parameters of Argon2id.

use argon2::Params;

/// The parameters of Argon2id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argon2Cost {
    pub memory_kib: u32,
    pub iterations: u32,
    pub parallelism: u32,
}

/// The error for parameters that Argon2 does not allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "Argon2 does not allow HASH_MEMORY={}, HASH_ITERATIONS={} and HASH_PARALLELISM={} ({reason}): leave them out for what OWASP asks for",
    cost.memory_kib, cost.iterations, cost.parallelism
)]
pub struct Argon2CostError {
    cost: Argon2Cost,
    reason: argon2::Error,
}

impl Argon2Cost {
    /// Checks that Argon2 allows these parameters.
    pub fn check(self) -> Result<(), Argon2CostError> {
        self.params().map(|_| ())
    }

    pub(super) fn params(self) -> Result<Params, Argon2CostError> {
        let output = Some(Params::DEFAULT_OUTPUT_LEN);
        Params::new(self.memory_kib, self.iterations, self.parallelism, output)
            .map_err(|reason| Argon2CostError { cost: self, reason })
    }
}
