//! What clients serve: documents by their addresses, without a network, and beside them whatever listens on this machine.

use std::{collections::BTreeMap, sync::Mutex};

use facestep::{
    outbound::{HttpOutbound, OutboundPolicy},
    ports::{
        BoxFuture,
        outbound::{Fetched, Outbound, OutboundFailure},
    },
};
use url::Url;

/// Documents by address, and how often each was fetched.
pub struct PlainOutbound {
    network: HttpOutbound,
    documents: Mutex<BTreeMap<String, String>>,
    fetched: Mutex<Vec<String>>,
}

impl Default for PlainOutbound {
    fn default() -> Self {
        let policy = OutboundPolicy { allow_private: true, ..OutboundPolicy::default() };
        let network = HttpOutbound::new(policy).unwrap();
        Self { network, documents: Mutex::default(), fetched: Mutex::default() }
    }
}

impl PlainOutbound {
    /// Puts a document at an address.
    pub fn put(&self, address: &str, document: &str) {
        self.documents.lock().unwrap().insert(address.into(), document.into());
    }

    /// The addresses that were fetched, in order.
    pub fn fetched(&self) -> Vec<String> {
        self.fetched.lock().unwrap().clone()
    }
}

impl Outbound for PlainOutbound {
    fn fetch<'a>(
        &'a self,
        address: &'a Url,
        most_bytes: usize,
    ) -> BoxFuture<'a, Result<Fetched, OutboundFailure>> {
        self.fetched.lock().unwrap().push(address.to_string());
        let found = self.documents.lock().unwrap().get(address.as_str()).cloned();
        Box::pin(async move {
            let Some(found) = found else { return self.network.fetch(address, most_bytes).await };
            let body = found.into_bytes();
            if body.len() > most_bytes {
                return Err(OutboundFailure::TooLarge(most_bytes));
            }
            Ok(Fetched { body, media_type: "application/json".into(), fresh_for: None })
        })
    }

    fn post_form<'a>(
        &'a self,
        address: &'a Url,
        fields: &'a [(&'a str, &'a str)],
    ) -> BoxFuture<'a, Result<(), OutboundFailure>> {
        self.network.post_form(address, fields)
    }
}
