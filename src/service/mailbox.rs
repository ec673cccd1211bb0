//! How often strangers can have one mailbox written to.
//!
//! Anybody can type an address or a username, and each of the two journeys that ask for nothing more (*forgot
//! password?*, *forgot username?*) counts its own mails: who asks for usernames all day keeps no password from being
//! reset.

use super::ports::{Fault, UnitOfWork};
use super::records::Person;
use super::{Portal, token};
use crate::account::Username;
use crate::identity::Email;
use crate::limit::Budget;

/// Mails of one journey to one mailbox: in no hour more than 3, in no day more than 10. A full budget gives all at once,
/// and what comes back in that time counts as well: 3 and none within the hour, 5 and one each four hours.
const MAILED_TO: [(&str, Budget); 2] =
    [("hour", Budget { burst: 3, every: 60 * 60 }), ("day", Budget { burst: 5, every: 4 * 60 * 60 })];

impl Portal {
    /// Whether one more mail of a journey may go to an address, in whatever spelling it is on file; it is counted.
    pub(super) async fn may_mail(&self, work: &mut dyn UnitOfWork, journey: &str, to: &Email) -> Result<bool, Fault> {
        for (key, (_, budget)) in self.mailed_to(journey, to).iter().zip(MAILED_TO) {
            if work.take_budget(key, budget, self.now()).await?.is_err() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The budgets of mails of a journey to an address.
    pub(super) fn mailed_to(&self, journey: &str, to: &Email) -> [String; 2] {
        let key = token::base64url(&self.vault.digest("email", to.key().as_bytes()));
        MAILED_TO.map(|(span, _)| format!("{journey}.mail:{span}:{key}"))
    }
}

/// The usernames on each stored form of an address, each once.
pub(super) fn by_mailbox(people: Vec<Person>) -> Vec<(Email, Vec<Username>)> {
    let mut mailboxes: Vec<(Email, Vec<Username>)> = Vec::new();
    for person in people {
        let Some(email) = person.email else { continue };
        let username = person.account.username;
        match mailboxes.iter_mut().find(|(known, _)| *known == email) {
            Some((_, usernames)) if usernames.contains(&username) => {}
            Some((_, usernames)) => usernames.push(username),
            None => mailboxes.push((email, vec![username])),
        }
    }
    mailboxes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moment::Moment;

    #[test]
    fn whoever_asks_all_the_time_gets_three_mails_in_no_hour_and_ten_in_no_day_more() {
        const STEP: i64 = 60;
        let [(_, hour), (_, day)] = MAILED_TO;
        let (mut hours, mut days) = (None, None);
        let mut mailed: Vec<i64> = Vec::new();
        for now in (0..5 * 86_400).step_by(STEP as usize) {
            // More than once at a time, as the worker does it.
            for _ in 0..4 {
                let Ok(next) = hour.take(hours, Moment(now)) else { continue };
                hours = Some(next);
                let Ok(next) = day.take(days, Moment(now)) else { continue };
                days = Some(next);
                mailed.push(now);
            }
        }
        for start in 0..mailed.len() {
            let within = |seconds| mailed[start..].iter().take_while(|at| **at < mailed[start] + seconds).count();
            assert!(within(3_600) <= 3 && within(86_400) <= 10, "{start}: {mailed:?}");
        }
        assert_eq!(mailed.iter().filter(|at| **at < 3_600).count(), 3);
        assert_eq!(mailed.iter().filter(|at| **at < 86_400).count(), 10);
    }
}
