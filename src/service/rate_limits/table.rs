//! The table of limited actions and their buckets.

use enum_map::Enum;
use strum::VariantArray;

/// An action that is limited: one use of a field of the API that takes a password, a token, or an address to send mail to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, VariantArray)]
pub enum RateLimitedAction {
    Login,
    /// A login by a device with an id that has logged in to this account before. No other client can fill its bucket,
    /// so an attack does not lock the owner out.
    LoginOnKnownDevice,
    /// A login by a client that has recently verified the account's mailbox. No other client can fill its bucket
    /// either.
    LoginWithPass,
    /// A refresh with a genuine token.
    Refresh,
    /// A refresh with a forged token.
    RefreshForged,
    Register,
    /// A registration that sends no mail.
    RegisterByInvitation,
    VerifyEmail,
    /// Reads the registration by the token of its verification link.
    ReadRegistration,
    /// Reads the preview of an invitation by its token.
    ReadInvitation,
    CancelRegistration,
    ResendVerificationEmail,
    RequestPasswordReset,
    ResetPassword,
    CheckPassword,
    ChangePassword,
    /// The second step of a login, by a code of the app.
    CompleteLogin,
    /// The second step of a login, by a recovery code. It has 80 bits, so its limit only bounds the number of hashes. It has
    /// no bucket that a thief of the password could fill, to keep the owner out.
    CompleteLoginWithRecoveryCode,
    /// The second step of a login, by a passkey. Its signature cannot be guessed.
    CompleteLoginWithPasskey,
    /// The start of a sign-in with a passkey, alone or as a second factor.
    StartPasskeyLogin,
    CompletePasskeyLogin,
    StartPasskeyRegistration,
    CompletePasskeyRegistration,
    RemovePasskey,
    /// The start of a step-up, which starts a ceremony for passkeys.
    StartReauthentication,
    /// A password that makes a session fresh.
    Reauthenticate,
    /// A code of the app that makes a session fresh.
    ReauthenticateWithCode,
    /// A recovery code that makes a session fresh.
    ReauthenticateWithRecoveryCode,
    /// A passkey that makes a session fresh.
    ReauthenticateWithPasskey,
    ConfirmTotpSetup,
    RenewRecoveryCodes,
    SetPassword,
    RequestEmailChange,
    /// The mail of a requested change, after the password was confirmed.
    MailEmailChange,
    ConfirmEmailChange,
    SecureAccount,
    DeleteAccount,
    /// A change of the username.
    UpdateProfile,
    CreateOrganization,
    UpdateOrganization,
    DeleteOrganization,
    InviteMember,
    /// The mail of an invitation, after the inviter's role was checked. An invitation that sends no mail must not use
    /// up the limit of the address.
    MailInvitation,
    RevokeInvitation,
    AcceptInvitation,
    DeclineInvitation,
    UpdateMemberRole,
    RemoveMember,
}

/// A kind of bucket. `config::limits` gives each its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum Bucket {
    LoginNetwork,
    /// Counts one network on one account. An attack from few networks fills these buckets, and not the account's.
    LoginNetworkAccount,
    LoginAccount,
    LoginDevice,
    /// Counts registrations, including refused ones.
    RegisterNetwork,
    PasswordAccount,
    SecondFactor,
    PasskeyNetwork,
    NameAccount,
    OrganizationAccount,
    InvitationAccount,
    MembershipAccount,
    MailNetwork,
    MailAddress,
    LinkNetwork,
    CheckNetwork,
    RefreshNetwork,
    RefreshSession,
}

/// The kind of party that a bucket counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitScope {
    /// The client's network.
    Network,
    /// The name that a login gives; or the session in which a password is confirmed, so that the thief of one session
    /// cannot block the others.
    Account,
    /// The party that proves a second factor: an account on unknown devices, a known device, or a session.
    Prover,
    /// The recipient of a mail.
    Address,
    /// An account and a device.
    Device,
    /// The id of a session.
    Session,
}

impl RateLimitedAction {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the row of an action: its operation, and its buckets.
    fn row(self) -> (&'static str, &'static [Bucket]) {
        use Bucket::{
            CheckNetwork, InvitationAccount, LinkNetwork, LoginAccount, LoginDevice, LoginNetwork,
            LoginNetworkAccount, MailAddress, MailNetwork, MembershipAccount, NameAccount,
            OrganizationAccount, PasskeyNetwork, PasswordAccount, RefreshNetwork, RefreshSession,
            RegisterNetwork, SecondFactor,
        };
        match self {
            Self::Login => ("login", &[LoginNetwork, LoginNetworkAccount, LoginAccount]),
            Self::LoginOnKnownDevice | Self::LoginWithPass => {
                ("login", &[LoginNetwork, LoginDevice])
            }
            // A genuine token names its session, so that clients behind one address share no bucket.
            Self::Refresh => ("refresh", &[RefreshSession]),
            Self::RefreshForged => ("refresh", &[RefreshNetwork]),
            Self::Register => ("register", &[RegisterNetwork, MailNetwork, MailAddress]),
            Self::RegisterByInvitation => ("register", &[RegisterNetwork]),
            Self::VerifyEmail => ("verifyEmail", &[LinkNetwork]),
            Self::ReadRegistration => ("registration", &[LinkNetwork]),
            Self::ReadInvitation => ("invitation", &[LinkNetwork]),
            Self::CancelRegistration => ("cancelRegistration", &[LinkNetwork]),
            Self::ResendVerificationEmail => {
                ("resendVerificationEmail", &[MailNetwork, MailAddress])
            }
            Self::RequestPasswordReset => ("requestPasswordReset", &[MailNetwork, MailAddress]),
            Self::ResetPassword => ("resetPassword", &[LinkNetwork]),
            Self::CheckPassword => ("checkPassword", &[CheckNetwork]),
            Self::ChangePassword => ("changePassword", &[LoginNetwork, PasswordAccount]),
            Self::CompleteLogin => ("completeLogin", &[LoginNetwork, SecondFactor]),
            Self::CompleteLoginWithRecoveryCode => ("completeLogin", &[LoginNetwork]),
            Self::CompleteLoginWithPasskey => ("completeLogin", &[PasskeyNetwork]),
            Self::StartPasskeyLogin => ("startPasskeyLogin", &[PasskeyNetwork]),
            Self::CompletePasskeyLogin => ("completePasskeyLogin", &[PasskeyNetwork]),
            Self::StartPasskeyRegistration => ("startPasskeyRegistration", &[PasskeyNetwork]),
            Self::CompletePasskeyRegistration => ("completePasskeyRegistration", &[SecondFactor]),
            Self::RemovePasskey => ("removePasskey", &[SecondFactor]),
            Self::StartReauthentication => ("startReauthentication", &[PasskeyNetwork]),
            Self::Reauthenticate => ("reauthenticate", &[LoginNetwork, PasswordAccount]),
            Self::ReauthenticateWithCode => ("reauthenticate", &[LoginNetwork, SecondFactor]),
            Self::ReauthenticateWithRecoveryCode => ("reauthenticate", &[LoginNetwork]),
            Self::ReauthenticateWithPasskey => ("reauthenticate", &[PasskeyNetwork]),
            Self::ConfirmTotpSetup => ("confirmTotpSetup", &[SecondFactor]),
            Self::RenewRecoveryCodes => ("renewRecoveryCodes", &[SecondFactor]),
            Self::SetPassword => ("setPassword", &[PasswordAccount]),
            Self::RequestEmailChange => ("requestEmailChange", &[LoginNetwork, PasswordAccount]),
            Self::MailEmailChange => ("requestEmailChange", &[MailNetwork, MailAddress]),
            Self::ConfirmEmailChange => ("confirmEmailChange", &[LinkNetwork]),
            Self::SecureAccount => ("secureAccount", &[LinkNetwork]),
            Self::DeleteAccount => ("deleteAccount", &[LoginNetwork, PasswordAccount]),
            Self::UpdateProfile => ("updateProfile", &[NameAccount]),
            Self::CreateOrganization => ("createOrganization", &[OrganizationAccount]),
            Self::UpdateOrganization => ("updateOrganization", &[OrganizationAccount]),
            Self::DeleteOrganization => ("deleteOrganization", &[OrganizationAccount]),
            Self::InviteMember => ("inviteMember", &[InvitationAccount]),
            Self::MailInvitation => ("inviteMember", &[MailNetwork, MailAddress]),
            Self::RevokeInvitation => ("revokeInvitation", &[MembershipAccount]),
            Self::UpdateMemberRole => ("updateMemberRole", &[MembershipAccount]),
            Self::RemoveMember => ("removeMember", &[MembershipAccount]),
            Self::AcceptInvitation => ("acceptInvitation", &[LinkNetwork]),
            Self::DeclineInvitation => ("declineInvitation", &[LinkNetwork]),
        }
    }

    /// Returns the operation that the action belongs to, by the name of its field of the API. Events and
    /// their log lines name it, too.
    #[must_use]
    pub fn operation(self) -> &'static str {
        self.row().0
    }

    /// Returns the buckets that the action is charged to.
    pub(super) fn buckets(self) -> &'static [Bucket] {
        self.row().1
    }
}

impl Bucket {
    /// Returns the kind of party that the bucket counts.
    pub(super) fn scope(self) -> LimitScope {
        match self {
            Self::LoginNetwork
            | Self::RegisterNetwork
            | Self::MailNetwork
            | Self::LinkNetwork
            | Self::CheckNetwork
            | Self::PasskeyNetwork
            | Self::RefreshNetwork => LimitScope::Network,
            Self::LoginAccount
            | Self::LoginNetworkAccount
            | Self::PasswordAccount
            | Self::NameAccount
            | Self::OrganizationAccount
            | Self::InvitationAccount
            | Self::MembershipAccount => LimitScope::Account,
            Self::LoginDevice => LimitScope::Device,
            Self::SecondFactor => LimitScope::Prover,
            Self::MailAddress => LimitScope::Address,
            Self::RefreshSession => LimitScope::Session,
        }
    }

    /// Returns whether the bucket counts mails.
    pub(super) fn counts_mail(self) -> bool {
        matches!(self, Self::MailNetwork | Self::MailAddress)
    }

    /// Returns whether the bucket is charged only if all other buckets of the attempt let it through.
    pub(super) fn is_gated(self) -> bool {
        self == Self::LoginAccount
    }
}

#[cfg(test)]
mod tests {
    use super::{LimitScope, RateLimitedAction};

    #[test]
    fn an_action_that_is_charged_to_a_network_is_charged_to_it_first() {
        for action in RateLimitedAction::ALL {
            let scopes: Vec<_> = action.buckets().iter().map(|kind| kind.scope()).collect();
            if scopes.contains(&LimitScope::Network) {
                assert_eq!(scopes[0], LimitScope::Network, "{action:?}");
            }
        }
    }
}
