//! The reasons why a command fails.

use std::io;
use std::path::PathBuf;

use crate::app::StartError;
use crate::config::{ListenAddress, SettingError};
use crate::domain::MessageId;
use crate::service::{AuthError, SigningKeyError};
use crate::store::StoreError;

/// The reason why a command fails, for the person who ran it.
#[derive(Debug, thiserror::Error)]
pub(super) enum CommandError {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Setting(#[from] SettingError),
    #[error(transparent)]
    Service(#[from] AuthError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{}", address.explain_failure(source))]
    Listen {
        address: ListenAddress,
        source: io::Error,
    },
    #[error("cannot listen for SIGTERM and SIGINT: {0}")]
    Signals(#[source] io::Error),
    #[error("ended by a second signal")]
    SecondSignal,
    #[error(transparent)]
    SigningKey(#[from] SigningKeyError),
    #[error("{} cannot be made: {source}", path.display())]
    KeyFile { path: PathBuf, source: io::Error },
    #[error("SMTP_URL is not set, so mail is captured and cannot be sent")]
    NoMailServer,
    #[error("there is no mail {0}: see latchkey mail list")]
    NoMail(MessageId),
    #[error("there is no mail {0} that was not sent: see latchkey mail list")]
    NoUnsentMail(MessageId),
}
