//! The settings of passwords: their requirements, and the cost of hashing them.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use clap::Args;

use super::values::{duration, kibibytes, min_length, number, positive, threads};
use crate::platform::priority::background_threads;
use crate::service::{Argon2Cost, HasherOptions, PasswordPolicy};

/// The settings of passwords.
#[derive(Args, Clone)]
#[group(skip)]
#[command(next_help_heading = "Passwords")]
pub struct PasswordSettings {
    /// Minimum length of a new password, characters (NIST SP 800-63B-4 section 3.1.1.2)
    #[arg(long, default_value = "8", value_parser = min_length)]
    pub password_min_length: usize,

    /// Minimum zxcvbn score of a new password, from 0 (anything) to 4
    #[arg(long, default_value = "3", value_parser = number::<u8>(0, PasswordPolicy::MAX_SCORE))]
    pub password_min_score: u8,

    /// Argon2id memory, KiB (OWASP Password Storage Cheat Sheet)
    #[arg(long, default_value = "19456", value_parser = kibibytes)]
    pub hash_memory: u32,

    /// Argon2id passes over the memory
    #[arg(long, default_value = "2", value_parser = positive)]
    pub hash_iterations: NonZeroU32,

    /// Argon2id lanes
    #[arg(long, default_value = "1", value_parser = positive)]
    pub hash_parallelism: NonZeroU32,

    /// Threads that hash passwords, each with its own HASH_MEMORY [default: one for each core; half as many under a CPU limit, or where there is no Linux]
    #[arg(long, value_parser = threads)]
    pub hash_threads: Option<NonZeroUsize>,

    /// Longest wait for a hash; a request that would wait longer is refused with OVERLOADED
    #[arg(long, default_value = "5s", value_parser = duration)]
    pub hash_max_wait: Duration,
}

impl PasswordSettings {
    /// Describes why these numbers cannot be a cost of Argon2.
    pub(super) fn problem(&self) -> Option<String> {
        let (memory, lanes) = (self.hash_memory, self.hash_parallelism.get());
        let min = lanes.saturating_mul(8);
        if memory < min {
            return Some(format!(
                "HASH_MEMORY={memory} is too little: Argon2 needs at least {min} KiB with HASH_PARALLELISM={lanes}, and \
                 OWASP asks for 19456, which it is when the setting is left out"
            ));
        }
        let error = self.hasher_options().cost.check().err()?;
        Some(error.to_string())
    }

    /// Returns the memory of a hash, KiB, if it is less than any source recommends (OWASP Password Storage Cheat Sheet: 7168
    /// with 5 passes).
    pub(super) fn little_memory(&self) -> Option<u32> {
        (self.hash_memory < 7168).then_some(self.hash_memory)
    }

    #[must_use]
    pub fn policy(&self) -> PasswordPolicy {
        PasswordPolicy {
            min_chars: self.password_min_length,
            min_score: self.password_min_score,
        }
    }

    #[must_use]
    pub fn hasher_options(&self) -> HasherOptions {
        HasherOptions {
            cost: Argon2Cost {
                memory_kib: self.hash_memory,
                iterations: self.hash_iterations.get(),
                parallelism: self.hash_parallelism.get(),
            },
            threads: self.hash_threads.unwrap_or_else(background_threads).get(),
            max_wait: self.hash_max_wait,
        }
    }
}
