use backboard::service::records::Case;

use super::{Bench, NOW, together, yes};

pub async fn a_case_is_opened_once_until_it_is_closed(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    let first = case(account, 0);
    let later = Case { detail: "password-changed".to_owned(), ..case(account, 60) };
    let mut unit = bench.begin().await;
    assert!(unit.open_case(&first).await.unwrap());
    assert!(!unit.open_case(&later).await.unwrap());
    unit.save().await.unwrap();
    assert_eq!(bench.read().await.find_cases().await.unwrap(), [first]);

    let mut unit = bench.begin().await;
    assert_eq!(unit.close_cases(account, NOW.plus(90)).await.unwrap(), 1);
    assert_eq!(unit.close_cases(account, NOW.plus(91)).await.unwrap(), 0);
    assert!(unit.find_cases().await.unwrap().is_empty());
    assert!(unit.open_case(&later).await.unwrap());
    unit.save().await.unwrap();
    assert_eq!(bench.read().await.find_cases().await.unwrap(), [later]);
}

pub async fn each_account_and_each_kind_has_a_case_of_its_own(bench: Bench) {
    let (ada, grace) = (bench.account("ada.lovelace").await, bench.account("grace.hopper").await);
    let cases = [case(ada, 0), Case { kind: "other".to_owned(), ..case(ada, 0) }, case(grace, 0)];
    let mut unit = bench.begin().await;
    for case in &cases {
        assert!(unit.open_case(case).await.unwrap());
    }
    assert_eq!(unit.find_cases().await.unwrap(), cases);
    assert_eq!(unit.close_cases(ada, NOW).await.unwrap(), 2);
    let [_, _, hers] = cases;
    assert_eq!(unit.find_cases().await.unwrap(), [hers]);
}

pub async fn the_last_closing_of_a_kind_is_known(bench: Bench) {
    let (ada, grace) = (bench.account("ada.lovelace").await, bench.account("grace.hopper").await);
    let kind = case(ada, 0).kind;
    let mut unit = bench.begin().await;
    assert!(unit.open_case(&case(grace, 0)).await.unwrap());
    for at in [20, 10] {
        assert!(unit.open_case(&case(ada, 0)).await.unwrap());
        unit.close_cases(ada, NOW.plus(at)).await.unwrap();
    }
    assert!(unit.open_case(&case(ada, 30)).await.unwrap());
    assert_eq!(unit.find_case_closed(ada, &kind).await.unwrap(), Some(NOW.plus(20)));
    assert_eq!(unit.find_case_closed(ada, "other").await.unwrap(), None);
    assert_eq!(unit.find_case_closed(grace, &kind).await.unwrap(), None);
}

pub async fn open_cases_come_oldest_first(bench: Bench) {
    let mut cases = Vec::new();
    for (username, at) in [("third", 20), ("first", 0), ("second", 10), ("fourth", 20)] {
        cases.push(Case { detail: username.to_owned(), ..case(bench.account(username).await, at) });
    }
    let mut unit = bench.begin().await;
    for case in &cases {
        assert!(unit.open_case(case).await.unwrap());
    }
    let found: Vec<_> = unit.find_cases().await.unwrap().into_iter().map(|case| case.detail).collect();
    assert_eq!(found, ["first", "second", "third", "fourth"]);
}

pub async fn one_of_32_opens_the_case(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    let answers = together(32, &bench, |number, store| async move {
        let mut unit = store.begin().await.unwrap();
        let new = unit.open_case(&case(account, i64::from(number))).await.unwrap();
        unit.save().await.unwrap();
        new
    })
    .await;
    assert_eq!(yes(&answers), 1);
    assert_eq!(bench.read().await.find_cases().await.unwrap().len(), 1);
}

pub async fn a_case_of_no_account_is_a_fault(bench: Bench) {
    bench.begin().await.open_case(&case(7, 0)).await.unwrap_err();
}

fn case(account: i64, at: i64) -> Case {
    Case { account, kind: "not-me".to_owned(), detail: "reset-link".to_owned(), opened: NOW.plus(at) }
}
