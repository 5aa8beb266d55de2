//! Facestep: an OpenID Connect provider that adds face-based step-up authentication as an `acr` level.
//!
//! The folders are the layers and the features are the walls: `domain` decides, `ports` says what a flow needs,
//! `flows` holds one use case per file, and everything else is an adapter. See `ARCHITECTURE.md`.

#[cfg(feature = "web")]
pub mod app;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "cli")]
pub mod config;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod domain;
#[cfg(feature = "evaluation")]
pub mod evaluation;
pub mod flows;
#[cfg(feature = "identity")]
pub mod identity;
#[cfg(feature = "inference")]
pub mod inference;
#[cfg(feature = "jose")]
pub mod jose;
#[cfg(feature = "outbound")]
pub mod outbound;
pub mod ports;
#[cfg(feature = "resource")]
pub mod resource;
#[cfg(feature = "storage")]
pub mod storage;
#[cfg(any(feature = "cli", feature = "resource"))]
pub mod system;
#[cfg(feature = "cli")]
pub mod telemetry;
#[cfg(feature = "web")]
pub mod web;
