//! Do the clients of the field simply work? Each page of `docs/integrations` is run as it stands, by the client that it is
//! about, against the real program, with a person in front of a real Chromium. `make test-integrations` fetches the clients.

#[allow(dead_code, reason = "what the tests of tests/browser need, and these do not")]
#[path = "../browser/support/mod.rs"]
mod support;

mod apache;
mod cargo;
mod clients;
mod conformance;
mod customer;
mod packages;
mod page;
mod shop;
mod site;
