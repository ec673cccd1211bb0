//! How to reach the office.

use leptos::prelude::*;

use crate::site::{say, site};
use crate::words;

/// The help box of every page that can end in a dead end.
#[component]
pub fn HelpBox() -> impl IntoView {
    view! {
        <aside class="bb-help" aria-labelledby="help-heading">
            <h2 id="help-heading" class="bb-help__heading">{say(words::COMMON_HELP_HEADING)}</h2>
            <p>{say(words::COMMON_HELP_TEXT)}</p>
            <ContactLine/>
        </aside>
    }
}

/// Phones, hours and mail.
#[component]
pub fn ContactLine() -> impl IntoView {
    let site = site();
    let contact = &site.agency().contact;
    let phones: Vec<_> = contact
        .phones
        .iter()
        .map(|phone| {
            let digits: String = phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
            view! { <li><a href=format!("tel:{digits}")>{phone.clone()}</a></li> }
        })
        .collect();
    view! {
        <ul class="bb-contact">
            {phones}
            <li><a href=format!("mailto:{}", contact.email)>{contact.email.clone()}</a></li>
            <li class="bb-contact__hours">{contact.hours.clone()}</li>
        </ul>
    }
}
