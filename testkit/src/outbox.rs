//! Filling an outbox and taking from it.

use async_trait::async_trait;
use backboard::account::Username;
use backboard::form::claim::LookupForm;
use backboard::moment::Moment;
use backboard::service::mail::{Letter, Message};
use backboard::service::ports::{Clock as _, Fault, Outbox, Vault as _};
use backboard::service::records::{Mail, NewMail};

use crate::fakes::TestPortal;
use crate::seed::email;

/// For tests that do not care which mail they take.
#[async_trait]
pub trait TakeOldest {
    /// Takes the oldest mail that is due.
    async fn take_oldest_mail(&mut self, now: Moment, until: Moment) -> Result<Option<Mail>, Fault>;
}

#[async_trait]
impl<Unit: Outbox + ?Sized> TakeOldest for Unit {
    async fn take_oldest_mail(&mut self, now: Moment, until: Moment) -> Result<Option<Mail>, Fault> {
        match self.find_due_mails(now, 1).await?.first() {
            Some(oldest) => self.take_mail(oldest, now, until).await,
            None => Ok(None),
        }
    }
}

/// Queues a notice under this id, as a use case would.
///
/// # Panics
/// When the store fails.
pub async fn queue(test: &TestPortal, id: &str, to: &str) {
    let Ok(username) = Username::parse("ada.lovelace") else { panic!("this is a username") };
    let letter = Letter { language: "en".to_owned(), message: Message::PasswordSet { username } };
    let plain = serde_json::to_vec(&letter).unwrap_or_else(|error| panic!("{error}"));
    let mail = NewMail {
        id: id.to_owned(),
        recipient: email(to),
        account: None,
        kind: letter.message.kind().to_owned(),
        sealed: test.vault.seal("mail", id.as_bytes(), &plain),
        due: test.clock.now(),
    };
    let done = async {
        let mut unit = test.portal.store.begin().await?;
        unit.add_mail(&mail).await?;
        unit.save().await
    };
    done.await.unwrap_or_else(|fault| panic!("{fault}"));
}

/// Asks to claim the account of the resident that [`crate::fakes::Resident::default`] describes, once
/// for each number.
///
/// # Panics
/// When the lookup is refused.
pub async fn ask(test: &TestPortal, number: u8) {
    let form = LookupForm {
        birth_month: "2".to_owned(),
        birth_day: "29".to_owned(),
        birth_year: "1984".to_owned(),
        last_name: "Lovelace".to_owned(),
        ssn: "900-01-0001".to_owned(),
        robot: "on".to_owned(),
        ..LookupForm::default()
    };
    let today = test.clock.now().day();
    let lookup = form.read(test.portal.agency.date_order, today).unwrap_or_else(|problems| panic!("{problems:?}"));
    let asked = test.portal.claim_lookup(&TestPortal::visitor(number), &lookup, &format!("good {number}")).await;
    if let Err(declined) = asked {
        panic!("{declined:?}");
    }
}
