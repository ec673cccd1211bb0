//! Who asked for help and got no mail: the worker's half of it. What the desk sees is [`super::desk::queues`].
//!
//! The pages that asked know nothing of it: it is written down where jobs are done, mails given up and reports read.

use super::Portal;
use super::desk::queue_ports::{NewUnreached, NoMail};
use super::mail::Message;
use super::ports::{Fault, UnitOfWork};
use super::records::Posted;

impl Portal {
    /// Somebody asked, and there is nowhere to mail to.
    pub(super) async fn without_address(&self, work: &mut dyn UnitOfWork, person: i64) -> Result<(), Fault> {
        let at = self.now();
        let new = NewUnreached { person, why: NoMail::NoAddress, said: String::new(), address: None, at };
        work.add_unreached(&new).await
    }

    /// A mail did not arrive: where it answered a request, everybody on file whom it was to reach is written down. Who has
    /// another address by now is not.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn unreached(
        &self,
        work: &mut dyn UnitOfWork,
        mail: &Posted,
        why: NoMail,
        said: &str,
    ) -> Result<(), Fault> {
        if !Message::answers(&mail.kind) {
            return Ok(());
        }
        let people = match mail.account {
            Some(account) => work.find_people_of(account).await?,
            // Usernames are mailed to an address, whoever is on it.
            None => work.find_people_by_email(&mail.recipient.key()).await?,
        };
        for person in people.into_iter().filter(|person| person.email.as_ref() == Some(&mail.recipient)) {
            let (said, address) = (said.to_owned(), person.email);
            work.add_unreached(&NewUnreached { person: person.id, why, said, address, at: self.now() }).await?;
        }
        Ok(())
    }
}
