//! The page of one act to an account: what it does, who is calling, why, and its button. And what the account's page
//! offers and says of acts.

use std::collections::BTreeMap;

use backboard::refused::{Field, Problem, Refused};
use backboard::roster::masked;
use backboard::service::desk::email_ports::EmailChange;
use backboard::service::desk::offers::Calling;
use backboard::service::desk::person::{Address, Dossier, Who};
use backboard::staff::Act;
use leptos::prelude::*;

use super::caller::{code_field, how_far, mail};
use super::frame::more;
use super::hidden;
use super::parts::{author, facts, full_name, state_text, time};
use super::{look, visit};
use crate::site::{say, site};
use crate::ui::choice::choice;
use crate::ui::field::{Kind, text_field};
use crate::ui::form::{FormState, form};
use crate::ui::frame::{card, lead, notice, notice_text};
use crate::ui::node::{el, row, text};
use crate::ui::sentence::sentence;
use crate::words::{self, Word};

/// An act, and the account that it is to be done to.
#[derive(Clone, Debug)]
pub struct Deed {
    pub act: Act,
    pub dossier: Dossier,
    /// Why it would do nothing now.
    pub refused: Option<Refused>,
    /// It waits until the caller is checked well enough.
    pub waits: bool,
    pub calling: Calling,
    /// The names of the staff, by what the audit calls them.
    pub staff: BTreeMap<String, String>,
    /// The other account, which is put into this one.
    pub other: Option<Box<Dossier>>,
}

/// The acts of each part of the account's page.
const PARTS: [(Word, &[Act]); 3] = [
    (words::ACT_PART_LET_IN, &[Act::SendLink, Act::SendTemporary, Act::ShowTemporary, Act::Unlock, Act::Reactivate]),
    (words::ACT_PART_CLOSE, &[Act::EndSessions, Act::Suspend]),
    (
        words::ACT_PART_MEND,
        &[
            Act::ApproveEmail,
            Act::KeepEmail,
            Act::ChangeEmail,
            Act::ClearQuestion,
            Act::Split,
            Act::Merge,
            Act::MarkExternal,
        ],
    ),
];

/// Where the page of an act stands: behind the account's number, under its code.
fn page_of(account: i64, act: Act) -> String {
    format!("/desk/account/{account}/{}", act.code())
}

const fn operation(act: Act) -> &'static str {
    match act {
        Act::SendLink => "/api/desk/send-link",
        Act::SendTemporary => "/api/desk/send-temporary",
        Act::ShowTemporary => "/api/desk/show-temporary",
        Act::Unlock => "/api/desk/unlock",
        Act::Reactivate => "/api/desk/reactivate",
        Act::EndSessions => "/api/desk/end-sessions",
        Act::Suspend => "/api/desk/suspend",
        Act::ChangeEmail => "/api/desk/change-email",
        Act::KeepEmail => "/api/desk/keep-email",
        Act::ApproveEmail => "/api/desk/approve-email",
        Act::ClearQuestion => "/api/desk/clear-question",
        Act::MarkExternal => "/api/desk/mark-external",
        Act::Split => "/api/desk/split",
        _ => "/api/desk/merge",
    }
}

fn word(table: &str, act: Act) -> Option<Word> {
    Word::of_key(&format!("act.{table}.{}", act.code()))
}

/// The name of an act, which is its page's title and its button.
#[must_use]
pub fn title(act: Act) -> Word {
    word("title", act).unwrap_or(words::DESK_PERSON_TITLE)
}

/// Whom the page is about.
#[must_use]
pub fn whose(dossier: &Dossier) -> AnyView {
    let names: Vec<String> = dossier.people.iter().map(name).collect();
    let to = ("username", &*dossier.username.to_string());
    text("p", "", site().fill(words::ACT_PART_FOR, &[("name", &names.join(" / ")), to]))
}

fn name(who: &Who) -> String {
    full_name(&who.first_name, &who.last_name, &who.suffix)
}

#[must_use]
pub fn back_to(account: i64) -> AnyView {
    more(format!("/desk/account/{account}"), say(words::ACT_PART_BACK))
}

#[must_use]
pub fn deed(deed: &Deed) -> AnyView {
    let Deed { act, dossier, .. } = deed;
    let mut content = vec![lead(does(*act)), whose(dossier)];
    if let Some(refused) = deed.refused {
        let said = sentence(&site(), Problem::form(refused));
        let heading = text("h2", "usa-alert__heading", say(words::ACT_PART_OFF));
        content.push(notice("info", vec![heading, notice_text(said)]));
        content.push(back_to(dossier.account));
        return card(say(title(*act)), content);
    }
    if matches!(act, Act::MarkExternal | Act::Split | Act::Merge) {
        content.push(notice("warning", vec![notice_text(say(words::ACT_PART_FINAL))]));
    }
    content.extend(addressees(*act, dossier));
    match act {
        Act::Merge => content.extend(merge(deed)),
        _ => content.extend(checked(deed)),
    }
    content.push(back_to(dossier.account));
    card(say(title(*act)), content)
}

/// What it will do, in one sentence or two.
fn does(act: Act) -> String {
    let site = site();
    let desk = &site.agency().desk;
    let word = match act {
        Act::ChangeEmail if desk.email_second => words::ACT_DOES_CHANGE_EMAIL_SECOND,
        act => word("does", act).unwrap_or(words::ACT_PART_OFF),
    };
    let service = site.agency().external.as_ref().map(|external| external.name.clone()).unwrap_or_default();
    site.fill(word, &[("hours", &desk.email_wait_hours.to_string()), ("service", &service)])
}

/// Where its mail goes, masked as on the account's page.
fn addressees(act: Act, dossier: &Dossier) -> Option<AnyView> {
    if !matches!(act, Act::SendLink | Act::SendTemporary) {
        return None;
    }
    let mut to: Vec<String> = dossier.people.iter().filter_map(|who| who.address.as_ref().map(shown_address)).collect();
    to.dedup();
    Some(facts(vec![(words::ACT_PART_ADDRESSES, to.join(", "))]))
}

fn shown_address(address: &Address) -> String {
    match address {
        Address::Masked(masked) => masked.clone(),
        Address::Shown(email) => email.as_str().to_owned(),
    }
}

/// The check, where the act waits for one; else how far it is, and the act's form.
fn checked(deed: &Deed) -> Vec<AnyView> {
    let Deed { act, dossier, calling, .. } = deed;
    let account = dossier.account;
    let by_facts = || more(format!("/desk/account/{account}/caller"), say(words::ACT_CALLER_FACTS_LINK));
    if !deed.waits {
        let said = match calling.passed {
            Some(_) => Some(how_far(*calling)),
            None if *act == Act::SendLink => Some(text("p", "usa-hint", say(words::ACT_CALLER_OPTIONAL))),
            None => None,
        };
        return said.into_iter().chain(forms(deed, false)).collect();
    }
    let weak = calling.passed.is_some();
    if calling.mailed {
        let mut content = vec![notice("info", vec![notice_text(say(words::ACT_CALLER_MAILED))])];
        content.extend(forms(deed, true));
        content.push(mail(dossier, true, Some(*act)));
        return content;
    }
    let word = if weak { words::ACT_CALLER_WEAK } else { words::ACT_CALLER_FIRST };
    let first = text("h2", "bb-card__second", say(words::ACT_CALLER_TITLE));
    let mut content = vec![first, notice("warning", vec![notice_text(say(word))]), mail(dossier, false, Some(*act))];
    if !weak {
        content.push(by_facts());
    }
    content
}

/// The form of an act, and what stands before it.
fn forms(deed: &Deed, with_code: bool) -> Vec<AnyView> {
    let changes = &deed.dossier.email_changes;
    let people = &deed.dossier.people;
    match deed.act {
        Act::ApproveEmail => {
            let open = changes.iter().filter(|change| change.approved_by.is_none());
            waiting(deed, open.collect(), &[Field::Change], |change| change.id.clone())
        }
        Act::KeepEmail => waiting(deed, changes.iter().collect(), &[Field::Person], |change| change.person.to_string()),
        Act::ChangeEmail => {
            let address_of = |who: &Who| {
                let address = who.address.as_ref().map_or_else(|| say(words::DESK_FIND_NO_ADDRESS), shown_address);
                (who.person.to_string(), format!("{} – {address}", name(who)))
            };
            let all = people.iter().map(address_of).collect();
            vec![ordering(deed, with_code, move |state| {
                let address = Kind { inputmode: "email", ..Kind::text("off") };
                vec![one_of(state, &[Field::Person], all), text_field(state, &[Field::Email], address)]
            })]
        }
        _ => vec![ordering(deed, with_code, |_| Vec::new())],
    }
}

/// A choice, where there is one.
fn one_of(state: FormState, fields: &'static [Field; 1], mut all: Vec<(String, String)>) -> AnyView {
    match (all.pop(), fields) {
        (Some((only, _)), [field]) if all.is_empty() => hidden(field.code(), only),
        (last, _) => {
            all.extend(last);
            choice(state, fields, say(words::ACT_PART_CHOOSE), all)
        }
    }
}

/// New addresses that wait, in full, because who approves one has to read it; and the form for one of them.
fn waiting(
    deed: &Deed,
    changes: Vec<&EmailChange>,
    fields: &'static [Field; 1],
    code: impl Fn(&EmailChange) -> String,
) -> Vec<AnyView> {
    let said = |change: &&EmailChange| notice_text(waits(change, change.new.as_str(), &deed.staff));
    let mut content: Vec<AnyView> = changes.iter().map(|change| notice("info", vec![said(change)])).collect();
    let whose = |change: &EmailChange| {
        let owner = deed.dossier.people.iter().find(|who| who.person == change.person);
        format!("{} – {}", owner.map(name).unwrap_or_default(), change.new.as_str())
    };
    let all = changes.iter().map(|change| (code(change), whose(change))).collect();
    content.push(ordering(deed, false, move |state| vec![one_of(state, fields, all)]));
    content
}

/// The form of an act: what is its own, what the caller reads back, and why.
fn ordering(deed: &Deed, with_code: bool, own: impl FnOnce(FormState) -> Vec<AnyView>) -> AnyView {
    let Deed { act, dossier, other, .. } = deed;
    let (account, version) = (dossier.account.to_string(), dossier.version.to_string());
    let other = other.as_ref().map(|other| (other.account.to_string(), other.version.to_string()));
    form(operation(*act), say(title(*act)), move |state| {
        let mut fields = vec![hidden("account", account), hidden("version", version)];
        if let Some((other, version)) = other {
            fields.extend([hidden("other", other), hidden("other_version", version)]);
        }
        fields.extend(own(state));
        match act {
            _ if with_code => fields.push(code_field(state)),
            // A form has its fields whether they are shown or not.
            Act::KeepEmail | Act::ApproveEmail | Act::Merge => {}
            _ => fields.push(hidden("code", "")),
        }
        fields.push(text_field(state, &[Field::Reason], Kind::text("off").hint(words::ACT_PART_REASON_HINT)));
        fields
    })
}

/// First the username of the other account, then both side by side.
fn merge(deed: &Deed) -> Vec<AnyView> {
    let account = deed.dossier.account;
    let Some(other) = &deed.other else {
        return vec![form("/api/desk/merge/find", say(words::ACT_MERGE_FIND), move |state| {
            let kind = Kind::text("off").label(words::ACT_MERGE_USERNAME);
            vec![hidden("account", account.to_string()), text_field(state, &[Field::Username], kind)]
        })];
    };
    let side = |word: Word, dossier: &Dossier| {
        let people = dossier.people.iter().map(|who| {
            let certificate = who.certificate.clone().unwrap_or_default();
            let address = who.address.as_ref().map_or_else(|| say(words::DESK_FIND_NO_ADDRESS), shown_address);
            format!("{}, {certificate} {}, {address}", name(who), who.level)
        });
        let link =
            el("a").attr("href", format!("/desk/account/{}", dossier.account)).text(dossier.username.to_string());
        row(vec![
            text("h2", "bb-card__second", say(word)),
            el("p").child(link.view()).view(),
            facts(vec![
                (words::DESK_FIND_NAME, people.collect::<Vec<_>>().join(" / ")),
                (words::DESK_FIND_STATE, state_text(dossier.state, dossier.frozen, dossier.shared)),
            ]),
        ])
    };
    vec![
        side(words::ACT_MERGE_STAYS, &deed.dossier),
        side(words::ACT_MERGE_ENDS, other),
        ordering(deed, false, |_| Vec::new()),
    ]
}

/// What a new address waits for.
#[must_use]
pub fn waits(change: &EmailChange, email: &str, staff: &BTreeMap<String, String>) -> String {
    let by = format!("staff {}", change.asked_by);
    let name = author(staff, &by);
    let word = match (site().agency().desk.email_second, change.approved_by) {
        (_, Some(_)) => words::ACT_PART_APPROVED,
        (true, None) => words::ACT_PART_WAITS_SECOND,
        (false, None) => words::ACT_PART_WAITS,
    };
    site().fill(word, &[("email", email), ("time", &time(change.due)), ("name", &name)])
}

/// On the account's page: new addresses that wait, masked.
#[must_use]
pub fn waiting_notices(dossier: &Dossier, staff: &BTreeMap<String, String>) -> Vec<AnyView> {
    let said = dossier.email_changes.iter().map(|change| waits(change, &masked(&change.new), staff));
    said.map(|said| notice("info", vec![notice_text(said)])).collect()
}

/// On the account's page: what may be done now, each a link to its page.
#[must_use]
pub fn what_to_do(account: i64, offered: &[Act], calling: Calling) -> Vec<AnyView> {
    let mut content = vec![el("h2").id("acts").class("bb-card__second").text(say(words::ACT_PART_HEADING)).view()];
    if offered.is_empty() {
        content.push(text("p", "", say(words::ACT_PART_NOTHING)));
        return content;
    }
    content.push(how_far(calling));
    let link = |href: String, word: Word| {
        el("li").child(el("a").class("usa-button usa-button--outline").attr("href", href).text(say(word)).view()).view()
    };
    if calling.passed.is_none() {
        let check = link(format!("/desk/account/{account}/caller"), words::ACT_CALLER_TITLE);
        content.push(el("ul").class("bb-desk-parts").child(check).view());
    }
    for (heading, acts) in PARTS {
        let here: Vec<Act> = acts.iter().copied().filter(|act| offered.contains(act)).collect();
        if !here.is_empty() {
            let links = here.into_iter().map(|act| link(page_of(account, act), title(act)));
            content.push(text("h3", "bb-desk-part", say(heading)));
            content.push(el("ul").class("bb-desk-parts").all(links).view());
        }
    }
    content
}

/// On the account's page: what was done just now, and how it is undone.
#[must_use]
pub fn done(dossier: &Dossier, offered: &[Act]) -> Option<AnyView> {
    let saved = visit().saved?;
    let act = Act::DEEDS.into_iter().find(|act| operation(*act) == saved)?;
    let mut said = vec![notice_text(say(word("done", act)?))];
    let undo = match act {
        Act::Suspend => Some(Act::Reactivate),
        Act::Reactivate => Some(Act::Suspend),
        Act::ChangeEmail => Some(Act::KeepEmail),
        _ => None,
    };
    if let Some(undo) = undo.filter(|undo| offered.contains(undo)) {
        let label = format!("{}: {}", say(words::ACT_PART_UNDO), say(title(undo)));
        said.push(more(page_of(dossier.account, undo), label));
    }
    if act == Act::Split {
        let split = dossier.history.iter().find(|event| event.action == Act::Split.code());
        let accounts = split.and_then(|event| event.detail.split(' ').find_map(|part| part.strip_prefix("accounts=")));
        for account in accounts.unwrap_or_default().split(',').filter(|account| !account.is_empty()) {
            let label = format!("{} {account}", say(words::DESK_PERSON_TITLE));
            said.push(more(format!("/desk/account/{account}"), label));
        }
    }
    Some(notice("success", said))
}

/// A temporary password at its first look.
#[must_use]
pub fn shown(account: i64, shown: Option<(String, String)>) -> AnyView {
    let may_again = look().is_some_and(|who| who.may_show);
    let content = match shown {
        Some((password, until)) => vec![
            lead(site().fill(words::ACT_SHOWN_LEAD, &[("time", &until)])),
            el("p").class("bb-shown").child(el("code").id("temporary").text(password).view()).view(),
            back_to(account),
        ],
        None => {
            let again = more(page_of(account, Act::ShowTemporary), say(title(Act::ShowTemporary)));
            let mut content = vec![lead(say(words::ACT_SHOWN_GONE))];
            content.extend(may_again.then_some(again));
            content.push(back_to(account));
            content
        }
    };
    card(say(words::ACT_SHOWN_TITLE), content)
}
