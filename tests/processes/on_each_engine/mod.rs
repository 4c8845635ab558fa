//! Tests of the program in which the engine of the database makes a difference: `tests/run` runs them on each.
//! All others run once, with the SQLite file that a service makes for itself.

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
