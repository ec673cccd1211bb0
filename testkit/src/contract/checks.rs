use backboard::service::desk::checks::{Because, CallerCode, Passed};
use backboard::staff::{CALLER_TRIES, CallerCheck};

use super::{Bench, HOUR, NOW, digest, together};

pub async fn a_code_works_for_its_session_and_account_until_its_last_second(bench: Bench) {
    let (ada, grace) = (bench.account("ada.lovelace").await, bench.account("grace.hopper").await);
    let mut unit = bench.begin().await;
    unit.save_caller_code(&code(ada)).await.unwrap();
    let expires = code(ada).expires;
    for (session, account, at) in [(2, ada, NOW), (1, grace, NOW), (1, ada, expires)] {
        assert!(!unit.has_caller_code(&digest(session), account, at, CALLER_TRIES).await.unwrap());
        assert_eq!(unit.take_caller_try(&digest(session), account, at, CALLER_TRIES).await.unwrap(), None);
    }
    assert!(unit.has_caller_code(&digest(1), ada, expires.plus(-1), CALLER_TRIES).await.unwrap());
    let last = unit.take_caller_try(&digest(1), ada, expires.plus(-1), CALLER_TRIES).await.unwrap();
    assert_eq!(last, Some((digest(9), CALLER_TRIES - 1)));
}

pub async fn tries_of_a_code_run_out_and_a_new_code_has_all_of_them(bench: Bench) {
    let ada = bench.account("ada.lovelace").await;
    let mut unit = bench.begin().await;
    unit.save_caller_code(&code(ada)).await.unwrap();
    for left in (0..CALLER_TRIES).rev() {
        let tried = unit.take_caller_try(&digest(1), ada, NOW, CALLER_TRIES).await.unwrap();
        assert_eq!(tried, Some((digest(9), left)));
    }
    assert!(!unit.has_caller_code(&digest(1), ada, NOW, CALLER_TRIES).await.unwrap());
    assert_eq!(unit.take_caller_try(&digest(1), ada, NOW, CALLER_TRIES).await.unwrap(), None);
    unit.save_caller_code(&CallerCode { code: digest(8), ..code(ada) }).await.unwrap();
    let tried = unit.take_caller_try(&digest(1), ada, NOW, CALLER_TRIES).await.unwrap();
    assert_eq!(tried, Some((digest(8), CALLER_TRIES - 1)));
}

pub async fn no_more_than_five_of_32_get_a_caller_try(bench: Bench) {
    let ada = bench.account("ada.lovelace").await;
    let mut unit = bench.begin().await;
    unit.save_caller_code(&code(ada)).await.unwrap();
    unit.save().await.unwrap();
    let mut left: Vec<u32> = together(32, &bench, |_, store| async move {
        let mut unit = store.begin().await.unwrap();
        let tried = unit.take_caller_try(&digest(1), ada, NOW, CALLER_TRIES).await.unwrap();
        unit.save().await.unwrap();
        tried.map(|(_, left)| left)
    })
    .await
    .into_iter()
    .flatten()
    .collect();
    left.sort_unstable();
    assert_eq!(left, [0, 1, 2, 3, 4]);
}

pub async fn a_passed_check_is_its_sessions_and_uses_the_code_up(bench: Bench) {
    let (ada, grace) = (bench.account("ada.lovelace").await, bench.account("grace.hopper").await);
    let passed = Passed { by: CallerCheck::Code, at: NOW.plus(30) };
    let mut unit = bench.begin().await;
    assert_eq!(unit.find_passed(&digest(1), ada).await.unwrap(), None);
    unit.save_caller_code(&code(ada)).await.unwrap();
    assert_eq!(unit.find_passed(&digest(1), ada).await.unwrap(), None);
    unit.pass_caller(&digest(1), ada, passed).await.unwrap();
    assert_eq!(unit.take_caller_try(&digest(1), ada, NOW, CALLER_TRIES).await.unwrap(), None);
    // Another code may be mailed, and takes nothing back.
    unit.save_caller_code(&code(ada)).await.unwrap();
    assert_eq!(unit.find_passed(&digest(1), ada).await.unwrap(), Some(passed));
    for (session, account) in [(2, ada), (1, grace)] {
        assert_eq!(unit.find_passed(&digest(session), account).await.unwrap(), None);
    }
    let later = Passed { by: CallerCheck::Facts, at: NOW.plus(60) };
    unit.pass_caller(&digest(1), ada, later).await.unwrap();
    unit.pass_caller(&digest(1), grace, passed).await.unwrap();
    assert_eq!(unit.find_passed(&digest(1), ada).await.unwrap(), Some(later));
    assert_eq!(unit.find_passed(&digest(1), grace).await.unwrap(), Some(passed));
}

pub async fn callers_of_one_account_are_forgotten_together(bench: Bench) {
    let (ada, grace) = (bench.account("ada.lovelace").await, bench.account("grace.hopper").await);
    let passed = Passed { by: CallerCheck::Code, at: NOW };
    let mut unit = bench.begin().await;
    for (session, account) in [(1, ada), (2, ada), (1, grace)] {
        unit.pass_caller(&digest(session), account, passed).await.unwrap();
    }
    unit.forget_callers(ada).await.unwrap();
    for (session, account, left) in [(1, ada, None), (2, ada, None), (1, grace, Some(passed))] {
        assert_eq!(unit.find_passed(&digest(session), account).await.unwrap(), left);
    }
}

pub async fn purging_takes_callers_whose_code_and_check_are_over(bench: Bench) {
    let (ada, grace) = (bench.account("ada.lovelace").await, bench.account("grace.hopper").await);
    let mut unit = bench.begin().await;
    unit.save_caller_code(&code(ada)).await.unwrap();
    unit.pass_caller(&digest(1), grace, Passed { by: CallerCheck::Facts, at: NOW }).await.unwrap();
    assert_eq!(unit.purge_callers(code(ada).expires, NOW).await.unwrap(), 0);
    assert_eq!(unit.purge_callers(code(ada).expires.plus(1), NOW).await.unwrap(), 1);
    assert_eq!(unit.take_caller_try(&digest(1), ada, NOW, CALLER_TRIES).await.unwrap(), None);
    assert!(unit.find_passed(&digest(1), grace).await.unwrap().is_some());
    assert_eq!(unit.purge_callers(code(ada).expires.plus(1), NOW.plus(1)).await.unwrap(), 1);
    assert_eq!(unit.find_passed(&digest(1), grace).await.unwrap(), None);
}

pub async fn a_reason_comes_back_by_its_mark_and_goes_with_its_account(bench: Bench) {
    let ada = bench.account("ada.lovelace").await;
    let reason = Because {
        mark: "1.mark".to_owned(),
        account: ada,
        salt: digest(3),
        words: "lost the phone; said “it's gone”".to_owned(),
    };
    let mut unit = bench.begin().await;
    unit.add_reason(&reason).await.unwrap();
    unit.pass_caller(&digest(1), ada, Passed { by: CallerCheck::Code, at: NOW }).await.unwrap();
    assert_eq!(unit.find_reason("1.mark").await.unwrap().unwrap(), reason);
    assert_eq!(unit.find_reason("2.mark").await.unwrap(), None);
    unit.forget_account(ada, NOW).await.unwrap();
    assert_eq!(unit.find_reason("1.mark").await.unwrap(), None);
    assert_eq!(unit.find_passed(&digest(1), ada).await.unwrap(), None);
}

pub async fn no_two_reasons_share_a_mark(bench: Bench) {
    let ada = bench.account("ada.lovelace").await;
    let reason = Because { mark: "1.mark".to_owned(), account: ada, salt: digest(3), words: "why".to_owned() };
    let mut unit = bench.begin().await;
    unit.add_reason(&reason).await.unwrap();
    unit.add_reason(&reason).await.unwrap_err();
}

pub async fn a_check_or_a_reason_of_no_account_is_a_fault(bench: Bench) {
    let passed = Passed { by: CallerCheck::Code, at: NOW };
    bench.begin().await.save_caller_code(&code(7)).await.unwrap_err();
    bench.begin().await.pass_caller(&digest(1), 7, passed).await.unwrap_err();
    let reason = Because { mark: "1.mark".to_owned(), account: 7, salt: digest(3), words: "why".to_owned() };
    bench.begin().await.add_reason(&reason).await.unwrap_err();
}

fn code(account: i64) -> CallerCode {
    CallerCode { session: digest(1), account, code: digest(9), expires: NOW.plus(HOUR) }
}
