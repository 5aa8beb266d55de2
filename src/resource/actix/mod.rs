//! The kit in actix-web: a middleware that demands tokens, an extractor for handlers, and the answers. The only place of
//! the kit that names `actix_web`.

mod answer;
mod extract;
mod require;

pub use self::require::RequireToken;
