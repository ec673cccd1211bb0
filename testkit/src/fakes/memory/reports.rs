use std::cmp::Reverse;
use std::collections::BTreeMap;

use async_trait::async_trait;
use backboard::account::AccountState;
use backboard::audit::Row;
use backboard::expiry::DAY;
use backboard::link::Purpose;
use backboard::moment::Moment;
use backboard::report::Span;
use backboard::service::desk::report_ports::{
    AuditSearch, Counted, ImportRun, Imports, KeptImport, Reject, Reports, Unused, Wanted, WantedActor,
};
use backboard::service::ports::Fault;

use super::Unit;

#[async_trait]
impl Reports for Unit {
    async fn count_done(&mut self, action: &str, span: Span) -> Result<Counted, Fault> {
        let rows = self.tables.audit.iter().filter(|row| row.action == action);
        Ok(counted(rows.filter_map(|row| span.place(row.at))))
    }

    async fn count_refused(&mut self, begins: &str, span: Span) -> Result<Vec<(usize, String, u64)>, Fault> {
        let rows = self.tables.audit.iter().filter(|row| row.action == "refused" && row.detail.starts_with(begins));
        let places = rows.filter_map(|row| Some((span.place(row.at)?, row.detail.clone())));
        Ok(counted(places).into_iter().map(|((place, detail), count)| (place, detail, count)).collect())
    }

    async fn count_expired_links(&mut self, purpose: Purpose, span: Span, now: Moment) -> Result<Counted, Fault> {
        let links = self.tables.links.iter().filter(|row| row.new.purpose == purpose && row.is_open());
        let kept = links.filter(|row| row.new.expires < now).filter_map(|row| span.place(row.new.expires));
        let mut all: BTreeMap<usize, u64> = counted(kept).into_iter().collect();
        for ((day, _), count) in self.tables.expired_links.iter().filter(|((_, code), _)| code == purpose.code()) {
            if let Some(place) = span.place(Moment(day * DAY)) {
                *all.entry(place).or_default() += count;
            }
        }
        Ok(all.into_iter().collect())
    }

    async fn find_links_counted_since(&mut self) -> Result<Option<Moment>, Fault> {
        Ok(None)
    }

    async fn count_delays(&mut self, span: Span) -> Result<Vec<(usize, Option<u64>, u64)>, Fault> {
        let ended = self.tables.mails.iter().filter(|(_, row)| row.due.is_none());
        let delays = ended.filter_map(|(mail, row)| {
            let place = span.place(row.sent.or(row.failed)?)?;
            Some((place, row.sent.map(|sent| sent.since(mail.queued).max(0) as u64)))
        });
        Ok(counted(delays).into_iter().map(|((place, delay), count)| (place, delay, count)).collect())
    }

    async fn count_expiring(&mut self, span: Span) -> Result<Counted, Fault> {
        let active = self.tables.accounts.values().filter(|account| account.state == AccountState::Active);
        Ok(counted(active.filter_map(|account| span.place(account.schedule.expires?))))
    }

    async fn find_unused(
        &mut self,
        issued_before: Moment,
        last: Option<&(Moment, String)>,
        most: u32,
    ) -> Result<Vec<Unused>, Fault> {
        let rows = self.tables.temporaries.iter().filter(|row| row.used.is_none() && row.ended.is_none());
        let mut rows: Vec<_> = rows
            .filter(|row| row.new.issued < issued_before)
            .filter(|row| last.is_none_or(|last| (row.new.issued, &row.new.id) < (last.0, &last.1)))
            .collect();
        rows.sort_by_key(|row| Reverse((row.new.issued, &row.new.id)));
        let unused = rows.into_iter().filter_map(|row| {
            Some(Unused {
                id: row.new.id.clone(),
                account: row.new.account,
                username: self.tables.accounts.get(&row.new.account)?.username.clone(),
                issued: row.new.issued,
                expires: row.new.expires,
                issuer: row.new.issuer.clone(),
                why: row.new.why.clone(),
            })
        });
        Ok(unused.take(most as usize).collect())
    }

    async fn find_audit_start(&mut self) -> Result<Option<Moment>, Fault> {
        Ok(self.tables.audit.first().map(|row| row.at))
    }
}

#[async_trait]
impl Imports for Unit {
    async fn keep_import(&mut self, run: &ImportRun) -> Result<i64, Fault> {
        let imports = &mut self.change()?.imports;
        let id = imports.last_key_value().map_or(0, |(id, _)| *id) + 1;
        imports.insert(id, run.clone());
        Ok(id)
    }

    async fn find_imports(&mut self, below: i64, most: u32) -> Result<Vec<KeptImport>, Fault> {
        let newest_first = self.tables.imports.range(..below).rev().take(most as usize);
        Ok(newest_first.map(|(id, run)| kept(*id, run)).collect())
    }

    async fn find_import(&mut self, id: i64) -> Result<Option<KeptImport>, Fault> {
        Ok(self.tables.imports.get(&id).map(|run| kept(id, run)))
    }

    async fn find_rejects(&mut self, import: i64) -> Result<Vec<Reject>, Fault> {
        let mut rejects = self.tables.imports.get(&import).map(|run| run.rejects.clone()).unwrap_or_default();
        rejects.sort_by_key(|reject| reject.line);
        Ok(rejects)
    }

    async fn purge_imports(&mut self, ended_before: Moment) -> Result<u64, Fault> {
        let imports = &mut self.change()?.imports;
        let before = imports.len();
        imports.retain(|_, run| run.ended >= ended_before);
        Ok((before - imports.len()) as u64)
    }
}

#[async_trait]
impl AuditSearch for Unit {
    async fn find_audit_where(
        &mut self,
        wanted: &Wanted,
        above: i64,
        below: i64,
        newest_first: bool,
        most: u32,
    ) -> Result<Vec<Row>, Fault> {
        let rows = self.tables.audit.iter().filter(|row| row.id > above && row.id < below && is_wanted(wanted, row));
        let mut rows: Vec<Row> = rows.cloned().collect();
        rows.sort_by_key(|row| if newest_first { -row.id } else { row.id });
        rows.truncate(most as usize);
        Ok(rows)
    }

    async fn find_audit_before(&mut self, id: i64) -> Result<Option<Row>, Fault> {
        Ok(self.tables.audit.iter().filter(|row| row.id < id).max_by_key(|row| row.id).cloned())
    }

    async fn find_audit_between(&mut self, from: Moment, until: Moment) -> Result<(Option<i64>, Option<i64>), Fault> {
        let rows = || self.tables.audit.iter();
        let first = rows().filter(|row| row.at >= from).min_by_key(|row| (row.at, row.id));
        let last = rows().filter(|row| row.at < until).max_by_key(|row| (row.at, row.id));
        Ok((first.map(|row| row.id), last.map(|row| row.id)))
    }
}

fn is_wanted(wanted: &Wanted, row: &Row) -> bool {
    wanted.action.as_ref().is_none_or(|action| row.action == *action)
        && wanted.account.is_none_or(|account| row.account == Some(account))
        && wanted.from.is_none_or(|from| row.at >= from)
        && wanted.until.is_none_or(|until| row.at < until)
        && match &wanted.actor {
            Some(WantedActor::Named(name)) => row.actor == *name,
            Some(WantedActor::Staff) => row.actor.starts_with("staff "),
            None => true,
        }
}

fn counted<T: Ord>(places: impl Iterator<Item = T>) -> Vec<(T, u64)> {
    let mut counts = BTreeMap::new();
    for place in places {
        *counts.entry(place).or_default() += 1;
    }
    counts.into_iter().collect()
}

fn kept(id: i64, run: &ImportRun) -> KeptImport {
    KeptImport {
        id,
        began: run.began,
        ended: run.ended,
        by: run.by.clone(),
        file: run.file.clone(),
        imported: run.imported,
        whole: run.whole,
    }
}
