//! The Facestep command line.
fn main() {}
