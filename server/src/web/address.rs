//! The visitor's address.
//!
//! `X-Forwarded-For` counts only when the peer is a trusted proxy, and then from its right end: the first
//! address that is no trusted proxy. What cannot be read refuses the request; it never means fewer checks.
//! All other forwarding headers are ignored.

use std::net::IpAddr;

use http::HeaderMap;
use ipnet::IpNet;

/// The header a trusted proxy sent makes no sense.
#[derive(Debug, PartialEq, Eq)]
pub struct Unreadable;

/// The most addresses a chain of proxies may name.
const LONGEST_CHAIN: usize = 20;

/// Whose request this is.
///
/// # Errors
/// When a trusted proxy forwards something that is no address.
pub fn visitor_address(headers: &HeaderMap, peer: IpAddr, trusted: &[IpNet]) -> Result<IpAddr, Unreadable> {
    let peer = peer.to_canonical();
    if !is_trusted(peer, trusted) {
        return Ok(peer);
    }
    let mut chain = Vec::new();
    for line in headers.get_all("x-forwarded-for") {
        let line = line.to_str().map_err(|_| Unreadable)?;
        for part in line.split(',') {
            if chain.len() == LONGEST_CHAIN {
                return Err(Unreadable);
            }
            chain.push(part.trim().parse::<IpAddr>().map_err(|_| Unreadable)?.to_canonical());
        }
    }
    Ok(chain.into_iter().rev().find(|address| !is_trusted(*address, trusted)).unwrap_or(peer))
}

/// Whether this is a proxy whose word is taken.
pub fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    let address = address.to_canonical();
    trusted.iter().any(|net| net.contains(&address))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(forwarded: &[&'static str], peer: &str) -> Result<String, Unreadable> {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", http::HeaderValue::from_static(line));
        }
        headers.insert("x-real-ip", http::HeaderValue::from_static("9.9.9.9"));
        headers.insert("forwarded", http::HeaderValue::from_static("for=9.9.9.9"));
        let trusted = ["10.0.0.0/8".parse().unwrap(), "127.0.0.1/32".parse().unwrap()];
        visitor_address(&headers, peer.parse().unwrap(), &trusted).map(|address| address.to_string())
    }

    #[test]
    fn an_untrusted_peer_cannot_choose_its_address() {
        assert_eq!(address(&["1.2.3.4"], "203.0.113.9"), Ok("203.0.113.9".into()));
    }

    #[test]
    fn a_trusted_proxy_names_the_visitor_from_the_right() {
        assert_eq!(address(&["6.6.6.6, 1.2.3.4"], "127.0.0.1"), Ok("1.2.3.4".into()));
        assert_eq!(address(&["6.6.6.6", "1.2.3.4, 10.1.1.1"], "::ffff:127.0.0.1"), Ok("1.2.3.4".into()));
        assert_eq!(address(&["::ffff:1.2.3.4"], "10.0.0.1"), Ok("1.2.3.4".into()));
        assert_eq!(address(&[], "10.0.0.1"), Ok("10.0.0.1".into()));
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for garbage in ["a", "", "1.2.3.4:5", "[::1]", "1.2.3.4,", "999.1.1.1"] {
            assert_eq!(address(&[garbage], "127.0.0.1"), Err(Unreadable), "{garbage:?}");
        }
    }
}
