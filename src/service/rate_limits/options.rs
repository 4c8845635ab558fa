//! The limits of the settings.

use enum_map::EnumMap;

use super::table::Bucket;
use crate::domain::RateLimit;

/// The limits of the settings.
#[derive(Clone, Copy, Debug)]
pub struct RateLimitOptions {
    /// Whether anything is limited.
    pub enabled: bool,
    /// The limit of each kind of bucket.
    pub limits: EnumMap<Bucket, RateLimit>,
}
