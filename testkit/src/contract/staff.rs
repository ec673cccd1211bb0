use backboard::moment::Moment;
use backboard::service::desk::records::{Entry, Member, NewMember, Rights, StaffLink, StaffSession};
use backboard::staff::{Role, STAFF_LINK_SECONDS, StaffPurpose, StaffState};

use super::{Bench, HOUR, NOW, digest, together, yes};
use crate::seed::email;

pub async fn a_member_comes_back_as_invited_and_is_found_whatever_the_case(bench: Bench) {
    let first = invited(&bench, "Ada@Office.example").await;
    let new = NewMember {
        role: Role::Admin,
        invited_by: Some(first),
        admin_asked_by: Some(first),
        ..new("b@office.example")
    };
    let mut unit = bench.begin().await;
    let second = unit.add_member(&new).await.unwrap();
    unit.save().await.unwrap();
    let mut unit = bench.read().await;
    let found = unit.find_member_by_email("ada@office.example").await.unwrap().unwrap();
    let plain = Member {
        id: first,
        email: email("Ada@Office.example"),
        name: "Ada".to_owned(),
        role: Role::Helpdesk,
        state: StaffState::Invited,
        may_show: false,
        password_hash: None,
        password_set: None,
        second: None,
        second_step: None,
        admin_asked_by: None,
        created: NOW,
        invited_by: None,
    };
    assert_eq!(found, plain);
    let other = unit.find_member(second).await.unwrap().unwrap();
    assert_eq!((other.role, other.invited_by, other.admin_asked_by), (Role::Admin, Some(first), Some(first)));
    assert_eq!(unit.find_members().await.unwrap(), [plain, other]);
    assert!(unit.find_member(99).await.unwrap().is_none());
    assert!(unit.find_member_by_email("nobody@office.example").await.unwrap().is_none());
}

pub async fn no_two_members_share_an_address(bench: Bench) {
    invited(&bench, "ada@office.example").await;
    bench.begin().await.add_member(&new("ADA@office.example")).await.unwrap_err();
}

pub async fn rights_password_and_second_factor_change_each_alone(bench: Bench) {
    let (ada, bob) = (invited(&bench, "a@office.example").await, invited(&bench, "b@office.example").await);
    let rights =
        Rights { role: Role::Supervisor, state: StaffState::Active, may_show: true, admin_asked_by: Some(bob) };
    let mut unit = bench.begin().await;
    unit.save_rights(ada, rights).await.unwrap();
    unit.save_staff_password(ada, "hash", NOW.plus(5)).await.unwrap();
    unit.save_second(ada, Some((b"sealed", 7))).await.unwrap();
    let member = unit.find_member(ada).await.unwrap().unwrap();
    assert_eq!(member.rights(), rights);
    assert_eq!((member.password_hash.as_deref(), member.password_set), (Some("hash"), Some(NOW.plus(5))));
    assert_eq!((member.second.as_deref(), member.second_step), (Some(b"sealed".as_slice()), Some(7)));
    unit.save_staff_hash(ada, "anew").await.unwrap();
    unit.save_second(ada, None).await.unwrap();
    let member = unit.find_member(ada).await.unwrap().unwrap();
    assert_eq!((member.password_hash.as_deref(), member.password_set), (Some("anew"), Some(NOW.plus(5))));
    assert_eq!((member.second, member.second_step), (None, None));
    assert_eq!(unit.find_member(bob).await.unwrap().unwrap().state, StaffState::Invited);
    unit.save_rights(99, rights).await.unwrap_err();
    unit.save_staff_password(99, "hash", NOW).await.unwrap_err();
}

pub async fn a_step_is_taken_once_and_no_earlier_one_after_it(bench: Bench) {
    let ada = invited(&bench, "a@office.example").await;
    let mut unit = bench.begin().await;
    assert!(!unit.take_second_step(ada, 5, b"none").await.unwrap());
    unit.save_second(ada, Some((b"sealed", 7))).await.unwrap();
    for (step, taken) in [(7, false), (8, true), (8, false), (7, false), (10, true)] {
        assert_eq!(unit.take_second_step(ada, step, b"anew").await.unwrap(), taken, "{step}");
    }
    assert_eq!(unit.find_member(ada).await.unwrap().unwrap().second.as_deref(), Some(b"anew".as_slice()));
}

pub async fn one_of_32_takes_the_step(bench: Bench) {
    let ada = invited(&bench, "a@office.example").await;
    let mut unit = bench.begin().await;
    unit.save_second(ada, Some((b"sealed", 7))).await.unwrap();
    unit.save().await.unwrap();
    let taken = together(32, &bench, |_, store| async move {
        let mut unit = store.begin().await.unwrap();
        let taken = unit.take_second_step(ada, 8, b"anew").await.unwrap();
        unit.save().await.unwrap();
        taken
    });
    assert_eq!(yes(&taken.await), 1);
}

pub async fn a_recovery_code_is_spent_once_and_new_ones_replace_the_old(bench: Bench) {
    let (ada, bob) = (invited(&bench, "a@office.example").await, invited(&bench, "b@office.example").await);
    let mut unit = bench.begin().await;
    unit.save_recovery(ada, &[digest(1), digest(2)], NOW).await.unwrap();
    unit.save_recovery(bob, &[digest(1)], NOW).await.unwrap();
    assert!(unit.spend_recovery(ada, &digest(1), NOW).await.unwrap());
    assert!(!unit.spend_recovery(ada, &digest(1), NOW).await.unwrap());
    assert!(!unit.spend_recovery(ada, &digest(9), NOW).await.unwrap());
    assert_eq!((unit.count_recovery(ada).await.unwrap(), unit.count_recovery(bob).await.unwrap()), (1, 1));
    unit.save_recovery(ada, &[digest(3)], NOW).await.unwrap();
    assert!(!unit.spend_recovery(ada, &digest(2), NOW).await.unwrap());
    assert!(unit.spend_recovery(ada, &digest(3), NOW).await.unwrap());
    assert_eq!(unit.count_recovery(ada).await.unwrap(), 0);
}

pub async fn a_staff_link_is_spent_once_until_its_last_second(bench: Bench) {
    let ada = invited(&bench, "a@office.example").await;
    let mut unit = bench.begin().await;
    for number in 1..=3 {
        unit.add_staff_link(&link(number, ada)).await.unwrap();
    }
    assert_eq!(unit.find_staff_link(&digest(1)).await.unwrap(), Some(link(1, ada)));
    assert_eq!(unit.find_staff_link_by_id("link-2").await.unwrap(), Some(link(2, ada)));
    assert_eq!(unit.find_staff_link(&digest(9)).await.unwrap(), None);
    assert!(!unit.spend_staff_link("link-1", NOW.plus(STAFF_LINK_SECONDS)).await.unwrap());
    assert!(unit.spend_staff_link("link-1", NOW.plus(STAFF_LINK_SECONDS - 1)).await.unwrap());
    assert!(!unit.spend_staff_link("link-1", NOW).await.unwrap());
    unit.end_staff_links(ada, NOW).await.unwrap();
    for id in ["link-2", "link-3"] {
        assert!(!unit.spend_staff_link(id, NOW).await.unwrap(), "{id}");
    }
    // When it was first spent stays.
    let first = unit.find_staff_link(&digest(1)).await.unwrap().unwrap();
    assert_eq!(first.spent, Some(NOW.plus(STAFF_LINK_SECONDS - 1)));
    unit.add_staff_link(&link(1, ada)).await.unwrap_err();
}

pub async fn one_of_32_spends_the_staff_link(bench: Bench) {
    let ada = invited(&bench, "a@office.example").await;
    let mut unit = bench.begin().await;
    unit.add_staff_link(&link(1, ada)).await.unwrap();
    unit.save().await.unwrap();
    let spent = together(32, &bench, |_, store| async move {
        let mut unit = store.begin().await.unwrap();
        let spent = unit.spend_staff_link("link-1", NOW).await.unwrap();
        unit.save().await.unwrap();
        spent
    });
    assert_eq!(yes(&spent.await), 1);
}

pub async fn a_staff_session_is_used_and_ends_and_does_not_come_back(bench: Bench) {
    let (ada, bob) = (invited(&bench, "a@office.example").await, invited(&bench, "b@office.example").await);
    let mut unit = bench.begin().await;
    for (number, staff) in [(1, ada), (2, ada), (3, bob)] {
        unit.add_staff_session(&session(number, staff)).await.unwrap();
    }
    assert_eq!(unit.find_staff_session(&digest(1)).await.unwrap(), Some(session(1, ada)));
    for (at, seen) in [(60, 60), (30, 60)] {
        unit.touch_staff_session(&digest(1), NOW.plus(at)).await.unwrap();
        assert_eq!(unit.find_staff_session(&digest(1)).await.unwrap().unwrap().seen, NOW.plus(seen));
    }
    assert!(unit.end_staff_session(&digest(1)).await.unwrap());
    assert!(!unit.end_staff_session(&digest(1)).await.unwrap());
    unit.touch_staff_session(&digest(1), NOW.plus(90)).await.unwrap();
    assert!(unit.find_staff_session(&digest(1)).await.unwrap().is_none());
    assert_eq!(unit.end_staff_sessions_of(ada).await.unwrap(), 1);
    assert!(unit.find_staff_session(&digest(3)).await.unwrap().is_some());
}

pub async fn the_tries_of_a_way_in_run_out_and_it_ends_once(bench: Bench) {
    let ada = invited(&bench, "a@office.example").await;
    let mut unit = bench.begin().await;
    let new = Entry { link: Some("link-1".to_owned()), secret: Some(vec![1, 2]), ..entry(1, ada) };
    unit.add_entry(&new).await.unwrap();
    unit.add_entry(&entry(2, ada)).await.unwrap();
    assert_eq!(unit.find_entry(&digest(1)).await.unwrap(), Some(new));
    for left in [Some(2), Some(1), Some(0), None] {
        assert_eq!(unit.take_entry_try(&digest(1), 3).await.unwrap(), left);
    }
    assert_eq!(unit.take_entry_try(&digest(9), 3).await.unwrap(), None);
    assert!(unit.end_entry(&digest(1)).await.unwrap());
    assert!(!unit.end_entry(&digest(1)).await.unwrap());
    unit.end_entries_of(ada).await.unwrap();
    assert!(unit.find_entry(&digest(2)).await.unwrap().is_none());
}

pub async fn no_more_than_five_of_32_get_a_try_at_the_second_step(bench: Bench) {
    let ada = invited(&bench, "a@office.example").await;
    let mut unit = bench.begin().await;
    unit.add_entry(&entry(1, ada)).await.unwrap();
    unit.save().await.unwrap();
    let got = together(32, &bench, |_, store| async move {
        let mut unit = store.begin().await.unwrap();
        let left = unit.take_entry_try(&digest(1), 5).await.unwrap();
        unit.save().await.unwrap();
        left.is_some()
    });
    assert_eq!(yes(&got.await), 5);
}

pub async fn purging_takes_what_is_over_of_the_staff_and_no_member(bench: Bench) {
    let ada = invited(&bench, "a@office.example").await;
    let mut unit = bench.begin().await;
    let idle = NOW.plus(-HOUR);
    let aged = |number, seen, expires| StaffSession { seen, expires, ..session(number, ada) };
    for one in [aged(1, NOW, NOW.plus(-1)), aged(2, NOW, NOW), aged(3, idle.plus(-1), NOW), aged(4, idle, NOW)] {
        unit.add_staff_session(&one).await.unwrap();
    }
    unit.add_entry(&Entry { expires: NOW.plus(-1), ..entry(1, ada) }).await.unwrap();
    unit.add_entry(&Entry { expires: NOW, ..entry(2, ada) }).await.unwrap();
    unit.add_staff_link(&StaffLink { expires: NOW.plus(-2), ..link(1, ada) }).await.unwrap();
    unit.add_staff_link(&StaffLink { expires: NOW.plus(-1), ..link(2, ada) }).await.unwrap();
    assert_eq!(unit.purge_staff(NOW, idle, NOW.plus(-1)).await.unwrap(), 4);
    for (number, left) in [(1, false), (2, true), (3, false), (4, true)] {
        assert_eq!(unit.find_staff_session(&digest(number)).await.unwrap().is_some(), left, "{number}");
    }
    assert!(unit.find_entry(&digest(2)).await.unwrap().is_some());
    assert!(unit.find_staff_link(&digest(2)).await.unwrap().is_some());
    assert_eq!(unit.find_members().await.unwrap().len(), 1);
}

pub async fn nothing_is_kept_for_a_member_who_is_not_there(bench: Bench) {
    bench.begin().await.add_staff_session(&session(1, 7)).await.unwrap_err();
    bench.begin().await.add_staff_link(&link(1, 7)).await.unwrap_err();
    bench.begin().await.add_entry(&entry(1, 7)).await.unwrap_err();
    bench.begin().await.save_recovery(7, &[digest(1)], NOW).await.unwrap_err();
}

async fn invited(bench: &Bench, address: &str) -> i64 {
    let mut unit = bench.begin().await;
    let id = unit.add_member(&new(address)).await.unwrap();
    unit.save().await.unwrap();
    id
}

fn new(address: &str) -> NewMember {
    NewMember {
        email: email(address),
        name: "Ada".to_owned(),
        role: Role::Helpdesk,
        admin_asked_by: None,
        created: NOW,
        invited_by: None,
    }
}

fn link(number: u8, staff: i64) -> StaffLink {
    StaffLink {
        id: format!("link-{number}"),
        token: digest(number),
        staff,
        purpose: StaffPurpose::Invitation,
        created: NOW,
        expires: NOW.plus(STAFF_LINK_SECONDS),
        spent: None,
    }
}

fn session(number: u8, staff: i64) -> StaffSession {
    StaffSession { token: digest(number), staff, created: NOW, seen: NOW, expires: NOW.plus(8 * HOUR) }
}

fn entry(number: u8, staff: i64) -> Entry {
    Entry { token: digest(number), staff, link: None, secret: None, tries: 0, expires: Moment(NOW.0 + 300) }
}
