//! The page behind a mailed link. Opening it changes nothing, because mail scanners open links too; its
//! button exchanges the link for a flow of this browser.

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
        Page::Link { token } => {
            let token = el("input").attr("type", "hidden").attr("name", "token").attr("value", token);
            let go = form("/api/claim/start", say(words::LINK_BUTTON), |_| vec![token.view()]);
            row(vec![card(say(words::LINK_HEADING), vec![lead(say(words::LINK_LEAD)), go]), help_box()])
        }
        Page::Dead { refused } => dead(refused),
        _ => missing(),
    }
}
