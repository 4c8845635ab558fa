//! The directives of Apollo Federation 2. They are in the one schema that clients, gateways and introspection see.

use std::borrow::Cow;

use async_graphql::parser::types::Directive;
use async_graphql::registry::{__DirectiveLocation, Registry};
use async_graphql::{
    ContextDirective, CustomDirective, CustomDirectiveFactory, InputValueResult, Scalar,
    ScalarType, ServerError, ServerResult, TypeDirective, Value,
};

/// Marks a type as an entity that other subgraphs may refer to by these fields (Apollo Federation).
#[TypeDirective(location = "Object")]
pub fn key(fields: String) {}

/// Lets other subgraphs define the type, too (Apollo Federation).
#[TypeDirective(location = "Object")]
pub fn shareable() {}

/// Links the schema to the specification that defines its directives (Apollo Federation).
#[TypeDirective(location = "Object", repeatable = true)]
fn link(url: String, import: Option<Vec<Option<Import>>>) {}

/// The SDL's `schema` definition for a subgraph: async-graphql applies no directives to it. It is not an `extend schema`,
/// which some generators of clients cannot read (graphql_client).
pub const LINKED_SCHEMA: &str = r#"
schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable"]) {
"#;

/// An element that `@link` imports: its name, or an object with `name` and `as`.
struct Import(Value);

/// An element that `@link` imports: its name, or an object with `name` and `as`.
#[Scalar(name = "link__Import")]
impl ScalarType for Import {
    fn parse(value: Value) -> InputValueResult<Self> {
        Ok(Self(value))
    }

    fn to_value(&self) -> Value {
        self.0.clone()
    }
}

/// The directive `@link`, whose location is the schema: async-graphql's macros do not support it.
pub struct Link;

impl CustomDirectiveFactory for Link {
    fn name(&self) -> Cow<'static, str> {
        TypeDirective::name(&link)
    }

    fn register(&self, registry: &mut Registry) {
        TypeDirective::register(&link, registry);
        if let Some(directive) = registry.directives.get_mut(&*self.name()) {
            directive.locations = vec![__DirectiveLocation::SCHEMA];
        }
    }

    fn create(
        &self,
        _: &ContextDirective<'_>,
        directive: &Directive,
    ) -> ServerResult<Box<dyn CustomDirective>> {
        let reason = "@link is for schemas";
        Err(ServerError::new(reason, Some(directive.name.pos)))
    }
}
