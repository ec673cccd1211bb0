//! Dead ends, each with its way out.

use backboard::refused::{Problem, Refused};
use leptos::prelude::*;

use crate::site::{say, site};
use crate::ui::contact::help_box;
use crate::ui::frame::{card, lead, link};
use crate::ui::node::{el, row};
use crate::ui::sentence::sentence;
use crate::visit::{Page, visit};
use crate::words;

/// No page at this address, or something broke on the way to it.
#[must_use]
pub fn missing() -> AnyView {
    let (heading, text) = match visit().page {
        Page::Broken => (words::COMMON_BROKEN_HEADING, words::COMMON_BROKEN_TEXT),
        _ => (words::COMMON_MISSING_HEADING, words::COMMON_MISSING_TEXT),
    };
    let back = el("p").child(link("usa-button", "/sign-in", say(words::COMMON_TO_SIGN_IN)));
    row(vec![card(say(heading), vec![lead(say(text)), back.view()]), help_box()])
}

/// A link or flow that no longer works: says why, and offers a new mail.
#[must_use]
pub fn dead(refused: Refused) -> AnyView {
    let ways = el("p")
        .class("bb-buttons")
        .child(link("usa-button", "/claim", say(words::LINK_DEAD_AGAIN)))
        .child(link("usa-button usa-button--outline", "/sign-in", say(words::COMMON_TO_SIGN_IN)));
    let why = lead(sentence(&site(), Problem::form(refused)));
    row(vec![card(say(words::LINK_DEAD_HEADING), vec![why, ways.view()]), help_box()])
}
