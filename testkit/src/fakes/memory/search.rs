use async_trait::async_trait;
use backboard::identity::searched;
use backboard::service::desk::seen::Found;
use backboard::service::desk::seen::Search;
use backboard::service::ports::Fault;
use backboard::staff::Lookup;

use super::{Unit, broken};
use crate::seed::{LEVEL, NewPerson};

#[async_trait]
impl Search for Unit {
    async fn find_matches(&mut self, lookup: &Lookup, most: u32) -> Result<Vec<i64>, Fault> {
        let mut matches: Vec<((String, String), i64)> = Vec::new();
        for (id, person) in &self.tables.people {
            let keys = self.keys(person, lookup)?;
            matches.extend(keys.into_iter().map(|key| (key, *id)));
        }
        matches.sort_unstable();
        Ok(matches.into_iter().map(|(_, id)| id).take(most as usize).collect())
    }

    async fn find_found(&mut self, people: &[i64]) -> Result<Vec<Found>, Fault> {
        let rows = people.iter().filter_map(|id| Some((*id, self.tables.people.get(id)?)));
        rows.map(|(id, person)| {
            let account = self.tables.accounts.get(&person.account).ok_or_else(|| broken("person_account_exists"))?;
            Ok(Found {
                person: id,
                account: account.id,
                last_name: person.last_name.clone(),
                first_name: person.first_name.clone(),
                suffix: String::new(),
                earlier_names: person.earlier_names.clone(),
                certificate: person.certificate.as_ref().map(|number| number.as_str().to_owned()),
                level: LEVEL.to_owned(),
                email: person.email.clone(),
                username: account.username.clone(),
                state: account.state,
                frozen: account.frozen,
                shared: account.shared,
            })
        })
        .collect()
    }
}

impl Unit {
    /// The keys of a person that a lookup holds, in the order in which they are sorted.
    fn keys(&self, person: &NewPerson, lookup: &Lookup) -> Result<Vec<(String, String)>, Fault> {
        let account = self.tables.accounts.get(&person.account).ok_or_else(|| broken("person_account_exists"))?;
        let one = |key: Option<String>| key.map(|key| (key, String::new())).into_iter().collect::<Vec<_>>();
        Ok(match lookup {
            Lookup::Name { last, first } => {
                let earlier = person.earlier_names.iter().map(String::as_str);
                let names = searched(&person.last_name, earlier, &person.first_name).into_iter();
                names.filter(|(key, given)| last.hold(key) && first.hold(given)).collect()
            }
            Lookup::Username(keys) => {
                one(Some(account.username.key().as_str().to_owned()).filter(|key| keys.hold(key)))
            }
            Lookup::Certificate(keys) => {
                let number = person.certificate.as_ref().map(|number| number.as_str().to_owned());
                one(number.filter(|key| keys.hold(key)))
            }
            Lookup::Email(keys) => one(person.email.as_ref().map(|email| email.key()).filter(|key| keys.hold(key))),
        })
    }
}
