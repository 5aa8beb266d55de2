//! What the flows need of the outside, as traits and their values.

use std::{future::Future, pin::Pin};

pub mod clock;
pub mod digital_id;
pub mod entropy;
pub mod envelope;
pub mod face;
pub mod fault;
pub mod outbound;
pub mod passwords;
pub mod store;
pub mod tokens;

/// What an asynchronous port returns, so that it can stand behind `dyn`.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
