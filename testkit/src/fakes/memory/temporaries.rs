use async_trait::async_trait;
use backboard::moment::Moment;
use backboard::service::ports::{Fault, Temporaries};
use backboard::service::records::{Digest, NewTemporary, Temporary};

use super::{TemporaryRow, Unit, broken, purge};

#[async_trait]
impl Temporaries for Unit {
    async fn add_temporary(&mut self, new: &NewTemporary) -> Result<(), Fault> {
        let tables = self.change()?;
        if tables.temporaries.iter().any(|row| row.new.id == new.id) {
            return Err(broken("temporary password id"));
        }
        if !tables.accounts.contains_key(&new.account) {
            return Err(broken("temporary_account_exists"));
        }
        tables.temporaries.push(TemporaryRow { new: new.clone(), used: None, ended: None });
        Ok(())
    }

    async fn find_temporary(&mut self, account: i64, digest: &Digest, now: Moment) -> Result<Option<String>, Fault> {
        let rows = self.tables.temporaries.iter().filter(|row| {
            row.new.account == account && row.new.digest == *digest && row.ended.is_none() && row.new.expires > now
        });
        Ok(rows.max_by_key(|row| (row.new.issued, &row.new.id)).map(|row| row.new.id.clone()))
    }

    async fn temporary_used(&mut self, id: &str, now: Moment) -> Result<(), Fault> {
        if let Some(row) = self.change()?.temporaries.iter_mut().find(|row| row.new.id == id) {
            row.used.get_or_insert(now);
        }
        Ok(())
    }

    async fn end_temporaries(&mut self, account: i64, now: Moment) -> Result<u64, Fault> {
        let rows = self.change()?.temporaries.iter_mut();
        let open = rows.filter(|row| row.new.account == account && row.ended.is_none());
        Ok(open.map(|row| row.ended = Some(now)).count() as u64)
    }

    async fn find_temporaries_of(&mut self, account: i64) -> Result<Vec<Temporary>, Fault> {
        let rows = self.tables.temporaries.iter().filter(|row| row.new.account == account);
        let mut ledger: Vec<Temporary> = rows.map(|row| self.temporary(row)).collect();
        ledger.sort_by(|a, b| (b.issued, &b.id).cmp(&(a.issued, &a.id)));
        Ok(ledger)
    }

    async fn purge_temporaries(&mut self, expired_before: Moment) -> Result<u64, Fault> {
        Ok(purge(&mut self.change()?.temporaries, |row| row.new.expires < expired_before))
    }
}

impl Unit {
    fn temporary(&self, row: &TemporaryRow) -> Temporary {
        let mail = self.tables.mails.iter().find(|(mail, _)| Some(&mail.id) == row.new.mail.as_ref());
        Temporary {
            id: row.new.id.clone(),
            issued: row.new.issued,
            expires: row.new.expires,
            issuer: row.new.issuer.clone(),
            why: row.new.why.clone(),
            sent: mail.and_then(|(_, mail)| mail.sent),
            failed: mail.and_then(|(_, mail)| mail.failed.or(mail.bounced)),
            used: row.used,
            ended: row.ended,
        }
    }
}
