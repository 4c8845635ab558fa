//! Queries with a variable number of parameters, such as lists of ids and rows to insert. Their text is built for each
//! call.

use super::driver::Value;
use super::query::Query;
use crate::domain::Id;

impl<'t> Query<'t> {
    /// Appends to the text. Accepts only text from the program itself, so that no input becomes SQL.
    pub fn push(&mut self, sql: &'static str) -> &mut Self {
        self.push_text(sql)
    }

    /// Appends a text that a test built.
    #[cfg(test)]
    pub fn push_test_sql(&mut self, sql: &str) -> &mut Self {
        self.push_text(sql)
    }

    fn push_text(&mut self, sql: &str) -> &mut Self {
        match self {
            Self::Sqlite(query) => query.text.push(sql),
            Self::Postgres(query) => query.text.push(sql),
        }
        self
    }

    /// Appends a placeholder, and binds its parameter.
    pub fn push_bind<'q>(&mut self, value: impl Value<'q>) -> &mut Self {
        match self {
            Self::Sqlite(query) => query.push_bind(value),
            Self::Postgres(query) => query.push_bind(value),
        }
        self
    }

    /// Appends a condition that is always true, for the `WHERE` of a write that need not wait for the disk. Only in a
    /// [relaxed query](super::pool::Pool::relaxed_query), and only for that query, its evaluation ends the wait.
    pub fn push_relaxed_condition(&mut self) -> &mut Self {
        let condition = match self {
            Self::Sqlite(query) => query.relaxed_condition(),
            Self::Postgres(query) => query.relaxed_condition(),
        };
        self.push_text(condition)
    }

    /// Appends items with commas between them.
    pub fn push_list<T>(
        &mut self,
        items: &[T],
        mut push_item: impl FnMut(&mut Self, &T),
    ) -> &mut Self {
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.push(", ");
            }
            push_item(self, item);
        }
        self
    }

    /// Appends `(id, id, …)` for an `IN`. The list must not be empty.
    pub fn push_ids<Kind: Copy>(&mut self, ids: &[Id<Kind>]) -> &mut Self {
        self.push("(");
        self.push_list(ids, |query, id| {
            query.push_bind(*id);
        });
        self.push(")")
    }

    /// Begins a tuple `(value, value, …)`.
    pub fn open_tuple(&mut self) -> Tuple<'_, 't> {
        Tuple {
            query: self,
            next: "(",
        }
    }
}

/// A tuple of values that is being appended to a query.
#[must_use]
pub struct Tuple<'a, 't> {
    query: &'a mut Query<'t>,
    /// The text before the next value.
    next: &'static str,
}

impl Tuple<'_, '_> {
    pub fn bind<'q>(mut self, value: impl Value<'q>) -> Self {
        self.query.push(self.next).push_bind(value);
        self.next = ", ";
        self
    }

    pub fn close(self) {
        self.query.push(")");
    }
}
