//! Variables: checked against the types that the operation declares for them, and completed by its defaults (GraphQL
//! October 2021, section 6.1.2), before anything executes.
//!
//! async-graphql finds a wrong variable only where it is used, half way through the execution, and repeats its value. Here
//! each fault has its path, and no value is repeated: it may be a password.

use std::fmt::{self, Display};

use async_graphql::Variables;
use async_graphql::parser::types::{BaseType, InputValueDefinition, OperationDefinition, Type};
use serde_json::{Map, Value};

use crate::graphql::schema_index::{InputTypes, named};

/// The scalars of the specification.
const SCALARS: [&str; 5] = ["Int", "Float", "String", "Boolean", "ID"];

/// A place in the variables; written out only when something is wrong there.
#[derive(Clone, Copy)]
struct Place<'a> {
    parent: Option<&'a Place<'a>>,
    segment: &'a dyn Display,
}

impl<'a> Place<'a> {
    fn below(&'a self, segment: &'a dyn Display) -> Self {
        Place {
            parent: Some(self),
            segment,
        }
    }
}

impl Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            write!(f, "{parent}.")?;
        }
        self.segment.fmt(f)
    }
}

/// More than this helps nobody, and one request could make a long list of them.
const MAX_FAULTS: usize = 5;

/// A path such as `variables.input.email`, and what is wrong there.
type Fault = (String, String);

impl InputTypes {
    /// The faults of the variables, five at most; empty if there are none.
    pub fn faults(
        &self,
        operation: &OperationDefinition,
        variables: &Map<String, Value>,
    ) -> Vec<Fault> {
        let mut faults = Vec::with_capacity(MAX_FAULTS);
        for definition in &operation.variable_definitions {
            let definition = &definition.node;
            let name = definition.name.node.as_str();
            let root = Place {
                parent: None,
                segment: &"variables",
            };
            let path = root.below(&name);
            let ty = &definition.var_type.node;
            if !self.is_input(named(ty)) {
                faults.push((
                    path.to_string(),
                    "is of a type that no input has".to_owned(),
                ));
                continue;
            }
            match variables.get(name) {
                Some(value) => self.check(path, ty, value, &mut faults),
                None if ty.nullable || definition.default_value.is_some() => {}
                None => faults.push((path.to_string(), "is required".to_owned())),
            }
            if faults.len() >= MAX_FAULTS {
                break;
            }
        }
        faults.truncate(MAX_FAULTS);
        faults
    }

    fn is_input(&self, name: &str) -> bool {
        SCALARS.contains(&name)
            || self.scalars.contains(name)
            || self.enums.contains_key(name)
            || self.objects.contains_key(name)
    }

    fn check(&self, path: Place<'_>, ty: &Type, value: &Value, faults: &mut Vec<Fault>) {
        match (&ty.base, value) {
            (_, Value::Null) if ty.nullable => {}
            (_, Value::Null) => faults.push((path.to_string(), "must not be null".to_owned())),
            (BaseType::List(item), Value::Array(values)) => {
                for (index, value) in values.iter().enumerate() {
                    if faults.len() >= MAX_FAULTS {
                        return;
                    }
                    self.check(path.below(&index), item, value, faults);
                }
            }
            // A single value stands for a list of it.
            (BaseType::List(item), value) => self.check(path, item, value, faults),
            (BaseType::Named(name), value) => self.check_named(path, name, value, faults),
        }
    }

    fn check_named(&self, path: Place<'_>, name: &str, value: &Value, faults: &mut Vec<Fault>) {
        if let Some(fields) = self.objects.get(name) {
            let Value::Object(object) = value else {
                faults.push((path.to_string(), format!("must be an object ({name})")));
                return;
            };
            self.check_object(path, name, fields, object, faults);
            return;
        }
        let fits = match (name, value) {
            ("Int", value) => value.as_i64().is_some_and(|it| i32::try_from(it).is_ok()),
            ("Float", value) => value.is_number(),
            ("Boolean", value) => value.is_boolean(),
            ("ID", value) => value.is_string() || value.is_i64() || value.is_u64(),
            ("String", value) => value.is_string(),
            (name, value) => match (self.enums.get(name), value) {
                (Some(values), Value::String(text)) => values.contains(text),
                (Some(_), _) => false,
                // A scalar of our own reads its own text; a type that is none is not for us to judge.
                (None, _) => true,
            },
        };
        if !fits {
            faults.push((path.to_string(), format!("must be of type {name}")));
        }
    }

    fn check_object(
        &self,
        path: Place<'_>,
        name: &str,
        fields: &[InputValueDefinition],
        object: &Map<String, Value>,
        faults: &mut Vec<Fault>,
    ) {
        for field in fields {
            let (key, ty) = (field.name.node.as_str(), &field.ty.node);
            let path = path.below(&key);
            match object.get(key) {
                Some(value) => self.check(path, ty, value, faults),
                None if ty.nullable || field.default_value.is_some() => {}
                None => faults.push((path.to_string(), "is required".to_owned())),
            }
            if faults.len() >= MAX_FAULTS {
                return;
            }
        }
        let known = |key: &String| fields.iter().any(|field| field.name.node == key.as_str());
        if !object.keys().all(known) {
            // Its name is the client's text, which we do not repeat.
            faults.push((
                path.to_string(),
                format!("has a field that {name} does not have"),
            ));
        }
    }
}

/// The values of all variables: those that were sent, and the defaults of the others. async-graphql asks only what was sent
/// whether to skip or include a field, and would execute a mutation that its client has left out.
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

    fn faults(declared: &str, value: &Value) -> Vec<String> {
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
        let found = types.faults(&operation.node, variables.as_object().unwrap());
        found
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
            assert_eq!(faults(declared, &value), [""; 0], "{declared} {value}");
        }
    }

    #[test]
    fn a_type_that_no_input_has_is_refused() {
        for declared in ["Nope", "Query", "[Nope!]!"] {
            let expected = ["variables.v is of a type that no input has"];
            assert_eq!(faults(declared, &json!(null)), expected, "{declared}");
        }
    }

    #[test]
    fn faults_are_counted_up_to_five() {
        let many: Vec<_> = (0..10_000).map(|_| json!({})).collect();
        assert_eq!(faults("[Outer!]!", &json!(many)).len(), 5);
    }

    #[test]
    fn each_fault_is_named_by_its_path_and_without_its_value() {
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
            assert_eq!(faults(declared, &value), [expected], "{declared} {value}");
        }
    }
}
