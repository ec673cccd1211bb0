//! Who reaches the portal, and whose word about visitors it takes.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;

use crate::config::{Draft, Finding};

/// Wider public networks than these are somebody's whole allocation, not a proxy: prefixes of IPv4 and IPv6.
const WIDE: (u8, u8) = (16, 32);
/// Wider ones than these trust everybody.
const EVERYBODY: (u8, u8) = (8, 16);

pub fn look(draft: &Draft) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(public_url) = &draft.public_url {
        findings.push(Finding::ok("public_url", public_url.to_string()));
    }
    findings.extend(draft.listen.map(|listen| listening(listen, draft)));
    findings.extend(draft.trusted_proxies.iter().map(trusted));
    if let Some(admin) = draft.admin {
        findings.push(health(admin, draft.listen));
    }
    if draft.multiply > 1 && draft.is_loopback() {
        let sentence = format!(
            "limits.multiply = {} is for load tests: address, subnet and global budgets hardly hold anybody off; remove \
             it before people use the portal.",
            draft.multiply
        );
        findings.push(Finding::warning("limits.multiply", sentence));
    }
    findings
}

fn listening(listen: SocketAddr, draft: &Draft) -> Finding {
    let no_proxy = draft.trusted_proxies.is_empty();
    if listen.ip().is_loopback() {
        if no_proxy && draft.public_url.is_some() && !draft.is_loopback() {
            return Finding::warning(
                "proxy.trusted",
                "proxy.trusted is empty, so all visitors count as one, the proxy in front; write trusted = \
                 [\"127.0.0.1/32\"], or the proxy's own address, under [proxy].",
            );
        }
        return Finding::ok("listen", listen.to_string());
    }
    if no_proxy {
        return Finding::danger(
            "listen",
            format!(
                "listen = \"{listen}\" takes plain http, with everybody's passwords in it, from other machines; write listen \
                 = \"127.0.0.1:{}\" and let a proxy with TLS pass requests on, or name the proxy in proxy.trusted.",
                listen.port()
            ),
        );
    }
    if listen.ip().is_unspecified() || !is_private(listen.ip()) {
        return Finding::warning(
            "listen",
            format!(
                "listen = \"{listen}\" is open on every network of this machine; write the address that the proxy uses, \
                 or let a firewall pass the proxy alone."
            ),
        );
    }
    Finding::ok("listen", listen.to_string())
}

fn trusted(network: &IpNet) -> Finding {
    let key = "proxy.trusted";
    let (wide, everybody) = match network {
        IpNet::V4(_) => (WIDE.0, EVERYBODY.0),
        IpNet::V6(_) => (WIDE.1, EVERYBODY.1),
    };
    let way_out = "write the proxy's own address, such as \"10.1.2.3/32\"";
    let private = is_private(network.network()) && is_private(network.broadcast());
    if let IpNet::V6(mapped) = network
        && mapped.network().to_ipv4_mapped().is_some()
    {
        return Finding::danger(
            key,
            format!(
                "proxy.trusted: {network} is IPv4 written as IPv6 and matches nobody; write it as IPv4, such as 10.1.2.3/32."
            ),
        );
    }
    if network.prefix_len() < everybody && !private {
        return Finding::danger(
            key,
            format!(
                "proxy.trusted: {network} lets everybody say which address they come from, so no limit holds; {way_out}."
            ),
        );
    }
    if network.prefix_len() < wide && !private {
        return Finding::warning(
            key,
            format!(
                "proxy.trusted: {network} is wide, and whoever has an address in it chooses the one they count under; {way_out}."
            ),
        );
    }
    Finding::ok(key, network.to_string())
}

fn health(admin: SocketAddr, listen: Option<SocketAddr>) -> Finding {
    let same = listen.is_some_and(|listen| {
        let overlap = listen.ip() == admin.ip() || listen.ip().is_unspecified() || admin.ip().is_unspecified();
        listen.port() == admin.port() && overlap && admin.port() != 0
    });
    if same {
        return Finding::danger(
            "admin.listen",
            format!(
                "admin.listen = \"{admin}\" is the public address listen; write another port, such as 127.0.0.1:9090."
            ),
        );
    }
    if !is_private(admin.ip()) {
        return Finding::danger(
            "admin.listen",
            format!(
                "admin.listen = \"{admin}\" answers health and figures to other networks; write 127.0.0.1:{} or a private \
                 address.",
                admin.port()
            ),
        );
    }
    Finding::ok("admin.listen", admin.to_string())
}

/// Loopback, link-local, and the networks of RFC 1918, RFC 4193 and RFC 6598: nobody reaches them from the internet.
fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(four) => {
            let shared = four.octets()[0] == 100 && (64..128).contains(&four.octets()[1]);
            four.is_loopback() || four.is_private() || four.is_link_local() || shared
        }
        IpAddr::V6(six) => six.is_loopback() || six.is_unique_local() || six.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Weight;

    #[test]
    fn a_network_is_trusted_when_it_can_be_a_proxys() {
        for (network, weight) in [
            ("127.0.0.1/32", Weight::Ok),
            ("10.0.0.0/8", Weight::Ok),
            ("172.16.0.0/12", Weight::Ok),
            ("100.64.0.0/10", Weight::Ok),
            ("203.0.113.7/32", Weight::Ok),
            ("::1/128", Weight::Ok),
            ("fd00::/8", Weight::Ok),
            ("2400:cb00::/32", Weight::Ok),
            ("104.16.0.0/13", Weight::Warning),
            ("2606::/16", Weight::Warning),
            ("0.0.0.0/0", Weight::Danger),
            ("::/0", Weight::Danger),
            ("0.0.0.0/1", Weight::Danger),
            ("128.0.0.0/1", Weight::Danger),
            ("192.0.0.0/4", Weight::Danger),
            ("8.0.0.0/7", Weight::Danger),
            ("2000::/3", Weight::Danger),
            ("::ffff:0.0.0.0/96", Weight::Danger),
        ] {
            let found = trusted(&network.parse().unwrap());
            assert_eq!(found.weight, weight, "{network}: {}", found.sentence);
        }
    }

    #[test]
    fn health_is_answered_inside_alone_and_never_where_the_public_is() {
        for (admin, listen, danger) in [
            ("127.0.0.1:9090", "127.0.0.1:8080", false),
            ("10.1.2.3:9090", "10.1.2.3:8080", false),
            ("[fd00::1]:9090", "127.0.0.1:8080", false),
            ("0.0.0.0:9090", "127.0.0.1:8080", true),
            ("[::]:9090", "127.0.0.1:8080", true),
            ("203.0.113.7:9090", "127.0.0.1:8080", true),
            ("127.0.0.1:8080", "127.0.0.1:8080", true),
            ("127.0.0.1:8080", "0.0.0.0:8080", true),
        ] {
            let found = health(admin.parse().unwrap(), Some(listen.parse().unwrap()));
            assert_eq!(found.is_danger(), danger, "{admin} {listen}: {}", found.sentence);
        }
    }
}
