//! Header, main part and footer of every page.

use leptos::prelude::*;

use crate::site::{say, site};
use crate::ui::form::form;
use crate::ui::node::{el, row, text};
use crate::visit::{comes_with_document, visit};
use crate::words;

/// A page between header and footer.
#[cfg(feature = "ssr")]
#[must_use]
pub fn frame(page: AnyView) -> AnyView {
    use crate::ui::contact::contact_line;
    let site = site();
    // On every page of a full session, because phones are lent. A session that can only change the password has its own
    // way out, beside what it says there.
    let full = visit().signed_in.is_some_and(|signed_in| !signed_in.change_only);
    let session = full.then(|| el("div").class("bb-header__session").child(session()).view());
    let agency = site.agency();
    let names = el("span").child(text("span", "bb-header__system", agency.system.clone())).child(text(
        "span",
        "bb-header__agency",
        agency.name.clone(),
    ));
    let home = el("a")
        .class("bb-header__name")
        .attr("href", "/")
        .attr("rel", "external")
        .child(el("span").class("bb-header__mark").attr("aria-hidden", "true").view())
        .child(names.view());
    let footer = el("div")
        .class("bb-footer__inner")
        .child(text("p", "bb-footer__name", agency.name.clone()))
        .child(contact_line());
    row(vec![
        // For the browser itself: the router would change the address and leave the focus where it is.
        el("a").class("usa-skipnav").attr("href", "#main").attr("rel", "external").text(say(words::COMMON_SKIP)).view(),
        el("header")
            .class("bb-header")
            .child(el("div").class("bb-header__inner").child(home.view()).all(languages()).maybe(session).view())
            .view(),
        el("main").id("main").class("bb-main").attr("tabindex", "-1").child(page).view(),
        el("footer").class("bb-footer").child(footer.view()).view(),
    ])
}

/// Links to this page in the other languages. They load it anew: its words come with its document.
#[cfg(feature = "ssr")]
#[must_use]
pub fn languages() -> Vec<AnyView> {
    let site = site();
    let link = |(code, name): (&str, &str)| {
        el("a")
            .class("bb-header__language")
            .attr("href", format!("?lang={code}"))
            .attr("rel", "external")
            .attr("lang", code.to_owned())
            .attr("hreflang", code.to_owned())
            .text(name)
            .view()
    };
    site.other_languages().map(link).collect()
}

/// Who is signed in, and *Sign out*.
#[must_use]
pub fn session() -> AnyView {
    let username = visit().signed_in.map(|signed_in| signed_in.username).unwrap_or_default();
    let who = site().fill(words::COMMON_SIGNED_IN_AS, &[("username", &username)]);
    let out = form("/api/sign-in/out", say(words::COMMON_SIGN_OUT), |_| Vec::new());
    row(vec![text("p", "bb-header__who", who), out])
}

/// The card that a page's content stands in, with its heading.
#[must_use]
pub fn card(heading: String, content: Vec<AnyView>) -> AnyView {
    el("section")
        .class("bb-card")
        .child(el("h1").id("heading").class("bb-card__heading").attr("tabindex", "-1").text(heading).view())
        .all(content)
        .view()
}

/// The first sentence of a page, larger than the others.
#[must_use]
pub fn lead(sentence: String) -> AnyView {
    text("p", "usa-intro bb-lead", sentence)
}

/// A notice in a card: `kind` is `success`, `warning` or `info`.
#[must_use]
pub fn notice(kind: &'static str, content: Vec<AnyView>) -> AnyView {
    let class = match kind {
        "success" => "usa-alert usa-alert--success",
        "warning" => "usa-alert usa-alert--warning usa-alert--slim",
        _ => "usa-alert usa-alert--info usa-alert--slim",
    };
    el("div").class(class).child(el("div").class("usa-alert__body").all(content).view()).view()
}

/// The sentence of a notice.
#[must_use]
pub fn notice_text(sentence: String) -> AnyView {
    text("p", "usa-alert__text", sentence)
}

/// A link below a page's form.
#[must_use]
pub fn more(href: &'static str, label: String) -> AnyView {
    el("p").class("bb-card__more").child(link("", href, label)).view()
}

/// A link to a page of this site.
#[must_use]
pub fn link(class: &'static str, href: &'static str, label: String) -> AnyView {
    let node = el("a").class(class).attr("href", href);
    // Its data comes with its document; and of who is signed in nothing outlives a page in memory.
    let anew = comes_with_document(href) || visit().signed_in.is_some();
    if anew { node.attr("rel", "external") } else { node }.text(label).view()
}
