//! A backup that was put back: what begins with it, and what the desk is told.

use backboard::account::AccountState;
use backboard::service::desk::Actor;
use backboard::service::desk::person::Trouble;
use backboard::service::epoch::{TOLD, Voided};
use backboard::service::ports::Clock as _;
use backboard::staff::Role;
use testkit::fakes::{Resident, TestPortal};

const PASSWORD: &str = "twelve calm helicopters";

fn ada() -> Resident {
    Resident { state: AccountState::Active, password: Some(PASSWORD), ..Resident::default() }
}

#[tokio::test]
async fn a_store_that_is_no_copy_is_left_alone() {
    let portal = TestPortal::default();
    assert_eq!(portal.portal.settle_copy().await.unwrap(), None);
    assert!(portal.portal.audit_head().await.unwrap().is_none());
}

#[tokio::test]
async fn voiding_is_one_row_of_the_audit_with_its_numbers_and_the_chain_goes_on() {
    let portal = TestPortal::default();
    portal.settle(ada()).await;
    portal.ask_reset("ada.lovelace").await.unwrap();
    portal.deliver().await;
    portal.ask_reset("ada.lovelace").await.unwrap();
    let restored = portal.portal.begin_epoch().await.unwrap();
    assert_eq!((restored.epoch.number, restored.epoch.since), (2, portal.clock.now()));
    assert_eq!(restored.voided, Voided { flows: 2, links: 1, jobs: 1, ..Voided::default() });
    assert_eq!(portal.portal.begin_epoch().await.unwrap().epoch.number, 3);
    let rows = portal.portal.store.read().await.unwrap().find_audit_after(0, 99).await.unwrap();
    let told: Vec<&str> = rows.iter().filter(|row| row.action == "restored").map(|row| row.detail.as_str()).collect();
    assert_eq!(told.len(), 2);
    let detail = told.first().unwrap();
    assert!(detail.starts_with("epoch=2 copied=unknown sessions=0 journeys=2 links=1 "), "{detail}");
    let verified = portal.portal.verify_audit(Vec::new(), |_| {}).await.unwrap();
    assert!(verified.flaw.is_none() && verified.chain.rows() == rows.len() as u64);
}

#[tokio::test]
async fn the_desk_is_told_for_thirty_days_and_a_mail_that_was_given_up_is_of_no_use() {
    let portal = TestPortal::default();
    let account = portal.settle(ada()).await;
    let helper = Actor { staff: 3, role: Role::Helpdesk, may_show: false, session: [3; 32] };
    let open = async || portal.portal.desk_person(&helper, account, None).await.unwrap();
    assert_eq!(open().await.restored, None);
    portal.ask_reset("ada.lovelace").await.unwrap();
    portal.work_off().await;
    let restored = portal.portal.begin_epoch().await.unwrap();
    assert_eq!(restored.voided.mails, 1);
    let dossier = open().await;
    assert_eq!(dossier.restored, Some(restored.epoch));
    assert_eq!(dossier.mails.first().unwrap().trouble, Some(Trouble::Useless));
    portal.clock.pass(TOLD - 1);
    assert!(open().await.restored.is_some());
    portal.clock.pass(1);
    assert_eq!(open().await.restored, None);
}
