//! Passwords: how a new one is set.
//!
//! `check` tells what is asked of a password and judges one; `change` replaces a known password, and `reset` a forgotten
//! one, by the link that `reset_link` mails.

pub mod change;
pub mod check;
pub mod reset;
pub mod reset_link;
