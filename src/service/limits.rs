//! How often something may be tried, and by whom: charged where a secret is checked or sent, not by
//! request or path, so that no shape of a document and no number of nodes gets around it.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::hmac;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::sleep;
use uuid::Uuid;

use super::{AuthError, SecretKeys, SecurityEvents};
use crate::clock::Clock;
use crate::domain::{Client, EmailAddress, RateLimit, SecurityEventKind, User, Username};
use crate::store::{Charge, Identifier, Store};

/// What is tried: a field of the API that takes a password, a token, or an address to mail to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// Of one network on one account: an attack from few networks fills these, and not the account's.
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

impl Attempt {
    pub const ALL: [Self; 32] = [
        Self::Login,
        Self::LoginOnKnownDevice,
        Self::LoginAfterProof,
        Self::Refresh,
        Self::RefreshForged,
        Self::Register,
        Self::RegisterByInvitation,
        Self::VerifyEmail,
        Self::ReadRegistration,
        Self::ReadInvitation,
        Self::CancelRegistration,
        Self::ResendVerificationEmail,
        Self::RequestPasswordReset,
        Self::ResetPassword,
        Self::CheckPassword,
        Self::ChangePassword,
        Self::RequestEmailChange,
        Self::MailEmailChange,
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
    fn counts_mail(self) -> bool {
        matches!(self, Self::MailNetwork | Self::MailAddress)
    }

    /// Whether it is charged only if the attempt's other buckets let it through.
    fn is_gated(self) -> bool {
        self == Self::LoginAccount
    }

    fn limit(self, options: &LimitOptions) -> RateLimit {
        match self {
            Self::LoginNetwork => options.login_network,
            Self::LoginNetworkAccount => options.login_network_account,
            Self::LoginAccount => options.login_account,
            Self::LoginDevice => options.login_device,
            Self::RegisterNetwork => options.register_network,
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
    full: Arc<Mutex<HashMap<[u8; 32], Full>>>,
}

/// The buckets that an attempt was charged to, by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Charged {
    pub buckets: Vec<[u8; 32]>,
    /// Those of them that count mail.
    mail: Vec<[u8; 32]>,
}

/// A bucket that the database has found full.
#[derive(Clone, Copy)]
struct Full {
    /// When it lets an attempt through again, if nothing is given back before.
    passage: DateTime<Utc>,
    found: DateTime<Utc>,
}

/// How long a node believes that. Logins that succeed give back what they were charged, on any node.
const BELIEVED_FOR: TimeDelta = TimeDelta::seconds(2);

/// Delays each refusal. Refusing costs nearly nothing, so a flood of attempts would come back as fast as it is refused,
/// and leave the machine nothing for others.
const REFUSAL_TAKES: Duration = Duration::from_millis(250);

/// How long the proof of a mailbox opens the login from where it was given.
const PROOF_TTL: TimeDelta = TimeDelta::hours(1);

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
    /// Whose account it is about hears of it when more than the network's bucket is full. An attempt that is refused
    /// sends no mail, and counts as none.
    ///
    /// # Errors
    /// `RateLimited`.
    pub(super) async fn charge(
        &self,
        attempt: Attempt,
        client: &Client,
        subjects: &[(Subject, &str)],
        whose: Option<Identifier>,
    ) -> Result<Charged, AuthError> {
        if !self.options.enabled {
            return Ok(Charged::default());
        }
        let now = self.clock.now();
        let (mut charges, mut mail) = (Vec::new(), Vec::new());
        for (bucket, charge) in self.charges_by_bucket(attempt, client, subjects) {
            if bucket.counts_mail() {
                mail.push(charge.bucket);
            }
            charges.push(charge);
        }
        let known = self.known_full(&charges, now);
        let has_network = attempt.row().1.iter().any(|it| it.subject().is_none());
        let network_charge = charges.first().filter(|_| has_network);
        let is_network = |charge: &Charge| network_charge == Some(charge);
        if known.iter().any(|(charge, _)| is_network(charge)) {
            return Err(refusal(&known, now).await);
        }
        // What is full for one reason still counts for the others: a flood on one name fills its
        // network's bucket, and from then on costs nothing. What is gated counts for none, and no mail is sent.
        let is_closed = known.iter().any(|(full, _)| !full.is_gated);
        let open = |charge: &&Charge| {
            let is_full = known.iter().any(|(full, _)| full == *charge);
            let is_left = charge.is_gated || mail.contains(&charge.bucket);
            !(is_full || is_closed && is_left)
        };
        let open: Vec<Charge> = charges.iter().filter(open).cloned().collect();
        let mut full = known;
        if !open.is_empty() {
            let news = self.store.charge(&open, now).await?;
            if whose.is_some() && news.iter().any(|(it, _)| !is_network(it)) {
                let kind = SecurityEventKind::LimitReached;
                self.events.observe(kind, whose, client, attempt.field());
            }
            self.remember(&news, now);
            full.extend(news);
        }
        if full.is_empty() {
            let buckets = charges.iter().map(|charge| charge.bucket).collect();
            return Ok(Charged { buckets, mail });
        }
        let is_full = |bucket: &[u8; 32]| full.iter().any(|(it, _)| it.bucket == *bucket);
        let was_open = |bucket: &[u8; 32]| open.iter().any(|it| it.bucket == *bucket);
        let mut unsent = mail;
        unsent.retain(|bucket| was_open(bucket) && !is_full(bucket));
        if !unsent.is_empty() {
            self.give_back_to(&unsent).await;
        }
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
            let full = full.get(&charge.bucket)?;
            // A wait that is longer is from before this node's clock was put right.
            let wait = (full.passage - now).num_milliseconds();
            let is_full = (1..=charge.limit.refill()).contains(&wait);
            let is_fresh = full.found <= now && now < full.found + BELIEVED_FOR;
            (is_full && is_fresh).then(|| (charge.clone(), full.passage))
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
        self.charge(attempt, client, &[subject], whose).await?;
        Ok(())
    }

    /// Charges a login to the name that was given, and to the network for this name before it. Where a full
    /// bucket would refuse it, somebody who proved the account's mailbox from there is charged to a bucket of
    /// their own.
    ///
    /// # Errors
    /// `RateLimited`.
    pub(super) async fn charge_login(
        &self,
        name: &str,
        client: &Client,
        whose: Option<Identifier>,
    ) -> Result<Charged, AuthError> {
        let attempt = Attempt::Login;
        let subject = (Subject::Account, name);
        let charged = self
            .charge(attempt, client, &[subject], whose.clone())
            .await;
        let Err(AuthError::RateLimited { .. }) = charged else {
            return charged;
        };
        let now = self.clock.now();
        if !self
            .known_full(&self.charges(attempt, client, &[]), now)
            .is_empty()
        {
            return charged; // the whole network's: its flood costs nothing
        }
        if !self.store.has_pass(self.passes(name, client), now).await? {
            return charged;
        }
        let place = network(client.address);
        let subject = (Subject::Device, &*format!("proved {name} {place}"));
        let attempt = Attempt::LoginAfterProof;
        self.charge(attempt, client, &[subject], whose).await
    }

    /// Lets a client that has just proved a user's mailbox sign in from where it is, for a while, whatever the
    /// account's bucket says.
    pub(super) async fn pass_after_proof(&self, user: &User, client: &Client) {
        let email = EmailAddress::parse(&user.email).ok();
        let name = Username::parse(&user.username).ok();
        let names = [
            email.as_ref().map(EmailAddress::canonical),
            name.as_ref().map(Username::canonical),
        ];
        let names = names.into_iter().flatten();
        let passes = names.flat_map(|name| self.passes(name, client));
        let passes: Vec<_> = passes.flatten().collect();
        let until = self.clock.now() + PROOF_TTL;
        if let Err(error) = self.store.insert_passes(&passes, until).await {
            tracing::warn!(%error, user = %user.id, "the proof of a mailbox opens no login");
        }
    }

    /// The passes of a client to the account with this name: by its network, and by the id that it chose.
    pub(super) fn passes(&self, name: &str, client: &Client) -> [Option<[u8; 32]>; 2] {
        let network = network(client.address);
        let id = client.device.id.as_ref();
        let id = id.map(|id| self.name(&format!("pass by device {name} {id}")));
        let by_network = self.name(&format!("pass by network {name} {network}"));
        [Some(by_network), id]
    }

    /// The network's comes first.
    fn charges(
        &self,
        attempt: Attempt,
        client: &Client,
        subjects: &[(Subject, &str)],
    ) -> Vec<Charge> {
        let charges = self.charges_by_bucket(attempt, client, subjects);
        charges.map(|(_, charge)| charge).collect()
    }

    /// Likewise, each beside its kind of bucket.
    fn charges_by_bucket(
        &self,
        attempt: Attempt,
        client: &Client,
        subjects: &[(Subject, &str)],
    ) -> impl Iterator<Item = (Bucket, Charge)> {
        let buckets = attempt.row().1.iter();
        buckets.filter_map(move |bucket| {
            let charge = self.charge_to(*bucket, attempt, client, subjects)?;
            Some((*bucket, charge))
        })
    }

    /// `None` without a subject for the bucket.
    fn charge_to(
        &self,
        bucket: Bucket,
        attempt: Attempt,
        client: &Client,
        subjects: &[(Subject, &str)],
    ) -> Option<Charge> {
        let network = network(client.address);
        let whom = match bucket.subject() {
            None => network,
            Some(subject) => {
                let whom = subjects.iter().find(|(it, _)| *it == subject)?.1;
                match bucket {
                    Bucket::LoginNetworkAccount => format!("{network} {whom}"),
                    _ => whom.to_owned(),
                }
            }
        };
        let limit = bucket.limit(&self.options);
        // To an address each field has a bucket of its own: nobody shuts an owner out of the reset
        // of a password by asking for other mail.
        let field = match bucket {
            Bucket::MailAddress => attempt.field(),
            _ => "",
        };
        let text = format!("{bucket:?} {field} {limit:?} {whom}");
        let is_gated = bucket.is_gated();
        let mut bucket = self.name(&text);
        // Rows are locked in the order of their names, and those behind a gate last.
        bucket[0] = u8::from(is_gated);
        Some(Charge {
            bucket,
            limit,
            is_gated,
        })
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
            full.retain(|_, full| now < full.found + BELIEVED_FOR);
        }
        for (charge, passage) in buckets {
            if full.len() < MOST_REMEMBERED {
                let (passage, found) = (*passage, now);
                full.insert(charge.bucket, Full { passage, found });
            }
        }
    }

    /// Forgets that buckets were full, to which something was given back.
    pub(super) fn forget(&self, buckets: &[[u8; 32]]) {
        let mut full = self.full.lock().unwrap_or_else(PoisonError::into_inner);
        for bucket in buckets {
            full.remove(bucket);
        }
    }

    /// Gives back what a login was charged whose password was not compared: for all buckets but that of the network
    /// alone, which still bounds how often it may ask.
    pub(super) async fn give_back(&self, charged: &[[u8; 32]], client: &Client) {
        let network = self.charges(Attempt::Login, client, &[]);
        let is_network = |bucket: &[u8; 32]| network.iter().any(|it| it.bucket == *bucket);
        let others: Vec<_> = charged
            .iter()
            .filter(|it| !is_network(it))
            .copied()
            .collect();
        self.give_back_to(&others).await;
    }

    /// Gives back what an attempt was charged for mail, since it sent none.
    pub(super) async fn give_back_mail(&self, charged: &Charged) {
        if !charged.mail.is_empty() {
            self.give_back_to(&charged.mail).await;
        }
    }

    async fn give_back_to(&self, buckets: &[[u8; 32]]) {
        self.forget(buckets);
        if let Err(error) = self.store.give_back(buckets).await {
            tracing::warn!(%error, "could not take a charge back: an attempt counts that should not");
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
