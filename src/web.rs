//! HTTP: what people and clients see of the provider.

pub mod assets;
pub mod headers;
pub mod pages;
pub mod request_log;
