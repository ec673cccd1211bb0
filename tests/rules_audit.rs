//! The chain of the audit: whatever is done to its rows without the key is noticed, and the first bad row is named.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};

use backboard::audit::{Chain, Digest, Flaw, Head, Row, START, Tie};
use backboard::moment::Moment;
use proptest::prelude::*;

/// A stand-in for the vault's keyed digest.
fn tie(key: u8, previous: &Digest, bytes: &[u8]) -> Option<Digest> {
    let mut digest = Digest::default();
    for (place, eight) in digest.chunks_mut(8).enumerate() {
        let mut hasher = DefaultHasher::new();
        (key, previous, bytes, place).hash(&mut hasher);
        eight.copy_from_slice(&hasher.finish().to_be_bytes());
    }
    (key < 3).then_some(digest)
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let texts = (".{0,8}", "[a-z-]{1,8}", ".{0,8}");
    let row = (texts, any::<Option<i64>>(), any::<i64>(), 1_u8..3);
    (0_usize..3, proptest::collection::vec(row, 1..20)).prop_map(|(untied, told)| {
        let mut previous = START;
        let mut rows = Vec::new();
        for (place, ((actor, action, detail), account, at, key)) in told.into_iter().enumerate() {
            let id = i64::try_from(place).unwrap_or_default() + 1;
            let mut row = Row { id, at: Moment(at), actor, action, account, detail, tie: None };
            if place >= untied {
                previous = tie(key, &previous, &row.bytes()).unwrap_or_default();
                row.tie = Some(Tie { key, digest: previous });
            }
            rows.push(row);
        }
        rows
    })
}

/// The chain over the rows, and the place of the first that does not follow.
fn check(rows: &[Row], heads: &[Head]) -> (Chain, Option<(usize, Flaw)>) {
    let mut chain = Chain::expecting(heads.iter().copied());
    for (place, row) in rows.iter().enumerate() {
        if let Err(flaw) = chain.next(row, tie) {
            return (chain, Some((place, flaw)));
        }
    }
    (chain, None)
}

fn head(row: &Row) -> Option<Head> {
    row.tie.map(|tie| Head { id: row.id, digest: tie.digest })
}

proptest! {
    #[test]
    fn rows_as_they_were_written_follow_and_every_head_is_found(rows in rows()) {
        let heads: Vec<Head> = rows.iter().filter_map(head).collect();
        let (chain, flaw) = check(&rows, &heads);
        prop_assert_eq!(flaw, None);
        prop_assert_eq!(chain.rows(), rows.len() as u64);
        prop_assert_eq!(chain.head(), rows.last().and_then(head));
        prop_assert_eq!(chain.cut_off(), None);
    }

    #[test]
    fn a_changed_row_is_named(rows in rows(), at in any::<prop::sample::Index>(), what in 0_u8..6) {
        let mut changed = rows.clone();
        let place = at.index(rows.len());
        let row = &mut changed[place];
        prop_assume!(row.tie.is_some());
        match what {
            0 => row.at = Moment(row.at.0 ^ 1),
            // A letter moves from one text to the next.
            1 => match row.actor.pop() {
                Some(letter) => row.action.insert(0, letter),
                None => row.actor.push('x'),
            },
            2 => row.action.push('x'),
            3 => row.account = row.account.map_or(Some(0), |_| None),
            4 => row.detail.push('x'),
            _ => row.tie = row.tie.map(|tie| Tie { digest: [7; 32], ..tie }),
        }
        prop_assert_eq!(check(&changed, &[]).1, Some((place, Flaw::Changed)));
    }

    #[test]
    fn a_row_taken_out_put_in_twice_or_swapped_is_noticed_there(rows in rows(), at in any::<prop::sample::Index>()) {
        let place = at.index(rows.len());
        prop_assume!(rows[place].tie.is_some() && place + 1 < rows.len());
        let mut gone = rows.clone();
        gone.remove(place);
        prop_assert_eq!(check(&gone, &[]).1, Some((place, Flaw::Gap)));
        // And with the numbers moved up.
        for row in gone.iter_mut().skip(place) {
            row.id -= 1;
        }
        prop_assert_eq!(check(&gone, &[]).1, Some((place, Flaw::Changed)));
        let mut twice = rows.clone();
        twice.insert(place, rows[place].clone());
        prop_assert_eq!(check(&twice, &[]).1, Some((place + 1, Flaw::Gap)));
        let mut swapped = rows.clone();
        swapped.swap(place, place + 1);
        prop_assert_eq!(check(&swapped, &[]).1, Some((place, Flaw::Gap)));
    }

    #[test]
    fn a_tie_taken_off_does_not_pass_for_a_row_from_before(rows in rows(), at in any::<prop::sample::Index>()) {
        let place = at.index(rows.len());
        prop_assume!(rows[place].tie.is_some());
        let mut one = rows.clone();
        one[place].tie = None;
        let (_, flaw) = check(&one, &[]);
        let is_first = rows.iter().position(|row| row.tie.is_some()) == Some(place);
        match flaw {
            // The first one without its tie leaves the second one hanging; alone, only the log misses it.
            None => prop_assert!(is_first && place + 1 == rows.len()),
            Some((found, flaw)) if is_first => prop_assert_eq!((found, flaw), (place + 1, Flaw::Changed)),
            Some((found, flaw)) => prop_assert_eq!((found, flaw), (place, Flaw::Untied)),
        }
        // All ties off at once: nothing in the rows tells, the log does.
        for row in &mut one {
            row.tie = None;
        }
        prop_assert_eq!(check(&one, &[]).1, None);
        let known = head(&rows[place]).into_iter().collect::<Vec<_>>();
        prop_assert_eq!(check(&one, &known).1, Some((place, Flaw::NotTheHead)));
    }

    #[test]
    fn a_tail_cut_off_is_missed_by_the_log_alone(rows in rows(), at in any::<prop::sample::Index>()) {
        let place = at.index(rows.len());
        prop_assume!(rows[place].tie.is_some());
        let known: Vec<Head> = head(&rows[place]).into_iter().collect();
        let (chain, flaw) = check(&rows[..place], &known);
        prop_assert_eq!((flaw, chain.cut_off()), (None, Some(rows[place].id)));
    }

    #[test]
    fn a_head_is_read_from_the_line_that_it_was_written_in(id in any::<i64>(), digest: [u8; 32], around in "[^0-9a-fA-F]{0,9}") {
        let head = Head { id, digest };
        let line = format!("{around} {head}{around}");
        prop_assert_eq!(Head::find(&line), Some(head));
        prop_assert_eq!(Head::find(&format!("{{\"message\":\"{head}\"}}")), Some(head));
        prop_assert_eq!(Head::find(&format!("{head}a")), None);
        let short = head.to_string();
        prop_assert_eq!(Head::find(&short[..short.len() - 1]), None);
    }
}

#[test]
fn a_row_under_a_key_that_is_gone_says_which() {
    let mut row = Row {
        id: 1,
        at: Moment(0),
        actor: "person".to_owned(),
        action: "claimed".to_owned(),
        account: None,
        detail: String::new(),
        tie: None,
    };
    row.tie = Some(Tie { key: 9, digest: [1; 32] });
    assert_eq!(check(&[row], &[]).1, Some((0, Flaw::KeyMissing(9))));
}
