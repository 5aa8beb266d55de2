//! Is the decision right? From the text of a request to what the client is told in the end, with no server and no browser in
//! between: by tables, and against a reading of the specifications that shares no code with ours.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod fuzz;
mod json;
mod oracle;
mod ways_to_ask;
mod world;
