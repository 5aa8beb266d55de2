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
    ports::store::Store,
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
        _now: Timestamp,
    ) -> Result<Client, Unserved<ProtocolError>> {
        let named = credentials.client.clone();
        let client = self.store.read(move |db| db.find_client(&named)).await?;
        let client = client.filter(|client| client.authentication == credentials.method());
        let client = client.ok_or(Unserved::Refused(INVALID_CLIENT))?;
        let proven = match &credentials.proof {
            Proof::Nothing => client.is_public(),
            Proof::Basic(secret) | Proof::Post(secret) => is_secret_of(&client, secret),
            Proof::Assertion(_) => false,
        };
        if proven { Ok(client) } else { Err(Unserved::Refused(INVALID_CLIENT)) }
    }
}

fn is_secret_of(client: &Client, secret: &SecretToken) -> bool {
    !client.is_public() && client.secret_matches(secret)
}
