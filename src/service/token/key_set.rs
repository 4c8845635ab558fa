//! Several keys for one use: one to make with, all to check with, so that a key can be replaced while
//! what its predecessor made is still about.

/// A key and its predecessors.
#[derive(Clone, Debug)]
pub struct KeySet<T> {
    newest: T,
    older: Vec<T>,
}

impl<T> KeySet<T> {
    pub fn new(newest: T, older: Vec<T>) -> Self {
        Self { newest, older }
    }

    /// Returns the one to make things with.
    pub fn newest(&self) -> &T {
        &self.newest
    }

    /// Returns all that may have made a thing, the likeliest first.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        std::iter::once(&self.newest).chain(&self.older)
    }

    /// Makes something else of each key.
    pub fn try_map<U, E>(&self, each: impl Fn(&T) -> Result<U, E>) -> Result<KeySet<U>, E> {
        Ok(KeySet {
            newest: each(&self.newest)?,
            older: self.older.iter().map(each).collect::<Result<_, E>>()?,
        })
    }
}
