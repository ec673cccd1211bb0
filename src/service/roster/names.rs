//! Usernames for people whose roster names none.

use std::collections::{HashMap, HashSet};

use super::RosterWork;
use crate::account::{Username, UsernameKey};
use crate::service::ports::Fault;

/// How many further numbers of one name are asked for at once, where the first ones are taken.
const AHEAD: u32 = 64;

/// Which names are taken: in the file, by this import, or in the store as far as was asked.
#[derive(Default)]
pub struct Names {
    taken: HashSet<String>,
    numbers: HashMap<String, Numbers>,
}

/// The numbers of one name.
#[derive(Clone, Copy)]
struct Numbers {
    /// All before this one are taken.
    next: u32,
    /// The store was asked for all before this one.
    asked: u32,
}

impl Names {
    pub fn reserve(&mut self, username: &UsernameKey) {
        self.taken.insert(username.as_str().to_owned());
    }

    /// One free username for each first and last name, in this order.
    pub async fn make(&mut self, work: &mut dyn RosterWork, people: &[(&str, &str)]) -> Result<Vec<Username>, Fault> {
        let mut made: Vec<Option<Username>> = vec![None; people.len()];
        let mut ahead = 1;
        while made.iter().any(Option::is_none) {
            let mut questions = Vec::new();
            for ((first, last), _) in people.iter().zip(&made).filter(|(_, made)| made.is_none()) {
                let numbers = self.numbers(first, last);
                let from = numbers.asked;
                numbers.asked += ahead;
                questions.extend((from..from + ahead).map(|number| Username::suggested(first, last, number).key()));
            }
            let found = work.find_named_accounts(&questions).await?;
            self.taken.extend(found.into_iter().map(|account| account.key.as_str().to_owned()));
            for (slot, (first, last)) in made.iter_mut().zip(people).filter(|(slot, _)| slot.is_none()) {
                *slot = self.take(first, last);
            }
            ahead = AHEAD;
        }
        Ok(made.into_iter().flatten().collect())
    }

    /// The next free name, as far as the store was asked.
    fn take(&mut self, first: &str, last: &str) -> Option<Username> {
        let Numbers { next, asked } = *self.numbers(first, last);
        for number in next..asked {
            let username = Username::suggested(first, last, number);
            if self.taken.insert(username.key().as_str().to_owned()) {
                self.numbers(first, last).next = number + 1;
                return Some(username);
            }
        }
        self.numbers(first, last).next = asked;
        None
    }

    fn numbers(&mut self, first: &str, last: &str) -> &mut Numbers {
        let name = Username::suggested(first, last, 1).as_str().to_owned();
        self.numbers.entry(name).or_insert(Numbers { next: 1, asked: 1 })
    }
}
