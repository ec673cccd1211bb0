//! *What Would You Like to Do?*

use leptos::prelude::*;

use crate::journey::missing::missing;
use crate::site::{say, site};
use crate::ui::contact::help_box;
use crate::ui::form::form;
use crate::ui::frame::card;
use crate::ui::node::{el, row, text};
use crate::visit::visit;
use crate::words;

#[must_use]
pub fn home() -> AnyView {
    let Some(signed_in) = visit().signed_in else { return missing() };
    let site = site();
    let options = site.agency().home.iter().map(|option| {
        let label = if option.href.is_empty() {
            text("span", "bb-option__label", option.label.clone())
        } else {
            el("a")
                .class("bb-option__label")
                .attr("rel", "external noreferrer")
                .attr("href", option.href.clone())
                .text(option.label.clone())
                .view()
        };
        let note = (!option.note.is_empty()).then(|| text("span", "bb-option__note", option.note.clone()));
        el("li").class("bb-option").child(label).maybe(note).view()
    });
    let options: Vec<AnyView> = options.collect();
    let listed = if options.is_empty() {
        text("p", "", say(words::HOME_NOTHING))
    } else {
        el("ul").class("bb-options").all(options).view()
    };
    row(vec![
        card(
            say(words::HOME_HEADING),
            vec![
                text("p", "bb-home__who", site.fill(words::HOME_SIGNED_IN_AS, &[("username", &signed_in.username)])),
                text("h2", "bb-card__second", say(words::HOME_SECTION)),
                listed,
                form("/api/sign-in/out", say(words::HOME_SIGN_OUT), |_| Vec::new()),
            ],
        ),
        help_box(),
    ])
}
