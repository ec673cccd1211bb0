//! A hosted check by the *siteverify* protocol that Turnstile, hCaptcha and reCAPTCHA share: the widget
//! gives the visitor a token, and we ask the provider once whether it is a good one.
//!
//! The provider gets the token and our secret, never the visitor's address. Whatever it answers but a plain
//! yes or no means that it is not working: then nobody is called a robot, and the form may be sent again.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use backboard::moment::Moment;
use backboard::service::ports::{Fault, Proof, Robots, Vault};
use reqwest::{Client, Url, redirect};
use serde::Deserialize;
use tokio_rustls::rustls::crypto;

use crate::config::{Hosted, Provider, Secret, is_loopback};

/// Seconds from asking to the end of the answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// The most that is read of an answer, in bytes.
const LONGEST_ANSWER: usize = 16 * 1024;
/// The longest token that is passed on: hCaptcha's are the longest, at some 3 KiB.
const LONGEST_TOKEN: usize = 8 * 1024;
/// Providers forget a token after two to five minutes, and refuse it after its first use.
const TOKEN_SECONDS: i64 = 5 * 60;

/// A check at another company's server.
pub struct SiteVerify {
    client: Client,
    url: Url,
    secret: Secret,
    vault: Arc<dyn Vault>,
}

#[derive(Deserialize)]
struct Answer {
    success: bool,
    #[serde(default, rename = "error-codes")]
    error_codes: Vec<String>,
}

impl SiteVerify {
    /// # Errors
    /// The HTTP client cannot be made.
    pub fn new(hosted: &Hosted, vault: Arc<dyn Vault>) -> Result<Self, Fault> {
        Self::with_patience(hosted, vault, PATIENCE)
    }

    /// The same, waiting longer or shorter for the provider.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_patience(hosted: &Hosted, vault: Arc<dyn Vault>, patience: Duration) -> Result<Self, Fault> {
        let url =
            hosted.verify_url.clone().map_or_else(|| Url::parse(place(hosted.provider)), Ok).map_err(Fault::other)?;
        // The first one to be installed stays, and every part of this program installs the same.
        let _installed_before = crypto::ring::default_provider().install_default();
        let mut client = Client::builder().timeout(patience).redirect(redirect::Policy::none());
        if url.host_str().is_some_and(is_loopback) {
            client = client.no_proxy();
        }
        let client = client.build().map_err(Fault::other)?;
        Ok(Self { client, url, secret: hosted.secret.clone(), vault })
    }

    async fn ask(&self, token: &str) -> Result<Answer, Fault> {
        let form = [("secret", self.secret.reveal()), ("response", token)];
        let mut reply = self.client.post(self.url.clone()).form(&form).send().await.map_err(not_working)?;
        if !reply.status().is_success() {
            return Err(Fault::Busy(format!("the hosted check answered {}", reply.status())));
        }
        let mut body = Vec::new();
        while let Some(part) = reply.chunk().await.map_err(not_working)? {
            if body.len() + part.len() > LONGEST_ANSWER {
                return Err(Fault::Busy("the hosted check's answer has no end".to_owned()));
            }
            body.extend_from_slice(&part);
        }
        serde_json::from_slice(&body).map_err(|_| Fault::Busy("the hosted check's answer cannot be read".to_owned()))
    }
}

#[async_trait]
impl Robots for SiteVerify {
    fn challenge(&self, _now: Moment) -> Option<String> {
        None
    }

    async fn check(&self, proof: &str, now: Moment) -> Result<Proof, Fault> {
        let plausible = (1..=LONGEST_TOKEN).contains(&proof.len()) && proof.bytes().all(|byte| byte.is_ascii_graphic());
        if !plausible {
            return Ok(Proof::Bad);
        }
        let answer = self.ask(proof).await?;
        if answer.success {
            let once = self.vault.digest("robots: once", proof.as_bytes());
            return Ok(Proof::Good { once, until: now.plus(TOKEN_SECONDS) });
        }
        let has = |codes: &[&str]| answer.error_codes.iter().any(|code| codes.contains(&code.as_str()));
        if has(&["missing-input-secret", "invalid-input-secret", "invalid-sitekey", "sitekey-secret-mismatch"]) {
            return Err(Fault::other(
                "the hosted check refuses captcha.secret; compare it with the provider's console",
            ));
        }
        if has(&["internal-error"]) {
            return Err(Fault::Busy("the hosted check has an error of its own".to_owned()));
        }
        let over = ["timeout-or-duplicate", "expired-input-response", "already-seen-response"];
        Ok(if has(&over) { Proof::Expired } else { Proof::Bad })
    }
}

impl fmt::Debug for SiteVerify {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("SiteVerify").field("url", &self.url.as_str()).finish_non_exhaustive()
    }
}

const fn place(provider: Provider) -> &'static str {
    match provider {
        Provider::Turnstile => "https://challenges.cloudflare.com/turnstile/v0/siteverify",
        Provider::Hcaptcha => "https://api.hcaptcha.com/siteverify",
        Provider::Recaptcha | Provider::Altcha => "https://www.google.com/recaptcha/api/siteverify",
    }
}

fn not_working(error: reqwest::Error) -> Fault {
    let what = if error.is_timeout() { "does not answer in time" } else { "cannot be reached" };
    Fault::Busy(format!("the hosted check {what}: {}", error.without_url()))
}
