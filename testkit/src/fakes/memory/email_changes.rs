use async_trait::async_trait;
use backboard::identity::Email;
use backboard::moment::Moment;
use backboard::service::desk::email_ports::{EmailChange, EmailChanges, EmailFate};
use backboard::service::ports::Fault;

use super::{Unit, broken};

#[async_trait]
impl EmailChanges for Unit {
    async fn add_email_change(&mut self, change: &EmailChange) -> Result<(), Fault> {
        let tables = self.change()?;
        if !tables.accounts.contains_key(&change.account) {
            return Err(broken("email_change_account_exists"));
        }
        if tables
            .email_changes
            .iter()
            .any(|(other, fate)| other.id == change.id || other.person == change.person && fate.is_none())
        {
            return Err(broken("email_change_open"));
        }
        tables.email_changes.push((change.clone(), None));
        Ok(())
    }

    async fn find_email_changes_of(&mut self, account: i64) -> Result<Vec<EmailChange>, Fault> {
        let mut changes: Vec<EmailChange> = self.open_changes().filter(|change| change.account == account).collect();
        changes.sort_by_key(|change| change.person);
        Ok(changes)
    }

    async fn find_due_email_changes(
        &mut self,
        now: Moment,
        approved: bool,
        most: u32,
    ) -> Result<Vec<EmailChange>, Fault> {
        let due = |change: &EmailChange| change.due <= now && (!approved || change.approved_by.is_some());
        let mut changes: Vec<EmailChange> = self.open_changes().filter(due).collect();
        changes.sort_by(|one, other| (one.due, &one.id).cmp(&(other.due, &other.id)));
        changes.truncate(most as usize);
        Ok(changes)
    }

    async fn approve_email_change(&mut self, id: &str, staff: i64) -> Result<bool, Fault> {
        let found = self.change()?.email_changes.iter_mut().find(|(change, fate)| change.id == id && fate.is_none());
        let Some((change, _)) = found.filter(|(change, _)| change.approved_by.is_none()) else { return Ok(false) };
        change.approved_by = Some(staff);
        Ok(true)
    }

    async fn end_email_change(&mut self, id: &str, fate: EmailFate, _now: Moment) -> Result<bool, Fault> {
        self.end_change(fate, |change| change.id == id)
    }

    async fn end_email_change_of(&mut self, person: i64, fate: EmailFate, _now: Moment) -> Result<bool, Fault> {
        self.end_change(fate, |change| change.person == person)
    }

    async fn save_email(&mut self, person: i64, email: &Email) -> Result<bool, Fault> {
        let Some(person) = self.change()?.people.get_mut(&person) else { return Ok(false) };
        person.email = Some(email.clone());
        Ok(true)
    }
}

impl Unit {
    fn open_changes(&self) -> impl Iterator<Item = EmailChange> {
        let open = self.tables.email_changes.iter().filter(|(_, fate)| fate.is_none());
        open.map(|(change, _)| change.clone())
    }

    fn end_change(&mut self, fate: EmailFate, wanted: impl Fn(&EmailChange) -> bool) -> Result<bool, Fault> {
        let mut open =
            self.change()?.email_changes.iter_mut().filter(|(change, fate)| fate.is_none() && wanted(change));
        let Some((_, found)) = open.next() else { return Ok(false) };
        *found = Some(fate);
        Ok(true)
    }
}
