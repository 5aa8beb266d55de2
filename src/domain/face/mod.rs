//! The face core: captures, challenges, what models observed, templates, and the one function that judges.

mod alignment;
pub mod attempts;
pub mod bundle;
pub mod canonical;
pub mod capture;
pub mod ceremony;
pub mod challenge;
pub mod conduct;
pub mod coverage;
pub mod error_rates;
pub mod examination;
pub mod face_map;
pub mod fingerprint;
pub mod guidance;
pub mod injection;
mod least_squares;
pub mod live;
pub mod observation;
pub mod operating_point;
pub mod perspective;
pub mod planarity;
pub mod policy;
pub mod pose;
pub mod presentation;
pub mod protection;
mod quality;
pub mod renewal;
#[cfg(test)]
#[path = "../../../tests/support/sample.rs"]
mod sample;
#[cfg(test)]
mod secrecy;
pub mod template;
mod turns;
pub mod verification;
mod walk;
pub mod way;
