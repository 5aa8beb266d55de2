//! Connectors to government identity sources, behind `DigitalIdService`.

pub mod personas;
pub mod simulator;
pub mod unconnected;
