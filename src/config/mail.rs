//! The settings of mail: how it leaves, what it looks like, where its links lead.

use std::path::PathBuf;
use std::time::Duration;

use chrono::TimeDelta;
use clap::Args;
use url::Url;

use super::values::{Unread, delta, duration, link};
use crate::domain::ProductName;
use crate::service::{
    DeliveryOptions, HelloName, Links, MailOptions, Sender, SmtpOptions, SmtpUrl,
};

/// The settings of mail. Prints nothing, since one is secret.
#[derive(Args, Clone)]
#[group(skip)]
#[command(next_help_heading = "Mail")]
pub struct MailSettings {
    /// Mail server: smtps://user:password@host (TLS from the start), or smtp://user:password@host (STARTTLS, required unless the host is this machine; ?tls=none for a relay in a trusted network) [default: none; mail is captured, see /mailbox]
    #[arg(long)]
    pub smtp_url: Option<Unread>,

    /// Time for the whole conversation with the mail server about one message
    #[arg(long, default_value = "2m", value_parser = duration)]
    pub smtp_timeout: Duration,

    /// The name by which this service greets the mail server (EHLO), which some check: the host name that the address it sends from has in DNS [default: the host of PUBLIC_URL]
    #[arg(long)]
    pub smtp_helo_name: Option<HelloName>,

    /// Who mail comes from: no-reply@example.com, or Acme <no-reply@example.com> [default: PRODUCT_NAME, no-reply@ and the host of PUBLIC_URL]
    #[arg(long)]
    pub mail_from: Option<Sender>,

    /// A message that the mail server will not take yet is tried for so long
    #[arg(long, default_value = "24h", value_parser = duration)]
    pub mail_retry_for: Duration,

    /// Mail that was sent (without its secrets), given up or captured is kept for so long
    #[arg(long, default_value = "30days", value_parser = duration)]
    pub mail_retention: Duration,

    /// What the service calls itself in mails and on its pages
    #[arg(long, default_value = "Latchkey")]
    pub product_name: ProductName,

    /// Folder with templates to use before the ones inside: layout.html, layout.txt, en/verify_email.jinja and so on, as in mail/ of the sources; further languages too
    #[arg(long)]
    pub mail_templates: Option<PathBuf>,

    /// The link in a verification mail; {token} stands in the fragment, which no log sees [default: PUBLIC_URL/account/verify-email#token={token}]
    #[arg(long, value_parser = link)]
    pub verify_url: Option<String>,

    /// The link that chooses a new password [default: PUBLIC_URL/account/reset-password#token={token}]
    #[arg(long, value_parser = link)]
    pub reset_url: Option<String>,

    /// The link that confirms a new address [default: PUBLIC_URL/account/confirm-email#token={token}]
    #[arg(long, value_parser = link)]
    pub email_change_url: Option<String>,

    /// The link in a notice: "this was not me" [default: PUBLIC_URL/account/secure-account#token={token}]
    #[arg(long, value_parser = link)]
    pub secure_url: Option<String>,

    /// The link in an invitation [default: PUBLIC_URL/account/accept-invitation#token={token}]
    #[arg(long, value_parser = link)]
    pub invitation_url: Option<String>,

    /// Life of a verification link
    #[arg(long, default_value = "24h", value_parser = duration)]
    pub verification_ttl: Duration,

    /// Life of a link that chooses a new password (OWASP Forgot Password Cheat Sheet: short)
    #[arg(long, default_value = "30m", value_parser = duration)]
    pub reset_ttl: Duration,

    /// Life of a link that confirms a new address
    #[arg(long, default_value = "24h", value_parser = duration)]
    pub email_change_ttl: Duration,

    /// Life of the link in a notice: so long, its owner can undo what was done to an account
    #[arg(long, default_value = "7days", value_parser = duration)]
    pub notice_ttl: Duration,

    /// Life of an invitation into an organization: a weekend
    #[arg(long, default_value = "48h", value_parser = duration)]
    pub invitation_ttl: Duration,
}

impl MailSettings {
    /// What stands in the way of mail with these settings.
    pub(super) fn problems(&self, base_url: &str) -> Vec<String> {
        let smtp = self.smtp();
        let leaves = matches!(&smtp, Ok(Some(url)) if !url.is_here());
        let sender = self.options(base_url).map(|options| options.from);
        let mut problems: Vec<_> = [smtp.err(), sender.as_ref().err().cloned()]
            .into_iter()
            .flatten()
            .collect();
        if leaves && sender.is_ok_and(|from| from.domain() == "localhost") {
            problems.push(
                "MAIL_FROM has no domain that other mail servers know: set it to an address of yours, such as no-reply@example.com"
                    .to_owned(),
            );
        }
        problems
    }

    fn smtp(&self) -> Result<Option<SmtpUrl>, String> {
        let url = self.smtp_url.as_ref().map(|Unread(url)| url.parse());
        url.transpose().map_err(|error| format!("SMTP_URL {error}"))
    }

    /// How mail leaves; `None` where it is captured.
    ///
    /// # Errors
    /// When `SMTP_URL` is none; the message does not repeat it.
    pub fn delivery_options(&self, base_url: &str) -> Result<Option<DeliveryOptions>, String> {
        let Some(url) = self.smtp()? else {
            return Ok(None);
        };
        let hello = match &self.smtp_helo_name {
            Some(name) => name.clone(),
            None => HelloName::of_url(base_url),
        };
        let timeout = self.smtp_timeout;
        let smtp = SmtpOptions {
            url,
            hello,
            timeout,
        };
        Ok(Some(DeliveryOptions { smtp }))
    }

    /// What mail looks like, and where its links lead.
    ///
    /// # Errors
    /// When the host of `PUBLIC_URL` is none that mail can come from.
    pub fn options(&self, base_url: &str) -> Result<MailOptions, String> {
        let from = match &self.mail_from {
            Some(from) => from.clone(),
            None => default_sender(base_url)
                .parse()
                .map_err(|problem| format!("MAIL_FROM {problem}"))?,
        };
        let link = |set: &Option<String>, page: &str| match set {
            Some(link) => link.clone(),
            None => format!("{base_url}/account/{page}#token={{token}}"),
        };
        Ok(MailOptions {
            from: from.named(self.product_name.as_str()),
            links: Links {
                verify_email: link(&self.verify_url, "verify-email"),
                reset_password: link(&self.reset_url, "reset-password"),
                confirm_email_change: link(&self.email_change_url, "confirm-email"),
                secure_account: link(&self.secure_url, "secure-account"),
                accept_invitation: link(&self.invitation_url, "accept-invitation"),
            },
            capture: self.smtp_url.is_none(),
            retry_for: delta(self.mail_retry_for),
        })
    }

    /// How long the link in a notice works.
    #[must_use]
    pub fn notice_ttl(&self) -> TimeDelta {
        delta(self.notice_ttl)
    }

    /// How long an invitation waits for its answer.
    #[must_use]
    pub fn invitation_ttl(&self) -> TimeDelta {
        delta(self.invitation_ttl)
    }

    /// How long a link that resets a password works.
    #[must_use]
    pub fn reset_ttl(&self) -> TimeDelta {
        delta(self.reset_ttl)
    }
}

/// An address without a name is no host that mail comes from, and is there on a laptop alone.
fn default_sender(base_url: &str) -> String {
    let url = Url::parse(base_url).ok();
    match url.as_ref().and_then(Url::domain) {
        Some(domain) => format!("no-reply@{domain}"),
        None => "no-reply@localhost".to_owned(),
    }
}
