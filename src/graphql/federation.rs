//! The directives of Apollo Federation 2. They stand in the one schema that clients, gateways and introspection see.

use std::borrow::Cow;

use async_graphql::parser::types::Directive;
use async_graphql::registry::{__DirectiveLocation, Registry};
use async_graphql::{
    ContextDirective, CustomDirective, CustomDirectiveFactory, InputValueResult, Scalar,
    ScalarType, ServerError, ServerResult, TypeDirective, Value,
};

/// What names an entity to other subgraphs.
#[TypeDirective(location = "Object")]
pub fn key(fields: String) {}

/// Other subgraphs may have this type, too.
#[TypeDirective(location = "Object")]
pub fn shareable() {}

/// Says by which specification a directive is to be understood.
#[TypeDirective(location = "Object", repeatable = true)]
fn link(url: String, import: Option<Vec<Option<Import>>>) {}

/// The SDL's `schema`, as a subgraph has it: async-graphql applies no directives to schemas. Not `extend
/// schema`, which not every generator of clients can read (graphql_client cannot).
pub const LINKED_SCHEMA: &str = r#"
schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable"]) {
"#;

/// What `@link` imports: a name, or a name and another for it.
struct Import(Value);

/// What `@link` imports: a name, or a name and another for it.
#[Scalar(name = "link__Import")]
impl ScalarType for Import {
    fn parse(value: Value) -> InputValueResult<Self> {
        Ok(Self(value))
    }

    fn to_value(&self) -> Value {
        self.0.clone()
    }
}

/// `@link`, which stands at the schema itself: async-graphql's macros know no such place.
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
