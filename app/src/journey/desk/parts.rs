//! Parts that several pages of the desk are made of.

use std::collections::BTreeMap;

use backboard::account::{AccountState, Frozen};
use backboard::moment::Moment;
use leptos::prelude::*;

use crate::site::{say, site};
use crate::ui::node::{el, text};
use crate::words::{self, Word};

/// A table that scrolls by itself where it is wider than the page; on a phone each line is a card of its own. The roles
/// say what it is there too, where the style sheet takes the table apart. The first cell of each line names it.
#[must_use]
pub fn table(caption: Word, heads: &[Word], lines: Vec<Vec<AnyView>>) -> AnyView {
    table_with(caption, heads.iter().map(|word| say(*word)).collect(), "bb-table", lines)
}

/// The same with heads that are put together, and a class of its own.
#[must_use]
pub fn table_with(caption: Word, heads: Vec<String>, class: &'static str, lines: Vec<Vec<AnyView>>) -> AnyView {
    let head =
        heads.iter().map(|head| el("th").attr("scope", "col").attr("role", "columnheader").text(head.clone()).view());
    let lines = lines.into_iter().map(|cells| {
        let cells = cells.into_iter().zip(&heads).enumerate().map(|(place, (cell, head))| match place {
            0 => el("th").attr("scope", "row").attr("role", "rowheader").child(cell).view(),
            _ => el("td").attr("role", "cell").attr("data-label", head.clone()).child(cell).view(),
        });
        el("tr").attr("role", "row").all(cells).view()
    });
    let table = el("table")
        .class(class)
        .attr("role", "table")
        .child(el("caption").class("usa-sr-only").text(say(caption)).view())
        .child(el("thead").attr("role", "rowgroup").child(el("tr").attr("role", "row").all(head).view()).view())
        .child(el("tbody").attr("role", "rowgroup").all(lines).view());
    // Who has no mouse scrolls it with the keys.
    el("div")
        .class("bb-table-frame")
        .attr("tabindex", "0")
        .attr("role", "region")
        .attr("aria-label", say(caption))
        .child(table.view())
        .view()
}

/// The cells of a line, all of text.
#[must_use]
pub fn cells<const COUNT: usize>(cells: [String; COUNT]) -> Vec<AnyView> {
    // An empty text would leave a space, and its cell would not be empty.
    cells.into_iter().map(|cell| if cell.is_empty() { ().into_any() } else { cell.into_any() }).collect()
}

/// The way to the page before and the one after, where there is one: `base` with the number of the page behind it.
#[must_use]
pub fn pager(label: Word, base: &str, page: usize, pages: usize) -> Option<AnyView> {
    if pages == 1 {
        return None;
    }
    let to = |number: usize, word| el("a").attr("href", format!("{base}/{number}")).text(say(word)).view();
    let here = site().fill(words::DESK_FIND_PAGE, &[("page", &page.to_string()), ("pages", &pages.to_string())]);
    let nav = el("nav")
        .class("bb-desk-pager")
        .attr("aria-label", say(label))
        .maybe((page > 1).then(|| to(page - 1, words::DESK_FIND_BEFORE)))
        .child(text("span", "", here))
        .maybe((page < pages).then(|| to(page + 1, words::DESK_FIND_AFTER)));
    Some(nav.view())
}

/// What a code is called: `section` holds the words for it. One that has none is shown as it is.
#[must_use]
pub fn called(section: &str, code: &str) -> String {
    Word::of_key(&format!("{section}.{code}")).map_or_else(|| code.replace('-', " "), say)
}

/// The kind of a mail.
#[must_use]
pub fn mail_kind(kind: &str) -> String {
    called("desk.mail-kind", kind)
}

/// Who did something: staff by name, else as the audit has it in words.
#[must_use]
pub fn author(staff: &BTreeMap<String, String>, actor: &str) -> String {
    staff.get(actor).cloned().unwrap_or_else(|| match actor.strip_prefix("staff ") {
        Some(number) => site().fill(words::DESK_WHO_NUMBER, &[("number", number)]),
        None => called("audit.who", actor),
    })
}

/// Facts, each with its name.
#[must_use]
pub fn facts(facts: Vec<(Word, String)>) -> AnyView {
    let facts = facts
        .into_iter()
        .map(|(word, fact)| el("div").child(text("dt", "", say(word))).child(text("dd", "", fact)).view());
    el("dl").class("bb-facts").all(facts).view()
}

#[must_use]
pub fn full_name(first: &str, last: &str, suffix: &str) -> String {
    [first, last, suffix].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Where an account stands, in a few words.
#[must_use]
pub fn state_text(state: AccountState, frozen: Option<Frozen>, shared: bool) -> String {
    let mut words = vec![say(match state {
        AccountState::Unclaimed => words::DESK_STATE_UNCLAIMED,
        AccountState::Active => words::DESK_STATE_ACTIVE,
        AccountState::Inactive => words::DESK_STATE_INACTIVE,
        AccountState::Suspended => words::DESK_STATE_SUSPENDED,
        AccountState::External => words::DESK_STATE_EXTERNAL,
    })];
    if frozen.is_some() {
        words.push(say(words::DESK_STATE_FROZEN));
    }
    if shared {
        words.push(say(words::DESK_STATE_SHARED));
    }
    words.join(", ")
}

/// A point in time, UTC, as it sorts: `2027-01-15 08:00`.
#[must_use]
pub fn time(at: Moment) -> String {
    let (day, (hour, minute)) = (at.day(), at.time());
    format!("{:04}-{:02}-{:02} {hour:02}:{minute:02}", day.year, day.month, day.day)
}

/// One that may not have come.
#[must_use]
pub fn time_or_dash(at: Option<Moment>) -> String {
    at.map_or_else(|| "–".to_owned(), time)
}
