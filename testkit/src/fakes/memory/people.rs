use async_trait::async_trait;
use backboard::account::UsernameKey;
use backboard::identity::CertificateNumber;
use backboard::keep;
use backboard::moment::Moment;
use backboard::service::ports::{Fault, People};
use backboard::service::records::{Account, Digest, Gone, Person};

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

    async fn find_gone(&mut self, named: Moment, most: u32) -> Result<Vec<Gone>, Fault> {
        let tables = &self.tables;
        let newest = tables.people.values().map(|person| person.named).max();
        let mut gone = Vec::new();
        for (id, person) in &tables.people {
            let account = tables.accounts.get(&person.account).ok_or_else(|| broken("person_account_exists"))?;
            if person.named <= named && Some(person.named) < newest && keep::may_go(account.state) {
                gone.push(Gone { person: *id, account: account.clone(), named: person.named });
            }
        }
        gone.sort_by_key(|gone| (gone.named, gone.person));
        gone.truncate(most as usize);
        Ok(gone)
    }

    async fn forget_person(&mut self, person: i64, named: Moment) -> Result<bool, Fault> {
        let tables = self.change()?;
        let Some(found) = tables.people.get(&person).filter(|person| person.named <= named) else { return Ok(false) };
        let may_go = tables.accounts.get(&found.account).is_some_and(|account| keep::may_go(account.state));
        Ok(may_go && tables.people.remove(&person).is_some())
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
