//! Ids as parameters and columns. Both engines store the UUID of an id.

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::{Database, Decode, Encode, Type};
use uuid::Uuid;

use crate::domain::Id;

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
