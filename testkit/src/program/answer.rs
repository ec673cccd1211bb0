//! What came back, byte for byte, and without what differs by chance.

/// As much of an answer as came.
#[derive(Clone, Debug)]
pub struct Answer {
    /// None: the other side ended before the head was whole.
    pub status: Option<u16>,
    /// Head and body.
    pub text: String,
}

/// An answer without the date, the nonce, and the bytes of a cookie's value and of the request's id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub status: Option<u16>,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    #[must_use]
    pub fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let whole = text.contains("\r\n\r\n");
        let status = whole.then(|| text.split(' ').nth(1).unwrap().parse().unwrap());
        Self { status, text }
    }

    /// The headers in their order, names in lower case.
    #[must_use]
    pub fn headers(&self) -> Vec<(String, String)> {
        let head = self.text.split("\r\n\r\n").next().unwrap_or_default();
        head.lines()
            .skip(1)
            .filter_map(|line| line.split_once(": ").map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())))
            .collect()
    }

    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        self.headers().into_iter().find_map(|(found, value)| (found == name).then_some(value))
    }

    /// Where it leads.
    #[must_use]
    pub fn location(&self) -> Option<String> {
        self.header("location")
    }

    /// What follows the head; chunks are joined.
    #[must_use]
    pub fn body(&self) -> String {
        let body = self.text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        if self.header("transfer-encoding").as_deref() == Some("chunked") { unchunked(body) } else { body.to_owned() }
    }

    /// The value of a page's hidden field.
    #[must_use]
    pub fn hidden(&self, name: &str) -> Option<String> {
        let (_, after) = self.text.split_once(&format!("name=\"{name}\" value=\""))?;
        after.split('"').next().map(str::to_owned)
    }

    /// What may be compared with another answer.
    #[must_use]
    pub fn seen(&self) -> Seen {
        let nonce = self.header("content-security-policy").and_then(|policy| {
            let (_, after) = policy.split_once("'nonce-")?;
            after.split('\'').next().map(str::to_owned)
        });
        let nonce = nonce.unwrap_or_else(|| "NO NONCE".to_owned());
        let headers = self.headers().into_iter().map(|(name, value)| {
            let value = match name.as_str() {
                "date" => String::new(),
                "content-security-policy" => value.replace(&nonce, "NONCE"),
                "set-cookie" => masked(&value),
                "x-request-id" => "x".repeat(value.len()),
                _ => value,
            };
            (name, value)
        });
        Seen { status: self.status, headers: headers.collect(), body: self.body().replace(&nonce, "NONCE") }
    }
}

/// The name, the length of the value, and the flags.
fn masked(cookie: &str) -> String {
    let (named, rest) = cookie.split_once('=').unwrap_or((cookie, ""));
    let (value, flags) = rest.split_once(';').unwrap_or((rest, ""));
    format!("{named}={};{flags}", "x".repeat(value.len()))
}

fn unchunked(body: &str) -> String {
    let (mut whole, mut rest) = (Vec::new(), body.as_bytes());
    while let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") {
        let (size, after) = rest.split_at(end);
        let size = std::str::from_utf8(size).ok().and_then(|size| usize::from_str_radix(size, 16).ok()).unwrap_or(0);
        let after = after.get(2..).unwrap_or_default();
        let (Some(chunk), Some(next)) = (after.get(..size), after.get(size + 2..)) else { break };
        whole.extend_from_slice(chunk);
        rest = next;
    }
    String::from_utf8_lossy(&whole).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_answers_that_differ_by_chance_alone_are_seen_as_one() {
        let answer = |nonce: &str, cookie: &str, date: &str| {
            let text = format!(
                "HTTP/1.1 200 OK\r\ndate: {date}\r\nset-cookie: a={cookie}; Path=/\r\n\
                 content-security-policy: script-src 'nonce-{nonce}'\r\ntransfer-encoding: chunked\r\n\r\n\
                 5\r\n<a b=\r\n4\r\n{nonce}\r\n0\r\n\r\n"
            );
            Answer::read(text.as_bytes())
        };
        let first = answer("0123", "abc", "Mon").seen();
        assert_eq!(first.body, "<a b=NONCE");
        assert_eq!(first, answer("4567", "xyz", "Tue").seen());
        assert_ne!(first, answer("4567", "longer", "Mon").seen());
        let otherwise = Answer::read(answer("0123", "abc", "Mon").text.replace("200", "404").as_bytes());
        assert_ne!(first, otherwise.seen());
    }
}
