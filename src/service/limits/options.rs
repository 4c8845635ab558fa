//! How much each kind of bucket takes.

use super::table::Bucket;
use crate::domain::RateLimit;

/// The limits of the settings.
#[derive(Clone, Copy, Debug)]
pub struct LimitOptions {
    /// Whether anything is limited.
    pub enabled: bool,
    pub login_network: RateLimit,
    pub login_network_account: RateLimit,
    pub login_account: RateLimit,
    pub login_device: RateLimit,
    pub register_network: RateLimit,
    pub password_account: RateLimit,
    pub name_account: RateLimit,
    pub organization_account: RateLimit,
    pub invitation_account: RateLimit,
    pub membership_account: RateLimit,
    pub mail_network: RateLimit,
    pub mail_address: RateLimit,
    pub link_network: RateLimit,
    pub check_network: RateLimit,
    pub refresh_network: RateLimit,
    pub refresh_session: RateLimit,
}

impl LimitOptions {
    /// The limit of a kind of bucket.
    pub(super) fn of(&self, bucket: Bucket) -> RateLimit {
        match bucket {
            Bucket::LoginNetwork => self.login_network,
            Bucket::LoginNetworkAccount => self.login_network_account,
            Bucket::LoginAccount => self.login_account,
            Bucket::LoginDevice => self.login_device,
            Bucket::RegisterNetwork => self.register_network,
            Bucket::PasswordAccount => self.password_account,
            Bucket::NameAccount => self.name_account,
            Bucket::OrganizationAccount => self.organization_account,
            Bucket::InvitationAccount => self.invitation_account,
            Bucket::MembershipAccount => self.membership_account,
            Bucket::MailNetwork => self.mail_network,
            Bucket::MailAddress => self.mail_address,
            Bucket::LinkNetwork => self.link_network,
            Bucket::CheckNetwork => self.check_network,
            Bucket::RefreshNetwork => self.refresh_network,
            Bucket::RefreshSession => self.refresh_session,
        }
    }
}
