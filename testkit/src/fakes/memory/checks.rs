use async_trait::async_trait;
use backboard::moment::Moment;
use backboard::service::desk::checks::{Because, CallerCode, Callers, Passed, Reasons};
use backboard::service::ports::Fault;
use backboard::service::records::Digest;

use super::{CallerRow, Unit, broken};

#[async_trait]
impl Callers for Unit {
    async fn save_caller_code(&mut self, code: &CallerCode) -> Result<(), Fault> {
        let row = self.caller(code.session, code.account)?;
        row.code = Some((code.code, code.expires));
        row.tries = 0;
        Ok(())
    }

    async fn take_caller_try(
        &mut self,
        session: &Digest,
        account: i64,
        now: Moment,
        most: u32,
    ) -> Result<Option<(Digest, u32)>, Fault> {
        let Some(row) = self.change()?.callers.get_mut(&(*session, account)) else { return Ok(None) };
        let Some((code, _)) = row.code.filter(|(_, expires)| *expires > now && row.tries < most) else {
            return Ok(None);
        };
        row.tries += 1;
        Ok(Some((code, most - row.tries)))
    }

    async fn pass_caller(&mut self, session: &Digest, account: i64, passed: Passed) -> Result<(), Fault> {
        let row = self.caller(*session, account)?;
        row.code = None;
        row.passed = Some(passed);
        Ok(())
    }

    async fn find_passed(&mut self, session: &Digest, account: i64) -> Result<Option<Passed>, Fault> {
        Ok(self.tables.callers.get(&(*session, account)).and_then(|row| row.passed))
    }

    async fn forget_callers(&mut self, account: i64) -> Result<(), Fault> {
        self.change()?.callers.retain(|(_, of), _| *of != account);
        Ok(())
    }

    async fn purge_callers(&mut self, now: Moment, passed_before: Moment) -> Result<u64, Fault> {
        let callers = &mut self.change()?.callers;
        let before = callers.len();
        callers.retain(|_, row| {
            row.code.is_some_and(|(_, expires)| expires >= now)
                || row.passed.is_some_and(|passed| passed.at >= passed_before)
        });
        Ok((before - callers.len()) as u64)
    }
}

#[async_trait]
impl Reasons for Unit {
    async fn add_reason(&mut self, reason: &Because) -> Result<(), Fault> {
        let tables = self.change()?;
        if !tables.accounts.contains_key(&reason.account) {
            return Err(broken("act_reason_account_exists"));
        }
        if tables.reasons.insert(reason.mark.clone(), reason.clone()).is_some() {
            return Err(broken("act_reason mark"));
        }
        Ok(())
    }

    async fn find_reason(&mut self, mark: &str) -> Result<Option<Because>, Fault> {
        Ok(self.tables.reasons.get(mark).cloned())
    }
}

impl Unit {
    fn caller(&mut self, session: Digest, account: i64) -> Result<&mut CallerRow, Fault> {
        let tables = self.change()?;
        if !tables.accounts.contains_key(&account) {
            return Err(broken("caller_check_account_exists"));
        }
        Ok(tables.callers.entry((session, account)).or_default())
    }
}
