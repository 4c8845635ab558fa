//! Second factors: an authenticator app, and the recovery codes that replace it.
//!
//! `setup` turns the second factor on, and `remove` turns it off; `renew` makes new recovery codes. `types` has the methods
//! and the answers that logins and `reauthenticate` share.

pub mod remove;
pub mod renew;
pub mod setup;
pub mod types;

use async_graphql::MergedObject;

use self::remove::RemoveTotpMutation;
use self::renew::RenewRecoveryCodesMutation;
use self::setup::TotpSetupMutation;

/// The mutations of second factors.
#[derive(MergedObject, Default)]
pub struct SecondFactorMutations(
    TotpSetupMutation,
    RemoveTotpMutation,
    RenewRecoveryCodesMutation,
);
