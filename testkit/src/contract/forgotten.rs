//! People who left the roster, and what is left of an account when nobody of it is.

use backboard::account::{AccountState, Frozen, Username};
use backboard::challenge::Question;
use backboard::expiry::Schedule;
use backboard::keep;
use backboard::link::Step;
use backboard::moment::Moment;
use backboard::service::records::{Case, Challenge, Gone, NewMail, NewSession, NewTemporary, SessionKind};

use super::{Bench, HOUR, NOW, audit_row, digest, flow, link};
use crate::seed::{NewAccount, NewPerson, certificate, email};

pub async fn who_was_last_named_by_the_moment_is_gone_and_nobody_later(bench: Bench) {
    let [before, then, after, newest] = named(&bench, [-1, 0, 1, 50]).await;
    let mut unit = bench.read().await;
    assert!(unit.find_gone(NOW.plus(-2), 9).await.unwrap().is_empty());
    assert_eq!(gone(&unit.find_gone(NOW, 9).await.unwrap()), [before, then]);
    assert_eq!(gone(&unit.find_gone(NOW.plus(1), 9).await.unwrap()), [before, then, after]);
    let found = unit.find_gone(NOW, 1).await.unwrap();
    let [first] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((first.person, first.named, first.account.username.as_str()), (before, NOW.plus(-1), "person0.-1"));
    assert!(!gone(&unit.find_gone(Moment(i64::MAX), 9).await.unwrap()).contains(&newest));
}

pub async fn nobody_is_gone_while_no_later_import_named_others(bench: Bench) {
    let [first, second] = named(&bench, [0, 0]).await;
    assert!(bench.read().await.find_gone(NOW.plus(9), 9).await.unwrap().is_empty());
    named(&bench, [1]).await;
    assert_eq!(gone(&bench.read().await.find_gone(NOW.plus(9), 9).await.unwrap()), [first, second]);
}

pub async fn people_of_unclaimed_and_inactive_accounts_alone_are_gone(bench: Bench) {
    let mut expected = Vec::new();
    for (number, state) in AccountState::ALL.iter().enumerate() {
        let account = NewAccount { state: *state, ..NewAccount::unclaimed(&format!("gone{number}")) };
        let account = bench.seed.add_account(&account).await;
        let person = bench.seed.add_person(&NewPerson::of(account, &format!("G-{number}"))).await;
        expected.extend(keep::may_go(*state).then_some(person));
    }
    named(&bench, [0]).await;
    assert_eq!(expected.len(), 2);
    assert_eq!(gone(&bench.read().await.find_gone(NOW, 9).await.unwrap()), expected);
}

pub async fn a_forgotten_person_is_found_by_nothing(bench: Bench) {
    let account = bench.account("station.7").await;
    let person = |id: &str| NewPerson {
        ssn: Some(digest(1)),
        certificate: Some(certificate("EMT-12345")),
        email: Some(email("ada@example.org")),
        ..NewPerson::of(account, id)
    };
    let first = bench.seed.add_person(&person("P-1")).await;
    let second = bench.seed.add_person(&person("P-2")).await;
    let mut unit = bench.begin().await;
    assert!(unit.forget_person(first, NOW).await.unwrap());
    assert!(!unit.forget_person(first, NOW).await.unwrap());
    unit.save().await.unwrap();
    let mut unit = bench.begin().await;
    for found in [
        unit.find_people_by_ssn(&digest(1)).await.unwrap(),
        unit.find_people_by_certificate(&certificate("EMT-12345")).await.unwrap(),
        unit.find_people_by_email("ada@example.org").await.unwrap(),
        unit.find_people_of(account).await.unwrap(),
    ] {
        assert_eq!(found.iter().map(|person| person.id).collect::<Vec<_>>(), [second]);
    }
}

pub async fn who_was_named_or_opened_meanwhile_is_not_forgotten(bench: Bench) {
    for (number, state) in AccountState::ALL.iter().enumerate() {
        let account = NewAccount { state: *state, ..NewAccount::unclaimed(&format!("gone{number}")) };
        let account = bench.seed.add_account(&account).await;
        let person = NewPerson { named: NOW, ..NewPerson::of(account, &format!("G-{number}")) };
        let person = bench.seed.add_person(&person).await;
        let mut unit = bench.begin().await;
        assert!(!unit.forget_person(person, NOW.plus(-1)).await.unwrap(), "{state:?}");
        assert_eq!(unit.forget_person(person, NOW).await.unwrap(), keep::may_go(*state), "{state:?}");
        assert_eq!(unit.find_people_of(account).await.unwrap().is_empty(), keep::may_go(*state), "{state:?}");
    }
}

pub async fn nothing_is_left_of_a_forgotten_account_but_its_number(bench: Bench) {
    let account = NewAccount {
        state: AccountState::Inactive,
        shared: true,
        password_hash: Some("$hash$".to_owned()),
        password_set: Some(NOW),
        schedule: Schedule { expires: Some(NOW), remind: Some(NOW) },
        frozen: Some(Frozen::Resets),
        ..NewAccount::unclaimed("Ada.Lovelace")
    };
    let account = bench.seed.add_account(&account).await;
    let other = bench.account("grace.hopper").await;
    fill(&bench, 1, account).await;
    fill(&bench, 2, other).await;
    let mut unit = bench.begin().await;
    unit.forget_account(account, NOW).await.unwrap();
    unit.save().await.unwrap();

    let mut unit = bench.begin().await;
    assert_eq!(unit.find_account(account).await.unwrap(), None);
    let key = Username::parse("ada.lovelace").unwrap().key();
    assert_eq!(unit.find_account_by_username(&key).await.unwrap(), None);
    assert!(unit.find_reminders(NOW, 9).await.unwrap().is_empty());
    for (id, account, is_there) in [(1, account, false), (2, other, true)] {
        assert_eq!(unit.find_challenge(account).await.unwrap().is_some(), is_there);
        assert_eq!(unit.find_session(&digest(id)).await.unwrap().is_some(), is_there);
        assert_eq!(unit.find_link(&format!("link-{id}")).await.unwrap().is_some(), is_there);
        assert_eq!(unit.find_flow(&digest(id)).await.unwrap().is_some(), is_there);
        assert_eq!(!unit.find_temporaries_of(account).await.unwrap().is_empty(), is_there);
        assert_eq!(unit.find_mail(&format!("mail-{id}")).await.unwrap().is_some(), is_there);
        assert_eq!(unit.find_cases().await.unwrap().iter().any(|case| case.account == account), is_there);
    }
    // What happened is still told.
    assert_eq!(unit.find_audit_of(account, 9).await.unwrap().len(), 1);
    unit.forget_account(account, NOW).await.unwrap_err();
    unit.forget_account(99, NOW).await.unwrap_err();
}

pub async fn a_forgotten_username_is_free_and_its_number_is_not(bench: Bench) {
    let first = bench.account("ada.lovelace").await;
    let mut unit = bench.begin().await;
    unit.forget_account(first, NOW).await.unwrap();
    unit.save().await.unwrap();
    let again = bench.account("Ada.Lovelace").await;
    assert_ne!(first, again);
    let key = Username::parse("ada.lovelace").unwrap().key();
    assert_eq!(bench.read().await.find_account_by_username(&key).await.unwrap().unwrap().id, again);
}

/// People with an unclaimed account each, last named so many seconds after [`NOW`].
async fn named<const COUNT: usize>(bench: &Bench, seconds: [i64; COUNT]) -> [i64; COUNT] {
    let mut people = [0; COUNT];
    for (number, (person, after)) in people.iter_mut().zip(seconds).enumerate() {
        let account = bench.account(&format!("person{number}.{after}")).await;
        let named = NOW.plus(after);
        *person = bench.seed.add_person(&NewPerson { named, ..NewPerson::of(account, &format!("P-{account}")) }).await;
    }
    people
}

/// One of everything that names an account.
async fn fill(bench: &Bench, id: u8, account: i64) {
    let mut unit = bench.begin().await;
    unit.add_flow(&flow(id)).await.unwrap();
    unit.add_link(&link(id, account)).await.unwrap();
    unit.save().await.unwrap();
    let link = bench.found_link(id).await.unwrap();
    let mut unit = bench.begin().await;
    assert!(unit.advance_flow(&format!("flow-{id}"), Step::Asked, Step::Password, &link, NOW).await.unwrap());
    let (kind, temporary, expires) = (SessionKind::Full, false, NOW.plus(HOUR));
    let session = NewSession { token: digest(id), kind, temporary, account, created: NOW, expires };
    unit.add_session(&session).await.unwrap();
    let answer_hash = "$answer$".to_owned();
    let challenge = Challenge { question: Question::FirstPet, answer_hash, confirmed: NOW };
    unit.save_challenge(account, &challenge).await.unwrap();
    let temporary = NewTemporary {
        id: format!("temporary-{id}"),
        account,
        digest: digest(id),
        issued: NOW,
        expires,
        issuer: "office".to_owned(),
        why: "asked-the-office".to_owned(),
        mail: None,
    };
    unit.add_temporary(&temporary).await.unwrap();
    let mail = NewMail {
        id: format!("mail-{id}"),
        recipient: email("ada@example.org"),
        account: Some(account),
        kind: "claim-link".to_owned(),
        sealed: vec![id],
        due: NOW,
    };
    unit.add_mail(&mail).await.unwrap();
    let case = Case { account, kind: "not-me".to_owned(), detail: "claim-link".to_owned(), opened: NOW };
    unit.open_case(&case).await.unwrap();
    unit.add_audit(&audit_row(i64::from(id), "claimed", Some(account))).await.unwrap();
    unit.save().await.unwrap();
}

fn gone(found: &[Gone]) -> Vec<i64> {
    found.iter().map(|gone| gone.person).collect()
}
