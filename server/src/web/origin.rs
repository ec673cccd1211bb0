//! Posts from other sites are refused before anything is read.
//!
//! `Sec-Fetch-Site` decides where the browser sends it; else `Origin` must be ours. A post with neither
//! comes from no browser that this portal supports, and is refused.

use http::HeaderMap;
use http::header::ORIGIN;

/// Whether a post comes from this site's own pages.
#[must_use]
pub fn is_own(headers: &HeaderMap, own: &str) -> bool {
    let mut sites = headers.get_all("sec-fetch-site").iter();
    match (sites.next(), sites.next()) {
        (Some(site), None) => site == "same-origin",
        (Some(_), Some(_)) => false,
        (None, _) => {
            let mut origins = headers.get_all(ORIGIN).iter();
            matches!((origins.next(), origins.next()), (Some(origin), None) if origin == own)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, http::HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn only_posts_of_our_own_pages_pass() {
        let own = "https://accounts.example.gov";
        assert!(is_own(&headers(&[("sec-fetch-site", "same-origin")]), own));
        assert!(is_own(&headers(&[("origin", "https://accounts.example.gov")]), own));
        for refused in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
            &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "cross-site"), ("origin", "https://accounts.example.gov")],
            &[("origin", "null")],
            &[("origin", "http://accounts.example.gov")],
            &[("origin", "https://accounts.example.gov.evil.test")],
            &[],
        ] {
            assert!(!is_own(&headers(refused), own), "{refused:?}");
        }
    }
}
