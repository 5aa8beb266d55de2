//! What was proven, what it is worth, what is asked, and what comes next.

pub mod acr;
pub mod amr;
pub mod ledger;
pub mod policy;
pub mod requirement;
pub mod ways;
