//! Where a request comes from, when it comes by way of proxies of ours: what they tell is believed, what anybody else tells
//! is not.

use std::net::IpAddr;

use ipnet::IpNet;

/// In which header proxies tell where a request came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForwardedBy {
    /// `X-Forwarded-For`: each proxy adds the address that it was asked from.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239 §4).
    Forwarded,
}

/// The proxies that are believed, and how they tell.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies {
    networks: Vec<IpNet>,
    by: ForwardedBy,
}

impl TrustedProxies {
    /// Proxies in these networks; none: nobody is believed.
    pub fn new(networks: Vec<IpNet>, by: ForwardedBy) -> Self {
        Self { networks, by }
    }

    /// The one header that is read. Another one is whatever the client wrote there.
    pub fn header(&self) -> &'static str {
        match self.by {
            ForwardedBy::XForwardedFor => "x-forwarded-for",
            ForwardedBy::Forwarded => "forwarded",
        }
    }

    /// Where a request came from that this peer brought, with what the header said. From the last hop backwards, each is
    /// believed as long as a trusted one tells of it; where it tells no address, the last that is known is it.
    pub fn client(&self, peer: IpAddr, told: &str) -> IpAddr {
        let mut known = peer.to_canonical();
        for hop in split(told, ',').into_iter().rev() {
            if !self.trusts(known) {
                break;
            }
            match self.address_in(hop) {
                Some(before) => known = before,
                None => break,
            }
        }
        known
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(&address))
    }

    fn address_in(&self, hop: &str) -> Option<IpAddr> {
        let node = match self.by {
            ForwardedBy::XForwardedFor => hop,
            ForwardedBy::Forwarded => split(hop, ';').into_iter().find_map(|pair| {
                let (name, value) = pair.split_once('=')?;
                name.trim().eq_ignore_ascii_case("for").then_some(value)
            })?,
        };
        address(node.trim().trim_matches('"'))
    }
}

/// An address, with a port or without; IPv6 with a port is written in brackets (RFC 7239 §6).
fn address(node: &str) -> Option<IpAddr> {
    let bare = match node.strip_prefix('[') {
        Some(inside) => inside.split_once(']').map(|(address, _)| address)?,
        None => match node.split_once(':') {
            // More than one colon: an address of IPv6 without brackets.
            Some((address, port)) if !port.contains(':') => address,
            _ => node,
        },
    };
    bare.parse().ok().map(|address: IpAddr| address.to_canonical())
}

/// The parts of a text between separators that do not stand in quotation marks.
fn split(text: &str, separator: char) -> Vec<&str> {
    let mut quoted = false;
    let parts = text.split(move |c: char| {
        quoted ^= c == '"';
        c == separator && !quoted
    });
    parts.filter(|part| !part.trim().is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(by: ForwardedBy) -> TrustedProxies {
        TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap(), "2001:db8:1::/48".parse().unwrap()], by)
    }

    fn client(by: ForwardedBy, peer: &str, told: &str) -> String {
        proxies(by).client(peer.parse().unwrap(), told).to_string()
    }

    #[test]
    fn what_anybody_but_a_trusted_proxy_tells_is_not_believed() {
        let by = ForwardedBy::XForwardedFor;
        assert_eq!(client(by, "203.0.113.9", "192.0.2.1"), "203.0.113.9");
        assert_eq!(
            TrustedProxies::default().client([10, 0, 0, 1].into(), "192.0.2.1").to_string(),
            "10.0.0.1"
        );
        assert_eq!(client(by, "10.0.0.1", "192.0.2.1"), "192.0.2.1");
        // What the client wrote itself stands before what the proxy added.
        assert_eq!(client(by, "10.0.0.1", "198.51.100.7, 203.0.113.9"), "203.0.113.9");
        assert_eq!(client(by, "10.0.0.1", "198.51.100.7, 203.0.113.9, 10.2.3.4"), "203.0.113.9");
        // A peer that speaks IPv6 to us and is an IPv4 address is the same proxy (RFC 4291 §2.5.5.2).
        assert_eq!(client(by, "::ffff:10.0.0.1", "203.0.113.9:4711"), "203.0.113.9");
    }

    #[test]
    fn where_no_address_is_told_the_last_known_hop_is_it() {
        let by = ForwardedBy::XForwardedFor;
        assert_eq!(client(by, "10.0.0.1", ""), "10.0.0.1");
        assert_eq!(client(by, "10.0.0.1", "192.0.2.1, unknown"), "10.0.0.1");
        assert_eq!(client(by, "10.0.0.1", "nonsense, 10.0.0.2"), "10.0.0.2");
    }

    #[test]
    fn the_forwarded_header_is_read_as_its_standard_writes_it() {
        // RFC 7239 §4 and §6
        let by = ForwardedBy::Forwarded;
        assert_eq!(client(by, "10.0.0.1", "for=192.0.2.43, for=198.51.100.17"), "198.51.100.17");
        assert_eq!(
            client(by, "10.0.0.1", r#"by=10.0.0.1;FOR="[2001:db8:cafe::17]:4711";proto=https"#),
            "2001:db8:cafe::17"
        );
        assert_eq!(client(by, "10.0.0.1", r#"for="_gazonk, for=1.2.3.4""#), "10.0.0.1");
        assert_eq!(client(by, "2001:db8:1::5", r#"for=192.0.2.60;host="a,b""#), "192.0.2.60");
        assert_eq!(client(by, "10.0.0.1", "proto=https"), "10.0.0.1");
    }
}
