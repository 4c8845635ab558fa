//! The service as a subgraph of Apollo Federation 2: what other subgraphs refer to, resolved by id.
//!
//! Written here rather than left to async-graphql, whose `_entities` needs no caller, fails as a whole
//! where one entity is not to be seen, and stands in another SDL than the one that clients read.

use std::sync::Arc;

use async_graphql::{Context, ID, InputValueResult, Object, Scalar, ScalarType, Union, Value};
use futures_util::future::try_join_all;
use uuid::Uuid;

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::account::user::User;
use crate::graphql::engine::budget::Budget;
use crate::graphql::engine::caller::{of, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::id;
use crate::graphql::loaders::Loaders;
use crate::graphql::organization::read::{Organization, visible_organization};

/// What names an entity: an object with `__typename` and `id`.
struct Representation(Value);

/// What names an entity: an object with `__typename` and `id`.
#[Scalar(name = "_Any")]
impl ScalarType for Representation {
    fn parse(value: Value) -> InputValueResult<Self> {
        Ok(Self(value))
    }

    fn to_value(&self) -> Value {
        self.0.clone()
    }
}

impl Representation {
    fn text(&self, name: &str) -> Option<&str> {
        match &self.0 {
            Value::Object(object) => match object.get(name) {
                Some(Value::String(text)) => Some(text),
                _ => None,
            },
            _ => None,
        }
    }
}

/// What other subgraphs may refer to.
#[derive(Union)]
#[graphql(name = "_Entity")]
enum Entity {
    Organization(Organization),
    User(User),
}

/// Which entity a representation names.
enum Named {
    Organization(ID),
    User(ID),
}

#[derive(Default)]
pub struct EntityQuery;

#[Object]
impl EntityQuery {
    /// For a gateway: the users and organizations that other subgraphs refer to, each null unless the
    /// logged-in user may see it.
    ///
    /// Errors: VALIDATION_FAILED when one is neither a user nor an organization, or has no `id`.
    #[graphql(name = "_entities", directive = access::apply(AccessLevel::Verified))]
    async fn entities(
        &self,
        ctx: &Context<'_>,
        representations: Vec<Representation>,
    ) -> Result<Vec<Option<Entity>>, ApiError> {
        let named: Result<Vec<Named>, ApiError> =
            representations.iter().enumerate().map(named).collect();
        let named = named?;
        let seen_by = viewer(ctx).await?.user.id;
        let loaders = of::<Loaders>(ctx)?;
        of::<Arc<Budget>>(ctx)?.take_objects(named.len())?;
        try_join_all(named.iter().map(|named| find(loaders, named, seen_by))).await
    }
}

fn named((place, representation): (usize, &Representation)) -> Result<Named, ApiError> {
    let id = representation.text("id").map(ID::from);
    match (representation.text("__typename"), id) {
        (Some("Organization"), Some(id)) => Ok(Named::Organization(id)),
        (Some("User"), Some(id)) => Ok(Named::User(id)),
        _ => Err(ApiError::invalid(vec![(
            format!("representations.{place}"),
            "must be an object with __typename User or Organization, and id".to_owned(),
        )])),
    }
}

async fn find(loaders: &Loaders, named: &Named, seen_by: Uuid) -> Result<Option<Entity>, ApiError> {
    match named {
        Named::Organization(named) => {
            let found = visible_organization(loaders, named, seen_by).await?;
            Ok(found.map(Entity::Organization))
        }
        Named::User(named) => {
            let Some(named) = id(named) else {
                return Ok(None);
            };
            let found = loaders.visible_user(named, seen_by).await?;
            Ok(found.map(|user| Entity::User(User::seen_by(user, seen_by))))
        }
    }
}
