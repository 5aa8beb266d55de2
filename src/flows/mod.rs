//! One use case per file: each fetches facts through ports, lets the domain decide, and saves what changed.

pub mod audit_seal;
pub mod housekeeping;
