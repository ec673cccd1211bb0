use async_trait::async_trait;
use backboard::link::Step;
use backboard::moment::Moment;
use backboard::service::ports::{Fault, Flows};
use backboard::service::records::{Digest, Flow, Link, NewFlow};

use super::{Tables, Unit, broken, purge};

#[async_trait]
impl Flows for Unit {
    async fn add_flow(&mut self, new: &NewFlow) -> Result<(), Fault> {
        let tables = self.change()?;
        if tables.flows.iter().any(|(browser, flow)| *browser == new.browser || flow.id == new.id) {
            return Err(broken("flow_browser_unique"));
        }
        tables.refer(new.account, new.link.as_deref())?;
        let flow = Flow {
            id: new.id.clone(),
            purpose: new.purpose,
            step: new.step,
            account: new.account,
            link: new.link.clone(),
            code_tries: 0,
            expires: new.expires,
        };
        tables.flows.push((new.browser, flow));
        Ok(())
    }

    async fn find_flow(&mut self, browser: &Digest) -> Result<Option<Flow>, Fault> {
        Ok(self.tables.flows.iter().find(|(of, _)| of == browser).map(|(_, flow)| flow.clone()))
    }

    async fn advance_flow(
        &mut self,
        flow: &str,
        from: Step,
        to: Step,
        link: &Link,
        now: Moment,
    ) -> Result<bool, Fault> {
        let tables = self.change()?;
        tables.refer(Some(link.account), Some(&link.id))?;
        let row = tables.flows.iter_mut().map(|(_, row)| row).find(|row| {
            row.id == flow
                && row.step == from
                && row.expires > now
                && row.purpose == link.purpose
                && row.account.is_none_or(|account| account == link.account)
        });
        let Some(row) = row else { return Ok(false) };
        row.step = to;
        row.link = Some(link.id.clone());
        row.account = Some(link.account);
        Ok(true)
    }

    async fn take_code_try(&mut self, flow: &str, most: u32) -> Result<Option<u32>, Fault> {
        let mut rows = self.change()?.flows.iter_mut().map(|(_, row)| row);
        let Some(row) = rows.find(|row| row.id == flow && row.code_tries < most) else { return Ok(None) };
        row.code_tries += 1;
        Ok(Some(most - row.code_tries))
    }

    async fn purge_flows(&mut self, expired_before: Moment) -> Result<u64, Fault> {
        Ok(purge(&mut self.change()?.flows, |(_, flow)| flow.expires < expired_before))
    }
}

impl Tables {
    fn refer(&self, account: Option<i64>, link: Option<&str>) -> Result<(), Fault> {
        if account.is_some_and(|account| !self.accounts.contains_key(&account)) {
            return Err(broken("flow_account_exists"));
        }
        if link.is_some_and(|link| !self.links.iter().any(|row| row.new.id == link)) {
            return Err(broken("flow_link_exists"));
        }
        Ok(())
    }
}
