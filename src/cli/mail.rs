//! `latchkey mail`: lists, shows and retries mail.

use clap::Subcommand;

use super::command_error::CommandError;
use crate::app;
use crate::config::{Environment, Flags, OutboxSettings};
use crate::domain::{DeliveryState, MessageId, without_tokens};
use crate::service::{Captured, Envelope, Mailbox};

/// The commands for mail.
#[derive(Subcommand)]
pub(super) enum MailCommand {
    /// List mail, newest first
    List {
        /// List only mail that was given up
        #[arg(long)]
        failed: bool,
        /// Maximum number of mails to list
        #[arg(long, default_value = "50")]
        limit: u32,
        #[command(flatten)]
        flags: Flags<OutboxSettings>,
    },
    /// Show one mail, without the secret in its link
    Show {
        /// Id of the mail, as `list` prints it
        id: MessageId,
        /// Print the secret, too: everybody who sees it can use the link
        #[arg(long)]
        reveal: bool,
        #[command(flatten)]
        flags: Flags<OutboxSettings>,
    },
    /// Send waiting or given-up mail at once; a mail that a node is sending at this moment may be sent twice
    #[command(group = clap::ArgGroup::new("which").required(true))]
    Retry {
        /// Ids of mails, as `list` prints them
        #[arg(group = "which")]
        ids: Vec<MessageId>,
        /// Retry all mail that was given up
        #[arg(long, group = "which")]
        failed: bool,
        #[command(flatten)]
        flags: Flags<OutboxSettings>,
    },
}

/// Runs one command and prints its result.
pub(super) async fn run(
    command: MailCommand,
    environment: &Environment,
) -> Result<(), CommandError> {
    let (MailCommand::List { flags, .. }
    | MailCommand::Show { flags, .. }
    | MailCommand::Retry { flags, .. }) = &command;
    let config = app::read(flags, environment)?;
    let mailbox = app::open_mailbox(&config).await?;
    let outcome = match command {
        MailCommand::List { failed, limit, .. } => list(&mailbox, failed, limit).await,
        MailCommand::Show { id, reveal, .. } => show(&mailbox, id, reveal).await,
        MailCommand::Retry { .. } if config.mail.smtp_url.is_none() => {
            Err(CommandError::NoMailServer)
        }
        MailCommand::Retry { ids, failed, .. } => retry(&mailbox, &ids, failed).await,
    };
    mailbox.close().await;
    outcome
}

async fn list(mailbox: &Mailbox, failed: bool, limit: u32) -> Result<(), CommandError> {
    let mails = mailbox.list(failed, limit).await?;
    for mail in &mails {
        println!("{}", line(mail));
    }
    if mails.is_empty() {
        println!("no mail");
    }
    Ok(())
}

fn line(mail: &Envelope) -> String {
    let at = mail.created_at.format("%Y-%m-%d %H:%M:%S");
    let (id, state, to) = (mail.id, mail.state.as_str(), &mail.to);
    let mut line = format!("{id}  {at}  {state:<8}  {}  {to}", mail.template);
    match mail.state {
        DeliveryState::Waiting { due_at } if mail.attempts > 0 => {
            let due = due_at.format("%H:%M:%S");
            line += &format!("  after {} attempts, next at {due}", mail.attempts);
        }
        DeliveryState::Failed => line += &format!("  after {} attempts", mail.attempts),
        _ => {}
    }
    match &mail.problem {
        Some(problem) => format!("{line}: {problem}"),
        None => line,
    }
}

async fn show(mailbox: &Mailbox, id: MessageId, reveal: bool) -> Result<(), CommandError> {
    let mail = mailbox.find(id).await?.ok_or(CommandError::NoMail(id))?;
    println!("{}", line(&mail.envelope));
    println!();
    let Captured { from, text, .. } = &mail;
    let text = if reveal {
        text.clone()
    } else {
        without_tokens(text)
    };
    println!("From: {from}\nTo: {}", mail.envelope.to);
    println!("Subject: {}\n\n{text}", mail.envelope.subject);
    Ok(())
}

async fn retry(mailbox: &Mailbox, ids: &[MessageId], failed: bool) -> Result<(), CommandError> {
    if failed {
        let count = mailbox.retry_failed().await?;
        println!("{count} will be tried at once");
    }
    for id in ids {
        if !mailbox.retry(*id).await? {
            return Err(CommandError::NoUnsentMail(*id));
        }
        println!("{id} will be tried at once");
    }
    Ok(())
}
