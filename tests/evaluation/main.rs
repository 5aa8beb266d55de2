//! Can an operator repeat the numbers on data of their own? The real program and the real models on a small made-up
//! collection, and the shape of what it reports.

mod attack;
mod groups;
mod interrupted;
mod program;
mod templates;
mod verification;
