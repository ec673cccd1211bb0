//! Usernames for people whose roster names none.

use std::collections::{HashMap, HashSet};

use super::RosterWork;
use crate::account::{Username, UsernameKey};
use crate::service::ports::Fault;

/// How many further numbers of one name are asked for at once, where the first is taken.
const AHEAD: u32 = 64;

/// Which names are taken: in the file, by this import, or in the store as far as was asked.
#[derive(Default)]
pub struct Names {
    taken: HashSet<String>,
    /// The number from which a name may be free.
    next: HashMap<String, u32>,
}

impl Names {
    pub fn reserve(&mut self, username: &UsernameKey) {
        self.taken.insert(username.as_str().to_owned());
    }

    /// One free username for each first and last name, in this order.
    pub async fn make(&mut self, work: &mut dyn RosterWork, people: &[(&str, &str)]) -> Result<Vec<Username>, Fault> {
        let mut made: Vec<Option<Username>> = vec![None; people.len()];
        let mut round = 0;
        while made.iter().any(Option::is_none) {
            if round > 0 {
                self.look_ahead(work, people, &made).await?;
            }
            round += 1;
            let mut proposed = Vec::new();
            for (slot, (first, last)) in made.iter_mut().zip(people) {
                if slot.is_none() {
                    let username = self.propose(first, last);
                    proposed.push(username.key());
                    *slot = Some(username);
                }
            }
            let found: HashSet<UsernameKey> =
                work.find_named_accounts(&proposed).await?.into_iter().map(|account| account.key).collect();
            for slot in &mut made {
                if slot.as_ref().is_some_and(|username| found.contains(&username.key())) {
                    *slot = None;
                }
            }
        }
        Ok(made.into_iter().flatten().collect())
    }

    /// The next name that is not known to be taken; from now on it is.
    fn propose(&mut self, first: &str, last: &str) -> Username {
        let next = self.next.entry(Username::suggested(first, last, 1).as_str().to_owned()).or_insert(1);
        loop {
            let username = Username::suggested(first, last, *next);
            *next += 1;
            if self.taken.insert(username.key().as_str().to_owned()) {
                return username;
            }
        }
    }

    /// Learns which of the next numbers the store has, for names whose first try was taken.
    async fn look_ahead(
        &mut self,
        work: &mut dyn RosterWork,
        people: &[(&str, &str)],
        made: &[Option<Username>],
    ) -> Result<(), Fault> {
        for ((first, last), _) in people.iter().zip(made).filter(|(_, made)| made.is_none()) {
            let from = self.next.get(Username::suggested(first, last, 1).as_str()).copied().unwrap_or(1);
            let ahead: Vec<UsernameKey> =
                (from..from + AHEAD).map(|number| Username::suggested(first, last, number).key()).collect();
            let found = work.find_named_accounts(&ahead).await?;
            self.taken.extend(found.into_iter().map(|account| account.key.as_str().to_owned()));
        }
        Ok(())
    }
}
