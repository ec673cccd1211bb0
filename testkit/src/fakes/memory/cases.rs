use async_trait::async_trait;
use backboard::moment::Moment;
use backboard::service::ports::{Cases, Fault};
use backboard::service::records::Case;

use super::{Unit, broken};

#[async_trait]
impl Cases for Unit {
    async fn open_case(&mut self, case: &Case) -> Result<bool, Fault> {
        let tables = self.change()?;
        if !tables.accounts.contains_key(&case.account) {
            return Err(broken("office_case_account_exists"));
        }
        let open = |(row, closed): &(Case, Option<Moment>)| {
            row.account == case.account && row.kind == case.kind && closed.is_none()
        };
        if tables.cases.iter().any(open) {
            return Ok(false);
        }
        tables.cases.push((case.clone(), None));
        Ok(true)
    }

    async fn close_cases(&mut self, account: i64, now: Moment) -> Result<u64, Fault> {
        let rows = self.change()?.cases.iter_mut();
        let open = rows.filter(|(case, closed)| case.account == account && closed.is_none());
        Ok(open.map(|(_, closed)| *closed = Some(now)).count() as u64)
    }

    async fn find_case_closed(&mut self, account: i64, kind: &str) -> Result<Option<Moment>, Fault> {
        let of = self.tables.cases.iter().filter(|(case, _)| case.account == account && case.kind == kind);
        Ok(of.filter_map(|(_, closed)| *closed).max())
    }

    async fn find_cases(&mut self) -> Result<Vec<Case>, Fault> {
        let open = self.tables.cases.iter().filter(|(_, closed)| closed.is_none());
        let mut cases: Vec<Case> = open.map(|(case, _)| case.clone()).collect();
        // Of one second in the order in which they were opened: the sort is stable.
        cases.sort_by_key(|case| case.opened);
        Ok(cases)
    }
}
