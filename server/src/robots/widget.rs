//! What a page needs to show a hosted check, and what its content security policy must let in for it.

use serde::Serialize;

use crate::config::{Captcha, Provider};

/// The widget of a hosted check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Widget {
    /// `turnstile`, `hcaptcha` or `recaptcha`.
    pub provider: &'static str,
    pub site_key: String,
    /// The script to load. It fills every element of the class [`Self::class`] that has `data-sitekey`.
    pub script: &'static str,
    pub class: &'static str,
    /// The form field that the widget puts its token into.
    pub field: &'static str,
    /// For `script-src`, with spaces between.
    pub script_origin: &'static str,
    /// For `frame-src`.
    pub frame_origin: &'static str,
    /// For `connect-src`.
    pub connect_origin: &'static str,
    /// For `style-src`; may be empty.
    pub style_origin: &'static str,
}

/// The widget of the configured check; none where the proof of work is our own.
#[must_use]
pub fn widget(captcha: &Captcha) -> Option<Widget> {
    let Captcha::Hosted(hosted) = captcha else { return None };
    let site_key = hosted.site_key.clone();
    match hosted.provider {
        Provider::Altcha => None,
        // https://developers.cloudflare.com/turnstile/reference/content-security-policy/
        Provider::Turnstile => Some(Widget {
            provider: "turnstile",
            site_key,
            script: "https://challenges.cloudflare.com/turnstile/v0/api.js",
            class: "cf-turnstile",
            field: "cf-turnstile-response",
            script_origin: "https://challenges.cloudflare.com",
            frame_origin: "https://challenges.cloudflare.com",
            connect_origin: "",
            style_origin: "",
        }),
        // https://docs.hcaptcha.com/#content-security-policy-settings
        Provider::Hcaptcha => Some(Widget {
            provider: "hcaptcha",
            site_key,
            script: "https://js.hcaptcha.com/1/api.js",
            class: "h-captcha",
            field: "h-captcha-response",
            script_origin: "https://hcaptcha.com https://*.hcaptcha.com",
            frame_origin: "https://hcaptcha.com https://*.hcaptcha.com",
            connect_origin: "https://hcaptcha.com https://*.hcaptcha.com",
            style_origin: "https://hcaptcha.com https://*.hcaptcha.com",
        }),
        // https://developers.google.com/recaptcha/docs/faq
        Provider::Recaptcha => Some(Widget {
            provider: "recaptcha",
            site_key,
            script: "https://www.google.com/recaptcha/api.js",
            class: "g-recaptcha",
            field: "g-recaptcha-response",
            script_origin: "https://www.google.com/recaptcha/ https://www.gstatic.com/recaptcha/",
            frame_origin: "https://www.google.com/recaptcha/ https://recaptcha.google.com/recaptcha/",
            connect_origin: "https://www.google.com/recaptcha/",
            style_origin: "",
        }),
    }
}
