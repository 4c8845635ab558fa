//! The settings of rate limits.

use clap::{ArgAction, Args};
use enum_map::EnumMap;

use super::values::yes_or_no;
use crate::domain::RateLimit;
use crate::service::{Bucket, RateLimitOptions};

/// The settings of rate limits. A network is an IPv4 address or an IPv6 /64.
#[derive(Args, Clone, Debug)]
#[group(skip)]
#[command(next_help_heading = "Rate limits (10/15m: ten at once, then one every 90 seconds)")]
pub struct RateLimitSettings {
    /// Turns all limits on or off; off is for tests and seeding, and only works if LISTEN is an address of this machine alone
    #[arg(long, default_value = "on", action = ArgAction::Set, value_parser = yes_or_no)]
    pub rate_limits: bool,

    /// Wrong passwords for one name (an account has two: its username and its address) on unknown devices, from all networks together (NIST SP 800-63B-4 section 3.2.2 allows 100 failures in a row; this limit is twice that, and refills, so that nobody is locked out for good)
    #[arg(long, default_value = "200/1d")]
    pub limit_login_account: RateLimit,

    /// Wrong passwords for one name on unknown devices, from one network: an attack from few networks uses up their limits, and its victim can still log in from elsewhere (OWASP Authentication Cheat Sheet, Account Lockout)
    #[arg(long, default_value = "10/1d")]
    pub limit_login_network_account: RateLimit,

    /// Logins of one known device (X-Device-ID): the owner can log in while the account is under attack
    #[arg(long, default_value = "10/15m")]
    pub limit_login_device: RateLimit,

    /// Passwords tried from one network, for any account: enough for an office, too few to guess
    #[arg(long, default_value = "100/15m")]
    pub limit_login_network: RateLimit,

    /// Registrations from one network, including refused ones (a name is taken, a password is weak): enough for a class that registers together, too few to test a list of names
    #[arg(long, default_value = "200/1h")]
    pub limit_register_network: RateLimit,

    /// Passwords confirmed in one session, and changes in a fresh one without a password (changePassword, setPassword, requestEmailChange, deleteAccount, reauthenticate): a stolen session can guess no faster than a login
    #[arg(long, default_value = "10/15m")]
    pub limit_password_account: RateLimit,

    /// Wrong codes of an authenticator app (completeLogin, reauthenticate), of one account on unknown devices, on each device that it knows, and in each session; in a session also confirmTotpSetup, renewRecoveryCodes, completePasskeyRegistration and removePasskey: a code has six digits, and three of them are right at any moment, so 20 a day find one in 45 years on average
    #[arg(long, default_value = "20/1d")]
    pub limit_second_factor: RateLimit,

    /// Ceremonies with passkeys from one network, started or answered: a page with conditional UI starts one each time it is loaded, and each waits in the database for five minutes
    #[arg(long, default_value = "300/1m")]
    pub limit_passkey_network: RateLimit,

    /// Changes of one account's username: each frees a name that others can take
    #[arg(long, default_value = "10/1h")]
    pub limit_name_account: RateLimit,

    /// Organizations that one account creates, renames or deletes: all organizations share one name space
    #[arg(long, default_value = "20/1h")]
    pub limit_organization_account: RateLimit,

    /// Invitations that one account sends, for all of its organizations together: enough for a team, too few to send spam
    #[arg(long, default_value = "50/1h")]
    pub limit_invitation_account: RateLimit,

    /// Roles that one account changes, and memberships and invitations that it ends: most of them send a mail to the member
    #[arg(long, default_value = "100/15m")]
    pub limit_membership_account: RateLimit,

    /// Mails of one kind to one address: protects an inbox from being flooded through this service
    #[arg(long, default_value = "5/1h")]
    pub limit_mail_address: RateLimit,

    /// Mails sent for one network (register, resendVerificationEmail, requestPasswordReset, requestEmailChange, inviteMember): enough for a class that registers together, too few to mail a list of addresses
    #[arg(long, default_value = "50/1h")]
    pub limit_mail_network: RateLimit,

    /// Mailed links followed from one network: a token has 256 random bits, so this limit only bounds the volume of the log
    #[arg(long, default_value = "100/15m")]
    pub limit_link_network: RateLimit,

    /// Passwords checked for one network: a few a second, as fast as people type
    #[arg(long, default_value = "200/1m")]
    pub limit_check_network: RateLimit,

    /// Invalid refresh tokens from one network; valid ones count only for their session, so that any number of people behind one address stay logged in
    #[arg(long, default_value = "10000/10m")]
    pub limit_refresh_network: RateLimit,

    /// Refreshes of one session: a site may refresh on every page, and a browser in every tab that it restores
    #[arg(long, default_value = "600/10m")]
    pub limit_refresh_session: RateLimit,
}

impl RateLimitSettings {
    #[must_use]
    pub fn options(&self) -> RateLimitOptions {
        RateLimitOptions {
            enabled: self.rate_limits,
            limits: EnumMap::from_fn(|bucket| self.limit(bucket)),
        }
    }

    fn limit(&self, bucket: Bucket) -> RateLimit {
        match bucket {
            Bucket::LoginNetwork => self.limit_login_network,
            Bucket::LoginNetworkAccount => self.limit_login_network_account,
            Bucket::LoginAccount => self.limit_login_account,
            Bucket::LoginDevice => self.limit_login_device,
            Bucket::RegisterNetwork => self.limit_register_network,
            Bucket::PasswordAccount => self.limit_password_account,
            Bucket::SecondFactor => self.limit_second_factor,
            Bucket::PasskeyNetwork => self.limit_passkey_network,
            Bucket::NameAccount => self.limit_name_account,
            Bucket::OrganizationAccount => self.limit_organization_account,
            Bucket::InvitationAccount => self.limit_invitation_account,
            Bucket::MembershipAccount => self.limit_membership_account,
            Bucket::MailNetwork => self.limit_mail_network,
            Bucket::MailAddress => self.limit_mail_address,
            Bucket::LinkNetwork => self.limit_link_network,
            Bucket::CheckNetwork => self.limit_check_network,
            Bucket::RefreshNetwork => self.limit_refresh_network,
            Bucket::RefreshSession => self.limit_refresh_session,
        }
    }
}
