//! Updates whose prepared statement is kept for the next time.
//!
//! Diesel prepares every UPDATE anew, since which columns it sets may differ from one value to the next; planning one costs
//! several times what running it does. Here the connection keeps the statement by its SQL text, so that another set of
//! columns is another statement. It is for updates that are made all the time.

use diesel::{
    QueryResult, RunQueryDsl,
    backend::Backend,
    internal::derives::multiconnection::AstPassHelper,
    query_builder::{AstPass, QueryBuilder, QueryFragment, QueryId},
};

/// An update that is prepared once for each connection.
pub struct Prepared<U>(U);

/// Has an update's statement kept.
pub fn prepared<U>(update: U) -> Prepared<U> {
    Prepared(update)
}

impl<U, DB> QueryFragment<DB> for Prepared<U>
where
    U: QueryFragment<DB>,
    DB: Backend,
    DB::QueryBuilder: Default,
{
    /// Hands its text and its values on and nothing else: the update's own walk would say that it must not be kept.
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if pass.bind_collector().is_some() || pass.debug_binds().is_some() {
            return self.0.walk_ast(pass);
        }
        let mut text = DB::QueryBuilder::default();
        self.0.to_sql(&mut text, pass.backend())?;
        pass.push_sql(&text.finish());
        Ok(())
    }
}

impl<U> QueryId for Prepared<U> {
    type QueryId = ();
    /// The text is the name under which it is kept, not the type, which may stand for several texts.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<U, Conn> RunQueryDsl<Conn> for Prepared<U> {}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use diesel::{
        connection::{InstrumentationEvent, SimpleConnection},
        prelude::*,
    };

    use super::*;

    diesel::table! {
        things (id) {
            id -> BigInt,
            name -> Text,
            size -> BigInt,
        }
    }

    #[test]
    fn an_update_is_prepared_once_and_each_set_of_columns_by_itself() {
        let mut connection = SqliteConnection::establish(":memory:").unwrap();
        connection
            .batch_execute("CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT NOT NULL, size INTEGER NOT NULL); INSERT INTO things VALUES (1, 'a', 1), (2, 'b', 2)")
            .unwrap();
        let kept = Arc::new(AtomicUsize::new(0));
        let count = kept.clone();
        connection.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if matches!(event, InstrumentationEvent::CacheQuery { .. }) {
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
        for id in [1, 2, 3] {
            let named = diesel::update(things::table.find(id)).set(things::name.eq(format!("thing {id}")));
            assert_eq!(prepared(named).execute(&mut connection).unwrap(), usize::from(id < 3));
        }
        assert_eq!(kept.load(Ordering::Relaxed), 1);
        let both = diesel::update(things::table.find(1)).set((things::name.eq("c"), things::size.eq(9)));
        assert_eq!(prepared(both).execute(&mut connection).unwrap(), 1);
        assert_eq!(kept.load(Ordering::Relaxed), 2);
        let all: Vec<(i64, String, i64)> = things::table.order(things::id).load(&mut connection).unwrap();
        assert_eq!(all, [(1, "c".into(), 9), (2, "thing 2".into(), 2)]);
    }
}
