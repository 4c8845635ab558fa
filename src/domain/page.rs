//! One stretch of a long list, asked for as the Relay cursor connections specification has it.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use uuid::Uuid;

/// Which stretch of a list is wanted. Lists are in the order of their ids, which are `UUIDv7`s and
/// so in the order of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PageRequest {
    /// Only what comes after this element, in the list's own order.
    pub after: Option<Uuid>,
    /// Only what comes before this element.
    pub before: Option<Uuid>,
    /// At most so many elements.
    pub limit: i64,
    /// Whether the page is cut from the list's end (`last`) rather than its start (`first`).
    pub from_end: bool,
}

impl PageRequest {
    /// The page size when neither `first` nor `last` is given.
    pub const DEFAULT_LIMIT: i64 = 50;
    /// The largest page: what one request may make the database read is bounded.
    pub const MAX_LIMIT: i64 = 100;

    /// Reads the four arguments of a connection.
    ///
    /// # Errors
    /// The name of the argument that is wrong, and what is wrong with it.
    pub fn parse(
        after: Option<&str>,
        before: Option<&str>,
        first: Option<i32>,
        last: Option<i32>,
    ) -> Result<Self, (&'static str, String)> {
        let (name, count, from_end) = match (first, last) {
            (Some(_), Some(_)) => {
                return Err(("last", "must not be given beside first".to_owned()));
            }
            (None, Some(last)) => ("last", i64::from(last), true),
            (Some(first), None) => ("first", i64::from(first), false),
            (None, None) => ("first", Self::DEFAULT_LIMIT, false),
        };
        if !(0..=Self::MAX_LIMIT).contains(&count) {
            return Err((name, format!("must be between 0 and {}", Self::MAX_LIMIT)));
        }
        Ok(Self {
            after: cursor("after", after)?,
            before: cursor("before", before)?,
            limit: count,
            from_end,
        })
    }

    /// Of a list that runs from the latest to the earliest, where what comes after is less: the id that
    /// all of the page are below, and the one that all are above.
    #[must_use]
    pub fn bounds_of_latest_first(&self) -> (Uuid, Uuid) {
        let below = self.after.unwrap_or(Uuid::max());
        (below, self.before.unwrap_or(Uuid::nil()))
    }

    /// One element more than asked for: whether it comes tells whether there is a further page.
    #[must_use]
    pub fn limit_and_one(&self) -> i64 {
        self.limit + 1
    }
}

fn cursor(name: &'static str, text: Option<&str>) -> Result<Option<Uuid>, (&'static str, String)> {
    let Some(text) = text else { return Ok(None) };
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok();
    let id = bytes.and_then(|bytes| Uuid::from_slice(&bytes).ok());
    id.map(Some)
        .ok_or_else(|| (name, "is not a cursor of this list".to_owned()))
}

/// A stretch of a list, in the list's own order.
#[derive(Clone, Debug)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub has_previous: bool,
    pub has_next: bool,
}

impl<T> Page<T> {
    /// Makes a page of rows that were read from the end that the request names, one more than its
    /// limit if there are so many.
    #[must_use]
    pub fn new(request: &PageRequest, mut rows: Vec<T>) -> Self {
        let limit = usize::try_from(request.limit).unwrap_or_default();
        let more = rows.len() > limit;
        rows.truncate(limit);
        if request.from_end {
            rows.reverse();
        }
        let (has_previous, has_next) = if request.from_end {
            (more, request.before.is_some())
        } else {
            (request.after.is_some(), more)
        };
        Self {
            items: rows,
            has_previous,
            has_next,
        }
    }

    /// The opaque cursor of the element with this id.
    #[must_use]
    pub fn cursor(id: Uuid) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(id.as_bytes())
    }
}
