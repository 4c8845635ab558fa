//! The settings of accounts.

use std::time::Duration;

use clap::{ArgAction, Args};

use super::values::{duration, yes_or_no};
use crate::domain::{RegistrationMode, ReservedNames};

/// The settings of accounts.
#[derive(Args, Clone)]
#[group(skip)]
#[command(next_help_heading = "Accounts")]
pub struct AccountSettings {
    /// People who may register: open (everybody), invitation (people with an invitation to an organization), closed (nobody)
    #[arg(long, default_value = "open")]
    pub registration: RegistrationMode,

    /// Conceals which addresses have accounts: `register` gives the same answer for a taken address and mails its owner, and logging in requires a verified address
    #[arg(long, default_value = "false", action = ArgAction::Set, value_parser = yes_or_no)]
    pub conceal_accounts: bool,

    /// Time after which a registration whose address was never verified makes way for a newer one
    #[arg(long, default_value = "7days", value_parser = duration)]
    pub unverified_ttl: Duration,

    /// Time for which the security events of an account stay listed
    #[arg(long, default_value = "180days", value_parser = duration)]
    pub security_event_retention: Duration,

    /// Names that nobody can take as a username or as the slug of an organization, separated by commas; "default" stands for the built-in list, so default,acme adds one name; none reserves no names
    #[arg(long, default_value = "default")]
    pub reserved_names: ReservedNames,
}

impl AccountSettings {
    /// Returns whether invited people may register.
    #[must_use]
    pub fn takes_invited(&self) -> bool {
        self.registration != RegistrationMode::Closed
    }
}
