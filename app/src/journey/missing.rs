//! Dead ends, each with its way out.

use backboard::agency::Journey;
use backboard::link::Purpose;
use backboard::refused::{Problem, Refused};
use leptos::prelude::*;

use crate::site::{say, site};
use crate::ui::contact::help_box;
use crate::ui::frame::{card, lead, link};
use crate::ui::node::{el, row, text};
use crate::ui::sentence::sentence;
use crate::visit::{Page, visit};
use crate::words::{self, Word};

/// No page at this address, or something broke on the way to it.
#[must_use]
pub fn missing() -> AnyView {
    let back = el("p").child(link("usa-button", "/sign-in", say(words::COMMON_TO_SIGN_IN)));
    let (heading, told) = match visit().page {
        Page::Broken { number } => {
            let number = text("strong", "", number);
            let number = el("p").text(format!("{} ", say(words::COMMON_BROKEN_NUMBER))).child(number);
            (words::COMMON_BROKEN_HEADING, vec![lead(say(words::COMMON_BROKEN_TEXT)), number.view()])
        }
        _ => (words::COMMON_MISSING_HEADING, vec![lead(say(words::COMMON_MISSING_TEXT))]),
    };
    row(vec![card(say(heading), told.into_iter().chain([back.view()]).collect()), help_box()])
}

/// The heading of a link or flow that no longer works, which is the title of its page too.
#[must_use]
pub const fn dead_heading(refused: Refused) -> Word {
    match refused {
        Refused::AccountExternal => words::LINK_DEAD_ELSEWHERE_HEADING,
        Refused::AccountInactive | Refused::AccountSuspended | Refused::AccountFrozen => {
            words::LINK_DEAD_CLOSED_HEADING
        }
        Refused::FlowOver => words::LINK_DEAD_OVER_HEADING,
        _ => words::LINK_DEAD_HEADING,
    }
}

/// A link or flow that no longer works: says why, and offers a new mail. Where the account itself is closed, no mail
/// would help: it says who does.
#[must_use]
pub fn dead(refused: Refused, purpose: Option<Purpose>) -> AnyView {
    let site = site();
    let heading = dead_heading(refused);
    let to_sign_in = ("/sign-in", words::COMMON_TO_SIGN_IN);
    let claim = ("/claim", words::LINK_DEAD_AGAIN);
    let reset = ("/forgot-password", words::LINK_DEAD_AGAIN);
    // The most likely way first.
    let ways = match (refused, purpose) {
        (Refused::LinkSpent, Some(Purpose::Reset)) => vec![to_sign_in, reset],
        (Refused::LinkSpent, _) => vec![to_sign_in, claim],
        (Refused::NotMeOver, _) => vec![to_sign_in],
        _ if heading == words::LINK_DEAD_CLOSED_HEADING || refused == Refused::AccountExternal => vec![to_sign_in],
        (_, Some(Purpose::Reset)) => vec![reset, to_sign_in],
        (_, Some(Purpose::Claim)) => vec![claim, to_sign_in],
        // A link that is cut off may be of either journey.
        (_, None) => [("/forgot-password", words::SIGN_IN_FORGOT_PASSWORD), ("/claim", words::CLAIM_TITLE), to_sign_in]
            .into_iter()
            .filter(|(href, _)| match *href {
                "/forgot-password" => site.agency().has(Journey::Reset),
                "/claim" => site.agency().has(Journey::Claim),
                _ => true,
            })
            .collect(),
    };
    let service = (refused == Refused::AccountExternal).then_some(site.agency().external.as_ref()).flatten();
    let service = service.map(|external| {
        let label = site.fill(words::LINK_DEAD_SERVICE, &[("service", &external.name)]);
        el("a").class("usa-button").attr("href", external.url.clone()).text(label).view()
    });
    let first = service.is_none();
    let ways = ways.into_iter().enumerate().map(|(place, (href, label))| {
        let class = if first && place == 0 { "usa-button" } else { "usa-button usa-button--outline" };
        link(class, href, say(label))
    });
    let ways = el("p").class("bb-buttons").maybe(service).all(ways);
    let why = lead(sentence(&site, Problem::form(refused)));
    row(vec![card(say(heading), vec![why, ways.view()]), help_box()])
}
