//! Tests of the program that depend on the database engine: `tests/run` runs them on each engine.
//! The other tests run once, on the SQLite file that a service creates.

mod clocks;
mod database_away;
mod delivery;
mod doctor;
mod leaks;
mod nodes;
mod pgbouncer;
mod plain_words;
mod read_only_database;
mod rolling_restart;
mod secrets;
