//! Which IP addresses are on the open internet: where we may connect when somebody else chose the address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address is one of the open internet, by the registries of special-purpose addresses (RFC 6890 §2.2, as IANA
/// keeps them). Everything else is an address of this machine, of a network that it stands in, or of nobody.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let special = match address.octets() {
        // This network (RFC 791 §3.2), private (RFC 1918 §3), loopback (RFC 1122 §3.2.1.3).
        [0 | 10 | 127, ..] => true,
        // Behind a carrier's translation (RFC 6598 §7).
        [100, second, ..] => second & 0xC0 == 64,
        // Link-local (RFC 3927 §2.1), where clouds keep their metadata.
        [169, 254, ..] | [192, 168, ..] => true,
        [172, second, ..] => second & 0xF0 == 16,
        // Protocol assignments (RFC 6890 §2.1), documentation (RFC 5737 §3), 6to4 relays (RFC 7526 §4), AS112 (RFC 7535).
        [192, 0, 0 | 2, _] | [198, 51, 100, _] | [203, 0, 113, _] | [192, 88, 99, _] => true,
        [192, 31, 196, _] | [192, 52, 193, _] | [192, 175, 48, _] => true,
        // Benchmarks (RFC 2544).
        [198, second, ..] => second & 0xFE == 18,
        // Multicast (RFC 5771 §3), reserved (RFC 1112 §4) and broadcast.
        [first, ..] => first >= 224,
    };
    !special
}

/// Only global unicast, 2000::/3 (RFC 4291 §2.4), is public: loopback, unique local, link-local, multicast, and the forms in
/// which an IPv4 address is written or translated (mapped, compatible, NAT64) are outside of it. Of what is inside, tunnels
/// that lead to an IPv4 address of their maker's choice, benchmarks and documentation are not.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let special = match (first, second) {
        // IETF assignments with Teredo and benchmarks (RFC 2928 §2, RFC 4380, RFC 5180 §8), documentation (RFC 3849 §4).
        (0x2001, second) => second < 0x0200 || second == 0x0db8,
        // 6to4 (RFC 3056 §2), AS112 (RFC 7534), and the second block of documentation (RFC 9637).
        (0x2002, _) | (0x2620, 0x004f) => true,
        (0x3fff, second) => second < 0x1000,
        (first, _) => first & 0xE000 != 0x2000,
    };
    !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_a_machine_or_network_of_ours_is_not_public_however_it_is_written() {
        // RFC 6890 §2.2; the last and first addresses of each block, and the forms of IPv4 within IPv6
        let special = [
            "0.0.0.0",
            "0.255.255.255",
            "10.0.0.0",
            "10.255.255.255",
            "100.64.0.0",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.255",
            "169.254.0.0",
            "169.254.169.254",
            "172.16.0.0",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.0.170",
            "192.0.2.1",
            "192.31.196.1",
            "192.52.193.1",
            "192.88.99.1",
            "192.168.0.0",
            "192.168.255.255",
            "192.175.48.1",
            "198.18.0.0",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.255",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::8.8.8.8",
            "::ffff:127.0.0.1",
            "::ffff:10.1.2.3",
            "::ffff:8.8.8.8",
            "64:ff9b::7f00:1",
            "64:ff9b::808:808",
            "64:ff9b:1::a00:1",
            "100::1",
            "2001::1",
            "2001:2::1",
            "2001:10::1",
            "2001:20::1",
            "2001:1ff:ffff::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "2620:4f:8000::1",
            "3fff::1",
            "3fff:fff::1",
            "5f00::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
        ];
        for address in special {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn an_address_of_the_open_internet_is_public_up_to_the_edge_of_each_block() {
        // RFC 6890 §2.2
        let public = [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.1",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "203.0.114.1",
            "223.255.255.255",
            "2000::1",
            "2001:200::1",
            "2001:4860:4860::8888",
            "2001:db7::1",
            "2003::1",
            "2606:4700::1111",
            "2620:4e::1",
            "2a00:1450::1",
            "3ffe::1",
            "3fff:1000::1",
        ];
        for address in public {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }
}
