//! The door that every client comes through, at whichever endpoint: it proves itself by the one method that it is
//! registered for, or is told `invalid_client` (RFC 6749 §2.3, OpenID Connect Core 1.0 §9).

use std::sync::Arc;

use jiff::Timestamp;

use super::Unserved;
use crate::{
    domain::{
        oidc::{
            client::Client,
            credentials::{ClientCredentials, INVALID_CLIENT, Proof},
            error::ProtocolError,
        },
        secret::SecretToken,
    },
    ports::{
        fault::Fault,
        store::{Db, Store},
    },
};

/// Lets clients in that prove themselves.
pub struct ClientDoor {
    store: Arc<dyn Store>,
}

impl ClientDoor {
    /// Over its ports.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// The client that these credentials prove.
    pub async fn authenticate(
        &self,
        credentials: ClientCredentials,
        now: Timestamp,
    ) -> Result<Client, Unserved<ProtocolError>> {
        self.read(credentials, now, |_, client| Ok(client)).await
    }

    /// What is read for the client that these credentials prove, in the same transaction.
    pub async fn read<T: Send + 'static>(
        &self,
        credentials: ClientCredentials,
        _now: Timestamp,
        work: impl FnOnce(&mut dyn Db, Client) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Unserved<ProtocolError>> {
        let done = self.store.read(move |db| match db.find_client(&credentials.client)? {
            Some(client) if is_proven(&client, &credentials) => work(db, client).map(Some),
            _ => Ok(None),
        });
        done.await?.ok_or(Unserved::Refused(INVALID_CLIENT))
    }
}

fn is_proven(client: &Client, credentials: &ClientCredentials) -> bool {
    client.authentication == credentials.method()
        && match &credentials.proof {
            Proof::Nothing => client.is_public(),
            Proof::Basic(secret) | Proof::Post(secret) => is_secret_of(client, secret),
            Proof::Assertion(_) => false,
        }
}

fn is_secret_of(client: &Client, secret: &SecretToken) -> bool {
    !client.is_public() && client.secret_matches(secret)
}
