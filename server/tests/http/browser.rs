//! A browser as far as HTTP goes: it keeps cookies, says where its posts come from, and follows nothing.

use std::collections::BTreeMap;

use axum::body::Body;
use http::header::{ACCEPT, CONTENT_TYPE, COOKIE, HOST as HOST_HEADER, HeaderName};
use http::{HeaderMap, HeaderValue, Method, Request};

use crate::answer::Answer;
use crate::app::{App, HOST};

pub const HTML: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
pub const JSON: &str = "application/json";
pub const FORM: &str = "application/x-www-form-urlencoded";

/// Fields that no answer may ever repeat.
const SECRET: [&str; 6] = ["ssn", "password", "password_again", "current_password", "answer", "code"];

pub struct Browser<'a> {
    pub app: &'a App,
    pub jar: BTreeMap<String, String>,
    /// Headers of every request, over the usual ones.
    pub headers: HeaderMap,
}

impl<'a> Browser<'a> {
    pub fn new(app: &'a App) -> Self {
        Self { app, jar: BTreeMap::new(), headers: HeaderMap::new() }
    }

    /// The same, coming through a proxy from this address.
    pub fn from(mut self, address: &str) -> Self {
        self.set("x-forwarded-for", address);
        self
    }

    pub fn set(&mut self, name: &'static str, value: &str) {
        self.headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    }

    /// Loads a page.
    pub async fn open(&mut self, path: &str) -> Answer {
        let request = Request::get(path).header(ACCEPT, HTML).header("sec-fetch-site", "none");
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Posts a form as a browser without a script does.
    pub async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post(path, HTML, fields).await
    }

    /// Posts a form as the script does.
    pub async fn call(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post(path, JSON, fields).await
    }

    pub async fn post(&mut self, path: &str, accept: &str, fields: &[(&str, &str)]) -> Answer {
        for (_, value) in fields.iter().filter(|(name, value)| SECRET.contains(name) && value.len() >= 8) {
            self.app.secrets.lock().unwrap().insert((*value).to_owned());
        }
        self.post_bytes(path, accept, body(fields).into_bytes()).await
    }

    /// Posts bytes that no form would hold.
    pub async fn post_bytes(&mut self, path: &str, accept: &str, bytes: Vec<u8>) -> Answer {
        self.send(post(path, accept).body(Body::from(bytes)).unwrap()).await
    }

    /// Sends with the cookies and the browser's own headers, and keeps what cookies come back.
    pub async fn send(&mut self, mut request: Request<Body>) -> Answer {
        let cookies: Vec<String> = self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let headers = request.headers_mut();
        if !headers.contains_key(HOST_HEADER) {
            headers.insert(HOST_HEADER, HeaderValue::from_static(HOST));
        }
        if !cookies.is_empty() && !headers.contains_key(COOKIE) {
            headers.insert(COOKIE, HeaderValue::from_str(&cookies.join("; ")).unwrap());
        }
        for (name, value) in &self.headers {
            headers.insert(name, value.clone());
        }
        let answer = self.app.send(request).await;
        for cookie in answer.cookies() {
            if cookie.is_removal() {
                self.jar.remove(&cookie.name);
            } else {
                self.jar.insert(cookie.name, cookie.value);
            }
        }
        answer
    }

    pub fn has(&self, cookie: &str) -> bool {
        self.jar.contains_key(cookie)
    }
}

/// A post from our own page, without its body.
pub fn post(path: &str, accept: &str) -> http::request::Builder {
    Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(HOST_HEADER, HOST)
        .header(ACCEPT, accept)
        .header(CONTENT_TYPE, FORM)
        .header("sec-fetch-site", "same-origin")
        .header("origin", crate::app::ORIGIN)
}

/// Fields as a form's body.
pub fn body(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}
