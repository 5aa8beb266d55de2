//! The pages of an interaction, from the request to the answer.

pub mod allow;
pub mod ceremony;
pub mod check;
pub mod consent;
pub mod create;
pub mod demo;
pub mod identity;
pub mod outcome;
pub mod resume;
pub mod select;
pub mod sign_in;
mod socket;
mod upload_answer;
