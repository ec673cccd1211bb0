use std::cmp::Reverse;

use async_trait::async_trait;
use backboard::moment::Moment;
use backboard::service::desk::queue_ports::{Ended, NewUnreached, Queues, Unreached, UnreachedFate};
use backboard::service::ports::Fault;
use backboard::service::records::Case;

use super::{Tables, Unit, broken, purge};

/// An entry, with how it ended.
#[derive(Clone, Debug)]
pub(super) struct UnreachedRow {
    id: i64,
    /// With the newest trouble.
    new: NewUnreached,
    first: Moment,
    times: u32,
    ended: Option<Ended>,
}

#[async_trait]
impl Queues for Unit {
    async fn add_unreached(&mut self, new: &NewUnreached) -> Result<(), Fault> {
        let tables = self.change()?;
        if !tables.people.contains_key(&new.person) {
            return Err(broken("unreached_person_exists"));
        }
        let open = tables.unreached.iter_mut().find(|row| row.new.person == new.person && row.ended.is_none());
        match open {
            Some(row) if row.new.address == new.address => {
                row.new = new.clone();
                row.times += 1;
                return Ok(());
            }
            Some(row) => row.ended = Some(ended(new.at, UnreachedFate::Address, "")),
            None => {}
        }
        let id = tables.unreached.iter().map(|row| row.id).max().unwrap_or_default() + 1;
        tables.unreached.push(UnreachedRow { id, new: new.clone(), first: new.at, times: 1, ended: None });
        Ok(())
    }

    async fn find_unreached(&mut self, id: i64) -> Result<Option<Unreached>, Fault> {
        Ok(self.tables.unreached.iter().find(|row| row.id == id).and_then(|row| self.tables.entry(row)))
    }

    async fn find_standing(&mut self, arrived: Moment, skip: u32, most: u32) -> Result<Vec<Unreached>, Fault> {
        let mut rows: Vec<_> = self.tables.unreached.iter().filter(|row| self.tables.stands(row, arrived)).collect();
        rows.sort_by_key(|row| Reverse((row.new.at, row.id)));
        let rows = rows.into_iter().filter_map(|row| self.tables.entry(row));
        Ok(rows.skip(skip as usize).take(most as usize).collect())
    }

    async fn count_standing(&mut self, arrived: Moment) -> Result<u64, Fault> {
        Ok(self.tables.unreached.iter().filter(|row| self.tables.stands(row, arrived)).count() as u64)
    }

    async fn find_done(&mut self, after: Moment, most: u32) -> Result<Vec<Unreached>, Fault> {
        let done = |row: &&UnreachedRow| {
            row.ended.as_ref().is_some_and(|ended| ended.fate == UnreachedFate::Done && ended.at > after)
        };
        let mut rows: Vec<_> = self.tables.unreached.iter().filter(done).collect();
        rows.sort_by_key(|row| Reverse((row.ended.as_ref().map(|ended| ended.at), row.id)));
        Ok(rows.into_iter().filter_map(|row| self.tables.entry(row)).take(most as usize).collect())
    }

    async fn end_unreached(&mut self, id: i64, by: &str, now: Moment) -> Result<bool, Fault> {
        let open = self.change()?.unreached.iter_mut().find(|row| row.id == id && row.ended.is_none());
        let Some(row) = open else { return Ok(false) };
        row.ended = Some(ended(now, UnreachedFate::Done, by));
        Ok(true)
    }

    async fn reopen_unreached(&mut self, id: i64) -> Result<bool, Fault> {
        let rows = &mut self.change()?.unreached;
        let done = |row: &&mut UnreachedRow| {
            row.id == id && row.ended.as_ref().is_some_and(|ended| ended.fate == UnreachedFate::Done)
        };
        let Some(person) = rows.iter_mut().find(done).map(|row| row.new.person) else { return Ok(false) };
        if rows.iter().any(|row| row.new.person == person && row.ended.is_none()) {
            return Ok(false);
        }
        if let Some(row) = rows.iter_mut().find(done) {
            row.ended = None;
        }
        Ok(true)
    }

    async fn settle_unreached(&mut self, arrived: Moment, now: Moment) -> Result<u64, Fault> {
        let before = self.tables.clone();
        let rows = self.change()?.unreached.iter_mut();
        let over = rows.filter(|row| row.ended.is_none() && !before.stands(row, arrived));
        let end = |row: &mut UnreachedRow| {
            let fate = if before.has_moved(row) { UnreachedFate::Address } else { UnreachedFate::Delivered };
            row.ended = Some(ended(now, fate, ""));
        };
        Ok(over.map(end).count() as u64)
    }

    async fn purge_unreached(&mut self, ended_before: Moment) -> Result<u64, Fault> {
        Ok(purge(&mut self.change()?.unreached, |row| row.ended.as_ref().is_some_and(|ended| ended.at < ended_before)))
    }

    async fn find_waiting(&mut self, kind: &str, skip: u32, most: u32) -> Result<Vec<Case>, Fault> {
        let open = self.tables.cases.iter().filter(|(case, closed)| case.kind == kind && closed.is_none());
        let mut cases: Vec<Case> = open.map(|(case, _)| case.clone()).collect();
        cases.sort_by_key(|case| case.opened);
        Ok(cases.into_iter().skip(skip as usize).take(most as usize).collect())
    }

    async fn count_waiting(&mut self, kind: &str) -> Result<u64, Fault> {
        Ok(self.tables.cases.iter().filter(|(case, closed)| case.kind == kind && closed.is_none()).count() as u64)
    }
}

fn ended(at: Moment, fate: UnreachedFate, by: &str) -> Ended {
    Ended { at, fate, by: by.to_owned() }
}

impl Tables {
    fn has_moved(&self, row: &UnreachedRow) -> bool {
        self.people.get(&row.new.person).is_none_or(|person| person.email != row.new.address)
    }

    fn stands(&self, row: &UnreachedRow, arrived: Moment) -> bool {
        let delivered = self.mails.iter().any(|(mail, state)| {
            let sent = state.sent.is_some_and(|sent| sent > row.new.at && sent < arrived);
            Some(&mail.recipient) == row.new.address.as_ref() && sent && state.bounced.is_none()
        });
        row.ended.is_none() && !self.has_moved(row) && !delivered
    }

    fn entry(&self, row: &UnreachedRow) -> Option<Unreached> {
        let person = self.people.get(&row.new.person)?;
        Some(Unreached {
            id: row.id,
            person: row.new.person,
            account: person.account,
            username: self.accounts.get(&person.account)?.username.clone(),
            last_name: person.last_name.clone(),
            first_name: person.first_name.clone(),
            suffix: String::new(),
            why: row.new.why,
            said: row.new.said.clone(),
            address: row.new.address.clone(),
            first: row.first,
            last: row.new.at,
            times: row.times,
            ended: row.ended.clone(),
        })
    }
}
