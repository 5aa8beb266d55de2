//! The sector of a client with pairwise subjects (OpenID Connect Core 1.0 §8.1).

use url::Url;

use super::refusal;
use crate::domain::oidc::error::ProtocolError;

const MEMBER: &str = "sector_identifier_uri";

/// The most bytes of a sector list that are read.
pub const MOST_BYTES: usize = 64 * 1024;

/// The refusal where the list cannot be had.
pub const UNREADABLE: ProtocolError = refusal(MEMBER, "the list of redirect addresses could not be fetched");

/// The host that stands for the sector: of the sector list, or else the one that all redirect addresses share.
pub fn identifier(sector_uri: Option<&str>, redirect_uris: &[String]) -> Result<String, ProtocolError> {
    let host = |address: &str| Some(Url::parse(address).ok()?.host_str()?.to_owned());
    if let Some(address) = sector_uri {
        return host(address).ok_or(refusal(MEMBER, "must have a host"));
    }
    let mut hosts: Vec<Option<String>> = redirect_uris.iter().map(|uri| host(uri)).collect();
    hosts.dedup();
    match hosts.as_mut_slice() {
        [Some(one)] => Ok(std::mem::take(one)),
        _ => {
            Err(refusal(MEMBER, "is needed where pairwise subjects meet redirect addresses of several hosts"))
        }
    }
}

/// Checks that a sector list, as it was fetched, names every redirect address (OpenID Connect Dynamic Client
/// Registration 1.0 §5).
pub fn check_list(list: &[u8], redirect_uris: &[String]) -> Result<(), ProtocolError> {
    let listed: Vec<String> =
        serde_json::from_slice(list).map_err(|_| refusal(MEMBER, "must name a JSON list of addresses"))?;
    if redirect_uris.iter().all(|uri| listed.contains(uri)) {
        Ok(())
    } else {
        Err(refusal(MEMBER, "its list does not name every redirect_uri"))
    }
}
