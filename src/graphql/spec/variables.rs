//! Variables: checked against their declared types, and completed by the defaults of the operation, before anything
//! executes (GraphQL October 2021, section 6.1.2).
//!
//! async-graphql finds an invalid variable only where it is used, in the middle of the execution, and repeats its value.
//! Here each error has a path, and no value is repeated: it may be a password.

use std::fmt::{self, Display};

use async_graphql::Variables;
use async_graphql::parser::types::{BaseType, InputValueDefinition, OperationDefinition, Type};
use serde_json::{Map, Value};

use crate::graphql::error::MAX_ERRORS;
use crate::graphql::schema_index::{InputTypes, named};

/// The scalars of the specification.
const SCALARS: [&str; 5] = ["Int", "Float", "String", "Boolean", "ID"];

/// The path of a value in the variables, which becomes text only for an error.
#[derive(Clone, Copy)]
struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    segment: &'a dyn Display,
}

impl<'a> Path<'a> {
    fn below(&'a self, segment: &'a dyn Display) -> Self {
        Path {
            parent: Some(self),
            segment,
        }
    }
}

impl Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            write!(f, "{parent}.")?;
        }
        self.segment.fmt(f)
    }
}

/// A path such as `variables.input.email`, and a predicate such as "is required".
type VariableError = (String, String);

impl InputTypes {
    /// Checks the variables. Returns the errors, five at most.
    pub fn variable_errors(
        &self,
        operation: &OperationDefinition,
        variables: &Map<String, Value>,
    ) -> Vec<VariableError> {
        let mut errors = Vec::with_capacity(MAX_ERRORS);
        for definition in &operation.variable_definitions {
            let definition = &definition.node;
            let name = definition.name.node.as_str();
            let root = Path {
                parent: None,
                segment: &"variables",
            };
            let path = root.below(&name);
            let ty = &definition.var_type.node;
            if !self.is_input(named(ty)) {
                errors.push((
                    path.to_string(),
                    "is of a type that no input has".to_owned(),
                ));
                continue;
            }
            match variables.get(name) {
                Some(value) => self.check(path, ty, value, &mut errors),
                None if ty.nullable || definition.default_value.is_some() => {}
                None => errors.push((path.to_string(), "is required".to_owned())),
            }
            if errors.len() >= MAX_ERRORS {
                break;
            }
        }
        errors.truncate(MAX_ERRORS);
        errors
    }

    fn is_input(&self, name: &str) -> bool {
        SCALARS.contains(&name)
            || self.scalars.contains(name)
            || self.enums.contains_key(name)
            || self.objects.contains_key(name)
    }

    fn check(&self, path: Path<'_>, ty: &Type, value: &Value, errors: &mut Vec<VariableError>) {
        match (&ty.base, value) {
            (_, Value::Null) if ty.nullable => {}
            (_, Value::Null) => errors.push((path.to_string(), "must not be null".to_owned())),
            (BaseType::List(item), Value::Array(values)) => {
                for (index, value) in values.iter().enumerate() {
                    if errors.len() >= MAX_ERRORS {
                        return;
                    }
                    self.check(path.below(&index), item, value, errors);
                }
            }
            // A single value stands for a list with that value.
            (BaseType::List(item), value) => self.check(path, item, value, errors),
            (BaseType::Named(name), value) => self.check_named(path, name, value, errors),
        }
    }

    fn check_named(
        &self,
        path: Path<'_>,
        name: &str,
        value: &Value,
        errors: &mut Vec<VariableError>,
    ) {
        if let Some(fields) = self.objects.get(name) {
            let Value::Object(object) = value else {
                errors.push((path.to_string(), format!("must be an object ({name})")));
                return;
            };
            self.check_object(path, name, fields, object, errors);
            return;
        }
        let fits = match (name, value) {
            ("Int", value) => value.as_i64().is_some_and(|int| i32::try_from(int).is_ok()),
            ("Float", value) => value.is_number(),
            ("Boolean", value) => value.is_boolean(),
            ("ID", value) => value.is_string() || value.is_i64() || value.is_u64(),
            ("String", value) => value.is_string(),
            (name, value) => match (self.enums.get(name), value) {
                (Some(values), Value::String(text)) => values.contains(text),
                (Some(_), _) => false,
                // A declared scalar parses its own text.
                (None, _) => true,
            },
        };
        if !fits {
            errors.push((path.to_string(), format!("must be of type {name}")));
        }
    }

    fn check_object(
        &self,
        path: Path<'_>,
        name: &str,
        fields: &[InputValueDefinition],
        object: &Map<String, Value>,
        errors: &mut Vec<VariableError>,
    ) {
        for field in fields {
            let (key, ty) = (field.name.node.as_str(), &field.ty.node);
            let path = path.below(&key);
            match object.get(key) {
                Some(value) => self.check(path, ty, value, errors),
                None if ty.nullable || field.default_value.is_some() => {}
                None => errors.push((path.to_string(), "is required".to_owned())),
            }
            if errors.len() >= MAX_ERRORS {
                return;
            }
        }
        let is_declared = |key: &String| fields.iter().any(|field| field.name.node == key.as_str());
        if !object.keys().all(is_declared) {
            // The name of the field is the client's text, and is not repeated.
            errors.push((
                path.to_string(),
                format!("has a field that {name} does not have"),
            ));
        }
    }
}

/// Adds the defaults of variables that were not sent. async-graphql decides by the sent ones alone whether to skip a field,
/// and would execute a mutation that a default leaves out.
pub fn with_defaults(operation: &OperationDefinition, sent: Map<String, Value>) -> Variables {
    let mut variables = Variables::from_json(Value::Object(sent));
    for definition in &operation.variable_definitions {
        if let Some(default) = &definition.node.default_value {
            let variable = variables.entry(definition.node.name.node.clone());
            variable.or_insert_with(|| default.node.clone());
        }
    }
    variables
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use serde_json::{Value, json};

    use crate::graphql::schema_index::{InputTypes, SchemaIndex};

    fn errors_of(declared: &str, value: &Value) -> Vec<String> {
        let sdl = "type Query { a: Int @access(level: PUBLIC) }
            directive @access(level: AccessLevel!) on FIELD_DEFINITION
            enum AccessLevel { PUBLIC }
            input Outer { name: String!, inner: [Inner!], color: Color, n: Int! = 3 }
            input Inner { id: ID!, ratio: Float }
            enum Color { RED GREEN }";
        let schema_index = SchemaIndex::read(sdl).unwrap();
        let types: &InputTypes = schema_index.inputs();
        let document = parse_query(format!("query($v: {declared}) {{ a }}")).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        let variables = json!({ "v": value });
        let errors = types.variable_errors(&operation.node, variables.as_object().unwrap());
        errors
            .into_iter()
            .map(|(path, message)| format!("{path} {message}"))
            .collect()
    }

    #[test]
    fn what_fits_its_type_is_accepted() {
        for (declared, value) in [
            ("Int", json!(5)),
            ("Int", json!(null)),
            ("Float!", json!(5)),
            ("ID!", json!(5)),
            ("[Int!]!", json!([1, 2])),
            ("[Int]", json!(1)),
            ("Color", json!("RED")),
            (
                "Outer!",
                json!({ "name": "x", "inner": [{ "id": "1", "ratio": 0.5 }], "color": null }),
            ),
            ("Outer!", json!({ "name": "x", "inner": { "id": "1" } })),
        ] {
            assert_eq!(errors_of(declared, &value), [""; 0], "{declared} {value}");
        }
    }

    #[test]
    fn a_type_that_no_input_has_is_refused() {
        for declared in ["Nope", "Query", "[Nope!]!"] {
            let expected = ["variables.v is of a type that no input has"];
            assert_eq!(errors_of(declared, &json!(null)), expected, "{declared}");
        }
    }

    #[test]
    fn at_most_five_errors_are_listed() {
        let many: Vec<_> = (0..10_000).map(|_| json!({})).collect();
        assert_eq!(errors_of("[Outer!]!", &json!(many)).len(), 5);
    }

    #[test]
    fn each_error_has_the_path_of_its_value_and_not_the_value() {
        for (declared, value, expected) in [
            ("Int", json!("5"), "variables.v must be of type Int"),
            (
                "Int",
                json!(3_000_000_000_u64),
                "variables.v must be of type Int",
            ),
            ("Int!", json!(null), "variables.v must not be null"),
            ("String", json!(5), "variables.v must be of type String"),
            (
                "Boolean",
                json!("true"),
                "variables.v must be of type Boolean",
            ),
            ("[Int!]", json!([1, null]), "variables.v.1 must not be null"),
            ("Color", json!("BLUE"), "variables.v must be of type Color"),
            ("Color", json!(1), "variables.v must be of type Color"),
            ("Outer", json!("x"), "variables.v must be an object (Outer)"),
            ("Outer", json!({}), "variables.v.name is required"),
            (
                "Outer",
                json!({ "name": "x", "n": null }),
                "variables.v.n must not be null",
            ),
            (
                "Outer",
                json!({ "name": "x", "y": 1 }),
                "variables.v has a field that Outer does not have",
            ),
            (
                "Outer",
                json!({ "name": "x", "inner": [{}] }),
                "variables.v.inner.0.id is required",
            ),
        ] {
            assert_eq!(
                errors_of(declared, &value),
                [expected],
                "{declared} {value}"
            );
        }
    }
}
