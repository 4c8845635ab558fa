//! Every SQL statement of the service, on SQLite and PostgreSQL.
//!
//! Owns the pools, the migrations and the rows. Every public method of [`Store`] is one atomic operation: a transaction
//! never leaves this module, and does nothing slow. A change of state is one conditional `UPDATE … RETURNING`;
//! uniqueness is `ON CONFLICT DO NOTHING RETURNING`. Nothing else in the crate uses sqlx. This layer does not know
//! passwords, tokens, or the purpose of an operation.
//!
//! The features are `account`, `session`, `password`, `second_factor`, `passkey`, `email`, `organization`, `membership`,
//! `invitation` and `audit`: each has a folder with a file for each operation and its statements. `database` has the
//! connections, transactions and queries, and is the only code that distinguishes the two engines. `outbox` has the mail of all
//! features. The other files have the challenges, the rate limits, the purges, the kinds of objects that ids name, and the
//! fingerprint of the secret.
//!
//! To learn the layer, read `database` first, and then `session/end.rs`, which uses it.

mod account;
mod audit;
mod challenges;
mod database;
mod email;
mod invitation;
mod membership;
mod nodes;
mod organization;
mod outbox;
mod passkey;
mod password;
mod purge_batch;
mod purges;
mod rate_limits;
mod second_factor;
mod secret_fingerprint;
mod session;

pub use account::{
    AccountDeletionError, ConfirmationError, JoinError, LinkError, NameTaken, NewAccount,
    NewNotice, RegistrationError, SecuredAccount, UpdateProfileError,
};
pub use audit::DeferredEvent;
pub use challenges::{FoundChallenge, NewChallenge};
pub use database::{
    CapturedLink, Committed, DatabaseUrl, DatabaseUrlError, MigrationState, QueuedEmail,
    StatementMode, Store, StoreError, StoreOptions,
};
pub use email::{
    AddressClaim, AddressReplacementError, EmailChangeError, NewAddress, NewEmailChange,
    NewVerification, PendingEmailChange,
};
pub use invitation::{AnswerError, InvitationError, NewInvitation, RevocationError};
pub use membership::MembershipError;
pub use organization::{FoundingError, NewOrganization, OrganizationError};
pub use outbox::{Message, NewLink, NewMemberEmail, NewMessage};
pub use passkey::{
    AnsweredCeremony, KnownCredential, NewPasskey, PasskeyRegistrationError, PasskeyRemoval,
    PasskeyRemovalError,
};
pub use password::{PasswordChange, PasswordRemovalError, PasswordSettingError};
pub use purge_batch::PurgeBatch;
pub use purges::{Expired, ExpiredRows};
pub use rate_limits::{Charge, FullBucket};
pub use second_factor::{
    FactorProof, NewRecoveryCodes, NewTotp, NewTotpSetup, PendingTotp, RenewalError, SealedTotp,
    SpendError, TotpSetupError,
};
pub use session::{
    ClientEvidence, EndedSessions, FreshnessError, LoginError, NewProof, NewSession, PendingLogin,
    ProofOfUser, ReauthenticationError, RefreshCharge, RefreshedSession, Rotation, SignedIn,
    SwitchOrganizationError, UnrotatedRefresh,
};

#[cfg(test)]
mod built_statements_tests;
#[cfg(test)]
mod statements_tests;
