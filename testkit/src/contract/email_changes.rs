use backboard::service::desk::email_ports::{EmailChange, EmailFate};

use super::{Bench, HOUR, NOW, together, yes};
use crate::seed::{NewPerson, email};

pub async fn a_change_comes_back_until_it_is_over(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    let changes = [change("one", account, 1), EmailChange { old: None, ..change("two", account, 2) }];
    let mut unit = bench.begin().await;
    // By person, whichever was asked for first.
    for change in changes.iter().rev() {
        unit.add_email_change(change).await.unwrap();
    }
    assert_eq!(unit.find_email_changes_of(account).await.unwrap(), changes);
    assert!(unit.find_email_changes_of(account + 1).await.unwrap().is_empty());
    assert!(unit.end_email_change("one", EmailFate::Done, NOW).await.unwrap());
    assert!(!unit.end_email_change("one", EmailFate::Stopped, NOW).await.unwrap());
    assert!(!unit.end_email_change_of(1, EmailFate::Stopped, NOW).await.unwrap());
    let [_, second] = changes;
    assert_eq!(unit.find_email_changes_of(account).await.unwrap(), [second]);
    assert!(unit.end_email_change_of(2, EmailFate::Replaced, NOW).await.unwrap());
    assert!(unit.find_email_changes_of(account).await.unwrap().is_empty());
}

pub async fn one_change_of_a_person_is_open_at_a_time(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    let mut unit = bench.begin().await;
    unit.add_email_change(&change("one", account, 1)).await.unwrap();
    assert!(unit.end_email_change_of(1, EmailFate::Replaced, NOW).await.unwrap());
    unit.add_email_change(&change("two", account, 1)).await.unwrap();
    unit.add_email_change(&change("three", account, 1)).await.unwrap_err();
}

pub async fn changes_that_are_due_come_oldest_first_and_no_more_than_asked_for(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    let mut unit = bench.begin().await;
    for (id, person, due) in [("b", 1, 20), ("c", 2, 10), ("a", 3, 20), ("d", 4, 21), ("e", 5, 5)] {
        unit.add_email_change(&EmailChange { due: NOW.plus(due), ..change(id, account, person) }).await.unwrap();
    }
    unit.end_email_change("e", EmailFate::Stopped, NOW).await.unwrap();
    let mut ids = Vec::new();
    for (approved, most) in [(false, 9), (false, 2), (true, 9)] {
        let due = unit.find_due_email_changes(NOW.plus(20), approved, most).await.unwrap();
        ids.push(due.into_iter().map(|change| change.id).collect::<String>());
    }
    assert_eq!(ids, ["cab", "ca", ""]);
    assert!(unit.approve_email_change("a", 7).await.unwrap());
    let due = unit.find_due_email_changes(NOW.plus(20), true, 9).await.unwrap();
    assert_eq!(due.first().and_then(|change| change.approved_by), Some(7));
    assert_eq!(due.len(), 1);
}

pub async fn a_change_is_approved_once_and_not_when_it_is_over(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    let mut unit = bench.begin().await;
    unit.add_email_change(&change("one", account, 1)).await.unwrap();
    assert!(unit.approve_email_change("one", 7).await.unwrap());
    assert!(!unit.approve_email_change("one", 8).await.unwrap());
    unit.add_email_change(&change("two", account, 2)).await.unwrap();
    unit.end_email_change("two", EmailFate::Stopped, NOW).await.unwrap();
    assert!(!unit.approve_email_change("two", 7).await.unwrap());
    assert!(!unit.approve_email_change("none", 7).await.unwrap());
}

pub async fn one_of_32_ends_the_change(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    let mut unit = bench.begin().await;
    unit.add_email_change(&change("one", account, 1)).await.unwrap();
    unit.save().await.unwrap();
    let ended = together(32, &bench, |_, store| async move {
        let mut unit = store.begin().await.unwrap();
        let ended = unit.end_email_change("one", EmailFate::Done, NOW).await.unwrap();
        unit.save().await.unwrap();
        ended
    })
    .await;
    assert_eq!(yes(&ended), 1);
}

pub async fn an_address_is_put_in_place_of_the_one_on_file(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    let old = NewPerson { email: Some(email("ada@example.org")), ..NewPerson::of(account, "P-1") };
    let person = bench.seed.add_person(&old).await;
    let mut unit = bench.begin().await;
    assert!(unit.save_email(person, &email("Ada@Example.net")).await.unwrap());
    assert!(!unit.save_email(person + 1, &email("Ada@Example.net")).await.unwrap());
    let found = unit.find_people_of(account).await.unwrap();
    assert_eq!(found.first().and_then(|person| person.email.clone()), Some(email("Ada@Example.net")));
    assert_eq!(unit.find_people_by_email("ada@example.net").await.unwrap().len(), 1);
    assert!(unit.find_people_by_email("ada@example.org").await.unwrap().is_empty());
}

pub async fn a_change_goes_with_its_account_and_is_none_without_one(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    let mut unit = bench.begin().await;
    unit.add_email_change(&change("one", account, 1)).await.unwrap();
    unit.forget_account(account, NOW).await.unwrap();
    assert!(unit.find_due_email_changes(NOW.plus(HOUR), false, 9).await.unwrap().is_empty());
    drop(unit);
    bench.begin().await.add_email_change(&change("two", 99, 1)).await.unwrap_err();
}

fn change(id: &str, account: i64, person: i64) -> EmailChange {
    EmailChange {
        id: id.to_owned(),
        account,
        person,
        old: Some(email("ada@example.org")),
        new: email("Ada@Example.net"),
        asked: NOW,
        asked_by: 3,
        due: NOW.plus(HOUR),
        approved_by: None,
    }
}
