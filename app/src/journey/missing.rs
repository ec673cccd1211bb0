//! Dead ends, each with its way out.

use backboard::link::Purpose;
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

/// A link or flow that no longer works: says why, and offers a new mail. Where the account itself is closed, no mail
/// would help: it says who does.
#[must_use]
pub fn dead(refused: Refused, purpose: Option<Purpose>) -> AnyView {
    let site = site();
    let mut ways = Vec::new();
    let heading = match refused {
        Refused::AccountInactive | Refused::AccountSuspended | Refused::AccountFrozen | Refused::AccountExternal => {
            words::LINK_DEAD_CLOSED_HEADING
        }
        _ => words::LINK_DEAD_HEADING,
    };
    if refused == Refused::AccountExternal {
        ways.extend(site.agency().external.as_ref().map(|external| {
            let label = site.fill(words::LINK_DEAD_SERVICE, &[("service", &external.name)]);
            el("a").class("usa-button").attr("href", external.url.clone()).text(label).view()
        }));
    } else if heading == words::LINK_DEAD_HEADING && refused != Refused::NotMeOver {
        let again = if purpose == Some(Purpose::Reset) { "/forgot-password" } else { "/claim" };
        ways.push(link("usa-button", again, say(words::LINK_DEAD_AGAIN)));
    }
    ways.push(link("usa-button usa-button--outline", "/sign-in", say(words::COMMON_TO_SIGN_IN)));
    let ways = el("p").class("bb-buttons").all(ways);
    let why = lead(sentence(&site, Problem::form(refused)));
    row(vec![card(say(heading), vec![why, ways.view()]), help_box()])
}
