//! Ids as parameters and columns. Both engines store the UUID of an id.

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgHasArrayType, PgTypeInfo};
use sqlx::{Database, Decode, Encode, Type};
use uuid::Uuid;

use super::query::Query;
use crate::domain::Id;

impl Query<'_> {
    /// Binds an array of ids as the next parameter. SQLite has no arrays: the query fails there.
    pub fn bind_array<Kind>(mut self, ids: Vec<Id<Kind>>) -> Self {
        match &mut self {
            Self::Sqlite(query) => query.fail("SQLite has no arrays".into()),
            Self::Postgres(query) => query.bind(ids),
        }
        self
    }
}

impl<Kind> PgHasArrayType for Id<Kind> {
    fn array_type_info() -> PgTypeInfo {
        Uuid::array_type_info()
    }
}

impl<DB: Database, Kind> Type<DB> for Id<Kind>
where
    Uuid: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        Uuid::type_info()
    }

    fn compatible(column: &DB::TypeInfo) -> bool {
        Uuid::compatible(column)
    }
}

impl<'q, DB: Database, Kind> Encode<'q, DB> for Id<Kind>
where
    Uuid: Encode<'q, DB>,
{
    fn encode_by_ref(&self, buffer: &mut DB::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
        self.uuid().encode_by_ref(buffer)
    }
}

impl<'r, DB: Database, Kind> Decode<'r, DB> for Id<Kind>
where
    Uuid: Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
        Uuid::decode(value).map(Self::new)
    }
}
