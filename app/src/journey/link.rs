//! The page behind a mailed link. Opening it changes nothing, because mail scanners open links too; its
//! button exchanges the link for a flow of this browser.

use backboard::link::Purpose;
use leptos::prelude::*;

use crate::journey::missing::{dead, missing};
use crate::site::say;
use crate::ui::contact::help_box;
use crate::ui::form::form;
use crate::ui::frame::{card, lead};
use crate::ui::node::{el, row};
use crate::visit::{Page, visit};
use crate::words;

#[must_use]
pub fn link() -> AnyView {
    match visit().page {
        Page::Link { token, purpose } => {
            let token = el("input").attr("type", "hidden").attr("name", "token").attr("value", token);
            let (action, sentence) = match purpose {
                Purpose::Claim => ("/api/claim/start", words::LINK_LEAD),
                Purpose::Reset => ("/api/reset/start", words::LINK_RESET_LEAD),
            };
            let go = form(action, say(words::LINK_BUTTON), |_| vec![token.view()]);
            row(vec![card(say(words::LINK_HEADING), vec![lead(say(sentence)), go]), help_box()])
        }
        Page::Dead { refused, purpose } => dead(refused, purpose),
        _ => missing(),
    }
}
