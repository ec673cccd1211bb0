//! Whom a roster does not name any more.

use super::{Import, Listed};
use crate::moment::Moment;
use crate::roster::PersonId;
use crate::service::ports::Fault;

/// People that are read at once.
const BATCH: u32 = 1_000;

/// How many people of the roster a file does not name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Left {
    pub leaving: u64,
    /// People of the roster until now.
    pub people: u64,
    /// The first of those who leave.
    pub examples: Vec<Listed>,
}

impl Import<'_> {
    /// Who is on the roster until now and was not named by a line that was taken, at the end of a dry run. A line that has
    /// to be mended names its person all the same.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn left(&self, examples: usize) -> Result<Left, Fault> {
        let mut work = self.store.read_roster().await?;
        let Some((since, people)) = on_roster(&work.find_seen().await?) else { return Ok(Left::default()) };
        let mut left = Left { people, ..Left::default() };
        let mut after = i64::MIN;
        loop {
            let listed = work.find_listed(since, after, BATCH).await?;
            let Some(last) = listed.last() else { return Ok(left) };
            after = last.id;
            let is_named = |one: &Listed| PersonId::parse(&one.person).is_ok_and(|id| self.named.contains(&id));
            for one in listed.into_iter().filter(|one| !is_named(one)) {
                left.leaving += 1;
                if left.examples.len() < examples {
                    left.examples.push(one);
                }
            }
        }
    }
}

/// Since when people must have been named to count as on the roster, and how many those are: so far back that four
/// fifths of all are among them. The last import alone will not do, because one that was cut off, or of a few new
/// people, names some; and who left years ago is on file for long.
fn on_roster(groups: &[(Moment, u64)]) -> Option<(Moment, u64)> {
    let all: u64 = groups.iter().map(|(_, people)| people).sum();
    let mut reached = 0;
    groups.iter().find_map(|(seen, people)| {
        reached += people;
        (reached * 5 >= all * 4).then_some((*seen, reached))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_on_the_roster_is_told_by_the_newest_imports_of_four_fifths() {
        let found = |groups: &[(i64, u64)]| {
            let groups: Vec<(Moment, u64)> = groups.iter().map(|(at, people)| (Moment(*at), *people)).collect();
            on_roster(&groups).map(|(at, people)| (at.0, people))
        };
        assert_eq!(found(&[]), None);
        assert_eq!(found(&[(9, 100)]), Some((9, 100)));
        // Some left long ago.
        assert_eq!(found(&[(9, 90), (3, 10)]), Some((9, 90)));
        // A file of a few new people, and one that was cut off.
        assert_eq!(found(&[(9, 5), (8, 90), (3, 5)]), Some((8, 95)));
        assert_eq!(found(&[(9, 50), (8, 50)]), Some((8, 100)));
    }
}
