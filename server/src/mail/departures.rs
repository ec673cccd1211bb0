//! When each mail leaves.
//!
//! Every mail that is due gets a random moment of its own, so that when a mail arrives tells nothing of the mails that
//! were queued before it. Were they sent in their order, somebody's own mail would come later after that of an account
//! that exists than after that of one that does not.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::clock::random;

/// The moments of the mails that wait, by id. They are not stored: a mail that outlives a restart gets another.
#[derive(Debug, Default)]
pub struct Departures {
    spread: Duration,
    moments: HashMap<String, Instant>,
}

impl Departures {
    /// Over so long from the moment at which a mail is first seen.
    #[must_use]
    pub fn over(spread: Duration) -> Self {
        Self { spread, moments: HashMap::new() }
    }

    /// Which of these mails leaves first, and when. The others that are known are forgotten: they have ended, or
    /// somebody else has taken them.
    pub fn first_of(&mut self, due: &[String]) -> Option<(String, Instant)> {
        self.moments.retain(|id, _| due.contains(id));
        for id in due {
            if !self.moments.contains_key(id) {
                self.moments.insert(id.clone(), Instant::now() + self.spread.mul_f64(part()));
            }
        }
        // Of those that leave alike the oldest is first, as it is where there is no spread.
        let first = due.iter().filter_map(|id| Some((id, *self.moments.get(id)?))).min_by_key(|(_, moment)| *moment);
        first.map(|(id, moment)| (id.clone(), moment))
    }
}

/// From 0 to 1.
fn part() -> f64 {
    f64::from(u32::from_be_bytes(random())) / f64::from(u32::MAX)
}
