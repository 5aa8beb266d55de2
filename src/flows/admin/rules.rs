//! The policies in force as the console explains them: compiled, with the number of their version.

use std::sync::Arc;

use super::AdminRoom;
use crate::{flows::policy_book::InForce, ports::fault::Fault};

/// Reads the policies.
pub struct Rules(Arc<AdminRoom>);

impl Rules {
    /// In a room.
    pub fn new(room: Arc<AdminRoom>) -> Self {
        Self(room)
    }

    /// The version in force.
    pub async fn in_force(&self) -> Result<InForce, Fault> {
        let book = self.0.book.clone();
        self.0.store.read(move |db| book.in_force(db)).await
    }
}
