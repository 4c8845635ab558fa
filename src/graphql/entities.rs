//! The service as a subgraph of Apollo Federation 2: entities that other subgraphs refer to, resolved by id.
//!
//! async-graphql's own `_entities` is not used: it needs no signed-in user, fails as a whole if one entity may not be seen,
//! and is in another SDL than the one that clients read.

use std::sync::Arc;

use async_graphql::{Context, ID, InputValueResult, Object, Scalar, ScalarType, Union, Value};
use futures_util::future::try_join_all;

use crate::domain::UserId;
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::account::user::User;
use crate::graphql::engine::budget::Budget;
use crate::graphql::engine::caller::{data, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::parse_id;
use crate::graphql::loaders::Loaders;
use crate::graphql::organization::read::{Organization, visible_organization};

/// A reference to an entity: an object with `__typename` and `id`.
struct Representation(Value);

/// A reference to an entity: an object with `__typename` and `id`.
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
    /// The text of one of its fields.
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

/// An object that other subgraphs may refer to.
#[derive(Union)]
#[graphql(name = "_Entity")]
enum Entity {
    Organization(Organization),
    User(User),
}

/// The type and id of an entity.
enum EntityRef {
    Organization(ID),
    User(ID),
}

#[derive(Default)]
pub struct EntityQuery;

#[Object]
impl EntityQuery {
    /// The users and organizations that other subgraphs refer to, for a gateway. Each is null unless the signed-in user may see
    /// it.
    ///
    /// Errors: VALIDATION_FAILED (a representation is neither a user nor an organization, or has no `id`).
    #[graphql(name = "_entities", directive = access::apply(AccessLevel::Verified))]
    async fn entities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The references to resolve, in the order of the result.")]
        representations: Vec<Representation>,
    ) -> Result<Vec<Option<Entity>>, ApiError> {
        let entities = representations.iter().enumerate();
        let entities: Result<Vec<EntityRef>, ApiError> = entities.map(parse_entity).collect();
        let entities = entities?;
        let viewer_id = viewer(ctx).await?.user.id;
        let loaders = data::<Loaders>(ctx)?;
        data::<Arc<Budget>>(ctx)?
            .take_objects(entities.len())
            .await?;
        let loads = entities.iter();
        try_join_all(loads.map(|entity| load(loaders, entity, viewer_id))).await
    }
}

fn parse_entity((index, representation): (usize, &Representation)) -> Result<EntityRef, ApiError> {
    let id = representation.text("id").map(ID::from);
    match (representation.text("__typename"), id) {
        (Some("Organization"), Some(id)) => Ok(EntityRef::Organization(id)),
        (Some("User"), Some(id)) => Ok(EntityRef::User(id)),
        _ => Err(ApiError::invalid(vec![(
            format!("representations.{index}"),
            "must be an object with __typename User or Organization, and id".to_owned(),
        )])),
    }
}

async fn load(
    loaders: &Loaders,
    entity: &EntityRef,
    viewer_id: UserId,
) -> Result<Option<Entity>, ApiError> {
    match entity {
        EntityRef::Organization(id) => {
            let organization = visible_organization(loaders, id, viewer_id).await?;
            Ok(organization.map(Entity::Organization))
        }
        EntityRef::User(id) => {
            let Some(id) = parse_id(id) else {
                return Ok(None);
            };
            let user = loaders.visible_user(id, viewer_id).await?;
            Ok(user.map(|user| Entity::User(User::new(user, viewer_id))))
        }
    }
}
