//! *I'm not a robot*.

use backboard::refused::Refused;
use testkit::fakes::{Resident, TestPortal};

use super::{ada, proof, read, wait, why};

#[tokio::test]
async fn a_proof_is_good_once() {
    let portal = TestPortal::default();
    let (form, proof) = (read(&portal, &ada()), proof());
    let visitor = TestPortal::visitor(1);
    portal.portal.claim_lookup(&visitor, &form, &proof).await.unwrap();
    let again = portal.portal.claim_lookup(&visitor, &form, &proof).await;
    assert_eq!(why(again), [Refused::RobotExpired]);
    assert_eq!(portal.work_off().await, 1);
}

#[tokio::test]
async fn an_old_or_wrong_proof_asks_nothing() {
    let portal = TestPortal::default();
    portal.settle(Resident::default()).await;
    let form = read(&portal, &ada());
    for (proof, refused) in [("expired", Refused::RobotExpired), ("nonsense", Refused::RobotUnproven)] {
        let answer = portal.portal.claim_lookup(&TestPortal::visitor(1), &form, proof).await;
        assert_eq!(why(answer), [refused]);
    }
    assert_eq!(portal.work_off().await, 0);
    assert!(portal.actions().await.is_empty());
}

#[tokio::test]
async fn a_refused_proof_costs_the_person_no_lookup() {
    let portal = TestPortal::default();
    let form = read(&portal, &ada());
    let used = proof();
    let visitor = TestPortal::visitor(1);
    portal.portal.claim_lookup(&visitor, &form, &used).await.unwrap();
    for _ in 0..10 {
        assert_eq!(why(portal.portal.claim_lookup(&visitor, &form, &used).await), [Refused::RobotExpired]);
    }
    for _ in 0..4 {
        portal.portal.claim_lookup(&visitor, &form, &proof()).await.unwrap();
    }
}

#[tokio::test]
async fn without_a_proof_an_address_has_five_lookups_an_hour() {
    let portal = TestPortal::default();
    let ask = async |number: u32, address: u8| {
        let form = read(&portal, &super::LookupForm { ssn: format!("900-02-{number:04}"), ..ada() });
        portal.portal.claim_lookup(&TestPortal::visitor(address), &form, "").await
    };
    for number in 1..=5 {
        ask(number, 1).await.unwrap();
    }
    assert_eq!(why(ask(6, 1).await), [Refused::RobotBudget]);
    assert_eq!(wait(ask(6, 1).await), 12 * 60);
    ask(7, 2).await.unwrap();
    portal.clock.pass(12 * 60 - 1);
    assert_eq!(wait(ask(6, 1).await), 1);
    portal.clock.pass(1);
    ask(6, 1).await.unwrap();
}
