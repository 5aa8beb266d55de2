//! The face core: captures, challenges, what models observed, templates, and the one function that judges.

pub mod attempts;
pub mod bundle;
pub mod capture;
pub mod ceremony;
pub mod challenge;
pub mod conduct;
pub mod examination;
pub mod guidance;
pub mod live;
pub mod observation;
mod planarity;
pub mod policy;
pub mod pose;
mod quality;
#[cfg(test)]
#[path = "../../../tests/support/sample.rs"]
mod sample;
pub mod template;
mod turns;
pub mod verification;
