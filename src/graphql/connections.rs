//! Connections, as the Relay specification has them, from pages.
//!
//! async-graphql's own connection has no description, which linters of schemas want of every type, and its own `PageInfo`
//! is `@shareable` only in an SDL for gateways.

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::connection::{Edge, EmptyFields};
use async_graphql::{ComplexObject, Context, ObjectType, OutputType, SimpleObject, TypeName};
use uuid::Uuid;

use crate::domain::Page;
use crate::graphql::engine::budget::Budget;
use crate::graphql::engine::caller::of;
use crate::graphql::error::ApiError;
use crate::graphql::federation::shareable;

/// Information about pagination in a connection.
#[derive(SimpleObject)]
#[graphql(directive = shareable::apply())]
pub struct PageInfo {
    /// When paginating backwards, are there more items?
    has_previous_page: bool,
    /// When paginating forwards, are there more items?
    has_next_page: bool,
    /// When paginating backwards, the cursor to continue.
    start_cursor: Option<String>,
    /// When paginating forwards, the cursor to continue.
    end_cursor: Option<String>,
}

/// A page of a list.
#[derive(SimpleObject)]
#[graphql(name_type, complex)]
pub struct Connection<N: OutputType, C: ObjectType> {
    /// Information to aid in pagination.
    page_info: PageInfo,
    /// A list of edges.
    edges: Vec<Edge<String, N, EmptyFields>>,
    /// The list that it is a page of.
    #[graphql(flatten)]
    total: C,
}

#[ComplexObject]
impl<N: OutputType, C: ObjectType> Connection<N, C> {
    /// A list of nodes.
    async fn nodes(&self) -> Vec<&N> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }
}

impl<N: OutputType, C: ObjectType> TypeName for Connection<N, C> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", N::type_name()).into()
    }
}

/// A page as a connection. `node` tells of each item its id, which is its cursor, and what is shown of it;
/// `total` what the page is a page of.
///
/// # Errors
/// When the lists of the answer hold too much together.
pub fn connection<T, N: OutputType, C: ObjectType>(
    ctx: &Context<'_>,
    found: Page<T>,
    total: C,
    node: impl Fn(T) -> (Uuid, N),
) -> Result<Connection<N, C>, ApiError> {
    of::<Arc<Budget>>(ctx)?.take_objects(found.items.len())?;
    let edge = |item| {
        let (id, node) = node(item);
        Edge::new(Page::<T>::cursor(id), node)
    };
    let edges: Vec<Edge<_, _, _>> = found.items.into_iter().map(edge).collect();
    let cursor = |edge: &Edge<String, N, EmptyFields>| edge.cursor.clone();
    Ok(Connection {
        page_info: PageInfo {
            has_previous_page: found.has_previous,
            has_next_page: found.has_next,
            start_cursor: edges.first().map(cursor),
            end_cursor: edges.last().map(cursor),
        },
        edges,
        total,
    })
}
