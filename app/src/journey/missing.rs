//! Dead ends, each with its way out.

use backboard::refused::{Problem, Refused};
use leptos::prelude::*;

use crate::site::{say, site};
use crate::ui::contact::HelpBox;
use crate::ui::frame::Card;
use crate::ui::sentence::sentence;
use crate::visit::{Page, visit};
use crate::words;

/// No page at this address, or something broke on the way to it.
#[component]
pub fn Missing() -> impl IntoView {
    let (heading, text) = match visit().page {
        Page::Broken => (words::COMMON_BROKEN_HEADING, words::COMMON_BROKEN_TEXT),
        _ => (words::COMMON_MISSING_HEADING, words::COMMON_MISSING_TEXT),
    };
    view! {
        <Card heading=say(heading)>
            <p class="usa-intro bb-lead">{say(text)}</p>
            <p><a class="usa-button" href="/sign-in">{say(words::COMMON_TO_SIGN_IN)}</a></p>
        </Card>
        <HelpBox/>
    }
}

/// A link or flow that no longer works: says why, and offers a new mail.
#[component]
pub fn Dead(refused: Refused) -> impl IntoView {
    let text = sentence(&site(), Problem::form(refused));
    view! {
        <Card heading=say(words::LINK_DEAD_HEADING)>
            <p class="usa-intro bb-lead">{text}</p>
            <p class="bb-buttons">
                <a class="usa-button" href="/claim">{say(words::LINK_DEAD_AGAIN)}</a>
                <a class="usa-button usa-button--outline" href="/sign-in">{say(words::COMMON_TO_SIGN_IN)}</a>
            </p>
        </Card>
        <HelpBox/>
    }
}
