use async_trait::async_trait;
use backboard::account::UsernameKey;
use backboard::identity::CertificateNumber;
use backboard::service::ports::{Fault, People};
use backboard::service::records::{Account, Digest, Person};

use super::{Unit, broken};
use crate::seed::NewPerson;

#[async_trait]
impl People for Unit {
    async fn find_people_by_ssn(&mut self, ssn: &Digest) -> Result<Vec<Person>, Fault> {
        self.people(|person| person.ssn.as_ref() == Some(ssn))
    }

    async fn find_people_by_certificate(&mut self, certificate: &CertificateNumber) -> Result<Vec<Person>, Fault> {
        self.people(|person| person.certificate.as_ref() == Some(certificate))
    }

    async fn find_people_by_email(&mut self, key: &str) -> Result<Vec<Person>, Fault> {
        self.people(|person| person.email.as_ref().is_some_and(|email| email.key() == key))
    }

    async fn find_people_of(&mut self, account: i64) -> Result<Vec<Person>, Fault> {
        self.people(|person| person.account == account)
    }

    async fn find_account(&mut self, account: i64) -> Result<Option<Account>, Fault> {
        Ok(self.tables.accounts.get(&account).cloned())
    }

    async fn find_account_by_username(&mut self, username: &UsernameKey) -> Result<Option<Account>, Fault> {
        Ok(self.tables.accounts.values().find(|account| account.username.key() == *username).cloned())
    }
}

impl Unit {
    fn people(&self, wanted: impl Fn(&NewPerson) -> bool) -> Result<Vec<Person>, Fault> {
        let rows = self.tables.people.iter().filter(|(_, person)| wanted(person));
        rows.map(|(id, person)| self.person(*id, person)).collect()
    }

    fn person(&self, id: i64, person: &NewPerson) -> Result<Person, Fault> {
        let account = self.tables.accounts.get(&person.account).ok_or_else(|| broken("person_account_exists"))?;
        Ok(Person {
            id,
            last_name: person.last_name.clone(),
            earlier_names: person.earlier_names.clone(),
            first_name: person.first_name.clone(),
            born: person.born,
            email: person.email.clone(),
            products: person.products.clone(),
            account: account.clone(),
        })
    }
}
