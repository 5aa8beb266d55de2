//! The face core: captures, challenges, what models observed, templates, and the one function that judges.

pub mod attempts;
pub mod capture;
pub mod ceremony;
pub mod challenge;
pub mod observation;
pub mod template;
pub mod verification;
