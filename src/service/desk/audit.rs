//! Looking through the audit, and taking it away as a file.
//!
//! - Newest first, by the numbers of the rows. A page looks through [`WINDOW`] rows at most, so that a filter that fits
//!   nothing costs no more than one that fits all; where it stops, the next page goes on. What happened to one account
//!   is found by an index, however rare.
//! - What is asked for is posted, and stands sealed in the address, for this session (decision 0015). A username becomes
//!   the number of its account, which is what the audit knows.
//! - A look is a row of the audit, once a quarter of an hour for the same filter; of one account it is a row of that
//!   account. An export is a row each time.
//! - Each row that is shown is held against the row before it ([`crate::audit`]). That shows a row that was changed, put
//!   in, or follows a gap. It does not show that the newest rows were cut off, nor that somebody with the keys wrote the
//!   chain anew: `backboard audit verify --log` does.

use super::Actor;
use super::find::SEARCHES;
use super::reason::Why;
use super::report_ports::{Wanted, WantedActor};
use super::reports::FILES;
use crate::account::Username;
use crate::audit::{Chain, Flaw, Row};
use crate::expiry::DAY;
use crate::moment::{Day, Moment};
use crate::refused::{Field, Problem, Problems, Refused};
use crate::service::ports::{Fault, UnitOfWork};
use crate::service::{Declined, Portal, token};
use crate::staff::Act;

/// Rows on one page.
pub const ROWS: usize = 50;
/// Rows that one page looks through, where no account is named.
pub const WINDOW: i64 = 50_000;
/// Rows of an export that are read at once.
pub const BATCH: u32 = 500;
/// The longest code that is asked for.
const CODE_LONGEST: usize = 60;
/// Under which a filter is sealed.
const FILTER: &str = "desk-audit";

/// What was typed into the filter's form.
#[derive(Clone, Copy, Debug, Default)]
pub struct Typed<'a> {
    /// Its code; empty: whatever happened.
    pub action: &'a str,
    /// `person`, `office`, `import`, `worker`, `staff` for all of them, or `staff` and a number; empty: whoever.
    pub actor: &'a str,
    /// A username, or the number of an account; empty: every one.
    pub account: &'a str,
    /// ISO 8601; empty: from the beginning.
    pub from: &'a str,
    /// The last day; empty: until now.
    pub to: &'a str,
}

/// A page of the audit.
#[derive(Clone, Debug)]
pub struct AuditPage {
    pub wanted: Wanted,
    /// The account's username, where one is asked for that is on file.
    pub username: Option<String>,
    pub rows: Vec<AuditRow>,
    /// The number below which it goes on, if it does.
    pub older: Option<i64>,
    /// The page stopped after [`WINDOW`] rows without being full.
    pub stopped: bool,
    /// When the audit begins.
    pub start: Option<Moment>,
    /// The days that are asked for have not begun.
    pub is_ahead: bool,
}

/// A row with everything that belongs to it.
#[derive(Clone, Debug)]
pub struct AuditRow {
    pub row: Row,
    pub why: Option<Why>,
    /// Why it does not follow from the row before it.
    pub flaw: Option<Flaw>,
    /// The username of its account, if that is on file.
    pub username: Option<String>,
}

/// An export under way.
#[derive(Clone, Debug)]
pub struct Export {
    wanted: Wanted,
    above: i64,
    below: i64,
}

impl Portal {
    /// Reads the filter's form, and gives the handle of it, for the address of the page that shows what was found.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`], [`Refused::TooManyTries`]; [`Refused::DayUnusable`], [`Refused::DaysReversed`], [`Refused::AccountUnknown`],
    /// [`Refused::TooLong`] at their fields.
    pub async fn desk_audit_filter(&self, actor: &Actor, typed: Typed<'_>) -> Result<String, Declined> {
        actor.may(Act::Audit)?;
        let mut problems = Problems::new();
        let day = |text: &str, field| match text.trim() {
            "" => Ok(None),
            text => day(text).map(Some).ok_or_else(|| Problem::at(field, Refused::DayUnusable)),
        };
        let mut keep = |read: Result<Option<Moment>, Problem>| {
            read.unwrap_or_else(|problem| {
                problems.push(problem);
                None
            })
        };
        let from = keep(day(typed.from, Field::From));
        let last = keep(day(typed.to, Field::To));
        if from.zip(last).is_some_and(|(from, last)| last < from) {
            problems.push(Problem::at(Field::To, Refused::DaysReversed));
        }
        for (text, field) in [(typed.action, Field::Action), (typed.actor, Field::Actor)] {
            if text.len() > CODE_LONGEST {
                problems.push(Problem::at(field, Refused::TooLong));
            }
        }
        let account = match typed.account.trim() {
            "" => None,
            text => {
                let found = account(&mut *self.store.read().await?, text).await?;
                if found.is_none() {
                    problems.push(Problem::at(Field::Account, Refused::AccountUnknown));
                }
                found
            }
        };
        if !problems.is_empty() {
            return Err(problems.into());
        }
        let wanted = Wanted {
            action: Some(typed.action.to_owned()).filter(|action| !action.is_empty()),
            actor: match typed.actor {
                "" => None,
                "staff" => Some(WantedActor::Staff),
                name => Some(WantedActor::Named(name.to_owned())),
            },
            account,
            from,
            until: last.map(|day| day.plus(DAY)),
        };
        let mut work = self.store.begin().await?;
        self.take_of(&mut *work, actor, Act::Audit, SEARCHES).await?;
        work.save().await?;
        let plain = serde_json::to_vec(&wanted).map_err(Fault::other)?;
        Ok(token::base64url(&self.vault.seal(FILTER, &actor.session, &plain)))
    }

    /// A page of the audit: the newest rows, or those below a number; of everything, or of the filter with this handle.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`]; [`Refused::SearchOver`] for a handle of another session.
    pub async fn desk_audit(
        &self,
        actor: &Actor,
        handle: Option<&str>,
        below: Option<i64>,
    ) -> Result<AuditPage, Declined> {
        actor.may(Act::Audit)?;
        let wanted = self.wanted(actor, handle)?;
        self.note_look(actor, Act::Audit, &named(&wanted), wanted.account).await?;
        let mut work = self.store.read().await?;
        let work = &mut *work;
        let newest = work.find_newest_audit().await?.map_or(0, |row| row.id);
        let (first, last) = bounds(work, &wanted, newest).await?;
        let below = below.unwrap_or(i64::MAX).min(last.saturating_add(1));
        let floor = first.saturating_sub(1);
        let above = if wanted.account.is_some() { floor } else { floor.max(below.saturating_sub(WINDOW + 1)) };
        let mut rows = work.find_audit_where(&wanted, above, below, true, ROWS as u32 + 1).await?;
        let is_full = rows.len() > ROWS;
        rows.truncate(ROWS);
        let stopped = !is_full && above > floor;
        let older = match is_full {
            true => rows.last().map(|row| row.id),
            false => stopped.then(|| above.saturating_add(1)),
        };
        let username = match wanted.account {
            Some(account) => username(work, account).await?,
            None => None,
        };
        let start = work.find_audit_start().await?;
        let rows = self.told(work, rows).await?;
        let is_ahead = wanted.from.is_some_and(|from| from > self.now());
        Ok(AuditPage { wanted, username, rows, older, stopped, start, is_ahead })
    }

    /// Begins to take the audit away: what is wanted of the filter with this handle, up to the newest row of now.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`], [`Refused::SearchOver`], [`Refused::TooManyTries`].
    pub async fn desk_export(&self, actor: &Actor, handle: Option<&str>) -> Result<Export, Declined> {
        actor.may(Act::ExportAudit)?;
        let wanted = self.wanted(actor, handle)?;
        let mut work = self.store.begin().await?;
        self.take_of(&mut *work, actor, Act::ExportAudit, FILES).await?;
        let newest = work.find_newest_audit().await?.map_or(0, |row| row.id);
        let (first, last) = bounds(&mut *work, &wanted, newest).await?;
        let detail = named(&wanted);
        let act = Act::ExportAudit.code();
        self.audit_by(&mut *work, &actor.name(), act, wanted.account, &detail).await?;
        work.save().await?;
        Ok(Export { wanted, above: first.saturating_sub(1), below: last.saturating_add(1) })
    }

    /// The next rows of an export, oldest first, each with its reason; none when it is over. Each call is a unit of work
    /// of its own, so that a slow reader holds nobody up.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn desk_export_rows(&self, export: &mut Export) -> Result<Option<Vec<(Row, Option<Why>)>>, Fault> {
        while export.above.saturating_add(1) < export.below {
            let mut work = self.store.read().await?;
            let end = match export.wanted.account {
                Some(_) => export.below,
                None => export.below.min(export.above.saturating_add(WINDOW + 1)),
            };
            let rows = work.find_audit_where(&export.wanted, export.above, end, false, BATCH).await?;
            export.above = match rows.last() {
                Some(last) if rows.len() >= BATCH as usize => last.id,
                _ => end.saturating_sub(1),
            };
            if rows.is_empty() {
                continue;
            }
            let mut told = Vec::with_capacity(rows.len());
            for row in rows {
                let why = self.why_of(&mut *work, &row.detail).await?;
                told.push((row, why));
            }
            return Ok(Some(told));
        }
        Ok(None)
    }

    /// Rows with what belongs to them: the reason, the username, and whether each follows from the one before it.
    async fn told(&self, work: &mut dyn UnitOfWork, rows: Vec<Row>) -> Result<Vec<AuditRow>, Fault> {
        let mut told: Vec<AuditRow> = Vec::with_capacity(rows.len());
        // Where the chain begins with the first row, none is from before it.
        let is_whole = work.find_audit_after(i64::MIN, 1).await?.first().is_some_and(|first| first.tie.is_some());
        for row in rows {
            let before = work.find_audit_before(row.id).await?;
            let chain = |key: u8, previous: &_, bytes: &[u8]| self.vault.chain_under(key, previous, bytes);
            let flaw = Chain::after(before.as_ref()).next(&row, chain).err();
            let flaw = flaw.or_else(|| (is_whole && row.tie.is_none()).then_some(Flaw::Untied));
            let why = self.why_of(work, &row.detail).await?;
            let known = told.iter().find(|other| row.account.is_some() && other.row.account == row.account);
            let username = match (known, row.account) {
                (Some(known), _) => known.username.clone(),
                (None, Some(account)) => username(work, account).await?,
                (None, None) => None,
            };
            told.push(AuditRow { row, why, flaw, username });
        }
        Ok(told)
    }

    fn wanted(&self, actor: &Actor, handle: Option<&str>) -> Result<Wanted, Declined> {
        let Some(handle) = handle else { return Ok(Wanted::default()) };
        let opened = token::from_base64url(handle).and_then(|sealed| self.vault.open(FILTER, &actor.session, &sealed));
        let wanted = opened.and_then(|plain| serde_json::from_slice(&plain).ok());
        wanted.ok_or_else(|| Refused::SearchOver.into())
    }
}

/// What was asked for, as the audit's own row says it: codes and numbers alone.
fn named(wanted: &Wanted) -> String {
    let Wanted { action, actor, account: _, from, until } = wanted;
    let code = |text: &str| text.replace(' ', "-");
    let parts = [
        action.as_ref().map(|action| format!("action={}", code(action))),
        actor.as_ref().map(|actor| match actor {
            WantedActor::Named(name) => format!("actor={}", code(name)),
            WantedActor::Staff => "actor=staff".to_owned(),
        }),
        from.map(|from| format!("from={}", from.day())),
        until.map(|until| format!("to={}", until.plus(-1).day())),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// The numbers of the first and of the last row of the days that are asked for.
async fn bounds(work: &mut dyn UnitOfWork, wanted: &Wanted, newest: i64) -> Result<(i64, i64), Fault> {
    if wanted.from.is_none() && wanted.until.is_none() {
        return Ok((1, newest));
    }
    let (from, until) = (wanted.from.unwrap_or(Moment(i64::MIN)), wanted.until.unwrap_or(Moment(i64::MAX)));
    let (first, last) = work.find_audit_between(from, until).await?;
    Ok((first.unwrap_or(newest.saturating_add(1)), last.unwrap_or_default()))
}

async fn username(work: &mut dyn UnitOfWork, account: i64) -> Result<Option<String>, Fault> {
    Ok(work.find_account(account).await?.map(|account| account.username.to_string()))
}

/// The account of a username, or of a number: also of somebody who was forgotten, because the audit still names it.
async fn account(work: &mut dyn UnitOfWork, typed: &str) -> Result<Option<i64>, Fault> {
    if let Ok(username) = Username::parse(typed)
        && let Some(account) = work.find_account_by_username(&username.key()).await?
    {
        return Ok(Some(account.id));
    }
    let number = typed.parse::<i64>().ok().filter(|number| *number > 0);
    let Some(number) = number else { return Ok(None) };
    if work.find_account(number).await?.is_some() {
        return Ok(Some(number));
    }
    let is_named = !work.find_audit_of(number, 1).await?.is_empty();
    Ok(is_named.then_some(number))
}

/// When a day begins, as `2026-11-21`.
fn day(text: &str) -> Option<Moment> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let is_number = |part: &str, digits| part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
    if parts.next().is_some() || !is_number(year, 4) || !is_number(month, 2) || !is_number(day, 2) {
        return None;
    }
    Day::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).map(Day::begins)
}
