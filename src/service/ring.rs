//! Several keys for one use: one to make with, all to check with, so that a key can be replaced while
//! what its predecessor made is still about.

/// A key and its predecessors.
#[derive(Clone, Debug)]
pub(super) struct Ring<T> {
    newest: T,
    older: Vec<T>,
}

impl<T> Ring<T> {
    pub(super) fn new(newest: T, older: Vec<T>) -> Self {
        Self { newest, older }
    }

    /// The one to make things with.
    pub(super) fn newest(&self) -> &T {
        &self.newest
    }

    /// All that may have made a thing, the likeliest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        std::iter::once(&self.newest).chain(&self.older)
    }

    /// The same number of something else.
    pub(super) fn try_map<U, E>(&self, each: impl Fn(&T) -> Result<U, E>) -> Result<Ring<U>, E> {
        Ok(Ring {
            newest: each(&self.newest)?,
            older: self.older.iter().map(each).collect::<Result<_, E>>()?,
        })
    }
}
