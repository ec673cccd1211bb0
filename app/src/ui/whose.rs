//! Whose password is about to be set: the username, for the eye and the password manager.

use leptos::prelude::*;

use crate::site::{say, site};
use crate::ui::frame::{notice, notice_text};
use crate::ui::node::el;
use crate::words::{self, Word};

/// The username, read only and without a name: it is not sent.
#[must_use]
pub fn whose(username: String, hint: Word) -> AnyView {
    let shown = el("input")
        .class("usa-input")
        .id("username")
        .attr("type", "text")
        .attr("autocomplete", "username")
        .flag("readonly", true)
        .attr("value", username)
        .attr("aria-describedby", "username-hint");
    el("div")
        .class("usa-form-group")
        .child(el("label").class("usa-label").attr("for", "username").text(say(words::FIELD_USERNAME)).view())
        .child(el("p").class("usa-hint").id("username-hint").text(say(hint)).view())
        .child(shown.view())
        .view()
}

/// What a new password does besides: to those who share it, and to linked products.
#[must_use]
pub fn also(shared: bool, products: &[String]) -> Vec<AnyView> {
    let warning = shared.then(|| notice("warning", vec![notice_text(say(words::CLAIM_PASSWORD_SHARED))]));
    let named = (!products.is_empty()).then(|| {
        let sentence = site().fill(words::RESET_SET_PRODUCTS, &[("products", &products.join(", "))]);
        notice("info", vec![notice_text(sentence)])
    });
    warning.into_iter().chain(named).collect()
}
