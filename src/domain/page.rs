//! Pages of long lists, as in the Relay cursor connections specification.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use uuid::Uuid;

/// The page of a list that is wanted. Lists are in the order of their ids. These are UUIDv7, and so in the order of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PageRequest {
    /// The elements after this one, in the list's own order.
    pub after: Option<Uuid>,
    /// The elements before this one.
    pub before: Option<Uuid>,
    /// The maximum number of elements.
    pub limit: i64,
    /// Whether the page is at the end of the list (`last`) rather than at its start (`first`).
    pub from_end: bool,
}

impl PageRequest {
    /// The page size when neither `first` nor `last` is given.
    pub const DEFAULT_LIMIT: i64 = 50;
    /// The largest page, which limits what the database reads for one request.
    pub const MAX_LIMIT: i64 = 100;

    /// Reads the four arguments of a connection. An error has the name of the argument, and what is wrong with it.
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

    /// Returns the ids between which the page is, in a list from the earliest to the latest: all its ids are greater than
    /// the first and less than the second.
    #[must_use]
    pub fn bounds(&self) -> (Uuid, Uuid) {
        let after = self.after.unwrap_or(Uuid::nil());
        (after, self.before.unwrap_or(Uuid::max()))
    }

    /// Returns the ids between which the page is, in a list from the latest to the earliest: all its ids are less than the
    /// first and greater than the second.
    #[must_use]
    pub fn bounds_of_latest_first(&self) -> (Uuid, Uuid) {
        let below = self.after.unwrap_or(Uuid::max());
        (below, self.before.unwrap_or(Uuid::nil()))
    }

    /// Returns the limit for the query, which is one more: an additional row means that there is another page.
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

/// A page of a list, in the list's own order.
#[derive(Clone, Debug)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub has_previous: bool,
    pub has_next: bool,
}

impl<T> Page<T> {
    /// Makes a page from rows that were read from the end that the request names, up to [`PageRequest::limit_and_one`].
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

    /// Returns the opaque cursor of the element with this id.
    #[must_use]
    pub fn cursor(id: Uuid) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(id.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_oneof};
    use uuid::Uuid;

    use super::{Page, PageRequest};
    use crate::domain::test_cases::{for_all, or_none, others, spoilt};

    #[test]
    fn a_cursor_has_one_text() {
        for_all((any::<[u8; 16]>(), spoilt()), |(id, spoilt)| {
            let read = |cursor: &str| {
                let after = PageRequest::parse(Some(cursor), None, None, None);
                let before = PageRequest::parse(None, Some(cursor), None, None);
                let ids = (after.ok()?.after?, before.ok()?.before?);
                assert_eq!(ids.0, ids.1);
                Some(ids.0)
            };
            let id = Uuid::from_bytes(id);
            let cursor = Page::<()>::cursor(id);
            assert_eq!(read(&cursor), Some(id));
            for other in others(&cursor, spoilt) {
                if let Some(id) = read(&other) {
                    assert_eq!(Page::<()>::cursor(id), other);
                }
            }
        });
    }

    #[test]
    fn a_page_is_never_larger_than_a_hundred() {
        let count = || or_none(prop_oneof![-3..110, any::<i32>()]);
        for_all(
            (count(), count()),
            |(first, last)| match PageRequest::parse(None, None, first, last) {
                Ok(request) => {
                    assert!((0..=100).contains(&request.limit));
                    assert_eq!(request.limit, first.or(last).map_or(50, i64::from));
                    assert_eq!(request.from_end, last.is_some());
                }
                Err(("first", _)) => assert!(!(0..=100).contains(&first.unwrap())),
                Err(("last", _)) => assert!(first.is_some() || !(0..=100).contains(&last.unwrap())),
                Err((other, _)) => unreachable!("{other}"),
            },
        );
    }
}
