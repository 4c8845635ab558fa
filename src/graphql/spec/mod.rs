//! Each place where async-graphql 7.2.1 departs from the GraphQL specification (October 2021), and our repair.
//!
//! | async-graphql 7.2.1 | the specification | the repair | shown by | goes when |
//! |---|---|---|---|---|
//! | leaves a failed field out of its parent, and answers null for an object that has no field left | 6.4.4: a nullable field becomes null; a null that is not allowed goes up to the first parent that can be null | `null_propagation` | its unit tests; api/graphql/errors `a_failed_field_that_cannot_be_null_makes_its_parent_null` | those tests pass without `Operation::propagate` |
//! | answers null for an object whose fields are all skipped | 6.3 and 3.13: skipped fields are not collected, so the object is there and empty | `reveal_types`, which asks each object for its type, and `operation` for the root | api/graphql/errors `an_object_whose_fields_are_all_skipped_is_empty` | that test passes without `reveal_types` |
//! | puts fields into an object as they are resolved | 6.3.2 and 7.2.2: fields have the order in which the document selects them | `field_order` | `field_order_tests`; api/graphql/field_order `fields_are_in_the_order_of_the_document_whichever_takes_longest` | api/graphql/field_order passes without `Operation::order` |
//! | checks a variable only where it is used, in the middle of the execution, and repeats its value | 6.1.2: all variables are coerced before anything executes | `variables` (`InputTypes::variable_errors`) | its unit tests; api/graphql/errors `wrong_variables_have_a_code_and_repeat_no_value`; api/graphql/documents `a_variable_of_an_unknown_type_is_named` | never while it repeats values, which may be passwords |
//! | ignores the default of a variable in `@skip` and `@include` | 6.1.2 and 3.13: a variable that was not sent has its default | `variables` (`with_defaults`) | api/graphql/documents `a_mutation_that_a_default_leaves_out_is_not_executed` | that test passes without `with_defaults` |
//! | accepts an input object that has a field twice, and forgets the first | 5.6.3: input fields are unique | `engine/query_limits/text_scan`, which reads the text before the parser | its unit test `a_field_of_an_input_stands_once` | the parser refuses it |
//! | applies no directives to the SDL's `schema` | 3.3: a schema definition may have directives | `federation::LINKED_SCHEMA`, `federation::Link` | api/graphql/schema `the_committed_schema_is_the_one_that_the_code_has`, `a_directive_of_schemas_has_no_place_in_a_query` | the builder of a schema takes directives |
//!
//! `operation` applies the repairs to a response.

pub mod field_order;
mod null_propagation;
pub mod operation;
pub mod reveal_types;
pub mod variables;

#[cfg(test)]
mod field_order_tests;
