//! The two implementations of Argon2id: our own for the parameters of the settings, if it passes a test at the start, and
//! the `argon2` crate for all others.

use std::fmt;
use std::sync::Arc;

use argon2::{Algorithm, Argon2, Block, Error, Params, Version};
use latchkey_argon2id::Argon2id;

use super::cost::{Argon2Cost, Argon2CostError};
use super::kernel::Kernel;
use super::self_test;

/// The implementation of Argon2id that hashes with the parameters of the settings.
#[derive(Clone)]
pub struct Implementation {
    params: Params,
    kernel: Result<Arc<dyn Kernel>, Fallback>,
}

/// The reason why the `argon2` crate hashes, which is slower.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fallback {
    #[error("this processor has no AVX2")]
    NoAvx2,
    #[error("HASH_PARALLELISM is not 1")]
    SeveralLanes,
    #[error(
        "our own code computes wrong hashes on this machine: report this with the model of its processor"
    )]
    FailedSelfTest,
}

impl Implementation {
    /// Chooses the implementation for these parameters, after a test of our own.
    pub fn choose(cost: Argon2Cost, memory: &mut Vec<Block>) -> Result<Self, Argon2CostError> {
        Self::choose_from(Argon2id::detect(), cost, memory)
    }

    /// Chooses this kernel, if there is one and if it passes the test with these parameters. The test leaves its memory for the
    /// hashes to come.
    pub fn choose_from(
        kernel: Option<impl Kernel + 'static>,
        cost: Argon2Cost,
        memory: &mut Vec<Block>,
    ) -> Result<Self, Argon2CostError> {
        let params = cost.params()?;
        let kernel = match kernel {
            _ if !Argon2id::supports(&params) => Err(Fallback::SeveralLanes),
            None => Err(Fallback::NoAvx2),
            Some(kernel) if self_test::passes(&kernel, &params, memory) => {
                Ok(Arc::new(kernel) as Arc<dyn Kernel>)
            }
            Some(_) => Err(Fallback::FailedSelfTest),
        };
        Ok(Self { params, kernel })
    }

    /// Returns why the `argon2` crate hashes, if it does.
    #[must_use]
    pub fn fallback(&self) -> Option<Fallback> {
        self.kernel.as_ref().err().copied()
    }

    /// Returns the parameters of the settings.
    pub(super) fn params(&self) -> &Params {
        &self.params
    }

    /// Returns whether these parameters are those of the settings, which have no associated data.
    pub(super) fn is_current(&self, params: &Params) -> bool {
        params.m_cost() == self.params.m_cost()
            && params.t_cost() == self.params.t_cost()
            && params.p_cost() == self.params.p_cost()
            && params.data().is_empty()
    }

    /// Computes the tag of a password in memory that has enough blocks.
    pub(super) fn hash(
        &self,
        params: &Params,
        password: &[u8],
        salt: &[u8],
        tag: &mut [u8],
        memory: &mut [Block],
    ) -> Result<(), Error> {
        match &self.kernel {
            Ok(kernel) if self.is_current(params) => {
                kernel.hash(params, password, salt, tag, memory)
            }
            _ => Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
                .hash_password_into_with_memory(password, salt, tag, memory),
        }
    }
}

impl fmt::Display for Implementation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kernel {
            Ok(_) => f.write_str("Argon2id by our own code for AVX2, which passed its self-test"),
            Err(reason) => write!(f, "Argon2id by the argon2 crate, since {reason}"),
        }
    }
}
