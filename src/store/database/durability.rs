//! Writes that need not wait for the disk.
//!
//! A commit waits until it is on the disk, so that it survives a power cut. A relaxed write does not wait: it is a
//! single statement outside a transaction, and a power cut or a crash of the server within the next moment may lose it.
//! Nothing else is lost with it: both engines write one log in the order of the commits, so a later commit that waits
//! takes all earlier ones to the disk.
//!
//! PostgreSQL decides at the end of a transaction whether to wait, by a setting that a statement can change for its own
//! transaction ([`Driver::RELAXED_CONDITION`](super::driver::Driver::RELAXED_CONDITION)). SQLite has a setting of the
//! connection ([`Driver::SWITCH`](super::driver::Driver::SWITCH)), which a [lease](super::lease) resets.

/// The wait of a commit for the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// The commit waits.
    Full,
    /// The commit does not wait, for a write that may be lost without harm.
    Relaxed,
}

/// The statements that change the durability of a connection.
#[derive(Clone, Copy, Debug)]
pub struct DurabilitySwitch {
    pub relaxed: &'static str,
    pub full: &'static str,
}
