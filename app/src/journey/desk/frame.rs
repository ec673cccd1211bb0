//! The desk's frame: whose system, who is there, and where one may go.

use backboard::refused::Problem;
use backboard::service::desk::queues::Waiting;
use backboard::staff::{Act, Role};
use leptos::prelude::*;

use super::visit;
use crate::site::{say, site};
use crate::ui::form::form;
use crate::ui::frame::{card, languages, lead, notice, notice_text};
use crate::ui::node::{el, row, text};
use crate::ui::sentence::sentence;
use crate::words::{self, Word};

/// The parts of the desk, each with the act that a role must allow to see it. One that is built is added here.
const PARTS: &[(&str, Word, Act)] = &[
    (FIND, words::DESK_FIND_TITLE, Act::Search),
    (DEAD_MAIL, words::QUEUE_DEAD_MAIL_TITLE, Act::Queues),
    (FROZEN, words::QUEUE_FROZEN_TITLE, Act::Queues),
    ("/desk/reports", words::REPORTS_TITLE, Act::Reports),
    ("/desk/audit", words::AUDIT_TITLE, Act::Audit),
    ("/desk/import", words::IMPORT_LIST_TITLE, Act::Import),
    ("/desk/staff", words::STAFF_LIST_TITLE, Act::ManageStaff),
];
const FIND: &str = "/desk/find";
const DEAD_MAIL: &str = "/desk/dead-mail";
const FROZEN: &str = "/desk/frozen";

/// A page between the desk's header and its foot.
#[must_use]
pub fn frame(page: AnyView) -> AnyView {
    let site = site();
    let agency = site.agency();
    let names = el("span").child(text("span", "bb-header__system", agency.system.clone())).child(text(
        "span",
        "bb-header__agency",
        format!("{} – {}", agency.name, say(words::DESK_FRAME_DESK)),
    ));
    let home = el("a")
        .class("bb-header__name")
        .attr("href", "/desk")
        .child(el("span").class("bb-header__mark").attr("aria-hidden", "true").view())
        .child(names.view());
    let header = el("div").class("bb-header__inner").child(home.view()).all(languages()).maybe(who());
    row(vec![
        el("a").class("usa-skipnav").attr("href", "#main").text(say(words::COMMON_SKIP)).view(),
        el("header").class("bb-header").child(header.view()).maybe(parts()).view(),
        el("main").id("main").class("bb-main bb-desk").attr("tabindex", "-1").child(page).view(),
    ])
}

/// Who is there, with the role, and the way out.
fn who() -> Option<AnyView> {
    let who = visit().who?;
    let own = el("a").class("bb-desk-who__name").attr("href", "/desk/own").text(format!(
        "{} ({})",
        who.name,
        say(role_word(who.role))
    ));
    let out = form("/api/desk/sign-out", say(words::DESK_FRAME_SIGN_OUT), |_| Vec::new());
    Some(el("div").class("bb-desk-who").child(own.view()).child(out).view())
}

/// The navigation: only what the role may.
fn parts() -> Option<AnyView> {
    let visit = visit();
    let who = visit.who?;
    let mut links = vec![link_to(&visit.path, "/desk", words::DESK_START_TITLE)];
    let open = PARTS.iter().filter(|(.., act)| who.role.may(*act));
    links.extend(open.map(|(href, word, _)| link_to(&visit.path, href, *word)));
    let list = el("ul").class("bb-desk-nav__list").all(links);
    Some(el("nav").class("bb-desk-nav").attr("aria-label", say(words::DESK_FRAME_PARTS)).child(list.view()).view())
}

fn link_to(path: &str, href: &'static str, label: Word) -> AnyView {
    let link = el("a").class("bb-desk-nav__link").attr("href", href);
    let link = if path == href { link.attr("aria-current", "page") } else { link };
    el("li").child(link.text(say(label)).view()).view()
}

/// The desk's first page.
#[must_use]
pub fn start(waiting: Waiting) -> AnyView {
    let Some(who) = visit().who else { return missing() };
    // The search box stands above them.
    let open = PARTS.iter().filter(|(href, _, act)| *href != FIND && who.role.may(*act));
    let links = open.map(|(href, word, _)| {
        let label = match *href {
            DEAD_MAIL => counted(*word, waiting.dead_mail),
            FROZEN => counted(*word, waiting.frozen),
            _ => say(*word),
        };
        el("li").child(el("a").class("usa-button usa-button--outline").attr("href", *href).text(label).view()).view()
    });
    let hello = site().fill(words::DESK_START_LEAD, &[("name", &who.name)]);
    let content = vec![lead(hello), super::find::search_form(), el("ul").class("bb-desk-parts").all(links).view()];
    card(say(words::DESK_START_TITLE), content)
}

/// A part, with how much waits there.
fn counted(title: Word, count: u64) -> String {
    site().fill(words::QUEUE_START_TITLE_COUNT, &[("title", &say(title)), ("count", &count.to_string())])
}

/// The role is not one for this page or act.
#[must_use]
pub fn not_allowed() -> AnyView {
    card(say(words::DESK_NOT_ALLOWED_TITLE), vec![lead(say(words::DESK_PROBLEM_NOT_ALLOWED)), back()])
}

#[must_use]
pub fn missing() -> AnyView {
    card(say(words::COMMON_MISSING_HEADING), vec![lead(say(words::COMMON_MISSING_TEXT)), back()])
}

/// To the desk's first page.
#[must_use]
pub fn back() -> AnyView {
    more("/desk".to_owned(), say(words::DESK_FRAME_BACK))
}

/// A link below a page's content, to an address that may hold a number.
#[must_use]
pub fn more(href: String, label: String) -> AnyView {
    el("p").class("bb-card__more").child(el("a").attr("href", href).text(label).view()).view()
}

/// What the operation that has just been done says on the next page.
#[must_use]
pub fn saved(said: &[(&str, Word)]) -> Option<AnyView> {
    let saved = visit().saved?;
    let (_, word) = said.iter().find(|(action, _)| *action == saved)?;
    Some(notice("success", vec![notice_text(say(*word))]))
}

/// Why something was refused whose form the page does not have any more.
#[must_use]
pub fn refused(problems: &[Problem]) -> AnyView {
    let lines = problems.iter().map(|problem| text("li", "", sentence(&site(), *problem)));
    let body = el("div")
        .class("usa-alert__body")
        .child(text("h2", "usa-alert__heading", say(words::COMMON_PROBLEMS_HEADING)))
        .child(el("ul").class("bb-problems__list").all(lines).view());
    el("div")
        .id("problems")
        .class("usa-alert usa-alert--error bb-problems")
        .attr("role", "alert")
        .attr("tabindex", "-1")
        .child(body.view())
        .view()
}

#[must_use]
pub const fn role_word(role: Role) -> Word {
    match role {
        Role::Helpdesk => words::STAFF_ROLE_HELPDESK,
        Role::Supervisor => words::STAFF_ROLE_SUPERVISOR,
        Role::Admin => words::STAFF_ROLE_ADMIN,
    }
}
