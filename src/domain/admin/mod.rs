//! Administrators: which roles there are, how someone becomes one, and what an officer attests of a person.

pub mod api;
pub mod check;
pub mod door;
pub mod invitation;
pub mod role;
