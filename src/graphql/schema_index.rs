//! The index of the schema, read from the SDL once at the start, so that the guard, the query limits and the repairs of
//! `spec` follow the very text that clients see.

use std::collections::{HashMap, HashSet};

use async_graphql::parser::types::{
    BaseType, FieldDefinition, InputValueDefinition, Type, TypeKind, TypeSystemDefinition,
};
use async_graphql::{InputType, Positioned, parser::parse_schema};

use crate::graphql::access::AccessLevel;

/// The root types.
const ROOTS: [&str; 3] = ["Query", "Mutation", "Subscription"];

/// The schema's types, as far as the request path needs them.
#[derive(Debug)]
pub struct SchemaIndex {
    /// Those of objects and interfaces.
    fields: HashMap<String, HashMap<String, Type>>,
    /// The object types that an interface or a union stands for.
    possible_types: HashMap<String, HashSet<String>>,
    access: HashMap<&'static str, HashMap<String, AccessLevel>>,
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
    /// # Errors
    /// When a root field lacks `@access`, or the SDL cannot be read.
    pub fn read(sdl: &str) -> Result<Self, String> {
        let document = parse_schema(sdl).map_err(|error| error.to_string())?;
        let mut objects = HashMap::new();
        let mut inputs = InputTypes::default();
        let mut interfaces = HashMap::new();
        let mut possible_types: HashMap<String, HashSet<String>> = HashMap::new();
        for definition in document.definitions {
            let TypeSystemDefinition::Type(definition) = definition else {
                continue;
            };
            let name = definition.node.name.node.to_string();
            match definition.node.kind {
                TypeKind::Object(object) => {
                    for interface in object.implements {
                        let possible = possible_types.entry(interface.node.to_string());
                        possible.or_default().insert(name.clone());
                    }
                    objects.insert(name, object.fields);
                }
                TypeKind::Interface(interface) => {
                    possible_types.entry(name.clone()).or_default();
                    interfaces.insert(name, interface.fields);
                }
                TypeKind::Union(union) => {
                    let members = union.members.into_iter();
                    let members = members.map(|member| member.node.to_string());
                    possible_types.entry(name).or_default().extend(members);
                }
                TypeKind::InputObject(input) => {
                    let fields = input.fields.into_iter().map(|field| field.node);
                    inputs.objects.insert(name, fields.collect());
                }
                TypeKind::Scalar => {
                    inputs.scalars.insert(name);
                }
                TypeKind::Enum(values) => {
                    let values = values.values.into_iter();
                    let values = values.map(|value| value.node.value.node.to_string());
                    inputs.enums.insert(name, values.collect());
                }
            }
        }
        let mut access = HashMap::new();
        for root in ROOTS {
            let fields = objects.get(root).map(Vec::as_slice).unwrap_or_default();
            let levels: Result<_, _> = fields.iter().map(|field| level_of(root, field)).collect();
            access.insert(root, levels?);
        }
        let roots = ROOTS.iter().filter_map(|root| objects.get(*root));
        let credential_fields = roots
            .flatten()
            .filter(|field| takes_credential(&field.node, &inputs))
            .map(|field| field.node.name.node.to_string())
            .collect();
        let types_of = |fields: Vec<Positioned<FieldDefinition>>| {
            let field = |field: Positioned<FieldDefinition>| {
                (field.node.name.node.to_string(), field.node.ty.node)
            };
            fields.into_iter().map(field).collect()
        };
        Ok(Self {
            fields: objects
                .into_iter()
                .chain(interfaces)
                .map(|(name, fields)| (name, types_of(fields)))
                .collect(),
            possible_types,
            access,
            credential_fields,
            inputs,
        })
    }

    /// Who may call a root field; `None` for every other field.
    pub fn access(&self, parent: &str, field: &str) -> Option<AccessLevel> {
        self.access.get(parent)?.get(field).copied()
    }

    /// The type of a field.
    pub fn field_type(&self, parent: &str, field: &str) -> Option<&Type> {
        self.fields.get(parent)?.get(field)
    }

    /// The name of a type of the schema, as it outlives the request.
    pub fn object(&self, name: &str) -> Option<&str> {
        let (name, _) = self.fields.get_key_value(name)?;
        Some(name)
    }

    /// Whether an object may be of several types: its type is an interface or a union.
    pub fn is_abstract(&self, ty: &str) -> bool {
        self.possible_types.contains_key(ty)
    }

    /// Whether an object of a type gets what is selected on a type: itself, or one that stands for it.
    pub fn is_a(&self, object: &str, ty: &str) -> bool {
        let stands_for = |possible: &HashSet<String>| possible.contains(object);
        object == ty || self.possible_types.get(ty).is_some_and(stands_for)
    }

    /// The types of inputs and variables.
    pub fn inputs(&self) -> &InputTypes {
        &self.inputs
    }

    /// The root fields that take a password, a token or an address to mail to.
    pub fn credential_fields(&self) -> impl Iterator<Item = &String> {
        self.credential_fields.iter()
    }

    /// Whether a root field takes a password, a token or an address to mail to, and so may stand once
    /// in an operation, and in no URL.
    pub fn takes_credential(&self, root_field: &str) -> bool {
        self.credential_fields.contains(root_field)
    }
}

fn level_of(
    root: &str,
    field: &Positioned<FieldDefinition>,
) -> Result<(String, AccessLevel), String> {
    let name = field.node.name.node.to_string();
    let level = field
        .node
        .directives
        .iter()
        .find(|directive| directive.node.name.node == "access")
        .and_then(|directive| directive.node.get_argument("level"))
        .and_then(|level| AccessLevel::parse(Some(level.node.clone())).ok());
    match level {
        Some(level) => Ok((name, level)),
        None => Err(format!("{root}.{name} has no @access: say who may call it")),
    }
}

/// A field whose input, however deep, holds a password, a token, or an address to mail to.
fn takes_credential(field: &FieldDefinition, inputs: &InputTypes) -> bool {
    let mut seen = HashSet::new();
    let mut open: Vec<_> = field
        .arguments
        .iter()
        .map(|argument| &argument.node)
        .collect();
    while let Some(value) = open.pop() {
        let name = value.name.node.to_ascii_lowercase();
        if ["password", "token", "email"]
            .iter()
            .any(|it| name.contains(it))
        {
            return true;
        }
        let inner = named(&value.ty.node);
        if let (true, Some(fields)) = (seen.insert(inner), inputs.objects.get(inner)) {
            open.extend(fields);
        }
    }
    false
}

/// The name of a type, whatever lists it is in.
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
        let refusal = SchemaIndex::read(&sdl).unwrap_err();
        assert!(refusal.contains("Query.me"), "{refusal}");
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
