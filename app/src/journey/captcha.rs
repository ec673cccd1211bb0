//! The challenge behind *I'm not a robot*.

use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use crate::answer::{Answer, Broken};

/// A fresh proof of work, for a script alone.
#[server(prefix = "/api", endpoint = "captcha/challenge", input = PostUrl)]
pub async fn captcha_challenge() -> Result<Answer, Broken> {
    let caller = crate::request::caller()?;
    let challenge = caller.portal.challenge(&caller.visitor).await;
    caller.answer_text(challenge)
}
