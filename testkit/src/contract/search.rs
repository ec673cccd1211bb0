use backboard::account::{AccountState, Frozen};
use backboard::staff::{Bounds, Lookup, Term};

use super::Bench;
use crate::seed::{LEVEL, NewAccount, NewPerson, certificate, email};

fn of(last: &str, first: &str, account: i64, roster_id: &str) -> NewPerson {
    NewPerson { last_name: last.to_owned(), first_name: first.to_owned(), ..NewPerson::of(account, roster_id) }
}

fn name(last: Bounds) -> Lookup {
    Lookup::Name { last, first: Bounds::any() }
}

pub async fn names_are_found_by_their_beginnings_the_exact_ones_first(bench: Bench) {
    let mut ids = Vec::new();
    let people =
        [("Smithson", "Ann"), ("Smith", "Zoe"), ("SMITH", "Bo"), ("Smith Jr.", "Bo"), ("Smit", "Al"), ("Smyth", "Al")];
    for (number, (last, first)) in people.into_iter().enumerate() {
        let account = bench.account(&format!("person{number}")).await;
        ids.push(bench.seed.add_person(&of(last, first, account, &format!("P-{number}"))).await);
    }
    let [smithson, zoe, bo, junior, smit, _] = ids[..] else { panic!("{ids:?}") };
    let mut unit = bench.read().await;
    let all = unit.find_matches(&name(Bounds::prefix("smith")), 9).await.unwrap();
    assert_eq!(all, [bo, junior, zoe, smithson], "by key, given name, and number");
    assert_eq!(unit.find_matches(&name(Bounds::prefix("smith")), 2).await.unwrap(), [bo, junior]);
    assert_eq!(unit.find_matches(&name(Bounds::exactly("smit")), 9).await.unwrap(), [smit]);
    let given = Lookup::Name { last: Bounds::prefix("smi"), first: Bounds::prefix("a") };
    assert_eq!(unit.find_matches(&given, 9).await.unwrap(), [smit, smithson]);
    assert!(unit.find_matches(&name(Bounds::prefix("smitty")), 9).await.unwrap().is_empty());
}

pub async fn earlier_and_double_names_find_their_person(bench: Bench) {
    let account = bench.account("maria").await;
    let maria = NewPerson {
        earlier_names: vec!["O’Brien".to_owned(), "Núñez".to_owned()],
        ..of("García-Márquez", "María José", account, "P-1")
    };
    let id = bench.seed.add_person(&maria).await;
    let mut unit = bench.read().await;
    for typed in ["garcia", "Marquez", "garcía márquez", "obrien", "NUNEZ", "Maria Garcia", "Núñez, María"] {
        let term = Term::parse(typed).unwrap();
        let mut found = Vec::new();
        for lookup in term.lookups() {
            found.extend(unit.find_matches(lookup, 9).await.unwrap());
        }
        assert!(found.contains(&id), "{typed}");
        assert!(found.iter().all(|found| *found == id), "{typed}");
    }
}

pub async fn people_are_found_by_beginnings_of_username_certificate_and_address(bench: Bench) {
    let crew = bench.seed.add_account(&NewAccount { shared: true, ..NewAccount::unclaimed("Engine7") }).await;
    let other = bench.account("engine70").await;
    let person = |account, id: &str, number: &str, address: &str| NewPerson {
        certificate: Some(certificate(number)),
        email: Some(email(address)),
        ..NewPerson::of(account, id)
    };
    let one = bench.seed.add_person(&person(crew, "P-1", "E-100", "Crew@Example.org")).await;
    let two = bench.seed.add_person(&person(crew, "P-2", "E-1001", "crew@example.com")).await;
    let three = bench.seed.add_person(&person(other, "P-3", "F-100", "crewe@example.org")).await;
    bench.seed.add_person(&NewPerson::of(other, "P-4")).await;
    let mut unit = bench.read().await;
    for (lookup, found) in [
        (Lookup::Username(Bounds::exactly("engine7")), vec![one, two]),
        (Lookup::Certificate(Bounds::prefix("E100")), vec![one, two]),
        (Lookup::Certificate(Bounds::exactly("E100")), vec![one]),
        (Lookup::Email(Bounds::prefix("crew@")), vec![two, one]),
        (Lookup::Email(Bounds::prefix("crew")), vec![two, one, three]),
        (Lookup::Email(Bounds::exactly("crew@example.org")), vec![one]),
        (Lookup::Email(Bounds::prefix("crew%")), vec![]),
        (Lookup::Username(Bounds::prefix("engine_")), vec![]),
    ] {
        assert_eq!(unit.find_matches(&lookup, 9).await.unwrap(), found, "{:?}", lookup.kind());
    }
    let begins = unit.find_matches(&Lookup::Username(Bounds::prefix("engine7")), 3).await.unwrap();
    assert_eq!(begins, [one, two, three]);
}

pub async fn what_was_found_comes_in_the_order_asked_for(bench: Bench) {
    let account = NewAccount {
        state: AccountState::Suspended,
        frozen: Some(Frozen::All),
        shared: true,
        ..NewAccount::unclaimed("Ada")
    };
    let account = bench.seed.add_account(&account).await;
    let ada = NewPerson {
        earlier_names: vec!["Byron".to_owned()],
        certificate: Some(certificate("E-100")),
        email: Some(email("Ada@example.org")),
        ..NewPerson::of(account, "P-1")
    };
    let ada = bench.seed.add_person(&ada).await;
    let bo = bench.seed.add_person(&of("Hopper", "Bo", account, "P-2")).await;
    let found = bench.read().await.find_found(&[bo, 999, ada]).await.unwrap();
    let [second, first] = &found[..] else { panic!("{found:?}") };
    assert_eq!((second.person, second.last_name.as_str(), second.first_name.as_str()), (bo, "Hopper", "Bo"));
    assert_eq!((second.certificate.as_ref(), second.email.as_ref()), (None, None));
    assert_eq!((first.person, first.account, first.level.as_str()), (ada, account, LEVEL));
    assert_eq!((first.earlier_names.as_slice(), first.suffix.as_str()), (["Byron".to_owned()].as_slice(), ""));
    assert_eq!((first.certificate.as_deref(), first.username.as_str()), (Some("E100"), "Ada"));
    assert_eq!(first.email.as_ref().unwrap().as_str(), "Ada@example.org");
    assert_eq!((first.state, first.frozen, first.shared), (AccountState::Suspended, Some(Frozen::All), true));
}
