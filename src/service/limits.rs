//! How often something may be tried, and by whom: charged where a secret is checked or sent, not by
//! request or path, so that no shape of a document and no number of nodes gets around it.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::hmac;
use chrono::{DateTime, Utc};
use tokio::time::sleep;
use uuid::Uuid;

use super::{AuthError, SecretKeys, SecurityEvents};
use crate::clock::Clock;
use crate::domain::{Client, RateLimit, SecurityEventKind};
use crate::store::{Charge, Identifier, Store};

/// What is tried: a field of the API that takes a password, a token, or an address to mail to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    Login,
    /// By a device that chose an id of its own and has signed in to this account before: nobody else
    /// can use its bucket up, so an account under attack is not locked for its owner.
    LoginOnKnownDevice,
    Refresh,
    Register,
    VerifyEmail,
    ResendVerificationEmail,
    RequestPasswordReset,
    ResetPassword,
    CheckPassword,
    ChangePassword,
    RequestEmailChange,
    ConfirmEmailChange,
    SecureAccount,
    DeleteAccount,
    /// With a new username, which others see and log in with.
    UpdateProfile,
    CreateOrganization,
    UpdateOrganization,
    DeleteOrganization,
    InviteMember,
    /// The same, once it is known that whoever invites may, and that there is mail to send: what sends none
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
enum Bucket {
    LoginNetwork,
    LoginAccount,
    LoginDevice,
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

/// Whom an attempt is charged to, beside the network that it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// What a login names its user by; or the session in which a password is given again, so that who
    /// stole one session shuts no other out of a change of password.
    Account,
    /// An address that mail would go to.
    Address,
    /// An account and a device.
    Device,
    /// A session's id.
    Session,
}

/// The limits of the settings.
#[derive(Clone, Copy, Debug)]
pub struct LimitOptions {
    pub login_network: RateLimit,
    pub login_account: RateLimit,
    pub login_device: RateLimit,
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

impl Attempt {
    pub const ALL: [Self; 25] = [
        Self::Login,
        Self::LoginOnKnownDevice,
        Self::Refresh,
        Self::Register,
        Self::VerifyEmail,
        Self::ResendVerificationEmail,
        Self::RequestPasswordReset,
        Self::ResetPassword,
        Self::CheckPassword,
        Self::ChangePassword,
        Self::RequestEmailChange,
        Self::ConfirmEmailChange,
        Self::SecureAccount,
        Self::DeleteAccount,
        Self::UpdateProfile,
        Self::CreateOrganization,
        Self::UpdateOrganization,
        Self::DeleteOrganization,
        Self::InviteMember,
        Self::MailInvitation,
        Self::RevokeInvitation,
        Self::AcceptInvitation,
        Self::DeclineInvitation,
        Self::UpdateMemberRole,
        Self::RemoveMember,
    ];

    /// The table: which field of the API is charged to which buckets.
    fn row(self) -> (&'static str, &'static [Bucket]) {
        use Bucket::{
            CheckNetwork, InvitationAccount, LinkNetwork, LoginAccount, LoginDevice, LoginNetwork,
            MailAddress, MailNetwork, MembershipAccount, NameAccount, OrganizationAccount,
            PasswordAccount, RefreshNetwork, RefreshSession,
        };
        match self {
            Self::Login => ("login", &[LoginNetwork, LoginAccount]),
            Self::LoginOnKnownDevice => ("login", &[LoginNetwork, LoginDevice]),
            Self::Refresh => ("refresh", &[RefreshNetwork, RefreshSession]),
            Self::Register => ("register", &[MailNetwork, MailAddress]),
            Self::VerifyEmail => ("verifyEmail", &[LinkNetwork]),
            Self::ResendVerificationEmail => {
                ("resendVerificationEmail", &[MailNetwork, MailAddress])
            }
            Self::RequestPasswordReset => ("requestPasswordReset", &[MailNetwork, MailAddress]),
            Self::ResetPassword => ("resetPassword", &[LinkNetwork]),
            Self::CheckPassword => ("checkPassword", &[CheckNetwork]),
            Self::ChangePassword => ("changePassword", &[LoginNetwork, PasswordAccount]),
            Self::RequestEmailChange => (
                "requestEmailChange",
                &[LoginNetwork, PasswordAccount, MailAddress],
            ),
            Self::ConfirmEmailChange => ("confirmEmailChange", &[LinkNetwork]),
            Self::SecureAccount => ("secureAccount", &[LinkNetwork]),
            Self::DeleteAccount => ("deleteAccount", &[LoginNetwork, PasswordAccount]),
            Self::UpdateProfile => ("updateProfile", &[NameAccount]),
            Self::CreateOrganization => ("createOrganization", &[OrganizationAccount]),
            Self::UpdateOrganization => ("updateOrganization", &[OrganizationAccount]),
            Self::DeleteOrganization => ("deleteOrganization", &[OrganizationAccount]),
            Self::InviteMember => ("inviteMember", &[MailNetwork, InvitationAccount]),
            Self::MailInvitation => ("inviteMember", &[MailAddress]),
            Self::RevokeInvitation => ("revokeInvitation", &[MembershipAccount]),
            Self::UpdateMemberRole => ("updateMemberRole", &[MembershipAccount]),
            Self::RemoveMember => ("removeMember", &[MembershipAccount]),
            Self::AcceptInvitation => ("acceptInvitation", &[LinkNetwork]),
            Self::DeclineInvitation => ("declineInvitation", &[LinkNetwork]),
        }
    }

    /// The field of the API.
    #[must_use]
    pub fn field(self) -> &'static str {
        self.row().0
    }
}

impl Bucket {
    /// `None`: the network that the attempt comes from.
    fn subject(self) -> Option<Subject> {
        match self {
            Self::LoginNetwork
            | Self::MailNetwork
            | Self::LinkNetwork
            | Self::CheckNetwork
            | Self::RefreshNetwork => None,
            Self::LoginAccount
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

    fn limit(self, options: &LimitOptions) -> RateLimit {
        match self {
            Self::LoginNetwork => options.login_network,
            Self::LoginAccount => options.login_account,
            Self::LoginDevice => options.login_device,
            Self::PasswordAccount => options.password_account,
            Self::NameAccount => options.name_account,
            Self::OrganizationAccount => options.organization_account,
            Self::InvitationAccount => options.invitation_account,
            Self::MembershipAccount => options.membership_account,
            Self::MailNetwork => options.mail_network,
            Self::MailAddress => options.mail_address,
            Self::LinkNetwork => options.link_network,
            Self::CheckNetwork => options.check_network,
            Self::RefreshNetwork => options.refresh_network,
            Self::RefreshSession => options.refresh_session,
        }
    }
}

/// Counts attempts, with all other nodes. Cheap to clone.
#[derive(Clone)]
pub struct Limits {
    store: Store,
    clock: Clock,
    options: LimitOptions,
    key: hmac::Key,
    events: SecurityEvents,
    full: Arc<Mutex<HashMap<[u8; 32], DateTime<Utc>>>>,
}

/// Whoever is refused hears of it after this while. Refusing costs nearly nothing, so that a flood of attempts
/// would come back as fast as it is refused, and leave the machine nothing for others.
const REFUSAL_TAKES: Duration = Duration::from_millis(250);

/// How many full buckets a node remembers. A flood from one network is one of them.
const MOST_REMEMBERED: usize = 10_000;

impl Limits {
    /// # Errors
    /// When the key that names buckets cannot be derived.
    pub fn new(
        secrets: &SecretKeys,
        options: LimitOptions,
        store: Store,
        clock: Clock,
        events: SecurityEvents,
    ) -> Result<Self, AuthError> {
        // A new secret names them anew, and so forgets what was charged: that is not done to guess.
        let key = secrets.derive("latchkey rate limits v1")?;
        Ok(Self {
            store,
            clock,
            options,
            key: hmac::Key::new(hmac::HMAC_SHA256, key.newest()),
            events,
            full: Arc::default(),
        })
    }

    /// Charges an attempt to its buckets, in one statement; in none while its network's is known to be
    /// full, so that a flood costs the database nothing. A subject that is left out is not charged.
    /// Whose account it is about hears of it when more than the network's bucket is full.
    ///
    /// # Errors
    /// `RateLimited`.
    pub(super) async fn charge(
        &self,
        attempt: Attempt,
        client: &Client,
        subjects: &[(Subject, &str)],
        whose: Option<Identifier>,
    ) -> Result<(), AuthError> {
        let now = self.clock.now();
        let charges = self.charges(attempt, client, subjects);
        let known = self.known_full(&charges, now);
        let has_network = attempt.row().1.iter().any(|it| it.subject().is_none());
        let network_charge = charges.first().filter(|_| has_network);
        let is_network = |charge: &Charge| network_charge == Some(charge);
        if known.iter().any(|(charge, _)| is_network(charge)) {
            return Err(refusal(&known, now).await);
        }
        // What is full for one reason still counts for the others: a flood on one name fills its
        // network's bucket, and from then on costs nothing.
        let open = |charge: &&Charge| !known.iter().any(|(full, _)| full == *charge);
        let open: Vec<Charge> = charges.iter().filter(open).cloned().collect();
        let mut full = known;
        if !open.is_empty() {
            let news = self.store.charge(&open, now).await?;
            if whose.is_some() && news.iter().any(|(it, _)| !is_network(it)) {
                let kind = SecurityEventKind::LimitReached;
                self.events.observe(kind, whose, client, attempt.field());
            }
            full.extend(news);
        }
        if full.is_empty() {
            return Ok(());
        }
        self.remember(&full, now);
        let network = network(client.address);
        tracing::warn!(field = attempt.field(), network, "too many attempts");
        Err(refusal(&full, now).await)
    }

    /// Refuses an attempt whose network's bucket this node knows to be full, and asks nobody: for attempts
    /// that have something to look up before they can be charged.
    ///
    /// # Errors
    /// `RateLimited`.
    pub(super) async fn refuse_full_network(
        &self,
        attempt: Attempt,
        client: &Client,
    ) -> Result<(), AuthError> {
        let now = self.clock.now();
        let known = self.known_full(&self.charges(attempt, client, &[]), now);
        if known.is_empty() {
            return Ok(());
        }
        Err(refusal(&known, now).await)
    }

    /// Of these buckets, those that this node knows to be full, and until when.
    fn known_full(&self, charges: &[Charge], now: DateTime<Utc>) -> Vec<(Charge, DateTime<Utc>)> {
        let full = self.full.lock().unwrap_or_else(PoisonError::into_inner);
        let known = charges.iter().filter_map(|charge| {
            let passage = full.get(&charge.bucket).filter(|passage| **passage > now)?;
            Some((charge.clone(), *passage))
        });
        known.collect()
    }

    /// Charges an attempt to the account of whoever is signed in, and whatever else it is charged to.
    ///
    /// # Errors
    /// `RateLimited`.
    pub(super) async fn charge_account(
        &self,
        attempt: Attempt,
        client: &Client,
        user_id: Uuid,
    ) -> Result<(), AuthError> {
        let subject = (Subject::Account, &*user_id.to_string());
        let whose = Some(Identifier::Id(user_id));
        self.charge(attempt, client, &[subject], whose).await
    }

    /// The network's comes first.
    fn charges(
        &self,
        attempt: Attempt,
        client: &Client,
        subjects: &[(Subject, &str)],
    ) -> Vec<Charge> {
        let network = network(client.address);
        let (_, buckets) = attempt.row();
        let charge = |bucket: &Bucket| {
            let whom = match bucket.subject() {
                None => network.as_str(),
                Some(subject) => subjects.iter().find(|(it, _)| *it == subject)?.1,
            };
            let limit = bucket.limit(&self.options);
            // To an address each field has a bucket of its own: nobody shuts an owner out of the reset
            // of a password by asking for other mail.
            let field = match bucket {
                Bucket::MailAddress => attempt.field(),
                _ => "",
            };
            let text = format!("{bucket:?} {field} {limit:?} {whom}");
            let bucket = self.name(&text);
            Some(Charge { bucket, limit })
        };
        buckets.iter().filter_map(charge).collect()
    }

    /// A bucket's name. A MAC, so that the table of buckets tells nobody's address; of the limit, too: a bucket
    /// says when it is empty, which is another number of attempts by each limit.
    fn name(&self, text: &str) -> [u8; 32] {
        let mut name = [0; 32];
        name.copy_from_slice(hmac::sign(&self.key, text.as_bytes()).as_ref());
        name
    }

    fn remember(&self, buckets: &[(Charge, DateTime<Utc>)], now: DateTime<Utc>) {
        let mut full = self.full.lock().unwrap_or_else(PoisonError::into_inner);
        if full.len() >= MOST_REMEMBERED {
            full.retain(|_, passage| *passage > now);
        }
        for (charge, passage) in buckets {
            if full.len() < MOST_REMEMBERED {
                full.insert(charge.bucket, *passage);
            }
        }
    }
}

/// To come back when the last of the buckets lets an attempt through again.
async fn refusal(full: &[(Charge, DateTime<Utc>)], now: DateTime<Utc>) -> AuthError {
    sleep(REFUSAL_TAKES).await;
    let passages = full.iter().map(|(_, passage)| passage.timestamp_millis());
    let millis = passages.max().unwrap_or_default() - now.timestamp_millis();
    let retry_after = u64::try_from(millis.max(1)).unwrap_or(1).div_ceil(1000);
    AuthError::RateLimited { retry_after }
}

/// Who is likely one party: an IPv4 address, and the /64 that one customer gets of IPv6.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let prefix = u128::from(address) >> 64 << 64;
            format!("{}/64", Ipv6Addr::from(prefix))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::network;

    #[test]
    fn a_network_is_an_ipv4_address_or_an_ipv6_64() {
        for (address, expected) in [
            ("192.0.2.1", "192.0.2.1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
            ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ] {
            assert_eq!(network(address.parse().unwrap()), expected);
        }
    }
}
