//! The machine that the service runs on: the time and the randomness, which come from here alone, so that a test can
//! control them; file descriptors, private files, and the count of a request's statements.

pub mod clock;
pub mod fd_limit;
pub mod random;
pub mod secret_file;
pub mod statement_count;
