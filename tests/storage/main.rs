//! The storage conformance suite: each case runs on every engine, and must come out the same.
//!
//! PostgreSQL is the server that `FACESTEP_TEST_POSTGRES_URL` names, with a database of its own for each case. Without
//! the variable it is skipped with a word, unless `CI_REQUIRE_POSTGRES=1` makes that a failure.

// clippy's leave for tests ends at the test functions; what they share is test code too.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod audit;
mod audit_search;
mod crud;
mod damage;
mod database;
mod device_keys;
mod erase;
mod housekeeping;
mod opening;
mod policies;
mod proofing;
mod races;
mod rotation;
mod samples;
mod single_use;
mod transactions;
