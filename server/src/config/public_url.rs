//! The address under which people reach the portal. Every link in a mail begins with it.

use std::net::IpAddr;

use reqwest::Url;

/// An origin: scheme, host and port. Https, or http on loopback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    host: String,
    port: Option<u16>,
}

impl PublicUrl {
    /// # Errors
    /// What is wrong with it, as the rest of a sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text)
            .map_err(|_| format!("{text:?} is no whole address such as https://accounts.example.gov"))?;
        let host = url.host_str().filter(|_| url.scheme() == "https" || url.scheme() == "http");
        let host = host.ok_or_else(|| format!("{text:?} begins neither with https:// nor with http://"))?.to_owned();
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(format!(
                "{text:?} goes on after the host; the portal needs a host of its own, so leave the rest away"
            ));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("it must not hold a name or password".to_owned());
        }
        if url.scheme() != "https" && !is_loopback(&host) {
            return Err(format!("{text:?} must begin with https://; plain http is for loopback alone"));
        }
        Ok(Self { origin: url.origin().ascii_serialization(), host, port: url.port() })
    }

    /// Scheme, host and port, without a slash at the end: the `Origin` header of our own pages.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The host without its port.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The host as the `Host` header has it: with its port, unless that is the scheme's own.
    #[must_use]
    pub fn authority(&self) -> String {
        self.port.map_or_else(|| self.host.clone(), |port| format!("{}:{port}", self.host))
    }

    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }
}

impl std::fmt::Display for PublicUrl {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.origin)
    }
}

/// Whether a host is this machine: an address of it, or `localhost`.
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
