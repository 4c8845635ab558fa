//! Mail: what is said to people, and how it reaches them.
//!
//! A service *composes* a message and hands it, sealed, to the store, which writes it to the outbox in
//! the transaction that gives rise to it; so neither exists without the other. A `Delivery` in each
//! node sends what is due; where there is no mail server, the `Mailbox` shows what was captured. Only
//! here is known what a message looks like and how SMTP works. Must not know: why a message is sent.

mod composer;
mod content;
mod delivery;
mod hello_name;
mod mailbox;
mod outgoing_email;
mod paragraphs;
mod sender;
mod smtp;
mod smtp_url;
mod template_error;
mod template_files;
mod templates;

pub(super) use composer::read_token;
pub use composer::{LinkTarget, Links, Mail, MailOptions};
pub(super) use content::{Content, Event, Template};
pub use delivery::{Delivery, DeliveryOptions};
pub use hello_name::HelloName;
pub use mailbox::{Captured, Envelope, Mailbox};
pub use sender::{Sender, SenderError};
pub use smtp::{Smtp, SmtpError, SmtpOptions};
pub use smtp_url::{SmtpUrl, SmtpUrlError};
pub use template_error::TemplateError;
pub use templates::Templates;
