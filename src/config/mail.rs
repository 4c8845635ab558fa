//! The settings of mail: the mail server, the templates, and the targets of links.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::error::SettingError;
use super::urls::link;
use super::values::{delta, duration};
use crate::domain::ProductName;
use crate::service::{
    DeliveryOptions, HelloName, LinkTarget, Links, MailOptions, Sender, SmtpOptions, SmtpUrl,
};

/// The settings of mail.
#[derive(Args, Clone)]
#[group(skip)]
#[command(next_help_heading = "Mail")]
pub struct MailSettings {
    /// Mail server: smtps://user:password@host (TLS from the start), or smtp://user:password@host (STARTTLS, required unless the host is this machine; ?tls=none for a relay in a trusted network) [default: none; mail is captured, see /mailbox]
    #[arg(long)]
    pub smtp_url: Option<SecretString>,

    /// Time limit for the whole conversation with the mail server about one message
    #[arg(long, default_value = "2m", value_parser = duration)]
    pub smtp_timeout: Duration,

    /// Name by which the service greets the mail server (EHLO): the DNS name of the address that it sends from, which some servers check [default: the host of PUBLIC_URL]
    #[arg(long)]
    pub smtp_helo_name: Option<HelloName>,

    /// Sender of mail: no-reply@example.com, or Acme <no-reply@example.com> [default: PRODUCT_NAME, no-reply@ and the host of PUBLIC_URL]
    #[arg(long)]
    pub mail_from: Option<Sender>,

    /// Time for which a message is retried while the mail server does not accept it
    #[arg(long, default_value = "24h", value_parser = duration)]
    pub mail_retry_for: Duration,

    /// Time for which mail is kept after it was sent (without its secrets), given up or captured
    #[arg(long, default_value = "30days", value_parser = duration)]
    pub mail_retention: Duration,

    /// Name of the service in mails and on its pages
    #[arg(long, default_value = "Latchkey")]
    pub product_name: ProductName,

    /// Folder of templates that replace the built-in ones or add languages: layout.html, layout.txt, en/verify_email.jinja and so on, as in mail/ of the sources
    #[arg(long)]
    pub mail_templates: Option<PathBuf>,

    /// Link that verifies an address; {token} stands in the fragment, which reaches no log [default: PUBLIC_URL/account/verify-email#token={token}]
    #[arg(long, value_parser = link)]
    pub verify_url: Option<String>,

    /// Link to the page that sets a new password [default: PUBLIC_URL/account/reset-password#token={token}]
    #[arg(long, value_parser = link)]
    pub reset_url: Option<String>,

    /// Link that confirms a new address [default: PUBLIC_URL/account/confirm-email#token={token}]
    #[arg(long, value_parser = link)]
    pub email_change_url: Option<String>,

    /// Link in a notice: "this was not me" [default: PUBLIC_URL/account/secure-account#token={token}]
    #[arg(long, value_parser = link)]
    pub secure_url: Option<String>,

    /// Link in an invitation [default: PUBLIC_URL/account/accept-invitation#token={token}]
    #[arg(long, value_parser = link)]
    pub invitation_url: Option<String>,

    /// Lifetime of a link that verifies an address
    #[arg(long, default_value = "24h", value_parser = duration)]
    pub verification_ttl: Duration,

    /// Lifetime of a link that sets a new password (OWASP Forgot Password Cheat Sheet: short)
    #[arg(long, default_value = "30m", value_parser = duration)]
    pub reset_ttl: Duration,

    /// Lifetime of a link that confirms a new address
    #[arg(long, default_value = "24h", value_parser = duration)]
    pub email_change_ttl: Duration,

    /// Lifetime of the link in a notice: for this time, the owner can undo a takeover of the account
    #[arg(long, default_value = "7days", value_parser = duration)]
    pub notice_ttl: Duration,

    /// Lifetime of an invitation to an organization: the default covers a weekend
    #[arg(long, default_value = "48h", value_parser = duration)]
    pub invitation_ttl: Duration,
}

impl MailSettings {
    /// Lists what prevents mail with these settings.
    pub(super) fn problems(&self, base_url: &str) -> Vec<String> {
        let smtp = self.smtp();
        let is_remote = matches!(&smtp, Ok(Some(url)) if !url.is_here());
        let sender = self.options(base_url).map(|options| options.from);
        let is_local_sender = matches!(&sender, Ok(from) if from.domain() == "localhost");
        let errors = [smtp.err(), sender.err()].into_iter().flatten();
        let mut problems: Vec<_> = errors.map(|error| error.to_string()).collect();
        if is_remote && is_local_sender {
            problems.push(
                "MAIL_FROM has no domain that other mail servers know: set it to an address of yours, such as no-reply@example.com"
                    .to_owned(),
            );
        }
        problems
    }

    fn smtp(&self) -> Result<Option<SmtpUrl>, SettingError> {
        let url = self
            .smtp_url
            .as_ref()
            .map(|url| url.expose_secret().parse());
        Ok(url.transpose()?)
    }

    /// Returns the settings of delivery; `None` if mail is captured.
    pub fn delivery_options(
        &self,
        base_url: &str,
    ) -> Result<Option<DeliveryOptions>, SettingError> {
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

    /// Returns the sender of mail and the targets of its links.
    pub fn options(&self, base_url: &str) -> Result<MailOptions, SettingError> {
        let from = match &self.mail_from {
            Some(from) => from.clone(),
            None => default_sender(base_url).parse()?,
        };
        let target = |url: &Option<String>, page: &str, ttl: Duration| LinkTarget {
            url: match url {
                Some(url) => url.clone(),
                None => format!("{base_url}/account/{page}#token={{token}}"),
            },
            ttl: delta(ttl),
        };
        Ok(MailOptions {
            from: from.named(self.product_name.as_str()),
            links: Links {
                verify_email: target(&self.verify_url, "verify-email", self.verification_ttl),
                reset_password: target(&self.reset_url, "reset-password", self.reset_ttl),
                confirm_email_change: target(
                    &self.email_change_url,
                    "confirm-email",
                    self.email_change_ttl,
                ),
                secure_account: target(&self.secure_url, "secure-account", self.notice_ttl),
                accept_invitation: target(
                    &self.invitation_url,
                    "accept-invitation",
                    self.invitation_ttl,
                ),
            },
            capture: self.smtp_url.is_none(),
            retry_for: delta(self.mail_retry_for),
        })
    }
}

/// Returns the sender for a host. An IP address, as on a laptop, cannot send mail, so `localhost` takes its place.
fn default_sender(base_url: &str) -> String {
    let url = Url::parse(base_url).ok();
    match url.as_ref().and_then(Url::domain) {
        Some(domain) => format!("no-reply@{domain}"),
        None => "no-reply@localhost".to_owned(),
    }
}
