use std::collections::BTreeSet;

use async_trait::async_trait;
use backboard::expiry::DAY;
use backboard::link::{LinkFate, Step};
use backboard::moment::Moment;
use backboard::service::ports::{Fault, Links};
use backboard::service::records::{Digest, Link, NewLink};

use super::{LinkRow, Unit, broken};

#[async_trait]
impl Links for Unit {
    async fn add_link(&mut self, new: &NewLink) -> Result<(), Fault> {
        let tables = self.change()?;
        if tables.links.iter().any(|row| row.new.id == new.id || row.new.token == new.token) {
            return Err(broken("link_token_unique"));
        }
        if !tables.accounts.contains_key(&new.account) {
            return Err(broken("link_account_exists"));
        }
        tables.links.push(LinkRow {
            new: new.clone(),
            mail: None,
            opened: None,
            spent: None,
            superseded: None,
            answer_tries: 0,
        });
        Ok(())
    }

    async fn find_link(&mut self, id: &str) -> Result<Option<Link>, Fault> {
        Ok(self.tables.links.iter().find(|row| row.new.id == id).map(LinkRow::link))
    }

    async fn find_link_by_token(&mut self, token: &Digest) -> Result<Option<Link>, Fault> {
        Ok(self.tables.links.iter().find(|row| row.new.token == *token).map(LinkRow::link))
    }

    async fn find_link_by_code(&mut self, flow: &str, code: &Digest) -> Result<Option<Link>, Fault> {
        let mut rows = self.tables.links.iter().filter(|row| row.new.flow == flow && row.new.code == *code);
        Ok(rows.next_back().map(LinkRow::link))
    }

    async fn link_mailed(&mut self, id: &str, mail: &str) -> Result<(), Fault> {
        for row in self.change()?.links.iter_mut().filter(|row| row.new.id == id) {
            row.mail = Some(mail.to_owned());
        }
        Ok(())
    }

    async fn link_opened(&mut self, id: &str, now: Moment) -> Result<(), Fault> {
        for row in self.change()?.links.iter_mut().filter(|row| row.new.id == id) {
            row.opened.get_or_insert(now);
        }
        Ok(())
    }

    async fn spend_link(&mut self, id: &str, now: Moment) -> Result<bool, Fault> {
        let row = self.change()?.links.iter_mut().find(|row| row.new.id == id && row.live(now));
        let Some(row) = row else { return Ok(false) };
        row.spent = Some(now);
        Ok(true)
    }

    async fn take_answer_try(&mut self, link: &str, most: u32) -> Result<Option<u32>, Fault> {
        let row = self.change()?.links.iter_mut().find(|row| row.new.id == link && row.answer_tries < most);
        let Some(row) = row else { return Ok(None) };
        row.answer_tries += 1;
        Ok(Some(most - row.answer_tries))
    }

    async fn renew_link(&mut self, id: &str, expires: Moment, most: u32) -> Result<bool, Fault> {
        let tables = self.change()?;
        // They lie in the order in which they were made.
        let mut from_it = tables.links.iter().skip_while(|row| row.new.id != id);
        let Some(row) = from_it.next().filter(|row| row.is_open()) else { return Ok(false) };
        let (account, flow) = (row.new.account, row.new.flow.clone());
        let live = |other: &&LinkRow| other.new.account == account && other.is_open();
        let newer: BTreeSet<&str> = from_it.filter(live).map(|row| row.new.flow.as_str()).collect();
        if newer.len() >= most as usize {
            return Ok(false);
        }
        for row in tables.links.iter_mut().filter(|row| row.new.id == id) {
            row.new.expires = row.new.expires.max(expires);
        }
        for (_, row) in tables.flows.iter_mut().filter(|(_, row)| row.id == flow && row.step == Step::Asked) {
            row.expires = row.expires.max(expires);
        }
        Ok(true)
    }

    async fn end_link(&mut self, id: &str, now: Moment) -> Result<(), Fault> {
        for row in self.change()?.links.iter_mut().filter(|row| row.new.id == id && row.is_open()) {
            row.superseded = Some(now);
        }
        Ok(())
    }

    async fn supersede_links(&mut self, account: i64, keep: u32, now: Moment) -> Result<(), Fault> {
        let links = &mut self.change()?.links;
        let live = |row: &&mut LinkRow| row.new.account == account && row.live(now);
        let mut flows: Vec<String> = Vec::new();
        for row in links.iter_mut().rev().filter(live) {
            if flows.len() < keep as usize && !flows.contains(&row.new.flow) {
                flows.push(row.new.flow.clone());
            }
        }
        if keep == 0 {
            for row in links.iter_mut().filter(|row| row.new.account == account && row.is_open()) {
                row.superseded = Some(now);
            }
            return Ok(());
        }
        for row in links.iter_mut().filter(live) {
            row.superseded = (!flows.contains(&row.new.flow)).then_some(now);
        }
        Ok(())
    }

    async fn purge_links(&mut self, expired_before: Moment) -> Result<u64, Fault> {
        let tables = self.change()?;
        let flows = &tables.flows;
        let is_over = |row: &LinkRow| {
            row.new.expires < expired_before
                && !flows.iter().any(|(_, flow)| flow.link.as_deref() == Some(row.new.id.as_str()))
        };
        for row in tables.links.iter().filter(|row| row.is_open() && is_over(row)) {
            let day = (row.new.expires.0.div_euclid(DAY), row.new.purpose.code().to_owned());
            *tables.expired_links.entry(day).or_default() += 1;
        }
        Ok(super::purge(&mut tables.links, is_over))
    }
}

impl LinkRow {
    /// Neither spent nor superseded.
    pub(super) const fn is_open(&self) -> bool {
        self.spent.is_none() && self.superseded.is_none()
    }

    fn live(&self, now: Moment) -> bool {
        self.link().fate.live(now).is_ok()
    }

    fn link(&self) -> Link {
        Link {
            id: self.new.id.clone(),
            purpose: self.new.purpose,
            account: self.new.account,
            person: self.new.person,
            answer_tries: self.answer_tries,
            fate: LinkFate {
                expires: self.new.expires,
                spent: self.spent.is_some(),
                superseded: self.superseded.is_some(),
            },
        }
    }
}
