use async_trait::async_trait;
use backboard::moment::Moment;
use backboard::service::desk::email_ports::EmailFate;
use backboard::service::desk::import_ports::ImportState;
use backboard::service::epoch::{Epoch, Epochs, RESTORED, Void, Voided};
use backboard::service::ports::Fault;

use super::Unit;

#[async_trait]
impl Epochs for Unit {
    async fn find_epoch(&mut self) -> Result<Epoch, Fault> {
        Ok(self.tables.epoch)
    }

    async fn begin_epoch(&mut self, after: &Epoch, now: Moment) -> Result<bool, Fault> {
        let epoch = &mut self.change()?.epoch;
        if (epoch.number, epoch.since) != (after.number, after.since) {
            return Ok(false);
        }
        *epoch = Epoch { number: after.number + 1, since: now, source: epoch.copied, copied: None };
        Ok(true)
    }

    async fn void_outstanding(&mut self, void: &Void) -> Result<Voided, Fault> {
        let now = void.now;
        let tables = self.change()?;
        let mut voided = Voided {
            sessions: taken(&mut tables.sessions),
            flows: taken(&mut tables.flows),
            jobs: taken(&mut tables.jobs),
            callers: taken(&mut tables.callers),
            staff_sessions: taken(&mut tables.staff.sessions) + taken(&mut tables.staff.entries),
            ..Voided::default()
        };
        for link in tables.links.iter_mut().filter(|link| link.spent.is_none() && link.superseded.is_none()) {
            link.superseded = Some(now);
            voided.links += u64::from(link.new.expires > now);
        }
        for row in tables.temporaries.iter_mut().filter(|row| row.ended.is_none() && row.new.expires > now) {
            row.ended = Some(now);
            voided.temporaries += 1;
        }
        let waiting = tables.mails.iter_mut().filter(|(_, row)| row.due.is_some());
        for (mail, row) in waiting.filter(|(mail, _)| void.mails.contains(&mail.kind.as_str())) {
            mail.sealed.clear();
            (row.sealed, row.due, row.failed) = (None, None, Some(now));
            RESTORED.clone_into(&mut row.why);
            voided.mails += 1;
        }
        for (_, fate) in tables.email_changes.iter_mut().filter(|(_, fate)| fate.is_none()) {
            *fate = Some(EmailFate::Stopped);
            voided.email_changes += 1;
        }
        for link in tables.staff.links.iter_mut().filter(|link| link.spent.is_none() && link.expires > now) {
            link.spent = Some(now);
            voided.staff_links += 1;
        }
        for (.., used) in tables.staff.recovery.iter_mut().filter(|(.., used)| !used) {
            *used = true;
            voided.recovery_codes += 1;
        }
        for job in tables.import_jobs.iter_mut().filter(|job| job.state == ImportState::Queued) {
            job.state = ImportState::Checked;
            voided.imports += 1;
        }
        for member in tables.staff.members.iter_mut().filter(|member| member.second.is_some()) {
            member.second_step = member.second_step.max(Some(void.step));
        }
        Ok(voided)
    }
}

/// Empties a table; how many rows there were.
fn taken<T: Default + IntoIterator>(rows: &mut T) -> u64 {
    std::mem::take(rows).into_iter().count() as u64
}
