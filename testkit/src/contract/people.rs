use backboard::account::{AccountState, Username};
use backboard::expiry::Schedule;

use super::{Bench, NOW, digest};
use crate::seed::{NewAccount, NewPerson, certificate, date, email};

pub async fn a_person_comes_back_as_the_roster_has_them(bench: Bench) {
    let schedule = Schedule { expires: Some(NOW.plus(90)), remind: Some(NOW.plus(76)) };
    let account = NewAccount {
        state: AccountState::Active,
        password_hash: Some("$hash$".to_owned()),
        password_set: Some(NOW),
        schedule,
        ..NewAccount::unclaimed("Ada.Lovelace")
    };
    let account = bench.seed.add_account(&account).await;
    let new = NewPerson {
        last_name: "O’Brien Núñez".to_owned(),
        first_name: "Zoë".to_owned(),
        earlier_names: vec!["Byron".to_owned(), "de la Cruz".to_owned()],
        born: date("1900-01-01"),
        ssn: Some(digest(1)),
        email: Some(email("Ada+EMS@Example.org")),
        products: vec!["eICS".to_owned(), "EMTrack".to_owned()],
        ..NewPerson::of(account, "P-1")
    };
    let id = bench.seed.add_person(&new).await;

    let found = bench.read().await.find_people_by_ssn(&digest(1)).await.unwrap();
    let [person] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(person.id, id);
    assert_eq!((&person.last_name, &person.first_name), (&new.last_name, &new.first_name));
    assert_eq!(person.earlier_names, new.earlier_names);
    assert_eq!(person.born, new.born);
    assert_eq!(person.email.as_ref().unwrap().as_str(), "Ada+EMS@Example.org");
    assert_eq!(person.products, new.products);
    assert_eq!(person.account.id, account);
    assert_eq!(person.account.username.as_str(), "Ada.Lovelace");
    assert_eq!(person.account.state, AccountState::Active);
    assert!(!person.account.shared);
    assert_eq!(person.account.password_hash.as_deref(), Some("$hash$"));
    assert_eq!(person.account.password_set, Some(NOW));
    assert_eq!(person.account.schedule, schedule);
    assert_eq!((person.account.grace_spent, person.account.frozen), (false, None));
}

pub async fn everybody_with_one_ssn_is_found(bench: Bench) {
    for (n, ssn) in [(1, Some(1)), (2, Some(1)), (3, Some(2)), (4, None)] {
        let account = bench.account(&format!("person{n}")).await;
        let person = NewPerson { ssn: ssn.map(digest), ..NewPerson::of(account, &format!("P-{n}")) };
        bench.seed.add_person(&person).await;
    }
    let mut unit = bench.read().await;
    let found = unit.find_people_by_ssn(&digest(1)).await.unwrap();
    let names: Vec<_> = found.iter().map(|person| person.account.username.as_str()).collect();
    assert_eq!(names, ["person1", "person2"]);
    assert_eq!(unit.find_people_by_ssn(&digest(2)).await.unwrap().len(), 1);
    assert!(unit.find_people_by_ssn(&digest(3)).await.unwrap().is_empty());
}

pub async fn people_are_found_by_address_whatever_its_case(bench: Bench) {
    let emails = ["Ada@Example.org", "ada@example.org", "ada@example.com"];
    for (number, stored) in emails.into_iter().enumerate() {
        let account = bench.account(&format!("person{number}")).await;
        let person = NewPerson { email: Some(email(stored)), ..NewPerson::of(account, &format!("P-{number}")) };
        bench.seed.add_person(&person).await;
    }
    let nobody = bench.account("nobody").await;
    bench.seed.add_person(&NewPerson { email: None, ..NewPerson::of(nobody, "P-9") }).await;
    let mut unit = bench.read().await;
    let found = unit.find_people_by_email(&email("ADA@example.ORG").key()).await.unwrap();
    let stored: Vec<_> = found.iter().map(|person| person.email.as_ref().unwrap().as_str()).collect();
    assert_eq!(stored, ["Ada@Example.org", "ada@example.org"]);
    assert!(unit.find_people_by_email("ada@example.net").await.unwrap().is_empty());
}

pub async fn a_person_is_found_by_certificate(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    let person = NewPerson { certificate: Some(certificate("EMT-12345")), ..NewPerson::of(account, "P-1") };
    bench.seed.add_person(&person).await;
    bench.seed.add_person(&NewPerson::of(account, "P-2")).await;
    let mut unit = bench.read().await;
    assert_eq!(unit.find_people_by_certificate(&certificate("emt 12345")).await.unwrap().len(), 1);
    assert!(unit.find_people_by_certificate(&certificate("EMT-1234")).await.unwrap().is_empty());
}

pub async fn the_people_of_a_shared_account_are_found(bench: Bench) {
    let account = NewAccount { shared: true, ..NewAccount::unclaimed("station.7") };
    let account = bench.seed.add_account(&account).await;
    let other = bench.account("ada.lovelace").await;
    for (n, account, address) in
        [(1, account, Some("a@example.org")), (2, account, None), (3, other, Some("c@example.org"))]
    {
        let person = NewPerson { email: address.map(email), ..NewPerson::of(account, &format!("P-{n}")) };
        bench.seed.add_person(&person).await;
    }
    let people = bench.read().await.find_people_of(account).await.unwrap();
    let addresses: Vec<_> = people.iter().map(|person| person.email.as_ref().map(|email| email.as_str())).collect();
    assert_eq!(addresses, [Some("a@example.org"), None]);
    assert!(people.iter().all(|person| person.account.shared));
}

pub async fn an_account_is_found_by_username_in_any_case(bench: Bench) {
    let id = bench.account("Ada.Lovelace").await;
    bench.account("ada.lovelace2").await;
    for typed in ["Ada.Lovelace", "ADA.LOVELACE", "ada.lovelace"] {
        let key = Username::parse(typed).unwrap().key();
        let found = bench.read().await.find_account_by_username(&key).await.unwrap().unwrap();
        assert_eq!((found.id, found.username.as_str()), (id, "Ada.Lovelace"));
    }
}

pub async fn what_is_not_there_is_not_found(bench: Bench) {
    let mut unit = bench.read().await;
    assert!(unit.find_people_by_ssn(&digest(1)).await.unwrap().is_empty());
    assert!(unit.find_people_by_certificate(&certificate("EMT-1")).await.unwrap().is_empty());
    assert!(unit.find_people_of(1).await.unwrap().is_empty());
    assert!(unit.find_account(1).await.unwrap().is_none());
    let key = Username::parse("nobody").unwrap().key();
    assert!(unit.find_account_by_username(&key).await.unwrap().is_none());
}

pub async fn every_account_state_comes_back(bench: Bench) {
    let id = bench.account("ada.lovelace").await;
    for state in AccountState::ALL {
        bench.seed.save_state(id, *state).await;
        assert_eq!(bench.read().await.find_account(id).await.unwrap().unwrap().state, *state);
    }
}
