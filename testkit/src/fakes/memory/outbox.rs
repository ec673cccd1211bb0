use async_trait::async_trait;
use backboard::moment::Moment;
use backboard::service::ports::{Fault, Outbox};
use backboard::service::records::{Mail, NewMail, Posted};

use super::{Unit, broken, purge};
use crate::seed::MailRow;

#[async_trait]
impl Outbox for Unit {
    async fn add_mail(&mut self, new: &NewMail) -> Result<(), Fault> {
        let tables = self.change()?;
        if tables.mails.iter().any(|(mail, _)| mail.id == new.id) {
            return Err(broken("mail id"));
        }
        if new.account.is_some_and(|account| !tables.accounts.contains_key(&account)) {
            return Err(broken("mail_account_exists"));
        }
        let mail = Mail {
            id: new.id.clone(),
            recipient: new.recipient.clone(),
            kind: new.kind.clone(),
            sealed: new.sealed.clone(),
            queued: new.due,
            tries: 0,
        };
        let row = MailRow {
            account: new.account,
            sealed: Some(new.sealed.clone()),
            due: Some(new.due),
            sent: None,
            failed: None,
            bounced: None,
            status: String::new(),
            why: String::new(),
        };
        tables.mails.push((mail, row));
        Ok(())
    }

    async fn find_due_mails(&mut self, now: Moment, most: u32) -> Result<Vec<String>, Fault> {
        let waiting = self.tables.mails.iter().filter_map(|(mail, row)| Some((row.due?, &mail.id)));
        let mut due: Vec<(Moment, &String)> = waiting.filter(|(due, _)| *due <= now).collect();
        // Those that are due alike stay in the order in which they were queued.
        due.sort_by_key(|(due, _)| *due);
        Ok(due.into_iter().take(most as usize).map(|(_, id)| id.clone()).collect())
    }

    async fn take_mail(&mut self, id: &str, now: Moment, until: Moment) -> Result<Option<Mail>, Fault> {
        let mut mails = self.change()?.mails.iter_mut();
        let found = mails.find(|(mail, row)| mail.id == id && row.due.is_some_and(|due| due <= now));
        Ok(found.map(|(mail, row)| {
            row.due = Some(until);
            mail.tries += 1;
            mail.clone()
        }))
    }

    async fn mail_sent(&mut self, id: &str, now: Moment) -> Result<(), Fault> {
        self.open_mail(id, |mail, row| {
            row.sent = Some(now);
            end(mail, row);
        })
    }

    async fn mail_retry(&mut self, id: &str, due: Moment, why: &str) -> Result<(), Fault> {
        self.open_mail(id, |_, row| {
            row.due = Some(due);
            why.clone_into(&mut row.why);
        })
    }

    async fn mail_failed(&mut self, id: &str, now: Moment, why: &str) -> Result<(), Fault> {
        self.open_mail(id, |mail, row| {
            row.failed = Some(now);
            why.clone_into(&mut row.why);
            end(mail, row);
        })
    }

    async fn mail_bounced(&mut self, id: &str, now: Moment, status: &str) -> Result<bool, Fault> {
        let open = |(mail, row): &&mut (Mail, MailRow)| mail.id == id && row.bounced.is_none() && row.failed.is_none();
        let Some((mail, row)) = self.change()?.mails.iter_mut().find(open) else { return Ok(false) };
        row.bounced = Some(now);
        status.clone_into(&mut row.status);
        row.sent = row.sent.or(Some(now));
        end(mail, row);
        Ok(true)
    }

    async fn find_mail(&mut self, id: &str) -> Result<Option<Posted>, Fault> {
        let found = self.tables.mails.iter().find(|(mail, _)| mail.id == id);
        Ok(found.map(|(mail, row)| Posted {
            account: row.account,
            recipient: mail.recipient.clone(),
            kind: mail.kind.clone(),
            queued: mail.queued,
        }))
    }

    async fn next_due(&mut self) -> Result<Option<Moment>, Fault> {
        let jobs = self.tables.jobs.iter().map(|(due, _)| *due);
        Ok(jobs.chain(self.tables.mails.iter().filter_map(|(_, row)| row.due)).min())
    }

    async fn purge_mail(&mut self, ended_before: Moment) -> Result<u64, Fault> {
        Ok(purge(&mut self.change()?.mails, |(_, row)| {
            row.due.is_none() && row.sent.or(row.failed).is_some_and(|ended| ended < ended_before)
        }))
    }
}

impl Unit {
    /// Changes a mail that has not ended.
    fn open_mail(&mut self, id: &str, change: impl FnOnce(&mut Mail, &mut MailRow)) -> Result<(), Fault> {
        let found = self.change()?.mails.iter_mut().find(|(mail, row)| mail.id == id && row.due.is_some());
        if let Some((mail, row)) = found {
            change(mail, row);
        }
        Ok(())
    }
}

fn end(mail: &mut Mail, row: &mut MailRow) {
    mail.sealed.clear();
    row.sealed = None;
    row.due = None;
}
