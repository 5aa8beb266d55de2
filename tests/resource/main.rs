//! Does the kit for resource servers hold? A real API over HTTP, before the whole provider in this process (RFC 9470).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

#[allow(dead_code, reason = "what the tests of tests/step_up need, and these do not")]
#[path = "../step_up/scene.rs"]
mod scene;

mod api;
mod bank;
mod faults;
mod introspected;
mod loops;
mod signed;
mod step_up;

#[test]
fn the_page_shows_the_example_as_it_stands() {
    // docs/integrations/resource-server.md
    let (page, example) = (
        include_str!("../../docs/integrations/resource-server.md"),
        include_str!("../../examples/resource_server.rs"),
    );
    let block = page.split("```rust file=resource_server.rs\n").nth(1).unwrap().split("```").next().unwrap();
    assert!(example.ends_with(block));
}
