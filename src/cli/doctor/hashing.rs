//! The check of the implementation of Argon2id.

use super::finding::Finding;
use crate::service::{Argon2Cost, Fallback, Implementation};

/// Tests the implementation with these parameters. Those that Argon2 does not allow are a problem of the settings.
pub(super) fn examine(cost: Argon2Cost) -> Option<Finding> {
    Some(report(&Implementation::choose(cost, &mut Vec::new()).ok()?))
}

fn report(implementation: &Implementation) -> Finding {
    const SUBJECT: &str = "hashing";
    match implementation.fallback() {
        Some(reason @ Fallback::FailedSelfTest) => Finding {
            warnings: vec![format!("logins take longer, since {reason}")],
            ..Finding::ok(SUBJECT, "Argon2id by the argon2 crate")
        },
        Some(Fallback::NoAvx2 | Fallback::SeveralLanes) | None => {
            Finding::ok(SUBJECT, implementation)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{examine, report};
    use crate::service::{Argon2Cost, Implementation, Kernel};
    use argon2::{Block, Error, Params};

    const COST: Argon2Cost = Argon2Cost {
        memory_kib: 64,
        iterations: 1,
        parallelism: 1,
    };

    struct AlwaysZero;

    impl Kernel for AlwaysZero {
        fn hash(
            &self,
            _: &Params,
            _: &[u8],
            _: &[u8],
            tag: &mut [u8],
            _: &mut [Block],
        ) -> Result<(), Error> {
            tag.fill(0);
            Ok(())
        }
    }

    #[test]
    fn an_implementation_that_fails_its_test_is_a_warning_and_no_problem() {
        let implementation =
            Implementation::choose_from(Some(AlwaysZero), COST, &mut Vec::new()).unwrap();
        let finding = report(&implementation);
        assert!(!finding.is_problem);
        assert_eq!(finding.text, "Argon2id by the argon2 crate");
        let advice = "our own code computes wrong hashes on this machine: report this";
        assert_eq!(finding.warnings.len(), 1);
        assert!(finding.warnings[0].contains(advice));
    }

    #[test]
    fn the_argon2_crate_is_no_reason_to_warn_with_several_lanes() {
        let cost = Argon2Cost {
            parallelism: 2,
            ..COST
        };
        let finding = examine(cost).unwrap();
        let text = "Argon2id by the argon2 crate, since HASH_PARALLELISM is not 1";
        assert_eq!(finding.text, text);
        assert!(finding.warnings.is_empty());
    }

    #[test]
    fn parameters_that_argon2_does_not_allow_are_left_to_the_settings() {
        let cost = Argon2Cost {
            memory_kib: 1,
            ..COST
        };
        assert!(examine(cost).is_none());
    }
}
