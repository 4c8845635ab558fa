//! Several keys for one use: the newest signs, and all verify, so that a key can be replaced while tokens of its
//! predecessor are still in use.

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

    /// Returns the key to sign or encrypt with.
    pub fn newest(&self) -> &T {
        &self.newest
    }

    /// Returns the keys that only verify or decrypt.
    pub fn older(&self) -> &[T] {
        &self.older
    }

    /// Iterates over all keys, the likeliest first.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        std::iter::once(&self.newest).chain(&self.older)
    }

    /// Converts each key.
    pub fn try_map<U, E>(&self, each: impl Fn(&T) -> Result<U, E>) -> Result<KeySet<U>, E> {
        Ok(KeySet {
            newest: each(&self.newest)?,
            older: self.older.iter().map(each).collect::<Result<_, E>>()?,
        })
    }
}
