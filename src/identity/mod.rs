//! Connectors to government identity sources, behind `DigitalIdService`.

pub mod officer;
pub mod personas;
pub mod simulator;
