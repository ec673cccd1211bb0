//! What waits for the office: *Dead e-mail* and *Frozen accounts*.

use std::collections::BTreeMap;

use backboard::account::Frozen;
use backboard::refused::Field;
use backboard::service::desk::person::Trouble;
use backboard::service::desk::queue_ports::UnreachedFate;
use backboard::service::desk::queues::{DeadMail, Paged, Stopped, Why};
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use super::frame::{back, more, saved};
use super::hidden;
use super::parts::{author, cells, facts, full_name, mail_kind, pager, table, time};
use super::person::trouble_text;
use crate::answer::{Answer, Broken};
use crate::site::{say, site};
use crate::ui::field::{Kind, text_field};
use crate::ui::form::form;
use crate::ui::frame::{card, lead, notice, notice_text};
use crate::ui::node::{el, text};
use crate::words::{self, Word};

/// Those whom no mail reaches, and those taken off lately, with the names of the staff.
#[derive(Clone, Debug)]
pub struct DeadMails {
    pub waiting: Paged<DeadMail>,
    pub done: Vec<DeadMail>,
    pub staff: BTreeMap<String, String>,
}

/// One of them.
#[derive(Clone, Debug)]
pub struct Entry {
    pub entry: DeadMail,
    pub staff: BTreeMap<String, String>,
}

#[must_use]
pub fn dead_mail(shown: &DeadMails) -> AnyView {
    let DeadMails { waiting, done, staff } = shown;
    let heads = [
        words::QUEUE_DEAD_MAIL_NAME,
        words::FIELD_USERNAME,
        words::QUEUE_DEAD_MAIL_WHY,
        words::QUEUE_DEAD_MAIL_ADDRESS,
        words::QUEUE_DEAD_MAIL_LAST,
        words::QUEUE_DEAD_MAIL_TIMES,
    ];
    let line = |entry: &DeadMail| {
        let mut cells = cells([
            entry.username.to_string(),
            why_text(&entry.why),
            address(entry),
            time(entry.last),
            entry.times.to_string(),
        ]);
        cells.insert(0, link(entry));
        cells
    };
    let mut content = vec![lead(say(words::QUEUE_DEAD_MAIL_LEAD))];
    content.push(match waiting.lines.is_empty() {
        true => text("p", "", say(words::QUEUE_DEAD_MAIL_NOBODY)),
        false => table(words::QUEUE_DEAD_MAIL_TITLE, &heads, waiting.lines.iter().map(line).collect()),
    });
    content.extend(pager(words::QUEUE_DEAD_MAIL_PAGES, "/desk/dead-mail/page", waiting.page, waiting.pages));
    if !done.is_empty() {
        let heads = [words::QUEUE_DEAD_MAIL_NAME, words::QUEUE_DEAD_MAIL_BY, words::QUEUE_DEAD_MAIL_WHEN];
        let line = |entry: &DeadMail| {
            let (at, by) =
                entry.ended.as_ref().map_or_else(Default::default, |(at, by, _)| (time(*at), author(staff, by)));
            let mut cells = cells([by, at]);
            cells.insert(0, link(entry));
            cells
        };
        content.push(text("h2", "bb-card__second", say(words::QUEUE_DEAD_MAIL_LATELY)));
        content.push(table(words::QUEUE_DEAD_MAIL_LATELY, &heads, done.iter().map(line).collect()));
    }
    content.push(back());
    card(say(words::QUEUE_DEAD_MAIL_TITLE), content)
}

#[must_use]
pub fn entry(shown: &Entry) -> AnyView {
    let Entry { entry, staff } = shown;
    let mut content = vec![lead(entry.username.to_string())];
    content.extend(saved(&[
        ("/api/desk/dead-mail-done", words::QUEUE_DEAD_MAIL_DONE_SAVED),
        ("/api/desk/dead-mail-undo", words::QUEUE_DEAD_MAIL_UNDO_SAVED),
    ]));
    content.push(facts(vec![
        (words::QUEUE_DEAD_MAIL_WHY, why_text(&entry.why)),
        (words::QUEUE_DEAD_MAIL_ADDRESS, address(entry)),
        (words::QUEUE_DEAD_MAIL_FIRST, time(entry.first)),
        (words::QUEUE_DEAD_MAIL_LAST, time(entry.last)),
        (words::QUEUE_DEAD_MAIL_TIMES, entry.times.to_string()),
    ]));
    content.push(more(format!("/desk/account/{}", entry.account), say(words::QUEUE_DEAD_MAIL_ACCOUNT)));
    let id = entry.id.to_string();
    match &entry.ended {
        None => {
            content.push(text("p", "", say(words::QUEUE_DEAD_MAIL_DONE_HINT)));
            content.push(form("/api/desk/dead-mail-done", say(words::QUEUE_DEAD_MAIL_DONE), move |state| {
                vec![hidden("entry", id), text_field(state, &[Field::Reason], Kind::text("off"))]
            }));
        }
        Some((at, by, fate)) => {
            let word = match fate {
                UnreachedFate::Done => words::QUEUE_DEAD_MAIL_OFF_DONE,
                UnreachedFate::Address => words::QUEUE_DEAD_MAIL_OFF_ADDRESS,
                UnreachedFate::Delivered => words::QUEUE_DEAD_MAIL_OFF_DELIVERED,
            };
            let said = site().fill(word, &[("name", &author(staff, by)), ("time", &time(*at))]);
            content.push(notice("info", vec![notice_text(said)]));
            if *fate == UnreachedFate::Done {
                let undo = say(words::QUEUE_DEAD_MAIL_UNDO);
                content.push(form("/api/desk/dead-mail-undo", undo, move |_| vec![hidden("entry", id)]));
            }
        }
    }
    content.push(more("/desk/dead-mail".to_owned(), say(words::QUEUE_DEAD_MAIL_BACK)));
    card(full_name(&entry.first_name, &entry.last_name, &entry.suffix), content)
}

#[must_use]
pub fn frozen(waiting: &Paged<Stopped>) -> AnyView {
    let heads = [
        words::QUEUE_FROZEN_WHO,
        words::FIELD_USERNAME,
        words::QUEUE_FROZEN_SINCE,
        words::QUEUE_FROZEN_MAIL,
        words::QUEUE_FROZEN_STOPS,
    ];
    let line = |stopped: &Stopped| {
        let names = stopped.people.iter().map(|(first, last, suffix)| full_name(first, last, suffix));
        let names = names.collect::<Vec<_>>().join(", ");
        // A username is there also where nobody is left.
        let who = if names.is_empty() { stopped.username.to_string() } else { names };
        let stops = say(match stopped.stops {
            Some(Frozen::Resets) => words::QUEUE_FROZEN_RESETS,
            Some(Frozen::All) => words::QUEUE_FROZEN_ALL,
            None => words::QUEUE_FROZEN_NOTHING,
        });
        let mut cells = cells([stopped.username.to_string(), time(stopped.since), mail_kind(&stopped.mail), stops]);
        cells.insert(0, el("a").attr("href", format!("/desk/account/{}", stopped.account)).text(who).view());
        cells
    };
    let mut content = vec![lead(say(words::QUEUE_FROZEN_LEAD))];
    content.push(match waiting.lines.is_empty() {
        true => text("p", "", say(words::QUEUE_FROZEN_NOBODY)),
        false => table(words::QUEUE_FROZEN_TITLE, &heads, waiting.lines.iter().map(line).collect()),
    });
    content.extend(pager(words::QUEUE_FROZEN_PAGES, "/desk/frozen", waiting.page, waiting.pages));
    content.push(back());
    card(say(words::QUEUE_FROZEN_TITLE), content)
}

/// What a status says (RFC 3463 section 3), for people, with the status.
#[must_use]
pub fn status_text(status: &str) -> String {
    let behind_class = status.split_once('.').map_or("", |(_, rest)| rest);
    let word = match behind_class.split_once('.').unwrap_or_default() {
        ("1", _) => words::QUEUE_STATUS_UNKNOWN,
        ("2", "2") => words::QUEUE_STATUS_FULL,
        ("2", _) => words::QUEUE_STATUS_MAILBOX,
        ("4", _) => words::QUEUE_STATUS_UNREACHABLE,
        ("7", _) => words::QUEUE_STATUS_POLICY,
        _ => words::QUEUE_STATUS_OTHER,
    };
    site().fill(word, &[("status", status)])
}

fn link(entry: &DeadMail) -> AnyView {
    let name = full_name(&entry.first_name, &entry.last_name, &entry.suffix);
    el("a").attr("href", format!("/desk/dead-mail/{}", entry.id)).text(name).view()
}

fn why_text(why: &Why) -> String {
    let word: Word = match why {
        Why::NoAddress => words::QUEUE_WHY_NO_ADDRESS,
        Why::Bounced(status) => return site().fill(words::QUEUE_WHY_BOUNCED, &[("status", &status_text(status))]),
        // It was of no use any more, because it had waited too long.
        Why::Failed(Trouble::Useless) => words::QUEUE_WHY_LATE,
        Why::Failed(trouble) => return trouble_text(*trouble),
    };
    say(word)
}

fn address(entry: &DeadMail) -> String {
    entry.address.clone().unwrap_or_else(|| say(words::DESK_FIND_NO_ADDRESS))
}

/// *Done*.
#[server(prefix = "/api", endpoint = "desk/dead-mail-done", input = PostUrl)]
pub async fn post_desk_dead_mail_done(
    #[server(default)] entry: String,
    #[server(default)] reason: String,
) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    use backboard::refused::{Problem, Refused};
    use backboard::staff::Reason;
    let caller = caller()?;
    let done = async {
        let entry = backboard::form::staff::number(&entry).map_err(|_| Refused::NothingToDo)?;
        let reason = Reason::parse(&reason).map_err(|refused| Problem::at(Field::Reason, refused))?;
        caller.portal.desk_take_off(caller.actor()?, entry, &reason).await?;
        Ok(Done::to_number("/desk/dead-mail/", entry).saved())
    };
    caller.answer(done.await)
}

/// *Undo*.
#[server(prefix = "/api", endpoint = "desk/dead-mail-undo", input = PostUrl)]
pub async fn post_desk_dead_mail_undo(#[server(default)] entry: String) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    use backboard::refused::Refused;
    let caller = caller()?;
    let done = async {
        let entry = backboard::form::staff::number(&entry).map_err(|_| Refused::NothingToDo)?;
        caller.portal.desk_put_back(caller.actor()?, entry).await?;
        Ok(Done::to_number("/desk/dead-mail/", entry).saved())
    };
    caller.answer(done.await)
}
