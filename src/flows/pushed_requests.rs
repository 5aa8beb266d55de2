//! Pushed requests: a client that proves itself lays down its request and gets a reference to it (RFC 9126). Every check
//! of the authorization endpoint is made here already.

use std::sync::Arc;

use super::{Unserved, client_authentication::ClientDoor, request_objects::RequestObjects};
use crate::{
    domain::{
        audit::{AuditEvent, AuditKind},
        id::AuditId,
        oidc::{
            client::RedirectRefusal,
            credentials::ClientCredentials,
            error::{ErrorCode, ProtocolError},
            pushed::PushedRequest,
            request::{AuthorizationRequest, Conveyance, ReceivedParameters, RequestPolicy, RequestRefusal},
        },
        secret::SecretToken,
    },
    ports::{clock::Clock, entropy::Entropy, store::Store},
};

/// What proves a client and is no part of its request.
const CREDENTIALS: [&str; 3] = ["client_secret", "client_assertion", "client_assertion_type"];

const BY_REFERENCE: ProtocolError =
    ProtocolError::invalid_request("request_uri", "request_uri may not be pushed");

/// What a client gets for a pushed request (RFC 9126 §2.2).
#[derive(Clone, Debug)]
pub struct Pushed {
    /// The reference to it.
    pub request_uri: SecretToken,
    /// Seconds that it waits for its browser.
    pub expires_in: i64,
}

/// Takes requests that clients push.
pub struct PushedRequests {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    door: Arc<ClientDoor>,
    objects: Arc<RequestObjects>,
    requests: RequestPolicy,
}

impl PushedRequests {
    /// Over its ports.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        door: Arc<ClientDoor>,
        objects: Arc<RequestObjects>,
        requests: RequestPolicy,
    ) -> Self {
        Self { store, clock, entropy, door, objects, requests }
    }

    /// Keeps the request of a client that proves itself.
    pub async fn push(
        &self,
        credentials: ClientCredentials,
        mut received: ReceivedParameters,
    ) -> Result<Pushed, Unserved<ProtocolError>> {
        let (now, lifetime) = (self.clock.now(), self.requests.pushed_lifetime);
        let client = self.door.authenticate(credentials, now).await?;
        for name in CREDENTIALS {
            received.parameters.0.remove(name);
        }
        if received.parameters.value("request_uri").is_some() {
            return Err(Unserved::Refused(BY_REFERENCE));
        }
        received.parameters.0.insert("client_id".into(), client.id.as_str().into());
        let (received, conveyance) = self.objects.open(&client, received).await?;
        let conveyance = Conveyance { pushed: true, ..conveyance };
        AuthorizationRequest::receive(&client, &received, conveyance, self.requests)
            .map_err(|refusal| Unserved::Refused(told(&refusal)))?;
        let secret = self.entropy.token();
        let event = AuditEvent {
            client: Some(client.id.clone()),
            ..AuditEvent::new(AuditId::from_random(self.entropy.bytes()), now, AuditKind::RequestPushed)
        };
        let kept =
            PushedRequest::keep(&secret, client.id, received.parameters, conveyance.signed, now, lifetime);
        self.store
            .transact(move |db| {
                db.insert_pushed_request(&kept)?;
                db.append_event(&event.with("signed", kept.signed))
            })
            .await?;
        Ok(Pushed { request_uri: PushedRequest::reference_of(&secret), expires_in: lifetime.as_secs() })
    }
}

/// What the client itself is told that its browser would be told elsewhere (RFC 9126 §2.3).
fn told(refusal: &RequestRefusal) -> ProtocolError {
    let (reason, text) = match refusal {
        RequestRefusal::Answerable(reply) => {
            let unknown = ProtocolError::new(ErrorCode::ServerError, "refused", "the request was refused");
            return reply.refusal().copied().unwrap_or(unknown);
        }
        RequestRefusal::Unaddressable(RedirectRefusal::Missing) => {
            ("redirect_uri_missing", "redirect_uri is missing")
        }
        RequestRefusal::Unaddressable(RedirectRefusal::Repeated) => {
            ("repeated_parameter", "a parameter came more than once")
        }
        RequestRefusal::Unaddressable(RedirectRefusal::NotRegistered) => {
            ("redirect_uri_not_registered", "redirect_uri is not registered for this client")
        }
    };
    ProtocolError::invalid_request(reason, text)
}
