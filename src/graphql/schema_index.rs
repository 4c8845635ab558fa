//! The index of the schema, read from the SDL once at the start, so that the guard, the query limits and the repairs of
//! `spec` follow the text that clients see.

use std::collections::{HashMap, HashSet};

use async_graphql::parser::types::{
    BaseType, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind,
    TypeSystemDefinition,
};
use async_graphql::parser::{self, parse_schema};
use async_graphql::{InputType, Positioned};

use crate::graphql::access::AccessLevel;

/// The root types.
const ROOTS: [&str; 3] = ["Query", "Mutation", "Subscription"];

/// Parts of the names of arguments and input fields that hold a password, a token, a code or an address to mail to.
const CREDENTIAL_NAMES: [&str; 6] = [
    "password",
    "token",
    "email",
    "code",
    "challenge",
    "ceremony",
];

/// A fault of the schema that stops the start.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    #[error(transparent)]
    Syntax(#[from] parser::Error),
    #[error("{root}.{field} has no @access: say who may call it")]
    AccessMissing { root: &'static str, field: String },
}

/// The schema's types, as far as the request path needs them.
#[derive(Debug)]
pub struct SchemaIndex {
    /// The types of the fields of objects and interfaces.
    fields: HashMap<String, HashMap<String, Type>>,
    /// The object types of each interface and union.
    possible_types: HashMap<String, HashSet<String>>,
    /// The access levels of the fields of each root type.
    access: HashMap<&'static str, HashMap<String, AccessLevel>>,
    /// The root fields that take a password, a token, a code or an address to mail to.
    credential_fields: HashSet<String>,
    inputs: InputTypes,
}

/// The input types of the schema.
#[derive(Debug, Default)]
pub struct InputTypes {
    pub objects: HashMap<String, Vec<InputValueDefinition>>,
    pub enums: HashMap<String, HashSet<String>>,
    /// The scalars that are declared; the five of the specification are not.
    pub scalars: HashSet<String>,
}

impl SchemaIndex {
    /// Reads the SDL.
    ///
    /// # Errors
    /// When a root field lacks `@access`, or the SDL does not parse.
    pub fn read(sdl: &str) -> Result<Self, SchemaError> {
        let mut types = Definitions::default();
        for definition in parse_schema(sdl)?.definitions {
            if let TypeSystemDefinition::Type(definition) = definition {
                types.add(definition.node);
            }
        }
        Ok(Self {
            access: types.access()?,
            credential_fields: types.credential_fields(),
            fields: types
                .objects
                .into_iter()
                .chain(types.interfaces)
                .map(|(name, fields)| (name, field_types(fields)))
                .collect(),
            possible_types: types.possible_types,
            inputs: types.inputs,
        })
    }

    /// The access level of a root field; `None` for every other field.
    pub fn access(&self, parent: &str, field: &str) -> Option<AccessLevel> {
        if !ROOTS.contains(&parent) {
            return None; // Most fields, asked for one by one.
        }
        self.access.get(parent)?.get(field).copied()
    }

    /// The type of a field.
    pub fn field_type(&self, parent: &str, field: &str) -> Option<&Type> {
        self.fields.get(parent)?.get(field)
    }

    /// The name of an object type or interface, borrowed from the index rather than from the request.
    pub fn object(&self, name: &str) -> Option<&str> {
        let (name, _) = self.fields.get_key_value(name)?;
        Some(name)
    }

    /// Whether a type is an interface or a union, so that its objects may be of several types.
    pub fn is_abstract(&self, ty: &str) -> bool {
        self.possible_types.contains_key(ty)
    }

    /// Whether objects of the type `object` are selected by a fragment on `ty`: the same type, or one that includes it.
    pub fn is_a(&self, object: &str, ty: &str) -> bool {
        let includes = |possible: &HashSet<String>| possible.contains(object);
        object == ty || self.possible_types.get(ty).is_some_and(includes)
    }

    /// The types of inputs and variables.
    pub fn inputs(&self) -> &InputTypes {
        &self.inputs
    }

    /// The root fields that take a password, a token, a code or an address to mail to.
    pub fn credential_fields(&self) -> impl Iterator<Item = &String> {
        self.credential_fields.iter()
    }

    /// Whether a root field takes a password, a token, a code or an address to mail to. Such a field may stand once in an operation,
    /// and in no URL.
    pub fn takes_credential(&self, root_field: &str) -> bool {
        self.credential_fields.contains(root_field)
    }
}

/// The type definitions of an SDL, by kind.
#[derive(Default)]
struct Definitions {
    objects: HashMap<String, Vec<Positioned<FieldDefinition>>>,
    interfaces: HashMap<String, Vec<Positioned<FieldDefinition>>>,
    possible_types: HashMap<String, HashSet<String>>,
    inputs: InputTypes,
}

impl Definitions {
    fn add(&mut self, definition: TypeDefinition) {
        let name = definition.name.node.to_string();
        match definition.kind {
            TypeKind::Object(object) => {
                for interface in object.implements {
                    let possible = self.possible_types.entry(interface.node.to_string());
                    possible.or_default().insert(name.clone());
                }
                self.objects.insert(name, object.fields);
            }
            TypeKind::Interface(interface) => {
                self.possible_types.entry(name.clone()).or_default();
                self.interfaces.insert(name, interface.fields);
            }
            TypeKind::Union(union) => {
                let members = union.members.into_iter();
                let members = members.map(|member| member.node.to_string());
                self.possible_types.entry(name).or_default().extend(members);
            }
            TypeKind::InputObject(input) => {
                let fields = input.fields.into_iter().map(|field| field.node);
                self.inputs.objects.insert(name, fields.collect());
            }
            TypeKind::Scalar => {
                self.inputs.scalars.insert(name);
            }
            TypeKind::Enum(ty) => {
                let values = ty.values.into_iter();
                let values = values.map(|value| value.node.value.node.to_string());
                self.inputs.enums.insert(name, values.collect());
            }
        }
    }

    fn root_fields(&self, root: &str) -> &[Positioned<FieldDefinition>] {
        self.objects
            .get(root)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    fn access(&self) -> Result<HashMap<&'static str, HashMap<String, AccessLevel>>, SchemaError> {
        let levels = |root: &'static str| {
            let fields = self.root_fields(root).iter();
            let levels: Result<_, _> = fields.map(|field| level_of(root, &field.node)).collect();
            Ok((root, levels?))
        };
        ROOTS.into_iter().map(levels).collect()
    }

    fn credential_fields(&self) -> HashSet<String> {
        ROOTS
            .iter()
            .flat_map(|root| self.root_fields(root))
            .filter(|field| takes_credential(&field.node, &self.inputs))
            .map(|field| field.node.name.node.to_string())
            .collect()
    }
}

fn field_types(fields: Vec<Positioned<FieldDefinition>>) -> HashMap<String, Type> {
    let name_and_type =
        |field: Positioned<FieldDefinition>| (field.node.name.node.to_string(), field.node.ty.node);
    fields.into_iter().map(name_and_type).collect()
}

fn level_of(
    root: &'static str,
    field: &FieldDefinition,
) -> Result<(String, AccessLevel), SchemaError> {
    let name = field.name.node.to_string();
    let level = field
        .directives
        .iter()
        .find(|directive| directive.node.name.node == "access")
        .and_then(|directive| directive.node.get_argument("level"))
        .and_then(|level| AccessLevel::parse(Some(level.node.clone())).ok());
    match level {
        Some(level) => Ok((name, level)),
        None => Err(SchemaError::AccessMissing { root, field: name }),
    }
}

/// Whether an argument of a field, or a field of its input at any depth, holds a password, a token or an address to mail
/// to.
fn takes_credential(field: &FieldDefinition, inputs: &InputTypes) -> bool {
    let mut seen = HashSet::new();
    let arguments = field.arguments.iter();
    let mut open: Vec<_> = arguments.map(|argument| &argument.node).collect();
    while let Some(value) = open.pop() {
        let name = value.name.node.to_ascii_lowercase();
        if CREDENTIAL_NAMES.iter().any(|part| name.contains(part)) {
            return true;
        }
        let inner = named(&value.ty.node);
        if let (true, Some(fields)) = (seen.insert(inner), inputs.objects.get(inner)) {
            open.extend(fields);
        }
    }
    false
}

/// The name of a type, without the lists around it.
pub fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => named(inner),
    }
}

#[cfg(test)]
mod tests {
    use super::SchemaIndex;

    const HEAD: &str = "directive @access(level: AccessLevel!) on FIELD_DEFINITION
        enum AccessLevel { PUBLIC AUTHENTICATED VERIFIED }\n";

    #[test]
    fn a_root_field_without_access_stops_the_start() {
        let sdl = format!("{HEAD} type Query {{ me: String! }}");
        let error = SchemaIndex::read(&sdl).unwrap_err();
        let expected = "Query.me has no @access: say who may call it";
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn a_mutation_with_a_password_or_token_anywhere_in_its_input_takes_a_credential() {
        let sdl = format!(
            "{HEAD} type Query {{ me: String! @access(level: PUBLIC) }}
             input A {{ inner: B }} input B {{ again: A, resetToken: String! }} input C {{ name: String }}
             type Mutation {{
               deep(input: A!): Int @access(level: PUBLIC)
               plain(password: String): Int @access(level: PUBLIC)
               none(input: C): Int @access(level: PUBLIC)
             }}"
        );
        let schema_index = SchemaIndex::read(&sdl).unwrap();
        assert!(schema_index.takes_credential("deep"));
        assert!(schema_index.takes_credential("plain"));
        assert!(!schema_index.takes_credential("none"));
    }
}
