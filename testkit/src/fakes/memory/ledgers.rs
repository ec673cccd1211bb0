use std::cmp::Reverse;

use async_trait::async_trait;
use backboard::audit::Row;
use backboard::moment::Moment;
use backboard::service::desk::seen::Ledgers;
use backboard::service::desk::seen::{Event, LinkEntry, MailEntry, Somebody};
use backboard::service::ports::Fault;
use backboard::service::records::Case;
use backboard::staff::Act;

use super::Unit;
use crate::seed::LEVEL;

#[async_trait]
impl Ledgers for Unit {
    async fn find_somebodies_of(&mut self, account: i64) -> Result<Vec<Somebody>, Fault> {
        let people = self.tables.people.iter().filter(|(_, person)| person.account == account);
        let somebody = people.map(|(id, person)| Somebody {
            id: *id,
            last_name: person.last_name.clone(),
            first_name: person.first_name.clone(),
            suffix: String::new(),
            earlier_names: person.earlier_names.clone(),
            certificate: person.certificate.as_ref().map(|number| number.as_str().to_owned()),
            level: LEVEL.to_owned(),
            email: person.email.clone(),
            products: person.products.clone(),
            roster_status: None,
        });
        Ok(somebody.collect())
    }

    async fn find_version_of(&mut self, account: i64) -> Result<i64, Fault> {
        let changes = |row: &&Row| {
            let looks = Act::from_code(&row.action).is_some_and(Act::only_looks);
            row.action == "frozen" || !matches!(&*row.actor, "person" | "worker") && !looks
        };
        Ok(self.audit_of(account).filter(changes).map(|row| row.id).max().unwrap_or_default())
    }

    async fn has_done(&mut self, account: i64, actor: &str, act: Act, after: Moment) -> Result<bool, Fault> {
        let mut rows = self.audit_of(account);
        Ok(rows.any(|row| row.actor == actor && row.action == act.code() && row.at > after))
    }

    async fn find_links_of(&mut self, account: i64) -> Result<Vec<LinkEntry>, Fault> {
        let mut links: Vec<_> = self.tables.links.iter().filter(|row| row.new.account == account).collect();
        links.sort_by_key(|row| Reverse((row.new.created, &row.new.id)));
        let entry = links.into_iter().map(|row| {
            let mail = self.tables.mails.iter().find(|(mail, _)| Some(&mail.id) == row.mail.as_ref());
            LinkEntry {
                purpose: row.new.purpose,
                created: row.new.created,
                expires: row.new.expires,
                sent: mail.and_then(|(_, mail)| mail.sent),
                failed: mail.and_then(|(_, mail)| mail.failed.or(mail.bounced)),
                opened: row.opened,
                spent: row.spent,
                superseded: row.superseded,
            }
        });
        Ok(entry.collect())
    }

    async fn find_mails_of(&mut self, account: i64, most: u32) -> Result<Vec<MailEntry>, Fault> {
        let mails = self.tables.mails.iter().rev().filter(|(_, row)| row.account == Some(account));
        let entry = mails.take(most as usize).map(|(mail, row)| MailEntry {
            kind: mail.kind.clone(),
            recipient: mail.recipient.clone(),
            queued: mail.queued,
            sent: row.sent,
            failed: row.failed,
            bounced: row.bounced,
            status: row.status.clone(),
            why: row.why.clone(),
        });
        Ok(entry.collect())
    }

    async fn count_sessions_of(&mut self, account: i64, now: Moment, seen: Moment) -> Result<u64, Fault> {
        let sessions = self.tables.sessions.values();
        Ok(sessions.filter(|row| row.account == account && row.expires > now && row.seen > seen).count() as u64)
    }

    async fn find_cases_of(&mut self, account: i64) -> Result<Vec<Case>, Fault> {
        let cases = self.tables.cases.iter().filter(|(case, closed)| case.account == account && closed.is_none());
        let mut cases: Vec<Case> = cases.map(|(case, _)| case.clone()).collect();
        cases.sort_by_key(|case| case.opened);
        Ok(cases)
    }

    async fn find_events_of(&mut self, account: i64, below: i64, most: u32) -> Result<Vec<Event>, Fault> {
        let mut rows: Vec<&Row> = self.audit_of(account).filter(|row| row.id < below).collect();
        rows.sort_by_key(|row| Reverse(row.id));
        let event = rows.into_iter().take(most as usize).map(|row| Event {
            id: row.id,
            at: row.at,
            actor: row.actor.clone(),
            action: row.action.clone(),
            detail: row.detail.clone(),
        });
        Ok(event.collect())
    }
}

impl Unit {
    fn audit_of(&self, account: i64) -> impl Iterator<Item = &Row> {
        self.tables.audit.iter().filter(move |row| row.account == Some(account))
    }
}
