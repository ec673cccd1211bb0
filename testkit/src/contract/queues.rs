use backboard::account::AccountState;
use backboard::identity::Email;
use backboard::moment::Moment;
use backboard::service::desk::queue_ports::{NewUnreached, NoMail, Unreached, UnreachedFate};
use backboard::service::records::{Case, NewMail};

use super::{Bench, HOUR, NOW, together, yes};
use crate::seed::{NewAccount, NewPerson, email};

const DAY: i64 = 24 * HOUR;

pub async fn somebody_unreached_is_one_entry_that_counts(bench: Bench) {
    let (account, ada) = person(&bench, "ada", Some("ada@example.org")).await;
    let mut unit = bench.begin().await;
    unit.add_unreached(&failed(ada, Some("ada@example.org"), 0)).await.unwrap();
    let bounced =
        NewUnreached { why: NoMail::Bounced, said: "5.1.1".to_owned(), ..failed(ada, Some("ada@example.org"), 60) };
    unit.add_unreached(&bounced).await.unwrap();
    unit.save().await.unwrap();
    let [entry] = &standing(&bench, 100).await[..] else { panic!("not one entry") };
    assert_eq!((entry.person, entry.account, entry.username.as_str()), (ada, account, "ada"));
    assert_eq!((entry.last_name.as_str(), entry.first_name.as_str(), entry.suffix.as_str()), ("Lovelace", "Ada", ""));
    assert_eq!((entry.why, entry.said.as_str()), (NoMail::Bounced, "5.1.1"));
    assert_eq!((entry.address.as_ref(), entry.ended.as_ref()), (Some(&email("ada@example.org")), None));
    assert_eq!((entry.first, entry.last, entry.times), (NOW, NOW.plus(60), 2));
    assert_eq!(bench.read().await.find_unreached(entry.id).await.unwrap().as_ref(), Some(entry));
    assert_eq!(bench.read().await.find_unreached(entry.id + 1).await.unwrap(), None);
    assert_eq!(bench.read().await.count_standing(NOW.plus(100)).await.unwrap(), 1);
}

pub async fn an_entry_goes_when_another_address_comes(bench: Bench) {
    let (_, ada) = person(&bench, "ada", Some("ada@example.org")).await;
    let (_, fay) = person(&bench, "fay", None).await;
    let mut unit = bench.begin().await;
    unit.add_unreached(&failed(ada, Some("ada@example.org"), 0)).await.unwrap();
    let nowhere = NewUnreached { why: NoMail::NoAddress, said: String::new(), ..failed(fay, None, 1) };
    unit.add_unreached(&nowhere).await.unwrap();
    assert_eq!(unit.settle_unreached(NOW, NOW).await.unwrap(), 0);
    assert_eq!(unit.count_standing(NOW).await.unwrap(), 2);
    // Another spelling is another address: mail goes to it byte for byte.
    assert!(unit.save_email(ada, &email("Ada@example.org")).await.unwrap());
    assert!(unit.save_email(fay, &email("fay@example.org")).await.unwrap());
    assert_eq!(unit.count_standing(NOW).await.unwrap(), 0);
    assert!(unit.find_standing(NOW, 0, 9).await.unwrap().is_empty());
    let open = unit.find_unreached(1).await.unwrap().unwrap();
    assert_eq!(open.ended, None, "seen at once, written down by and by");
    // The new one is as dead: an entry of its own.
    unit.add_unreached(&failed(ada, Some("Ada@example.org"), 9)).await.unwrap();
    let [entry] = &unit.find_standing(NOW, 0, 9).await.unwrap()[..] else { panic!("not one entry") };
    assert_eq!((entry.first, entry.times), (NOW.plus(9), 1));
    assert_eq!(unit.settle_unreached(NOW, NOW.plus(10)).await.unwrap(), 1);
    let ended = unit.find_unreached(2).await.unwrap().unwrap().ended.unwrap();
    assert_eq!((ended.at, ended.fate, ended.by.as_str()), (NOW.plus(10), UnreachedFate::Address, ""));
    assert!(!unit.reopen_unreached(2).await.unwrap(), "nobody took it off");
}

pub async fn an_entry_goes_when_a_later_mail_has_not_come_back_for_the_time(bench: Bench) {
    let (_, ada) = person(&bench, "ada", Some("ada@example.org")).await;
    let mut unit = bench.begin().await;
    unit.add_unreached(&failed(ada, Some("ada@example.org"), 100)).await.unwrap();
    for (id, to, sent) in [
        ("before", "ada@example.org", Some(50)),
        ("at once", "ada@example.org", Some(100)),
        ("hers", "ada2@example.org", Some(200)),
        ("waits", "ada@example.org", None),
        ("back", "ada@example.org", Some(300)),
    ] {
        unit.add_mail(&mail(id, to)).await.unwrap();
        if let Some(sent) = sent {
            unit.mail_sent(id, NOW.plus(sent)).await.unwrap();
        }
    }
    assert!(unit.mail_bounced("back", NOW.plus(400), "5.1.1").await.unwrap());
    assert_eq!(unit.count_standing(NOW.plus(DAY)).await.unwrap(), 1);
    unit.add_mail(&mail("there", "ada@example.org")).await.unwrap();
    unit.mail_sent("there", NOW.plus(500)).await.unwrap();
    for (arrived, count) in [(499, 1), (500, 1), (501, 0)] {
        let arrived = NOW.plus(arrived);
        assert_eq!(unit.count_standing(arrived).await.unwrap(), count, "{arrived:?}");
        assert_eq!(unit.find_standing(arrived, 0, 9).await.unwrap().len() as u64, count, "{arrived:?}");
    }
    assert_eq!(unit.settle_unreached(NOW.plus(500), NOW.plus(DAY)).await.unwrap(), 0);
    assert_eq!(unit.settle_unreached(NOW.plus(501), NOW.plus(DAY)).await.unwrap(), 1);
    let ended = unit.find_unreached(1).await.unwrap().unwrap().ended.unwrap();
    assert_eq!((ended.at, ended.fate), (NOW.plus(DAY), UnreachedFate::Delivered));
}

pub async fn entries_come_newest_trouble_first_and_in_pages(bench: Bench) {
    let mut unit = Vec::new();
    for name in ["one", "two", "three", "four"] {
        unit.push(person(&bench, name, None).await.1);
    }
    let [one, two, three, four] = unit[..] else { panic!("not four") };
    let mut unit = bench.begin().await;
    for (person, at) in [(one, 10), (two, 30), (three, 20), (four, 20), (one, 40)] {
        unit.add_unreached(&failed(person, None, at)).await.unwrap();
    }
    let people = |entries: Vec<Unreached>| entries.into_iter().map(|entry| entry.person).collect::<Vec<_>>();
    assert_eq!(people(unit.find_standing(NOW, 0, 9).await.unwrap()), [one, two, four, three]);
    assert_eq!(people(unit.find_standing(NOW, 1, 2).await.unwrap()), [two, four]);
    assert!(unit.find_standing(NOW, 4, 2).await.unwrap().is_empty());
}

pub async fn an_entry_is_taken_off_once_and_put_back_once(bench: Bench) {
    let (_, ada) = person(&bench, "ada", None).await;
    let mut unit = bench.begin().await;
    unit.add_unreached(&failed(ada, None, 0)).await.unwrap();
    assert!(!unit.reopen_unreached(1).await.unwrap());
    assert!(unit.end_unreached(1, "staff 3", NOW.plus(5)).await.unwrap());
    assert!(!unit.end_unreached(1, "staff 4", NOW.plus(6)).await.unwrap());
    assert_eq!(unit.count_standing(NOW).await.unwrap(), 0);
    let done = unit.find_done(NOW.plus(4), 9).await.unwrap();
    let [entry] = &done[..] else { panic!("{done:?}") };
    let ended = entry.ended.as_ref().unwrap();
    assert_eq!((ended.at, ended.fate, ended.by.as_str()), (NOW.plus(5), UnreachedFate::Done, "staff 3"));
    assert!(unit.find_done(NOW.plus(5), 9).await.unwrap().is_empty());
    assert!(unit.find_done(NOW, 0).await.unwrap().is_empty());
    assert!(unit.reopen_unreached(1).await.unwrap());
    assert!(!unit.reopen_unreached(1).await.unwrap());
    assert!(unit.find_done(NOW, 9).await.unwrap().is_empty());
    let [again] = &unit.find_standing(NOW, 0, 9).await.unwrap()[..] else { panic!("not one entry") };
    assert_eq!((again.ended.as_ref(), again.times), (None, 1));
}

pub async fn what_was_taken_off_is_not_put_back_beside_another(bench: Bench) {
    let (_, ada) = person(&bench, "ada", None).await;
    let mut unit = bench.begin().await;
    unit.add_unreached(&failed(ada, None, 0)).await.unwrap();
    assert!(unit.end_unreached(1, "staff 3", NOW.plus(5)).await.unwrap());
    unit.add_unreached(&failed(ada, None, 9)).await.unwrap();
    assert!(!unit.reopen_unreached(1).await.unwrap());
    let [entry] = &unit.find_standing(NOW, 0, 9).await.unwrap()[..] else { panic!("not one entry") };
    assert_eq!((entry.id, entry.times), (2, 1));
}

pub async fn one_of_32_takes_an_entry_off(bench: Bench) {
    let (_, ada) = person(&bench, "ada", None).await;
    let mut unit = bench.begin().await;
    unit.add_unreached(&failed(ada, None, 0)).await.unwrap();
    unit.save().await.unwrap();
    let answers = together(32, &bench, |number, store| async move {
        let mut unit = store.begin().await.unwrap();
        let mine = unit.end_unreached(1, &format!("staff {number}"), NOW).await.unwrap();
        unit.save().await.unwrap();
        mine
    })
    .await;
    assert_eq!(yes(&answers), 1);
}

pub async fn entries_go_with_their_person_and_after_their_time(bench: Bench) {
    let gone = NewAccount { state: AccountState::Inactive, ..NewAccount::unclaimed("gone") };
    let gone = bench.seed.add_account(&gone).await;
    let gone = bench.seed.add_person(&NewPerson::of(gone, "P-gone")).await;
    let (_, ada) = person(&bench, "ada", None).await;
    let mut unit = bench.begin().await;
    unit.add_unreached(&failed(gone, None, 0)).await.unwrap();
    unit.add_unreached(&failed(ada, None, 0)).await.unwrap();
    assert!(unit.forget_person(gone, NOW).await.unwrap());
    assert_eq!(unit.find_unreached(1).await.unwrap(), None);
    assert_eq!(unit.count_standing(NOW).await.unwrap(), 1);
    assert!(unit.end_unreached(2, "staff 3", NOW.plus(5)).await.unwrap());
    assert_eq!(unit.purge_unreached(NOW.plus(5)).await.unwrap(), 0);
    assert_eq!(unit.purge_unreached(NOW.plus(6)).await.unwrap(), 1);
    assert_eq!(unit.find_unreached(2).await.unwrap(), None);
    // What is open is never over.
    unit.add_unreached(&failed(ada, None, 0)).await.unwrap();
    assert_eq!(unit.purge_unreached(Moment(i64::MAX)).await.unwrap(), 0);
}

pub async fn an_entry_of_nobody_is_a_fault(bench: Bench) {
    bench.begin().await.add_unreached(&failed(7, None, 0)).await.unwrap_err();
}

pub async fn waiting_cases_come_oldest_first_and_in_pages(bench: Bench) {
    let mut accounts = Vec::new();
    for name in ["one", "two", "three", "four"] {
        accounts.push(bench.account(name).await);
    }
    let [one, two, three, four] = accounts[..] else { panic!("not four") };
    let case = |account, kind: &str, at| Case {
        account,
        kind: kind.to_owned(),
        detail: "reset-link".to_owned(),
        opened: NOW.plus(at),
    };
    let mut unit = bench.begin().await;
    for case in [case(one, "not-me", 30), case(two, "not-me", 10), case(three, "other", 0), case(four, "not-me", 20)] {
        assert!(unit.open_case(&case).await.unwrap());
    }
    let accounts = |cases: Vec<Case>| cases.into_iter().map(|case| case.account).collect::<Vec<_>>();
    assert_eq!(accounts(unit.find_waiting("not-me", 0, 9).await.unwrap()), [two, four, one]);
    assert_eq!(accounts(unit.find_waiting("not-me", 1, 1).await.unwrap()), [four]);
    assert_eq!(unit.count_waiting("not-me").await.unwrap(), 3);
    unit.close_cases(four, NOW.plus(90)).await.unwrap();
    assert_eq!(accounts(unit.find_waiting("not-me", 0, 9).await.unwrap()), [two, one]);
    assert_eq!(unit.count_waiting("not-me").await.unwrap(), 2);
}

async fn person(bench: &Bench, username: &str, address: Option<&str>) -> (i64, i64) {
    let account = bench.account(username).await;
    let new = NewPerson { email: address.map(email), ..NewPerson::of(account, &format!("P-{username}")) };
    (account, bench.seed.add_person(&new).await)
}

async fn standing(bench: &Bench, arrived: i64) -> Vec<Unreached> {
    bench.read().await.find_standing(NOW.plus(arrived), 0, 9).await.unwrap()
}

fn failed(person: i64, address: Option<&str>, at: i64) -> NewUnreached {
    let address = address.map(|address| Email::parse(address).unwrap());
    NewUnreached { person, why: NoMail::Failed, said: "550 at RCPT".to_owned(), address, at: NOW.plus(at) }
}

fn mail(id: &str, to: &str) -> NewMail {
    NewMail {
        id: id.to_owned(),
        recipient: email(to),
        account: None,
        kind: "reset-link".to_owned(),
        sealed: b"sealed".to_vec(),
        due: NOW,
    }
}
