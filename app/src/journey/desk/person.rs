//! The page of an account: who uses it, how it stands, what was mailed, what happened.

use backboard::moment::Moment;
use backboard::refused::{Field, Problem};
use backboard::service::desk::offers::Calling;
use backboard::service::desk::person::{Address, Dossier, Issue, Mailed, Trouble, Who};
use backboard::service::desk::seen::{Event, LinkEntry};
use backboard::staff::Act;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;
use std::collections::BTreeMap;

use super::acts::{done, waiting_notices, what_to_do};
use super::audit::{detail, happened, reason};
use super::caller::said;
use super::frame::{back, more, saved};
use super::hidden;
use super::parts::{author, called, cells, facts, full_name, mail_kind, state_text, table, time, time_or_dash};
use super::queues::status_text;
use crate::answer::{Answer, Broken};
use crate::site::{say, site};
use crate::ui::field::{Kind, text_field};
use crate::ui::form::form;
use crate::ui::frame::{card, lead, notice, notice_text};
use crate::ui::node::text;
use crate::ui::sentence::sentence;
use crate::words::{self, Word};

/// An account, with the names of the staff that its history names by number, at a moment.
#[derive(Clone, Debug)]
pub struct Sheet {
    pub dossier: Dossier,
    pub staff: BTreeMap<String, String>,
    pub now: Moment,
    /// The history is an older page of it.
    pub is_older: bool,
    /// What may be done to the account now, by this member.
    pub offered: Vec<Act>,
    pub calling: Calling,
}

#[must_use]
pub fn person(sheet: &Sheet) -> AnyView {
    let dossier = &sheet.dossier;
    let state = state_text(dossier.state, dossier.frozen, dossier.shared);
    let mut content = vec![lead(format!("{} – {state}", dossier.username))];
    content.extend(saved(&[("/api/desk/reveal", words::DESK_PERSON_REVEALED)]));
    content.extend(said());
    content.extend(done(dossier, &sheet.offered));
    if dossier.people.is_empty() {
        content.push(notice("info", vec![notice_text(say(words::ACT_PART_RETIRED))]));
    }
    if let Some(epoch) = &dossier.restored {
        let said = match epoch.source {
            Some(source) => site()
                .fill(words::DESK_PERSON_RESTORED_FROM, &[("time", &time(epoch.since)), ("copied", &time(source))]),
            None => filled(words::DESK_PERSON_RESTORED, epoch.since),
        };
        content.push(notice("warning", vec![notice_text(said)]));
    }
    for case in &dossier.cases {
        let said = site().fill(
            words::DESK_PERSON_CASE,
            &[("kind", &called("desk.case-kind", &case.kind)), ("time", &time(case.opened))],
        );
        content.push(notice("warning", vec![notice_text(said)]));
    }
    content.extend(waiting_notices(dossier, &sheet.staff));
    content.push(standing(dossier));
    content.extend(people(dossier));
    if !sheet.is_older {
        content.extend(what_to_do(dossier.account, &sheet.offered, sheet.calling));
        content.extend(reveal(dossier));
    }
    content.extend(links(dossier, sheet.now));
    content.extend(temporaries(dossier, sheet));
    content.extend(mails(dossier));
    content.extend(history(sheet));
    content.push(more("/desk/find".to_owned(), say(words::DESK_PERSON_BACK)));
    card(heading(dossier), content)
}

/// The only person's name, or the account's own.
fn heading(dossier: &Dossier) -> String {
    match &dossier.people[..] {
        [only] => full_name(&only.first_name, &only.last_name, &only.suffix),
        _ => dossier.username.to_string(),
    }
}

/// Somebody has looked too much, or nobody is there: a sentence, and the way on.
#[must_use]
pub fn turned(problem: Problem) -> AnyView {
    card(say(words::DESK_PERSON_TITLE), vec![lead(sentence(&site(), problem)), back()])
}

fn standing(dossier: &Dossier) -> AnyView {
    let password = dossier.password;
    let yes = |is: bool| say(if is { words::DESK_PERSON_YES } else { words::DESK_PERSON_NO });
    let mut all = vec![
        (words::DESK_PERSON_PASSWORD, if password.is_set { time_or_dash(password.since) } else { yes(false) }),
        (words::DESK_PERSON_EXPIRES, time_or_dash(password.expires)),
        (words::DESK_PERSON_QUESTION, yes(dossier.has_question)),
        (words::DESK_PERSON_SESSIONS, dossier.sessions.to_string()),
    ];
    if password.grace_spent {
        all.push((words::DESK_PERSON_GRACE, yes(true)));
    }
    if !dossier.products.is_empty() {
        all.push((words::DESK_PERSON_PRODUCTS, dossier.products.join(", ")));
    }
    facts(all)
}

fn people(dossier: &Dossier) -> Vec<AnyView> {
    let heads = [words::DESK_FIND_NAME, words::DESK_FIND_CERTIFICATE, words::FIELD_EMAIL, words::DESK_PERSON_EARLIER];
    part(words::DESK_PERSON_PEOPLE, &heads, dossier.people.iter().map(who).collect())
}

/// *Show the address*, as long as it is masked.
fn reveal(dossier: &Dossier) -> Vec<AnyView> {
    let is_masked = |who: &Who| matches!(who.address, Some(Address::Masked(_)));
    if !dossier.people.iter().any(is_masked) {
        return Vec::new();
    }
    let account = dossier.account.to_string();
    let reveal = form("/api/desk/reveal", say(words::DESK_PERSON_REVEAL), move |state| {
        let reason = Kind::text("off").hint(words::ACT_PART_REASON_HINT);
        vec![hidden("account", account), text_field(state, &[Field::Reason], reason)]
    });
    vec![text("h2", "bb-card__second", say(words::FIELD_EMAIL)), reveal]
}

fn who(who: &Who) -> Vec<AnyView> {
    let address = match &who.address {
        None => say(words::DESK_FIND_NO_ADDRESS),
        Some(Address::Masked(masked)) => masked.clone(),
        Some(Address::Shown(email)) => email.as_str().to_owned(),
    };
    let certificate = [who.certificate.clone().unwrap_or_default(), who.level.clone()].join(" ");
    cells([full_name(&who.first_name, &who.last_name, &who.suffix), certificate, address, who.earlier_names.join(", ")])
}

fn links(dossier: &Dossier, now: Moment) -> Vec<AnyView> {
    let heads = [
        words::DESK_PERSON_CREATED,
        words::DESK_PERSON_FOR,
        words::DESK_PERSON_SENT,
        words::DESK_PERSON_OPENED,
        words::DESK_PERSON_EXPIRES,
        words::DESK_PERSON_FATE,
    ];
    let line = |link: &LinkEntry| {
        let fate = match link {
            LinkEntry { spent: Some(spent), .. } => filled(words::DESK_PERSON_USED, *spent),
            LinkEntry { superseded: Some(ended), .. } => filled(words::DESK_PERSON_ENDED, *ended),
            LinkEntry { failed: Some(failed), .. } => filled(words::DESK_PERSON_UNDELIVERED, *failed),
            LinkEntry { expires, .. } if *expires <= now => say(words::DESK_PERSON_OVER),
            LinkEntry { .. } => say(words::DESK_PERSON_LIVE),
        };
        let (sent, opened) = (time_or_dash(link.sent), time_or_dash(link.opened));
        cells([time(link.created), called("desk.purpose", link.purpose.code()), sent, opened, time(link.expires), fate])
    };
    part(words::DESK_PERSON_LINKS, &heads, dossier.links.iter().map(line).collect())
}

fn temporaries(dossier: &Dossier, sheet: &Sheet) -> Vec<AnyView> {
    let heads = [
        words::DESK_PERSON_CREATED,
        words::DESK_PERSON_BY,
        words::DESK_PERSON_SENT,
        words::DESK_PERSON_OPENED,
        words::DESK_PERSON_EXPIRES,
        words::DESK_PERSON_FATE,
    ];
    let line = |issue: &Issue| {
        let fate = match issue {
            Issue { ended: Some(ended), .. } => filled(words::DESK_PERSON_ENDED, *ended),
            Issue { failed: Some(failed), .. } => filled(words::DESK_PERSON_UNDELIVERED, *failed),
            Issue { expires, .. } if *expires <= sheet.now => say(words::DESK_PERSON_OVER),
            Issue { .. } => say(words::DESK_PERSON_LIVE),
        };
        let by = format!("{} ({})", author(&sheet.staff, &issue.issuer), called("desk.issue", &issue.why));
        let (sent, used) = (time_or_dash(issue.sent), time_or_dash(issue.used));
        cells([time(issue.issued), by, sent, used, time(issue.expires), fate])
    };
    part(words::DESK_PERSON_TEMPORARIES, &heads, dossier.temporaries.iter().map(line).collect())
}

fn mails(dossier: &Dossier) -> Vec<AnyView> {
    let heads = [
        words::DESK_PERSON_CREATED,
        words::DESK_PERSON_KIND,
        words::DESK_PERSON_TO,
        words::DESK_PERSON_SENT,
        words::DESK_PERSON_FATE,
    ];
    let line = |mail: &Mailed| {
        let fate = match (mail.sent, mail.failed, mail.trouble) {
            _ if let Some((at, status)) = &mail.bounced => came_back(*at, status),
            (Some(_), ..) => say(words::DESK_PERSON_DELIVERED),
            (None, Some(_), trouble) => trouble_text(trouble.unwrap_or(Trouble::Other)),
            (None, None, Some(trouble)) => site().fill(words::DESK_PERSON_AGAIN, &[("why", &trouble_text(trouble))]),
            (None, None, None) => say(words::DESK_PERSON_WAITING),
        };
        cells([time(mail.queued), mail_kind(&mail.kind), mail.to.clone(), time_or_dash(mail.sent), fate])
    };
    part(words::DESK_PERSON_MAILS, &heads, dossier.mails.iter().map(line).collect())
}

fn history(sheet: &Sheet) -> Vec<AnyView> {
    let heads = [words::DESK_PERSON_TIME, words::DESK_PERSON_BY, words::DESK_PERSON_WHAT, words::DESK_PERSON_DETAIL];
    let dossier = &sheet.dossier;
    let line = |event: &Event| {
        let facts = detail(&event.action, &event.detail);
        let why = dossier.reasons.get(&event.id).map(reason).unwrap_or_default();
        let told = [facts, why].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ");
        cells([time(event.at), author(&sheet.staff, &event.actor), happened(&event.action), told])
    };
    let mut content = part(words::DESK_PERSON_HISTORY, &heads, dossier.history.iter().map(line).collect());
    if sheet.is_older {
        content.push(more(format!("/desk/account/{}", dossier.account), say(words::DESK_PERSON_NEWEST)));
    }
    if let Some(below) = dossier.older {
        let older = format!("/desk/account/{}/before/{below}", dossier.account);
        content.push(more(older, say(words::DESK_PERSON_OLDER)));
    }
    content
}

/// A heading with its table, or with a word that there is nothing.
fn part(title: Word, heads: &[Word], lines: Vec<Vec<AnyView>>) -> Vec<AnyView> {
    let heading = text("h2", "bb-card__second", say(title));
    match lines.is_empty() {
        true => vec![heading, text("p", "", say(words::DESK_PERSON_NONE))],
        false => vec![heading, table(title, heads, lines)],
    }
}

fn filled(word: Word, at: Moment) -> String {
    site().fill(word, &[("time", &time(at))])
}

fn came_back(at: Moment, status: &str) -> String {
    site().fill(words::QUEUE_WHY_BACK, &[("time", &time(at)), ("status", &status_text(status))])
}

/// What kept a mail, in words.
#[must_use]
pub fn trouble_text(trouble: Trouble) -> String {
    say(match trouble {
        Trouble::Address => words::DESK_TROUBLE_ADDRESS,
        Trouble::Refused => words::DESK_TROUBLE_REFUSED,
        Trouble::Later => words::DESK_TROUBLE_LATER,
        Trouble::Unreachable => words::DESK_TROUBLE_UNREACHABLE,
        Trouble::TooOld => words::DESK_TROUBLE_TOO_OLD,
        Trouble::Useless => words::DESK_TROUBLE_USELESS,
        Trouble::Other => words::DESK_TROUBLE_OTHER,
    })
}

/// *Show the address*.
#[server(prefix = "/api", endpoint = "desk/reveal", input = PostUrl)]
pub async fn post_desk_reveal(
    #[server(default)] account: String,
    #[server(default)] reason: String,
) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    use backboard::refused::Refused;
    let caller = caller()?;
    let done = async {
        let account = backboard::form::staff::number(&account).map_err(|_| Refused::AccountGone)?;
        caller.portal.desk_reveal(caller.actor()?, account, &reason).await?;
        Ok(Done::to_number("/desk/account/", account).saved())
    };
    caller.answer(done.await)
}
