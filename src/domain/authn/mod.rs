//! What was proven, what it is worth, what is asked, and what comes next.

pub mod acr;
pub mod age;
pub mod amr;
pub mod circumstances;
pub mod dialect;
pub mod difference;
pub mod document;
pub mod explanation;
pub mod ledger;
pub mod lint;
pub mod policy;
pub mod policy_set;
pub mod record;
pub mod requirement;
pub mod truth;
pub mod ways;
pub mod written;

#[cfg(test)]
mod sampled;
