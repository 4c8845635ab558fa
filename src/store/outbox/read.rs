//! The mail in the outbox, for operators and the mailbox.

use constcat::concat;

use super::row::{MESSAGE_COLUMNS, Message, MessageRow};
use crate::domain::MessageId;
use crate::store::database::{Statement, Store, StoreError};

const LIST: Statement = Statement::new(concat!(
    "SELECT ",
    MESSAGE_COLUMNS,
    " FROM outbox ORDER BY id DESC LIMIT $1",
));

const LIST_FAILED: Statement = Statement::new(concat!(
    "SELECT ",
    MESSAGE_COLUMNS,
    " FROM outbox WHERE failed_at IS NOT NULL ORDER BY id DESC LIMIT $1",
));

const FIND: Statement = Statement::new(concat!(
    "SELECT ",
    MESSAGE_COLUMNS,
    " FROM outbox WHERE id = $1",
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] =
    &[("LIST", LIST), ("LIST_FAILED", LIST_FAILED), ("FIND", FIND)];

impl Store {
    /// Lists the newest messages, newest first; only failed ones if `only_failed`.
    pub async fn list_messages(
        &self,
        only_failed: bool,
        limit: i64,
    ) -> Result<Vec<Message>, StoreError> {
        let statement = if only_failed { LIST_FAILED } else { LIST };
        let rows: Vec<MessageRow> = self.read.query(&statement).bind(limit).all().await?;
        Ok(rows.into_iter().map(Message::from).collect())
    }

    pub async fn find_message(&self, id: MessageId) -> Result<Option<Message>, StoreError> {
        let row: Option<MessageRow> = self.read.query(&FIND).bind(id).optional().await?;
        Ok(row.map(Message::from))
    }
}
