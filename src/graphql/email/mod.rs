//! Email addresses: their verification and their change.
//!
//! `verify` verifies an address by a mailed link, and `change` changes it. The service decides whether that is a change of a
//! verified address, which needs a link, or the correction of an address that was never verified.

pub mod change;
pub mod verify;

use async_graphql::MergedObject;

use self::change::ChangeEmailMutation;
use self::verify::VerifyEmailMutation;

/// The mutations of email addresses.
#[derive(MergedObject, Default)]
pub struct EmailMutations(VerifyEmailMutation, ChangeEmailMutation);
