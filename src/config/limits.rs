//! The settings of limits: how often something may be tried.

use clap::{ArgAction, Args};

use super::values::yes_or_no;
use crate::domain::RateLimit;
use crate::service::LimitOptions;

/// How often something may be tried. A network is an IPv4 address or an IPv6 /64.
#[derive(Args, Clone, Debug)]
#[group(skip)]
#[command(next_help_heading = "Limits by attempt (10/15m: ten at once, then one every 90 seconds)")]
pub struct LimitSettings {
    /// Whether attempts are limited: off for tests and seeding, and only where LISTEN is an address of this machine alone
    #[arg(long, default_value = "on", action = ArgAction::Set, value_parser = yes_or_no)]
    pub rate_limits: bool,

    /// Wrong passwords by one name (an account has two, its username and its address), on devices that it does not know, from all networks together (twice the 100 attempts in a row of NIST SP 800-63B-4 section 3.2.2; ours refills, so that nobody is shut out for good)
    #[arg(long, default_value = "200/1d")]
    pub limit_login_account: RateLimit,

    /// Wrong passwords by one name from one network, on devices that the account does not know: an attack from few networks fills these, and leaves the account open to others (OWASP Authentication Cheat Sheet, Account Lockout)
    #[arg(long, default_value = "10/1d")]
    pub limit_login_network_account: RateLimit,

    /// Logins of one device that the account knows by its X-Device-ID: an account under attack is not locked for its owner
    #[arg(long, default_value = "10/15m")]
    pub limit_login_device: RateLimit,

    /// Passwords tried from one network, whoever's: enough for an office, too few to guess
    #[arg(long, default_value = "100/15m")]
    pub limit_login_network: RateLimit,

    /// Registrations from one network, also those that are refused since a name is taken or a password is weak: a class registers at once with some slips each, and a list of names is not tried in full
    #[arg(long, default_value = "200/1h")]
    pub limit_register_network: RateLimit,

    /// Passwords given again in one session (changePassword, requestEmailChange, deleteAccount): whoever stole one guesses no faster than by logging in
    #[arg(long, default_value = "10/15m")]
    pub limit_password_account: RateLimit,

    /// New usernames of one account: each is an event of it, and frees a name that others may take
    #[arg(long, default_value = "10/1h")]
    pub limit_name_account: RateLimit,

    /// Organizations that one account founds, renames or deletes: their slugs are one name space for all
    #[arg(long, default_value = "20/1h")]
    pub limit_organization_account: RateLimit,

    /// Invitations of one account, whichever its organizations: a team at once, and nobody mails strangers by way of us
    #[arg(long, default_value = "50/1h")]
    pub limit_invitation_account: RateLimit,

    /// Roles that one account gives, and memberships and invitations that it ends: each is an event of its member, and most are a mail to them
    #[arg(long, default_value = "100/15m")]
    pub limit_membership_account: RateLimit,

    /// Mails of one kind that are asked for to one address: nobody's inbox is flooded by way of us
    #[arg(long, default_value = "5/1h")]
    pub limit_mail_address: RateLimit,

    /// Mails sent for one network (register, resendVerificationEmail, requestPasswordReset, requestEmailChange, inviteMember): a class may register at once, and a list of addresses is not worked off by way of us
    #[arg(long, default_value = "50/1h")]
    pub limit_mail_network: RateLimit,

    /// Mailed links followed from one network; their 256 random bits need no limit, our log does
    #[arg(long, default_value = "100/15m")]
    pub limit_link_network: RateLimit,

    /// Passwords judged for one network: a few a second, since they are typed
    #[arg(long, default_value = "200/1m")]
    pub limit_check_network: RateLimit,

    /// Refresh tokens from one network that are none of ours; real ones count for their session alone, so that any number of people behind one address stay logged in
    #[arg(long, default_value = "10000/10m")]
    pub limit_refresh_network: RateLimit,

    /// Refreshes of one session: a site of many pages makes one for each page, and a browser one for each tab that it opens again
    #[arg(long, default_value = "600/10m")]
    pub limit_refresh_session: RateLimit,
}

impl LimitSettings {
    #[must_use]
    pub fn options(&self) -> LimitOptions {
        LimitOptions {
            enabled: self.rate_limits,
            login_network: self.limit_login_network,
            login_network_account: self.limit_login_network_account,
            login_account: self.limit_login_account,
            login_device: self.limit_login_device,
            register_network: self.limit_register_network,
            password_account: self.limit_password_account,
            name_account: self.limit_name_account,
            organization_account: self.limit_organization_account,
            invitation_account: self.limit_invitation_account,
            membership_account: self.limit_membership_account,
            mail_network: self.limit_mail_network,
            mail_address: self.limit_mail_address,
            link_network: self.limit_link_network,
            check_network: self.limit_check_network,
            refresh_network: self.limit_refresh_network,
            refresh_session: self.limit_refresh_session,
        }
    }
}
