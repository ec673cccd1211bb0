//! How to reach the office.

use leptos::prelude::*;

use crate::site::{say, site};
use crate::ui::node::{el, text};
use crate::words;

/// The help box of every page that can end in a dead end.
#[must_use]
pub fn help_box() -> AnyView {
    el("aside")
        .class("bb-help")
        .attr("aria-labelledby", "help-heading")
        .child(el("h2").id("help-heading").class("bb-help__heading").text(say(words::COMMON_HELP_HEADING)).view())
        .child(text("p", "", say(words::COMMON_HELP_TEXT)))
        .child(contact_line())
        .view()
}

/// Where a mail may have landed, and the sender to add to the contacts: a line of every page that sends to the mailbox.
#[must_use]
pub fn sender_line() -> AnyView {
    let sender = site().agency().sender.address.clone();
    el("li").text(format!("{} ", say(words::CLAIM_SENT_SPAM))).child(text("strong", "", sender)).view()
}

/// Phones, hours and mail.
#[must_use]
pub fn contact_line() -> AnyView {
    let site = site();
    let contact = &site.agency().contact;
    let reach = |href: String, label: &str| el("li").child(el("a").attr("href", href).text(label).view()).view();
    let phones = contact.phones.iter().map(|phone| {
        let digits: String = phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        reach(format!("tel:{digits}"), phone)
    });
    el("ul")
        .class("bb-contact")
        .all(phones)
        .child(reach(format!("mailto:{}", contact.email), &contact.email))
        .child(text("li", "bb-contact__hours", contact.hours.clone()))
        .view()
}
