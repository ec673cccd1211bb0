//! Reports: what became of claims, resets, mails and imports.
//!
//! - Counts are made of what is written down anyway: the audit, the ledgers of mails and links, the accounts. Nothing is
//!   counted twice, and nobody's name is in a count.
//! - Lists that name accounts or files are for supervisors. A look at one is a row of the audit, once a quarter of an
//!   hour for each member of staff; taking one away as a file is one each time, and counted.
//! - How far back a report goes is what its source keeps: the audit is never cut, mails are kept for 90 days, temporary
//!   passwords for 90 days after they expired. Links are kept for a day, so those that expired are counted when they
//!   are purged.

use super::Actor;
use super::report_ports::{Counted, KeptImport, Reject, Unused};
use crate::expiry::DAY;
use crate::limit::Budget;
use crate::link::Purpose;
use crate::moment::Moment;
use crate::refused::Refused;
use crate::report::{Attempt, Report, Span, percentile};
use crate::service::ports::{Fault, UnitOfWork};
use crate::service::{Declined, Portal, token};
use crate::staff::Act;

/// Weeks of what has happened.
pub const WEEKS: usize = 26;
/// Coming weeks of passwords that expire: the longest that a policy counts, and one more.
pub const WEEKS_AHEAD: usize = 14;
/// Days of mails and of refused attempts.
pub const DAYS: usize = 30;
/// Days after which a temporary password that nobody used is listed.
pub const UNUSED_DAYS: i64 = 7;
/// Rows of a list on one page.
pub const PER_PAGE: usize = 50;
/// Rows of a list in a file; what is beyond stands on the pages.
pub const MOST_IN_FILE: usize = 10_000;
/// Rejected rows that are kept of an import.
pub const MOST_REJECTS: usize = 1_000;
/// Lists that one member of staff takes away as a file, and exports of the audit.
pub const FILES: Budget = Budget::per(20, 60 * 60);
/// Looks of one member of staff that are one row of the audit: one in a quarter of an hour.
pub(super) const LOOKS: Budget = Budget::per(1, 15 * 60);

/// A report that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    pub report: Report,
    pub span: Span,
    pub series: Vec<Series>,
    /// When its source begins, where that is later than the span does.
    pub since: Option<Moment>,
    /// Some of it is counted since a later moment: what is before is not known.
    pub counted_since: Option<Moment>,
}

/// One row of numbers, by the places of the span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    pub what: &'static str,
    /// None: there is nothing that it could say.
    pub values: Vec<Option<u64>>,
}

/// A page of temporary passwords that nobody used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnusedPage {
    pub rows: Vec<Unused>,
    /// For the address of the next page, if there is one.
    pub older: Option<String>,
}

/// A page of imports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportPage {
    pub rows: Vec<KeptImport>,
    /// The number below which it goes on, if it does.
    pub older: Option<i64>,
}

impl Figures {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.series.iter().flat_map(|series| &series.values).all(|value| value.unwrap_or_default() == 0)
    }
}

impl Series {
    fn of(what: &'static str, span: Span, counted: &Counted) -> Self {
        let mut values = vec![Some(0); span.steps];
        for (place, count) in counted {
            if let Some(Some(value)) = values.get_mut(*place) {
                *value += count;
            }
        }
        Self { what, values }
    }

    /// What lies before a moment is not known.
    fn known_since(mut self, span: Span, since: Option<Moment>) -> Self {
        for (place, value) in self.values.iter_mut().enumerate() {
            if since.is_some_and(|since| span.start(place + 1) <= since) {
                *value = None;
            }
        }
        self
    }
}

impl Portal {
    /// The numbers of a report that counts.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`]; [`Refused::AccountGone`] for one that is a list.
    pub async fn desk_figures(&self, actor: &Actor, report: Report) -> Result<Figures, Declined> {
        actor.may(report.act())?;
        let now = self.now();
        let mut work = self.store.read().await?;
        let work = &mut *work;
        let mut counted_since = None;
        let (span, series) = match report {
            Report::Claims => {
                let span = Span::weeks_until(now, WEEKS);
                let series = [("asked", "claim-asked"), ("mailed", "claim-mailed"), ("claimed", "claimed")];
                (span, done(work, span, &series).await?)
            }
            Report::Resets => {
                let span = Span::weeks_until(now, WEEKS);
                counted_since = work.find_links_counted_since().await?.filter(|since| *since > span.from);
                (span, resets(work, span, now, counted_since).await?)
            }
            Report::Mails => {
                let span = Span::days_until(now, DAYS);
                (span, delays(work, span).await?)
            }
            Report::Expiring => {
                let span = Span::weeks_from(now, WEEKS_AHEAD);
                (span, vec![Series::of("expiring", span, &work.count_expiring(span).await?)])
            }
            Report::Refused => {
                let span = Span::days_until(now, DAYS);
                (span, attempts(work, span).await?)
            }
            Report::Temporaries | Report::Imports => return Err(Refused::AccountGone.into()),
        };
        let of_the_audit = matches!(report, Report::Claims | Report::Resets | Report::Refused);
        let since = if of_the_audit { work.find_audit_start().await?.filter(|at| *at > span.from) } else { None };
        Ok(Figures { report, span, series, since, counted_since })
    }

    /// Temporary passwords that nobody has used for [`UNUSED_DAYS`]; those of the page that an earlier one names.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`].
    pub async fn desk_unused(&self, actor: &Actor, page: Option<&str>) -> Result<UnusedPage, Declined> {
        self.look_at_list(actor, Report::Temporaries).await?;
        let last = page.and_then(place);
        let mut rows = self.unused(last.as_ref(), PER_PAGE + 1).await?;
        let goes_on = rows.len() > PER_PAGE;
        rows.truncate(PER_PAGE);
        let older = rows.last().filter(|_| goes_on).map(|row| format!("{}.{}", row.issued.0, row.id));
        Ok(UnusedPage { rows, older })
    }

    /// The same for a file: [`MOST_IN_FILE`] at most.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`], [`Refused::TooManyTries`].
    pub async fn desk_unused_file(&self, actor: &Actor) -> Result<Vec<Unused>, Declined> {
        self.take_file(actor, Report::Temporaries).await?;
        Ok(self.unused(None, MOST_IN_FILE).await?)
    }

    /// Imports, newest first, or those before one with a number.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`].
    pub async fn desk_imports(&self, actor: &Actor, below: Option<i64>) -> Result<ImportPage, Declined> {
        self.look_at_list(actor, Report::Imports).await?;
        let mut work = self.store.read().await?;
        let mut rows = work.find_imports(below.unwrap_or(i64::MAX), PER_PAGE as u32 + 1).await?;
        let goes_on = rows.len() > PER_PAGE;
        rows.truncate(PER_PAGE);
        let older = rows.last().filter(|_| goes_on).map(|run| run.id);
        Ok(ImportPage { rows, older })
    }

    /// Imports for a file.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`], [`Refused::TooManyTries`].
    pub async fn desk_imports_file(&self, actor: &Actor) -> Result<Vec<KeptImport>, Declined> {
        self.take_file(actor, Report::Imports).await?;
        Ok(self.store.read().await?.find_imports(i64::MAX, MOST_IN_FILE as u32).await?)
    }

    /// One import, with what it rejected.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`]; [`Refused::AccountGone`] where there is none with this number.
    pub async fn desk_import_run(&self, actor: &Actor, id: i64) -> Result<(KeptImport, Vec<Reject>), Declined> {
        self.look_at_list(actor, Report::Imports).await?;
        let mut work = self.store.read().await?;
        let run = work.find_import(id).await?.ok_or(Refused::AccountGone)?;
        Ok((run, work.find_rejects(id).await?))
    }

    /// What one import rejected, for a file.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`], [`Refused::TooManyTries`]; [`Refused::AccountGone`].
    pub async fn desk_rejects_file(&self, actor: &Actor, id: i64) -> Result<Vec<Reject>, Declined> {
        self.take_file(actor, Report::Imports).await?;
        let mut work = self.store.read().await?;
        work.find_import(id).await?.ok_or(Refused::AccountGone)?;
        Ok(work.find_rejects(id).await?)
    }

    async fn unused(&self, last: Option<&(Moment, String)>, most: usize) -> Result<Vec<Unused>, Fault> {
        let before = self.now().plus(-UNUSED_DAYS * DAY);
        self.store.read().await?.find_unused(before, last, most as u32).await
    }

    /// A look at a list: when its row cannot be written, nothing is shown.
    async fn look_at_list(&self, actor: &Actor, report: Report) -> Result<(), Declined> {
        actor.may(report.act())?;
        Ok(self.note_look(actor, report.act(), report.code(), None).await?)
    }

    /// Writes down that somebody looks, once a quarter of an hour for the same thing.
    pub(super) async fn note_look(
        &self,
        actor: &Actor,
        act: Act,
        detail: &str,
        account: Option<i64>,
    ) -> Result<(), Fault> {
        let what = format!("{}:{detail}", account.unwrap_or_default());
        let what = token::base64url(&self.vault.digest("desk-look", what.as_bytes()));
        let key = format!("desk.{}:staff:{}:{what}", act.code(), actor.staff);
        let mut work = self.store.begin().await?;
        if work.take_budget(&key, LOOKS, self.now()).await?.is_ok() {
            self.audit_by(&mut *work, &actor.name(), act.code(), account, detail).await?;
            work.save().await?;
        }
        Ok(())
    }

    async fn take_file(&self, actor: &Actor, report: Report) -> Result<(), Declined> {
        let act = report.act();
        actor.may(act)?;
        let mut work = self.store.begin().await?;
        self.take_of(&mut *work, actor, Act::ExportAudit, FILES).await?;
        self.audit_by(&mut *work, &actor.name(), act.code(), None, &format!("{} file", report.code())).await?;
        work.save().await?;
        Ok(())
    }
}

/// Where a page begins, as its address says.
fn place(page: &str) -> Option<(Moment, String)> {
    let (issued, id) = page.split_once('.')?;
    Some((Moment(issued.parse().ok()?), id.to_owned()))
}

async fn done(work: &mut dyn UnitOfWork, span: Span, wanted: &[(&'static str, &str)]) -> Result<Vec<Series>, Fault> {
    let mut series = Vec::new();
    for (what, action) in wanted {
        series.push(Series::of(what, span, &work.count_done(action, span).await?));
    }
    Ok(series)
}

/// Resets, by how far they came. What was refused are tries at codes, links and limits, and requests beyond a day's mails.
async fn resets(
    work: &mut dyn UnitOfWork,
    span: Span,
    now: Moment,
    counted_since: Option<Moment>,
) -> Result<Vec<Series>, Fault> {
    let mut opened = work.count_done("reset-link-opened", span).await?;
    opened.extend(work.count_done("reset-code-right", span).await?);
    let mut refused: Counted = work.count_done("reset-capped", span).await?;
    let rows = work.count_refused("reset.", span).await?;
    refused.extend(rows.into_iter().map(|(place, _, count)| (place, count)));
    let expired = work.count_expired_links(Purpose::Reset, span, now).await?;
    let mut series = done(work, span, &[("asked", "reset-asked"), ("mailed", "reset-mailed")]).await?;
    series.push(Series::of("opened", span, &opened));
    series.extend(done(work, span, &[("used", "password-reset")]).await?);
    series.push(Series::of("expired", span, &expired).known_since(span, counted_since));
    series.push(Series::of("refused", span, &refused));
    Ok(series)
}

/// How long mails waited: half of a day's at most so long, and 95 of a hundred.
async fn delays(work: &mut dyn UnitOfWork, span: Span) -> Result<Vec<Series>, Fault> {
    let mut ended: Vec<(Vec<(u64, u64)>, u64)> = vec![(Vec::new(), 0); span.steps];
    for (place, seconds, count) in work.count_delays(span).await? {
        let Some((delays, failed)) = ended.get_mut(place) else { continue };
        match seconds {
            Some(seconds) => delays.push((seconds, count)),
            None => *failed += count,
        }
    }
    let sent = |delays: &[(u64, u64)]| delays.iter().map(|(_, count)| count).sum();
    Ok(vec![
        Series { what: "median", values: ended.iter().map(|(delays, _)| percentile(delays, 50)).collect() },
        Series { what: "p95", values: ended.iter().map(|(delays, _)| percentile(delays, 95)).collect() },
        Series { what: "sent", values: ended.iter().map(|(delays, _)| Some(sent(delays))).collect() },
        Series { what: "failed", values: ended.iter().map(|(_, failed)| Some(*failed)).collect() },
    ])
}

async fn attempts(work: &mut dyn UnitOfWork, span: Span) -> Result<Vec<Series>, Fault> {
    let mut kinds: Vec<(Attempt, Counted)> = Attempt::ALL.iter().map(|kind| (*kind, Counted::new())).collect();
    let mut add = |kind: Attempt, counted: Counted| {
        if let Some((_, of_kind)) = kinds.iter_mut().find(|(known, _)| *known == kind) {
            of_kind.extend(counted);
        }
    };
    for (action, kind) in Attempt::ACTIONS {
        add(kind, work.count_done(action, span).await?);
    }
    for (place, detail, count) in work.count_refused("", span).await? {
        add(Attempt::of(&detail), vec![(place, count)]);
    }
    Ok(kinds.into_iter().map(|(kind, counted)| Series::of(kind.code(), span, &counted)).collect())
}
