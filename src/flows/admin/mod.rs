//! What administrators see and steer, the same for the console and for the API: each flow decides and keeps, and both
//! only show.

pub mod audit;
pub mod keys;
pub mod statistics;
