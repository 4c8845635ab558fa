//! Sessions: how one begins, stays alive and ends.
//!
//! `login` creates a session, `refresh` keeps it alive, `switch_organization` gives it another organization, and `end`
//! logs out and revokes. `authenticate` says who is calling, and `list` which sessions there are. `session` and
//! `token_pair` have the types.

pub mod authenticate;
pub mod end;
pub mod list;
pub mod login;
pub mod refresh;
#[expect(
    clippy::module_inception,
    reason = "the file of the type has the name of the type"
)]
pub mod session;
pub mod switch_organization;
pub mod token_pair;
