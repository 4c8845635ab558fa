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
    /// Who may register: open (everybody), invitation (with the link of an invitation to an organization), closed (nobody)
    #[arg(long, default_value = "open")]
    pub registration: RegistrationMode,

    /// Whether nobody may learn which addresses have accounts: `register` answers alike for a taken address and mails its owner; logging in then needs a verified address
    #[arg(long, default_value = "false", action = ArgAction::Set, value_parser = yes_or_no)]
    pub conceal_accounts: bool,

    /// A registration that never proves its address makes way for a newer one after so long
    #[arg(long, default_value = "7days", value_parser = duration)]
    pub unverified_ttl: Duration,

    /// What happened to an account stays listed for so long
    #[arg(long, default_value = "180days", value_parser = duration)]
    pub security_event_retention: Duration,

    /// Names that nobody gets as a username or as the slug of an organization, separated by commas, in place of the list inside; "default" stands for that list, so default,acme adds one; none for no name at all
    #[arg(long, default_value = "default")]
    pub reserved_names: ReservedNames,
}

impl AccountSettings {
    /// Whether somebody who is invited may register.
    #[must_use]
    pub fn takes_invited(&self) -> bool {
        self.registration != RegistrationMode::Closed
    }
}
