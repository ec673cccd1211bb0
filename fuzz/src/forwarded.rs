//! Headers about where a request comes from: the peer's address on the first line, then headers.

use std::net::IpAddr;

use http::{HeaderMap, HeaderName, HeaderValue};
use ipnet::IpNet;
use server::web::address::visitor_address;
use server::web::origin::is_own;

const OWN: &str = "https://accounts.example.gov";

pub fn check(data: &[u8]) {
    let mut lines = data.split(|byte| *byte == b'\n');
    let first = lines.next().and_then(|line| std::str::from_utf8(line).ok()).unwrap_or_default();
    let peer: IpAddr = first.trim().parse().unwrap_or(IpAddr::from([127, 0, 0, 1]));
    let mut headers = HeaderMap::new();
    for line in lines {
        let mut parts = line.splitn(2, |byte| *byte == b':');
        let (Some(name), Some(value)) = (parts.next(), parts.next()) else { continue };
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value.trim_ascii())) {
            headers.append(name, value);
        }
    }
    address(&headers, peer);
    if is_own(&headers, OWN) {
        let all = |name| headers.get_all(name).iter().map(HeaderValue::as_bytes).collect::<Vec<_>>();
        let (sites, origins) = (all("sec-fetch-site"), all("origin"));
        assert!(sites == [b"same-origin"] || sites.is_empty() && origins == [OWN.as_bytes()], "{headers:?}");
    }
}

fn address(headers: &HeaderMap, peer: IpAddr) {
    let trusted: Vec<IpNet> =
        ["10.0.0.0/8", "127.0.0.1/32", "fd00::/8"].iter().filter_map(|net| net.parse().ok()).collect();
    assert_eq!(trusted.len(), 3);
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    let read = visitor_address(headers, peer, &trusted);
    let peer = peer.to_canonical();
    if !is_trusted(&peer) {
        assert_eq!(read, Ok(peer), "a stranger chose an address");
        return;
    }
    // No other header has a say.
    let mut alone = HeaderMap::new();
    for line in headers.get_all("x-forwarded-for") {
        alone.append("x-forwarded-for", line.clone());
    }
    assert_eq!(visitor_address(&alone, peer, &trusted), read);
    let Ok(visitor) = read else { return };
    assert_eq!(visitor, visitor.to_canonical(), "one visitor under two addresses");
    let named = |line: &HeaderValue| {
        let parts = line.to_str().unwrap_or_default().split(',').map(|part| part.trim().parse::<IpAddr>());
        parts.flatten().any(|address| address.to_canonical() == visitor)
    };
    assert!(visitor == peer || !is_trusted(&visitor) && alone.get_all("x-forwarded-for").iter().any(named));
    if visitor != peer {
        // What the visitor wrote into the header stands to the left of what the proxy wrote.
        let mut spoofed = HeaderMap::new();
        spoofed.append("x-forwarded-for", HeaderValue::from_static("198.51.100.66"));
        spoofed.extend(alone.iter().map(|(name, value)| (name.clone(), value.clone())));
        let read = visitor_address(&spoofed, peer, &trusted);
        assert!(read.is_err() || read == Ok(visitor), "the visitor chose {read:?} over {visitor}");
    }
}
