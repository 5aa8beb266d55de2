//! Updates whose prepared statement is kept for the next time.
//!
//! Diesel prepares every UPDATE anew, since which columns it sets may differ from one value to the next; planning one costs
//! several times what running it does. Here the connection keeps the statement by its SQL text, so that another set of
//! columns is another statement. It is for updates that are made all the time.

use diesel::{
    QueryResult, RunQueryDsl,
    backend::Backend,
    query_builder::{AstPass, QueryFragment, QueryId},
};

/// An update that is prepared once for each connection.
pub struct Prepared<U>(U);

/// Has an update's statement kept.
pub fn prepared<U>(update: U) -> Prepared<U> {
    Prepared(update)
}

impl<U: QueryFragment<DB>, DB: Backend> QueryFragment<DB> for Prepared<U> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(pass)
    }

    fn is_safe_to_cache_prepared(&self, _: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<U> QueryId for Prepared<U> {
    type QueryId = ();
    /// The text is the name under which it is kept, not the type, which may stand for several texts.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<U, Conn> RunQueryDsl<Conn> for Prepared<U> {}
