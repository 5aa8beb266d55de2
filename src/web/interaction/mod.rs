//! The pages of an interaction, from the request to the answer.

pub mod resume;
pub mod sign_in;
