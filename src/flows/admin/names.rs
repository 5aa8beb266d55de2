//! What accounts are called: administrators say and read user names, events and sessions say ids.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::AdminRoom;
use crate::{
    domain::{change::Author, id::UserId, user::Username},
    ports::fault::Fault,
};

/// Looks names up.
pub struct Names(Arc<AdminRoom>);

impl Names {
    /// In a room.
    pub fn new(room: Arc<AdminRoom>) -> Self {
        Self(room)
    }

    /// The account that a text names, by user name or by id; an id is taken as it is, for the account may be gone.
    pub async fn account(&self, text: &str) -> Result<Option<UserId>, Fault> {
        let Some(username) = Username::parse(text) else { return Ok(UserId::parse(text)) };
        let found = self.0.store.read(move |db| db.find_user_by_name(&username)).await?;
        Ok(found.map(|user| user.id).or_else(|| UserId::parse(text)))
    }

    /// The user names of these accounts; those that are gone have none.
    pub async fn of(&self, users: BTreeSet<UserId>) -> Result<BTreeMap<UserId, Username>, Fault> {
        self.0
            .store
            .read(move |db| {
                let mut names = BTreeMap::new();
                for user in users {
                    names.extend(db.find_user(&user)?.map(|found| (user, found.username)));
                }
                Ok(names)
            })
            .await
    }

    /// What people are told of the authors of changes.
    pub async fn of_authors(&self, authors: Vec<Author>) -> Result<Vec<String>, Fault> {
        self.0.store.read(move |db| authors.iter().map(|author| super::name_of(db, author)).collect()).await
    }
}
