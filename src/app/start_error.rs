//! The reasons why the service does not start.

use crate::service::AuthError;
use crate::store::StoreError;

/// A reason why the service does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{}", .0.join("\n"))]
    Settings(Vec<String>),
    #[error("{0}")]
    Machine(String),
    #[error(transparent)]
    Service(#[from] AuthError),
    #[error(transparent)]
    Store(#[from] StoreError),
}
