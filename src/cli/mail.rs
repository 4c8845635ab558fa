//! `latchkey mail`: what became of the mail, for the operator.

use clap::Subcommand;
use uuid::Uuid;

use crate::app::{self, StartError};
use crate::config::{Environment, Flags, OutboxSettings};
use crate::domain::without_tokens;
use crate::service::{Captured, Envelope, Mailbox, MessageState};

/// What to do with the outbox.
#[derive(Subcommand)]
pub(super) enum MailCommand {
    /// List mail, newest first
    List {
        /// Only what was given up
        #[arg(long)]
        failed: bool,
        /// Most lines to print
        #[arg(long, default_value = "50")]
        limit: u32,
        #[command(flatten)]
        flags: Flags<OutboxSettings>,
    },
    /// Show one mail; the secret in its link is left out
    Show {
        /// As `list` prints it
        id: Uuid,
        /// Print the secret, too: whoever sees it can use the link
        #[arg(long)]
        reveal: bool,
        #[command(flatten)]
        flags: Flags<OutboxSettings>,
    },
    /// Try at once to send mail that waits or was given up; one that a node is just sending may go twice
    #[command(group = clap::ArgGroup::new("which").required(true))]
    Retry {
        /// As `list` prints them
        #[arg(group = "which")]
        ids: Vec<Uuid>,
        /// Everything that was given up
        #[arg(long, group = "which")]
        failed: bool,
        #[command(flatten)]
        flags: Flags<OutboxSettings>,
    },
}

/// Runs one command and prints what it finds.
///
/// # Errors
/// When the settings, the secret or the database stand in the way, or there is no such mail.
pub(super) async fn run(command: MailCommand, environment: &Environment) -> Result<(), StartError> {
    let (MailCommand::List { flags, .. }
    | MailCommand::Show { flags, .. }
    | MailCommand::Retry { flags, .. }) = &command;
    let config = app::read(flags, environment)?;
    let mailbox = app::open_mailbox(&config).await?;
    let outcome = match command {
        MailCommand::List { failed, limit, .. } => list(&mailbox, failed, limit).await,
        MailCommand::Show { id, reveal, .. } => show(&mailbox, id, reveal).await,
        MailCommand::Retry { .. } if config.mail.smtp_url.is_none() => {
            let advice = "SMTP_URL is not set: mail stays here, and nobody would send it";
            Err(StartError::Machine(advice.to_owned()))
        }
        MailCommand::Retry { ids, failed, .. } => retry(&mailbox, &ids, failed).await,
    };
    mailbox.close().await;
    outcome
}

async fn list(mailbox: &Mailbox, failed: bool, limit: u32) -> Result<(), StartError> {
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
    match (mail.state, mail.due_at) {
        (MessageState::Waiting, Some(due)) if mail.attempts > 0 => {
            let due = due.format("%H:%M:%S");
            line += &format!("  after {} attempts, next at {due}", mail.attempts);
        }
        (MessageState::Failed, _) => line += &format!("  after {} attempts", mail.attempts),
        _ => {}
    }
    match &mail.problem {
        Some(problem) => format!("{line}: {problem}"),
        None => line,
    }
}

async fn show(mailbox: &Mailbox, id: Uuid, reveal: bool) -> Result<(), StartError> {
    let mail = mailbox.find(id).await?.ok_or_else(|| absent(id))?;
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

async fn retry(mailbox: &Mailbox, ids: &[Uuid], failed: bool) -> Result<(), StartError> {
    if failed {
        let count = mailbox.retry_failed().await?;
        println!("{count} will be tried at once");
    }
    for id in ids {
        if !mailbox.retry(*id).await? {
            let problem =
                format!("there is no mail {id} that was not sent: see latchkey mail list");
            return Err(StartError::Machine(problem));
        }
        println!("{id} will be tried at once");
    }
    Ok(())
}

fn absent(id: Uuid) -> StartError {
    StartError::Machine(format!("there is no mail {id}: see latchkey mail list"))
}
