//! *Audit*: what happened, as it was written down.

use backboard::audit::Flaw;
use backboard::moment::Moment;
use backboard::refused::Field;
use backboard::service::desk::audit::{AuditPage, AuditRow};
use backboard::service::desk::person::readable;
use backboard::service::desk::reason::Why;
use backboard::service::desk::report_ports::{Wanted, WantedActor};
use backboard::staff::Act;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use super::frame::{back, more};
use super::parts::{author, called, table, time};
use super::{Names, look};
use crate::answer::{Answer, Broken};
use crate::site::{say, site};
use crate::ui::choice::choice;
use crate::ui::field::{Kind, text_field};
use crate::ui::form::form;
use crate::ui::frame::{card, lead, notice, notice_text};
use crate::ui::node::{el, row, text};
use crate::words::{self, Word};

/// The operation of the filter's form.
pub const FILTER: &str = "/api/desk/audit";

/// The audit, or a filter that is over.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// None: the filter of the address belongs to another session.
    pub page: Option<AuditPage>,
    pub staff: Names,
    /// The filter as addresses name it.
    pub handle: Option<String>,
    /// The page is an older one.
    pub is_older: bool,
}

impl Sheet {
    /// What the form shows of the filter, as it was chosen.
    #[must_use]
    pub fn chosen(&self) -> Vec<(Field, String)> {
        let Some(AuditPage { wanted, username, .. }) = &self.page else { return Vec::new() };
        let Wanted { action, actor, account, from, until } = wanted;
        let actor = actor.as_ref().map(|actor| match actor {
            WantedActor::Named(name) => name.clone(),
            WantedActor::Staff => "staff".to_owned(),
        });
        let account = account.map(|account| username.clone().unwrap_or_else(|| account.to_string()));
        let chosen = [
            (Field::Action, action.clone()),
            (Field::Actor, actor),
            (Field::Account, account),
            (Field::From, from.map(|from| from.day().to_string())),
            (Field::To, until.map(|until| until.plus(-1).day().to_string())),
        ];
        chosen.into_iter().filter_map(|(field, text)| Some((field, text?))).collect()
    }

    fn address(&self) -> String {
        self.handle.as_ref().map_or_else(|| "/desk/audit".to_owned(), |handle| format!("/desk/audit/filter/{handle}"))
    }
}

#[must_use]
pub fn audit(sheet: &Sheet) -> AnyView {
    let mut content = vec![lead(say(words::AUDIT_LEAD))];
    if sheet.page.is_none() {
        content.push(notice("info", vec![notice_text(say(words::AUDIT_OVER))]));
    }
    content.push(text("h2", "bb-card__second", say(words::AUDIT_FILTER)));
    content.push(filter(&sheet.staff));
    if let Some(page) = &sheet.page {
        content.extend(rows(sheet, page));
    }
    content.push(back());
    card(say(words::AUDIT_TITLE), content)
}

fn filter(staff: &Names) -> AnyView {
    let mut actions: Vec<(&'static str, String)> = words::keys_under("audit.did")
        .filter_map(|action| Some((action, say(Word::of_key(&format!("audit.did.{action}"))?))))
        .collect();
    actions.sort_by(|(_, one), (_, other)| one.cmp(other));
    let everybody = ["person", "worker", "import", "office", "staff"];
    let actors = everybody.into_iter().map(|actor| (actor.to_owned(), author(staff, actor)));
    let actors: Vec<(String, String)> =
        actors.chain(staff.iter().map(|(actor, name)| (actor.clone(), name.clone()))).collect();
    let fields = form(FILTER, say(words::AUDIT_BUTTON), move |state| {
        let day = Kind::text("off").hint(words::AUDIT_HINT_DAY);
        vec![
            choice(state, &[Field::Action], say(words::AUDIT_ANYTHING_ACTION), actions),
            choice(state, &[Field::Actor], say(words::AUDIT_ANYTHING_ACTOR), actors),
            text_field(state, &[Field::Account], Kind::text("off")),
            text_field(state, &[Field::From], day),
            text_field(state, &[Field::To], day),
        ]
    });
    el("div").class("bb-desk-filter").child(fields).view()
}

fn rows(sheet: &Sheet, page: &AuditPage) -> Vec<AnyView> {
    let site = site();
    let mut content = vec![text("h2", "bb-card__second", say(words::AUDIT_ROWS))];
    if let Some(start) = page.start.filter(|start| page.wanted.from.is_some_and(|from| from < *start)) {
        let date = start.day().to_string();
        content.push(notice("info", vec![notice_text(site.fill(words::AUDIT_START, &[("date", &date)]))]));
    }
    if page.is_ahead {
        content.push(notice("info", vec![notice_text(say(words::AUDIT_FUTURE))]));
    }
    if look().is_some_and(|who| who.role.may(Act::ExportAudit)) {
        content.push(text("p", "", say(words::AUDIT_EXPORT_ABOUT)));
        content.push(more(format!("{}/export.jsonl", sheet.address()), say(words::AUDIT_EXPORT)));
    }
    if page.rows.is_empty() {
        content.push(text("p", "", say(words::AUDIT_NONE)));
    } else {
        content.extend(standing(&page.rows));
        let heads = [
            words::AUDIT_NUMBER,
            words::DESK_PERSON_TIME,
            words::DESK_PERSON_BY,
            words::DESK_PERSON_WHAT,
            words::AUDIT_ACCOUNT,
            words::AUDIT_DETAIL,
        ];
        content.push(table(words::AUDIT_TITLE, &heads, page.rows.iter().map(|row| line(row, &sheet.staff)).collect()));
    }
    if page.stopped {
        content.push(text("p", "", say(words::AUDIT_STOPPED)));
    }
    if let Some(older) = page.older {
        content.push(more(format!("{}/before/{older}", sheet.address()), say(words::AUDIT_OLDER)));
    }
    if sheet.is_older {
        content.push(more(sheet.address(), say(words::AUDIT_NEWEST)));
    }
    if sheet.handle.is_some() {
        content.push(more("/desk/audit".to_owned(), say(words::AUDIT_ALL)));
    }
    content
}

/// Whether the rows stand as they were written: what is wrong comes first and in red.
fn standing(rows: &[AuditRow]) -> Vec<AnyView> {
    let said = |row: &AuditRow| {
        let word = match row.flaw? {
            Flaw::KeyMissing(_) => words::AUDIT_KEYLESS,
            Flaw::Gap | Flaw::Changed | Flaw::Untied | Flaw::NotTheHead => words::AUDIT_BROKEN,
        };
        Some(site().fill(word, &[("number", &row.row.id.to_string())]))
    };
    let flaws: Vec<AnyView> = rows.iter().filter_map(said).map(notice_text).collect();
    if !flaws.is_empty() {
        let body = el("div").class("usa-alert__body").all(flaws).view();
        return vec![el("div").class("usa-alert usa-alert--error").attr("role", "alert").child(body).view()];
    }
    let mut sound = vec![notice_text(say(words::AUDIT_SOUND))];
    if rows.iter().any(|row| row.row.tie.is_none()) {
        sound.push(notice_text(say(words::AUDIT_UNTIED)));
    }
    vec![notice("info", sound)]
}

fn line(told: &AuditRow, staff: &Names) -> Vec<AnyView> {
    let row_of = &told.row;
    let account = match (row_of.account, &told.username) {
        (None, _) => String::new().into_any(),
        (Some(account), Some(username)) => {
            el("a").attr("href", format!("/desk/account/{account}")).text(username.clone()).view()
        }
        (Some(account), None) => site().fill(words::AUDIT_FORGOTTEN, &[("number", &account.to_string())]).into_any(),
    };
    let why = told.why.as_ref().map(|why| text("span", "bb-desk-reason", reason(why)));
    let detail = detail(&row_of.action, &row_of.detail);
    vec![
        row_of.id.to_string().into_any(),
        time(row_of.at).into_any(),
        author(staff, &row_of.actor).into_any(),
        happened(&row_of.action).into_any(),
        account,
        row(std::iter::once(detail.into_any()).chain(why).collect()),
    ]
}

/// The words of a reason, or what became of them.
#[must_use]
pub fn reason(why: &Why) -> String {
    match why {
        Why::Words(said) => site().fill(words::AUDIT_REASON, &[("words", said)]),
        Why::Gone => say(words::AUDIT_REASON_GONE),
        Why::Changed => say(words::AUDIT_REASON_CHANGED),
    }
}

/// What the audit calls it, in the desk's words; else its code.
#[must_use]
pub fn happened(action: &str) -> String {
    called("audit.did", action)
}

/// The facts of a row: codes and numbers, but for what has words, and how the caller was checked.
#[must_use]
pub fn detail(action: &str, detail: &str) -> String {
    let said = readable(action, detail);
    let moment = |text: &str| time(Moment(text.parse().unwrap_or_default()));
    let at = |word: Word, at: &str| site().fill(word, &[("time", &moment(at))]);
    let mut facts: Vec<String> = Vec::new();
    let mut told: Vec<String> = Vec::new();
    for part in said.split(' ') {
        match part.split_once('=') {
            Some(("caller", "unchecked")) => told.push(say(words::ACT_DETAIL_UNCHECKED)),
            Some(("caller", check)) => told.push(match check.split_once('@') {
                Some(("code", moment)) => at(words::ACT_DETAIL_BY_CODE, moment),
                Some((_, moment)) => at(words::ACT_DETAIL_BY_FACTS, moment),
                None => part.to_owned(),
            }),
            Some(("due", due)) => facts.push(moment(due)),
            _ => facts.push(Word::of_key(&format!("act.detail.{part}")).map_or_else(|| part.to_owned(), say)),
        }
    }
    told.insert(0, facts.join(" "));
    told.retain(|part| !part.is_empty());
    told.join("; ")
}

/// *Show*.
#[server(prefix = "/api", endpoint = "desk/audit", input = PostUrl)]
pub async fn post_desk_audit(
    #[server(default)] action: String,
    #[server(default)] actor: String,
    #[server(default)] account: String,
    #[server(default)] from: String,
    #[server(default)] to: String,
) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    use backboard::service::desk::audit::Typed;
    let caller = caller()?;
    let typed = Typed { action: &action, actor: &actor, account: &account, from: &from, to: &to };
    let done = async {
        let handle = caller.portal.desk_audit_filter(caller.actor()?, typed).await?;
        Ok(Done::to_sealed("/desk/audit/filter/", &handle))
    };
    caller.answer(done.await)
}
