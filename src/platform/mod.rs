//! The machine that the service runs on: the only sources of time and randomness, so that tests can control both;
//! file descriptors, the priority of threads, private files, and the count of a request's statements.

pub mod clock;
pub mod fd_limit;
pub mod priority;
pub mod private_file;
pub mod random;
pub mod secret_file;
pub mod statement_count;
