//! CBOR (RFC 8949), the format of authenticators. What they send is small and flat, so limits keep hostile values cheap.

use ciborium::Value;
use ciborium::de::from_reader_with_recursion_limit;

/// The maximum number of bytes of a value with all it contains.
const MAX_BYTES: usize = 8 * 1024;

/// The maximum depth of values inside values.
const MAX_DEPTH: usize = 8;

/// The entries of a map.
pub type Entries = Vec<(Value, Value)>;

/// Reads a map from the start of the bytes. Returns its entries and the bytes behind it; `None` for anything else, for a map
/// that is too long or too deep, and for one that has a key twice.
pub fn read_map(bytes: &[u8]) -> Option<(Entries, &[u8])> {
    let mut rest = bytes;
    let value: Value = from_reader_with_recursion_limit(&mut rest, MAX_DEPTH).ok()?;
    let Value::Map(entries) = value else {
        return None;
    };
    if bytes.len() - rest.len() > MAX_BYTES {
        return None;
    }
    let has_twice = |(place, (key, _)): (usize, &(Value, Value))| {
        entries[..place].iter().any(|(earlier, _)| earlier == key)
    };
    if entries.iter().enumerate().any(has_twice) {
        return None;
    }
    Some((entries, rest))
}

/// Returns the entry of a map with this key.
pub fn entry<'v>(entries: &'v [(Value, Value)], key: &Value) -> Option<&'v Value> {
    let mut entries = entries.iter();
    entries.find_map(|(name, value)| (name == key).then_some(value))
}
