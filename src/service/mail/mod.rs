//! Mail: what is said to people, and how it reaches them.
//!
//! A service *composes* a message and hands it, sealed, to the store, which writes it to the outbox in
//! the transaction that gives rise to it; so neither exists without the other. A `Delivery` in each
//! node sends what is due; where there is no mail server, the `Mailbox` shows what was captured. Only
//! here is known what a message looks like and how SMTP works. Must not know: why a message is sent.

mod composer;
mod content;
mod delivery;
mod letter;
mod mailbox;
mod seal;
mod smtp;
mod templates;

pub(super) use composer::{Composed, read_token};
pub use composer::{Links, Mail, MailOptions};
pub(super) use content::{Content, Event, Template};
pub use delivery::{Delivery, DeliveryOptions};
pub use letter::Sender;
pub use mailbox::{Captured, Envelope, Mailbox, MessageState};
pub use smtp::{HelloName, Smtp, SmtpOptions, SmtpUrl};
pub use templates::Templates;
