//! Connections, as the Relay specification defines them, made from pages.
//!
//! async-graphql's own connections and edges have no sentences as descriptions, and its own `PageInfo` is `@shareable` only
//! in an SDL for gateways.

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ObjectType, OutputType, SimpleObject, TypeName};

use crate::domain::{Id, Page};
use crate::graphql::engine::budget::Budget;
use crate::graphql::engine::caller::data;
use crate::graphql::error::ApiError;
use crate::graphql::federation::shareable;

/// The place of a page in its list, to ask for the pages before and after it.
#[derive(SimpleObject)]
#[graphql(directive = shareable::apply())]
pub struct PageInfo {
    /// Whether the list has items before this page. If so, `before: startCursor` with `last` asks for them.
    has_previous_page: bool,
    /// Whether the list has items after this page. If so, `after: endCursor` with `first` asks for them.
    has_next_page: bool,
    /// The cursor of the first item; null if the page is empty.
    start_cursor: Option<String>,
    /// The cursor of the last item; null if the page is empty.
    end_cursor: Option<String>,
}

/// A page of a list (a connection of the Relay specification).
#[derive(SimpleObject)]
#[graphql(name_type, complex)]
pub struct Connection<N: OutputType, C: ObjectType> {
    /// The place of this page in its list.
    page_info: PageInfo,
    /// The items of this page, each with its cursor.
    edges: Vec<Edge<N>>,
    /// The whole list.
    #[graphql(flatten)]
    list: C,
}

#[ComplexObject]
impl<N: OutputType, C: ObjectType> Connection<N, C> {
    /// The items of this page, without their cursors.
    async fn nodes(&self) -> Vec<&N> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }
}

impl<N: OutputType, C: ObjectType> TypeName for Connection<N, C> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", N::type_name()).into()
    }
}

/// An item of a list, with its cursor.
#[derive(SimpleObject)]
#[graphql(name_type)]
pub struct Edge<N: OutputType> {
    /// The item.
    node: N,
    /// The place of the item in the list, for `after` and `before`. It is opaque: do not parse it.
    cursor: String,
}

impl<N: OutputType> TypeName for Edge<N> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", N::type_name()).into()
    }
}

/// Makes a connection of a page. `node` returns the id of an item, which is its cursor, and its GraphQL object.
///
/// # Errors
/// When the lists of the response hold too many objects together.
pub async fn connection<T, Kind, N: OutputType, C: ObjectType>(
    ctx: &Context<'_>,
    page: Page<T>,
    list: C,
    node: impl Fn(T) -> (Id<Kind>, N),
) -> Result<Connection<N, C>, ApiError> {
    data::<Arc<Budget>>(ctx)?
        .take_objects(page.items.len())
        .await?;
    let edge = |item| {
        let (id, node) = node(item);
        let cursor = Page::<T>::cursor(id.uuid());
        Edge { node, cursor }
    };
    let edges: Vec<Edge<N>> = page.items.into_iter().map(edge).collect();
    Ok(Connection {
        page_info: PageInfo {
            has_previous_page: page.has_previous,
            has_next_page: page.has_next,
            start_cursor: edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: edges.last().map(|edge| edge.cursor.clone()),
        },
        edges,
        list,
    })
}
