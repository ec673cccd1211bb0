//! Five lookups of one number, twenty from one address, alike for numbers nobody has.

use backboard::form::claim::LookupForm;
use backboard::refused::Refused;
use testkit::fakes::{Resident, TestPortal};

use super::{ada, ask, proof, read, wait, why};

/// A fifth of a day: when the next lookup of one number comes back.
const FIFTH: u32 = 24 * 60 * 60 / 5;

#[tokio::test]
async fn the_sixth_lookup_of_a_number_waits_alike_for_known_and_unknown() {
    let portal = TestPortal::default();
    portal.settle(Resident::default()).await;
    let known = ada();
    let unknown = LookupForm { ssn: "900-09-0009".to_owned(), ..ada() };
    let mut answers = Vec::new();
    for form in [known, unknown] {
        let mut waits = Vec::new();
        for _ in 0..5 {
            ask(&portal, &form).await.unwrap();
        }
        for _ in 0..3 {
            let answer = ask(&portal, &form).await;
            waits.push(wait(answer));
        }
        portal.clock.pass(i64::from(FIFTH) - 1);
        waits.push(wait(ask(&portal, &form).await));
        portal.clock.pass(1);
        ask(&portal, &form).await.unwrap();
        waits.push(wait(ask(&portal, &form).await));
        answers.push(waits);
    }
    assert_eq!(answers, [[FIFTH, FIFTH, FIFTH, 1, FIFTH], [FIFTH, FIFTH, FIFTH, 1, FIFTH]]);
}

#[tokio::test]
async fn a_refused_lookup_queues_nothing() {
    let portal = TestPortal::default();
    portal.settle(Resident::default()).await;
    for _ in 0..8 {
        let _ = ask(&portal, &ada()).await;
    }
    assert_eq!(why(ask(&portal, &ada()).await), [Refused::TooManyTries]);
    assert_eq!(portal.work_off().await, 5);
    assert_eq!(portal.deliver().await.len(), 5);
}

#[tokio::test]
async fn the_number_counts_however_it_is_typed_and_whoever_asks() {
    let portal = TestPortal::default();
    for (count, ssn) in ["900-01-0001", "900010001", "900 01 0001", "900.01.0001", " 900–01–0001 "].iter().enumerate()
    {
        let form = LookupForm { ssn: (*ssn).to_owned(), last_name: format!("Name{count}x"), ..ada() };
        let visitor = TestPortal::visitor(u8::try_from(count).unwrap());
        portal.portal.claim_lookup(&visitor, &read(&portal, &form), &proof()).await.unwrap();
    }
    assert_eq!(why(ask(&portal, &ada()).await), [Refused::TooManyTries]);
    ask(&portal, &LookupForm { ssn: "900-01-0002".to_owned(), ..ada() }).await.unwrap();
}

#[tokio::test]
async fn one_address_has_twenty_lookups_and_its_neighbours_are_not_harmed() {
    let portal = TestPortal::default();
    let form = |number: u32| LookupForm { ssn: format!("900-03-{number:04}"), ..ada() };
    for number in 1..=20 {
        ask(&portal, &form(number)).await.unwrap();
    }
    assert_eq!(wait(ask(&portal, &form(21)).await), 180);
    let neighbour = TestPortal::visitor(2);
    portal.portal.claim_lookup(&neighbour, &read(&portal, &form(21)), &proof()).await.unwrap();
    portal.clock.pass(180);
    ask(&portal, &form(22)).await.unwrap();
}

#[tokio::test]
async fn one_subnet_has_a_hundred_lookups() {
    let portal = TestPortal::default();
    let ask = async |number: u8| {
        let form = LookupForm { ssn: format!("900-04-{:04}", u32::from(number) + 1), ..ada() };
        portal.portal.claim_lookup(&TestPortal::visitor(number), &read(&portal, &form), &proof()).await
    };
    for number in 0..100 {
        ask(number).await.unwrap();
    }
    assert_eq!(why(ask(100).await), [Refused::TooManyTries]);
}
