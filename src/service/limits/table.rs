//! The table of attempts, and of the buckets that each is charged to.

use strum::VariantArray;

/// Something that is tried: a field of the API that takes a password, a token, or an address to mail to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, VariantArray)]
pub enum Attempt {
    Login,
    /// By a device that chose an id of its own and has signed in to this account before: nobody else
    /// can use its bucket up, so an account under attack is not locked for its owner.
    LoginOnKnownDevice,
    /// From where the account's mailbox was proved a while ago: nobody else can use its bucket up either.
    LoginAfterProof,
    /// With a token of ours.
    Refresh,
    /// With a token that is none of ours.
    RefreshForged,
    Register,
    /// Sends no mail.
    RegisterByInvitation,
    VerifyEmail,
    /// Reads who registered, by the token of the same link.
    ReadRegistration,
    /// Reads what an invitation is for, by its token.
    ReadInvitation,
    CancelRegistration,
    ResendVerificationEmail,
    RequestPasswordReset,
    ResetPassword,
    CheckPassword,
    ChangePassword,
    RequestEmailChange,
    /// The same, once the password was right and there is mail to send.
    MailEmailChange,
    ConfirmEmailChange,
    SecureAccount,
    DeleteAccount,
    /// With a new username, which others see and log in with.
    UpdateProfile,
    CreateOrganization,
    UpdateOrganization,
    DeleteOrganization,
    InviteMember,
    /// The same, once it is known that the inviter may, and that there is mail to send: what sends none
    /// keeps nobody else's from an address.
    MailInvitation,
    RevokeInvitation,
    AcceptInvitation,
    DeclineInvitation,
    UpdateMemberRole,
    RemoveMember,
}

/// A kind of bucket. Each has a limit in the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bucket {
    LoginNetwork,
    /// Counts one network on one account: an attack from few networks fills these, and not the account's.
    LoginNetworkAccount,
    LoginAccount,
    LoginDevice,
    /// Registrations, also those that are refused.
    RegisterNetwork,
    PasswordAccount,
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

/// The party that an attempt is charged to, beside the network that it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The name that a login gives; or the session in which a password is given again, so that the thief
    /// of one session shuts no other out of a change of password.
    Account,
    /// An address that mail would go to.
    Address,
    /// An account and a device.
    Device,
    /// A session's id.
    Session,
}

impl Attempt {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns a row of the table: which field of the API is charged to which buckets.
    fn row(self) -> (&'static str, &'static [Bucket]) {
        use Bucket::{
            CheckNetwork, InvitationAccount, LinkNetwork, LoginAccount, LoginDevice, LoginNetwork,
            LoginNetworkAccount, MailAddress, MailNetwork, MembershipAccount, NameAccount,
            OrganizationAccount, PasswordAccount, RefreshNetwork, RefreshSession, RegisterNetwork,
        };
        match self {
            Self::Login => ("login", &[LoginNetwork, LoginNetworkAccount, LoginAccount]),
            Self::LoginOnKnownDevice | Self::LoginAfterProof => {
                ("login", &[LoginNetwork, LoginDevice])
            }
            // A token of ours names its session, so that people who share an address share no bucket.
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

    /// Returns the field of the API.
    #[must_use]
    pub fn field(self) -> &'static str {
        self.row().0
    }

    /// Returns the buckets that it is charged to.
    pub(super) fn buckets(self) -> &'static [Bucket] {
        self.row().1
    }
}

impl Bucket {
    /// Returns the party that it counts for; `None`: the network that the attempt comes from.
    pub(super) fn subject(self) -> Option<Subject> {
        match self {
            Self::LoginNetwork
            | Self::RegisterNetwork
            | Self::MailNetwork
            | Self::LinkNetwork
            | Self::CheckNetwork
            | Self::RefreshNetwork => None,
            Self::LoginAccount
            | Self::LoginNetworkAccount
            | Self::PasswordAccount
            | Self::NameAccount
            | Self::OrganizationAccount
            | Self::InvitationAccount
            | Self::MembershipAccount => Some(Subject::Account),
            Self::LoginDevice => Some(Subject::Device),
            Self::MailAddress => Some(Subject::Address),
            Self::RefreshSession => Some(Subject::Session),
        }
    }

    /// Whether it counts mails that are sent.
    pub(super) fn counts_mail(self) -> bool {
        matches!(self, Self::MailNetwork | Self::MailAddress)
    }

    /// Whether it is charged only if the attempt's other buckets let it through.
    pub(super) fn is_gated(self) -> bool {
        self == Self::LoginAccount
    }
}
