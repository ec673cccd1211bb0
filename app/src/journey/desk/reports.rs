//! *Reports*: a plot, the table behind it, and the way to the file.

use std::collections::BTreeMap;

use backboard::moment::Moment;
use backboard::refused::Problem;
use backboard::report::{Report, Span, WEEK, amounts, durations};
use backboard::service::desk::report_ports::{KeptImport, Reject, Unused};
use backboard::service::desk::reports::{Figures, ImportPage, Series, UnusedPage};
use leptos::prelude::*;

use super::frame::{back, more};
use super::parts::{author, called, cells, facts, table, table_with, time};
use super::plot::{Plot, Shape, plot};
use super::{look, visit};
use crate::site::{say, site};
use crate::ui::frame::{card, lead, notice, notice_text};
use crate::ui::node::{el, row, text};
use crate::ui::sentence::sentence;
use crate::words::{self, Word};

/// A table of few numbers, no wider than they are.
const NARROW: &str = "bb-table bb-table--numbers bb-table--narrow";

/// Which report is called what.
#[must_use]
pub const fn title(report: Report) -> Word {
    match report {
        Report::Claims => words::REPORTS_CLAIMS_TITLE,
        Report::Resets => words::REPORTS_RESETS_TITLE,
        Report::Mails => words::REPORTS_MAILS_TITLE,
        Report::Expiring => words::REPORTS_EXPIRING_TITLE,
        Report::Refused => words::REPORTS_REFUSED_TITLE,
        Report::Temporaries => words::REPORTS_TEMPORARIES_TITLE,
        Report::Imports => words::REPORTS_IMPORTS_TITLE,
    }
}

const fn about(report: Report) -> Word {
    match report {
        Report::Claims => words::REPORTS_CLAIMS_ABOUT,
        Report::Resets => words::REPORTS_RESETS_ABOUT,
        Report::Mails => words::REPORTS_MAILS_ABOUT,
        Report::Expiring => words::REPORTS_EXPIRING_ABOUT,
        Report::Refused => words::REPORTS_REFUSED_ABOUT,
        Report::Temporaries => words::REPORTS_TEMPORARIES_ABOUT,
        Report::Imports => words::REPORTS_IMPORTS_ABOUT,
    }
}

const fn empty(report: Report) -> Word {
    match report {
        Report::Claims => words::REPORTS_CLAIMS_EMPTY,
        Report::Resets => words::REPORTS_RESETS_EMPTY,
        Report::Mails => words::REPORTS_MAILS_EMPTY,
        Report::Expiring => words::REPORTS_EXPIRING_EMPTY,
        Report::Refused => words::REPORTS_REFUSED_EMPTY,
        Report::Temporaries => words::REPORTS_TEMPORARIES_EMPTY,
        Report::Imports => words::REPORTS_IMPORTS_EMPTY,
    }
}

/// What a series is called on the page and in the file.
#[must_use]
pub fn series_word(report: Report, series: &Series) -> String {
    Word::of_key(&format!("reports.{}.{}", report.code(), series.what)).map_or_else(|| series.what.to_owned(), say)
}

/// Which reports there are, as far as the role may see them.
#[must_use]
pub fn reports() -> AnyView {
    let role = look().map(|who| who.role);
    let open = Report::ALL.iter().filter(|report| role.is_some_and(|role| role.may(report.act())));
    let lines = open.map(|report| {
        let link = el("a").attr("href", address(*report)).text(say(title(*report)));
        el("div").child(el("dt").child(link.view()).view()).child(text("dd", "", say(about(*report)))).view()
    });
    let list = el("dl").class("bb-reports").all(lines);
    card(say(words::REPORTS_TITLE), vec![lead(say(words::REPORTS_LEAD)), list.view(), back()])
}

/// A report that counts.
#[must_use]
pub fn figures(figures: &Figures) -> AnyView {
    let report = figures.report;
    let mut content = vec![lead(say(about(report)))];
    if let Some(since) = figures.since {
        content.push(text("p", "", site().fill(words::REPORTS_SINCE, &[("date", &since.day().to_string())])));
    }
    if let Some(since) = figures.counted_since {
        let date = since.day().to_string();
        content.push(text("p", "", site().fill(words::REPORTS_RESETS_EXPIRED_ABOUT, &[("date", &date)])));
    }
    if figures.is_empty() {
        content.push(nothing(report));
    } else {
        content.extend(plots(figures));
        content.push(download(report));
        content.push(numbers(figures));
    }
    content.push(to_reports());
    card(say(title(report)), content)
}

fn plots(figures: &Figures) -> Vec<AnyView> {
    let Figures { report, span, series, .. } = figures;
    let named = |wanted: &[&str]| -> Vec<(String, Vec<Option<u64>>)> {
        let series = series.iter().filter(|series| wanted.is_empty() || wanted.contains(&series.what));
        series.map(|series| (series_word(*report, series), series.values.clone())).collect()
    };
    let places: Vec<String> = (0..span.steps).map(|place| span.start(place).day().to_string()).collect();
    let drawn = |id, title: String, shape, is_time: bool, series: Vec<(String, Vec<Option<u64>>)>| {
        let largest = largest(&series, shape);
        plot(&Plot {
            id,
            title,
            shape,
            axis: if is_time { durations(largest) } else { amounts(largest) },
            say: if is_time { seconds } else { plain },
            places: places.clone(),
            series,
        })
    };
    let own = say(title(*report));
    match report {
        Report::Claims | Report::Resets => vec![drawn("plot", own, Shape::Lines, false, named(&[]))],
        Report::Mails => {
            let failed = named(&["failed"]);
            let given_up = failed.first().map(|(name, _)| name.clone()).unwrap_or_default();
            let mut both = vec![
                text("h2", "bb-card__second", say(words::REPORTS_MAILS_DELAY)),
                drawn("delay", say(words::REPORTS_MAILS_DELAY), Shape::Lines, true, named(&["median", "p95"])),
            ];
            if largest(&failed, Shape::Bars) > 0 {
                both.push(text("h2", "bb-card__second", given_up.clone()));
                both.push(drawn("failed", given_up, Shape::Bars, false, failed));
            }
            both
        }
        _ => vec![drawn("plot", own, Shape::Bars, false, named(&[]))],
    }
}

/// The largest value that has to find room; of bars, those of one place together.
fn largest(series: &[(String, Vec<Option<u64>>)], shape: Shape) -> u64 {
    let places = series.iter().map(|(_, values)| values.len()).max().unwrap_or_default();
    let at = |place: usize| series.iter().filter_map(move |(_, values)| values.get(place).copied().flatten());
    let of_place = |place| match shape {
        Shape::Bars => at(place).sum(),
        Shape::Lines => at(place).max().unwrap_or_default(),
    };
    (0..places).map(of_place).max().unwrap_or_default()
}

/// The table behind a plot, what is nearest to today first.
fn numbers(figures: &Figures) -> AnyView {
    let Figures { report, span, series, .. } = figures;
    let mut heads = vec![say(if span.step == WEEK { words::REPORTS_WEEK } else { words::REPORTS_DAY })];
    heads.extend(series.iter().map(|series| series_word(*report, series)));
    let is_ahead = *report == Report::Expiring;
    let line = |place: usize| {
        let mut line = vec![place_text(*span, place, is_ahead)];
        line.extend(series.iter().map(|series| match series.values.get(place).copied().flatten() {
            None => "–".to_owned(),
            Some(value) if matches!(series.what, "median" | "p95") => seconds(value),
            Some(value) => plain(value),
        }));
        line.into_iter().map(IntoAny::into_any).collect()
    };
    let places: Vec<usize> = match is_ahead {
        true => (0..span.steps).collect(),
        false => (0..span.steps).rev().collect(),
    };
    let class = if series.len() <= 3 { NARROW } else { "bb-table bb-table--numbers" };
    table_with(title(*report), heads, class, places.into_iter().map(line).collect())
}

/// The day on which a place begins; the last of those that are over is not over yet.
fn place_text(span: Span, place: usize, is_ahead: bool) -> String {
    let day = span.start(place).day().to_string();
    match !is_ahead && place + 1 == span.steps {
        true => site().fill(words::REPORTS_RUNNING, &[("date", &day)]),
        false => day,
    }
}

/// Temporary passwords nobody used.
#[must_use]
pub fn unused(page: &UnusedPage, staff: &BTreeMap<String, String>, now: Moment) -> AnyView {
    let report = Report::Temporaries;
    let mut content = vec![lead(say(about(report)))];
    if page.rows.is_empty() {
        content.push(nothing(report));
    } else {
        content.push(download(report));
        let heads = [
            words::FIELD_USERNAME,
            words::REPORTS_TEMPORARIES_ISSUED,
            words::REPORTS_TEMPORARIES_BY,
            words::REPORTS_TEMPORARIES_WHY,
            words::REPORTS_TEMPORARIES_EXPIRES,
        ];
        let line = |unused: &Unused| {
            let link = el("a").attr("href", format!("/desk/account/{}", unused.account));
            let expires = time(unused.expires);
            let expires = match unused.expires > now {
                true => site().fill(words::REPORTS_TEMPORARIES_WORKS, &[("time", &expires)]),
                false => expires,
            };
            let mut line = vec![link.text(unused.username.to_string()).view()];
            line.extend(cells([
                time(unused.issued),
                author(staff, &unused.issuer),
                called("desk.issue", &unused.why),
                expires,
            ]));
            line
        };
        content.push(table(title(report), &heads, page.rows.iter().map(line).collect()));
    }
    if visit().path != address(report) {
        content.push(more(address(report), say(words::REPORTS_TEMPORARIES_NEWEST)));
    }
    if let Some(older) = &page.older {
        content.push(more(format!("{}/{older}", address(report)), say(words::REPORTS_TEMPORARIES_OLDER)));
    }
    content.push(to_reports());
    card(say(title(report)), content)
}

/// Imports.
#[must_use]
pub fn imports(page: &ImportPage, staff: &BTreeMap<String, String>) -> AnyView {
    let report = Report::Imports;
    let mut content = vec![lead(say(about(report)))];
    if page.rows.is_empty() {
        content.push(nothing(report));
    } else {
        content.push(download(report));
        let heads = [
            words::REPORTS_IMPORTS_BEGAN,
            words::REPORTS_IMPORTS_BY,
            words::REPORTS_IMPORTS_FILE,
            words::REPORTS_IMPORTS_ADDED,
            words::REPORTS_IMPORTS_CHANGED,
            words::REPORTS_IMPORTS_UNCHANGED,
            words::REPORTS_IMPORTS_REJECTED,
            words::REPORTS_IMPORTS_WARNED,
        ];
        let line = |run: &KeptImport| {
            let link = el("a").attr("href", format!("/desk/reports/import/{}", run.id)).text(time(run.began));
            let stopped = (!run.whole).then(|| text("span", "bb-desk-small", say(words::REPORTS_IMPORTS_STOPPED)));
            let mut line = vec![row(std::iter::once(link.view()).chain(stopped).collect())];
            let counts = run.imported;
            line.extend(cells([
                importer(staff, &run.by),
                run.file.clone(),
                plain(counts.added),
                plain(counts.changed),
                plain(counts.unchanged),
                plain(counts.rejected),
                plain(counts.warned),
            ]));
            line
        };
        content.push(table(title(report), &heads, page.rows.iter().map(line).collect()));
    }
    if visit().path != address(report) {
        content.push(more(address(report), say(words::REPORTS_TEMPORARIES_NEWEST)));
    }
    if let Some(older) = page.older {
        content.push(more(format!("{}/before/{older}", address(report)), say(words::REPORTS_TEMPORARIES_OLDER)));
    }
    content.push(to_reports());
    card(say(title(report)), content)
}

/// One import.
#[must_use]
pub fn import(run: &KeptImport, rejects: &[Reject], staff: &BTreeMap<String, String>) -> AnyView {
    let counts = run.imported;
    let took = u64::try_from(run.ended.since(run.began)).unwrap_or_default();
    let mut content = vec![lead(run.file.clone())];
    if !run.whole {
        content.push(notice("warning", vec![notice_text(say(words::REPORTS_IMPORTS_STOPPED))]));
    }
    content.push(facts(vec![
        (words::REPORTS_IMPORTS_BEGAN, time(run.began)),
        (words::REPORTS_IMPORTS_TOOK, seconds(took)),
        (words::REPORTS_IMPORTS_BY, importer(staff, &run.by)),
        (words::REPORTS_IMPORTS_ADDED, plain(counts.added)),
        (words::REPORTS_IMPORTS_CHANGED, plain(counts.changed)),
        (words::REPORTS_IMPORTS_UNCHANGED, plain(counts.unchanged)),
        (words::REPORTS_IMPORTS_REJECTED, plain(counts.rejected)),
        (words::REPORTS_IMPORTS_WARNED, plain(counts.warned)),
    ]));
    content.push(text("h2", "bb-card__second", say(words::REPORTS_IMPORT_REJECTS)));
    if rejects.is_empty() {
        content.push(text("p", "", say(words::REPORTS_IMPORT_NONE)));
    } else {
        content.push(text("p", "", say(words::REPORTS_IMPORT_REJECTS_ABOUT)));
        let shown = rejects.len() as u64;
        if shown < counts.rejected {
            let values = [("shown", &*plain(shown)), ("count", &*plain(counts.rejected))];
            content.push(text("p", "", site().fill(words::REPORTS_IMPORT_CUT, &values)));
        }
        content.push(more(format!("/desk/reports/import/{}/rejects.csv", run.id), say(words::REPORTS_CSV)));
        let lines = rejects.iter().map(|reject| cells([plain(reject.line), reject.reason.clone()]));
        let heads = [words::REPORTS_IMPORT_LINE, words::REPORTS_IMPORT_REASON].map(say);
        content.push(table_with(
            words::REPORTS_IMPORT_REJECTS,
            heads.to_vec(),
            "bb-table bb-table--narrow",
            lines.collect(),
        ));
    }
    content.push(more(address(Report::Imports), say(words::REPORTS_IMPORT_BACK)));
    card(say(words::REPORTS_IMPORT_TITLE), content)
}

/// Somebody has asked for too much: a sentence, and the way on.
#[must_use]
pub fn waiting(problem: Problem) -> AnyView {
    card(say(words::REPORTS_WAIT_TITLE), vec![lead(sentence(&site(), problem)), back()])
}

fn nothing(report: Report) -> AnyView {
    notice("info", vec![notice_text(say(empty(report)))])
}

fn download(report: Report) -> AnyView {
    more(format!("{}.csv", address(report)), say(words::REPORTS_CSV))
}

fn to_reports() -> AnyView {
    more("/desk/reports".to_owned(), say(words::REPORTS_TITLE))
}

fn address(report: Report) -> String {
    format!("/desk/reports/{}", report.code())
}

fn importer(staff: &BTreeMap<String, String>, actor: &str) -> String {
    if actor == "office" { say(words::REPORTS_IMPORTS_COMMAND) } else { author(staff, actor) }
}

/// A whole number with its thousands apart.
fn plain(number: u64) -> String {
    let digits = number.to_string();
    let mut said = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            said.push(',');
        }
        said.push(digit);
    }
    said
}

/// A time in the largest unit and the one below it: `40 s`, `1 min 30 s`, `2 h`, `3 d 4 h`.
fn seconds(seconds: u64) -> String {
    const UNITS: [(u64, Word); 4] = [
        (86_400, words::REPORTS_UNIT_DAYS),
        (3_600, words::REPORTS_UNIT_HOURS),
        (60, words::REPORTS_UNIT_MINUTES),
        (1, words::REPORTS_UNIT_SECONDS),
    ];
    let site = site();
    let said = |number: u64, word| site.fill(word, &[("number", &number.to_string())]);
    let mut units = UNITS.into_iter().skip_while(|(unit, _)| *unit > seconds.max(1));
    let Some((unit, word)) = units.next() else { return said(seconds, words::REPORTS_UNIT_SECONDS) };
    let whole = said(seconds / unit, word);
    match units.next().map(|(below, word)| (seconds % unit / below, word)) {
        Some((rest, word)) if rest > 0 => format!("{whole} {}", said(rest, word)),
        _ => whole,
    }
}
