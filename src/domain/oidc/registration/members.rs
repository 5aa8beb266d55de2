//! Reads one member at a time, and remembers which were asked for. `null` is the same as absent (RFC 7591 §2).

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{addresses::Place, redirect_refusal, refusal};
use crate::domain::{keys::SigningAlgorithm, oidc::error::ProtocolError};

/// The longest text of one member, in bytes.
const LONGEST_TEXT: usize = 2048;
/// The longest list of one member.
const LONGEST_LIST: usize = 100;

/// The members of a registration.
pub struct Members<'a> {
    given: &'a Map<String, Value>,
    known: Vec<&'static str>,
}

impl<'a> Members<'a> {
    /// Over these.
    pub fn of(given: &'a Map<String, Value>) -> Self {
        Self { given, known: Vec::new() }
    }

    /// The value of a member, where it is there and not `null`.
    pub fn value(&mut self, name: &'static str) -> Option<&'a Value> {
        self.known.push(name);
        self.given.get(name).filter(|value| !value.is_null())
    }

    /// Counts members as known that are read elsewhere.
    pub fn expect(&mut self, names: &[&'static str]) {
        self.known.extend_from_slice(names);
    }

    /// The members that nothing asked for.
    pub fn unknown(&self) -> impl Iterator<Item = &'a str> {
        self.given.keys().map(String::as_str).filter(|name| !self.known.contains(name))
    }

    /// A text: not empty, not too long, and without control characters.
    pub fn text(&mut self, name: &'static str) -> Result<Option<String>, ProtocolError> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let text = value.as_str().filter(|text| is_text(text));
        text.map(|text| Some(text.to_owned())).ok_or(refusal(name, "must be a text of 1 to 2048 bytes"))
    }

    /// A list of such texts; absent is empty.
    pub fn texts(&mut self, name: &'static str) -> Result<Vec<String>, ProtocolError> {
        Ok(self.texts_if_any(name)?.unwrap_or_default())
    }

    /// A list of such texts that may be absent.
    pub fn texts_if_any(&mut self, name: &'static str) -> Result<Option<Vec<String>>, ProtocolError> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let listed = value.as_array().filter(|list| list.len() <= LONGEST_LIST);
        let texts = listed.and_then(|list| {
            list.iter().map(|item| item.as_str().filter(|text| is_text(text)).map(str::to_owned)).collect()
        });
        texts.map(Some).ok_or(refusal(name, "must be a list of at most 100 texts"))
    }

    /// A truth value; absent is false.
    pub fn flag(&mut self, name: &'static str) -> Result<bool, ProtocolError> {
        let Some(value) = self.value(name) else { return Ok(false) };
        value.as_bool().ok_or(refusal(name, "must be true or false"))
    }

    /// A whole number of seconds.
    pub fn seconds(&mut self, name: &'static str) -> Result<Option<u32>, ProtocolError> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let seconds = value.as_u64().and_then(|seconds| u32::try_from(seconds).ok());
        seconds.map(Some).ok_or(refusal(name, "must be a whole number of seconds"))
    }

    /// One of the words that a type knows.
    pub fn choice<T: DeserializeOwned>(&mut self, name: &'static str) -> Result<Option<T>, ProtocolError> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let chosen = serde_json::from_value(value.clone()).ok();
        chosen.map(Some).ok_or(refusal(name, "is no value that is spoken here"))
    }

    /// A signature algorithm of ours; `none` is not.
    pub fn algorithm(&mut self, name: &'static str) -> Result<Option<SigningAlgorithm>, ProtocolError> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let algorithm = value.as_str().and_then(SigningAlgorithm::parse);
        algorithm.map(Some).ok_or(refusal(name, "must be one of ES256, RS256, PS256, EdDSA"))
    }

    /// An address of a kind.
    pub fn address(&mut self, name: &'static str, place: Place) -> Result<Option<String>, ProtocolError> {
        let address = self.text(name)?;
        match address {
            Some(address) if !place.admits(&address) => Err(refusal(name, place.rule())),
            address => Ok(address),
        }
    }

    /// Addresses of a kind.
    pub fn addresses(&mut self, name: &'static str, place: Place) -> Result<Vec<String>, ProtocolError> {
        let addresses = self.texts(name)?;
        if addresses.iter().all(|address| place.admits(address)) {
            Ok(addresses)
        } else {
            Err(refusal(name, place.rule()))
        }
    }

    /// The redirect addresses, whose refusals have a code of their own (RFC 7591 §3.2.2).
    pub fn redirects(&mut self, place: Place) -> Result<Vec<String>, ProtocolError> {
        let addresses = self.texts("redirect_uris").map_err(|error| redirect_refusal(error.text))?;
        if addresses.iter().all(|address| place.admits(address)) {
            Ok(addresses)
        } else {
            Err(redirect_refusal(place.rule()))
        }
    }
}

fn is_text(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= LONGEST_TEXT && !text.chars().any(char::is_control)
}
