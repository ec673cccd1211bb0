use backboard::link::{Purpose, Step};
use backboard::service::records::NewFlow;

use super::{Bench, HOUR, NOW, digest, flow, link, together, yes};

pub async fn a_flow_is_found_by_its_browser_alone(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    let link = bench.link(1, account).await;
    let mut unit = bench.begin().await;
    unit.add_flow(&flow(1)).await.unwrap();
    let new = NewFlow { step: Step::Password, link: Some(link.id.clone()), account: Some(account), ..flow(2) };
    unit.add_flow(&new).await.unwrap();
    unit.save().await.unwrap();

    let mut unit = bench.read().await;
    let asked = unit.find_flow(&digest(1)).await.unwrap().unwrap();
    assert_eq!((asked.id.as_str(), asked.purpose, asked.step), ("flow-1", Purpose::Claim, Step::Asked));
    assert_eq!((asked.account, asked.link, asked.code_tries), (None, None, 0));
    assert_eq!(asked.expires, NOW.plus(HOUR));
    let opened = unit.find_flow(&digest(2)).await.unwrap().unwrap();
    assert_eq!((opened.step, opened.account, opened.link), (Step::Password, Some(account), Some(link.id)));
    assert!(unit.find_flow(&digest(3)).await.unwrap().is_none());
}

pub async fn no_two_flows_share_a_browser_or_an_id(bench: Bench) {
    bench.flow(1).await;
    bench.begin().await.add_flow(&NewFlow { browser: digest(2), ..flow(1) }).await.unwrap_err();
    bench.begin().await.add_flow(&NewFlow { browser: digest(1), ..flow(2) }).await.unwrap_err();
}

pub async fn a_flow_that_names_nothing_known_is_a_fault(bench: Bench) {
    bench.begin().await.add_flow(&NewFlow { account: Some(7), ..flow(1) }).await.unwrap_err();
    bench.begin().await.add_flow(&NewFlow { link: Some("none".to_owned()), ..flow(1) }).await.unwrap_err();
}

pub async fn a_flow_takes_over_the_link_that_let_it_on(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    let link = bench.link(1, account).await;
    let id = bench.flow(1).await;
    let mut unit = bench.begin().await;
    assert!(unit.advance_flow(&id, Step::Asked, Step::Password, &link, NOW).await.unwrap());
    unit.save().await.unwrap();
    let found = bench.read().await.find_flow(&digest(1)).await.unwrap().unwrap();
    assert_eq!((found.step, found.account, found.link), (Step::Password, Some(account), Some(link.id)));
}

pub async fn a_flow_goes_on_only_from_where_it_stands(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    let link = bench.link(1, account).await;
    let id = bench.flow(1).await;
    let mut unit = bench.begin().await;
    assert!(!unit.advance_flow(&id, Step::Password, Step::Done, &link, NOW).await.unwrap());
    assert!(!unit.advance_flow("flow-2", Step::Asked, Step::Password, &link, NOW).await.unwrap());
    assert!(unit.advance_flow(&id, Step::Asked, Step::Password, &link, NOW).await.unwrap());
    assert!(!unit.advance_flow(&id, Step::Asked, Step::Password, &link, NOW).await.unwrap());
    assert!(unit.advance_flow(&id, Step::Password, Step::Done, &link, NOW).await.unwrap());
    assert!(!unit.advance_flow(&id, Step::Password, Step::Done, &link, NOW).await.unwrap());
}

pub async fn a_flow_that_is_over_does_not_go_on(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    let link = bench.link(1, account).await;
    let id = bench.flow(1).await;
    let end = NOW.plus(HOUR);
    let mut unit = bench.begin().await;
    assert!(!unit.advance_flow(&id, Step::Asked, Step::Password, &link, end).await.unwrap());
    assert!(unit.advance_flow(&id, Step::Asked, Step::Password, &link, end.plus(-1)).await.unwrap());
}

pub async fn a_flow_never_goes_over_to_another_account(bench: Bench) {
    let (ada, grace) = (bench.account("ada.lovelace").await, bench.account("grace.hopper").await);
    let (hers, other) = (bench.link(1, ada).await, bench.link(2, grace).await);
    let id = bench.flow(1).await;
    let mut unit = bench.begin().await;
    assert!(unit.advance_flow(&id, Step::Asked, Step::Password, &hers, NOW).await.unwrap());
    assert!(!unit.advance_flow(&id, Step::Password, Step::Done, &other, NOW).await.unwrap());
    assert_eq!(unit.find_flow(&digest(1)).await.unwrap().unwrap().account, Some(ada));
}

pub async fn one_of_32_advances_wins(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    let link = bench.link(1, account).await;
    let id = bench.flow(1).await;
    let answers = together(32, &bench, |_, store| {
        let (id, link) = (id.clone(), link.clone());
        async move {
            let mut unit = store.begin().await.unwrap();
            let done = unit.advance_flow(&id, Step::Asked, Step::Password, &link, NOW).await.unwrap();
            unit.save().await.unwrap();
            done
        }
    })
    .await;
    assert_eq!(yes(&answers), 1);
}

pub async fn code_tries_run_out(bench: Bench) {
    let id = bench.flow(1).await;
    bench.flow(2).await;
    let mut left = Vec::new();
    for _ in 0..7 {
        let mut unit = bench.begin().await;
        left.push(unit.take_code_try(&id, 5).await.unwrap());
        unit.save().await.unwrap();
    }
    assert_eq!(left, [Some(4), Some(3), Some(2), Some(1), Some(0), None, None]);
    let mut unit = bench.begin().await;
    assert_eq!(unit.find_flow(&digest(1)).await.unwrap().unwrap().code_tries, 5);
    assert_eq!(unit.take_code_try("flow-2", 5).await.unwrap(), Some(4));
    assert_eq!(unit.take_code_try("flow-3", 5).await.unwrap(), None);
}

pub async fn no_more_than_five_of_32_get_a_code_try(bench: Bench) {
    let id = bench.flow(1).await;
    let left = together(32, &bench, |_, store| {
        let id = id.clone();
        async move {
            let mut unit = store.begin().await.unwrap();
            let left = unit.take_code_try(&id, 5).await.unwrap();
            unit.save().await.unwrap();
            left
        }
    })
    .await;
    let mut left: Vec<u32> = left.into_iter().flatten().collect();
    left.sort_unstable();
    assert_eq!(left, [0, 1, 2, 3, 4]);
}

pub async fn purging_takes_flows_that_expired_before_the_moment(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    bench.link(1, account).await;
    let mut unit = bench.begin().await;
    for (id, expires) in [(1, NOW.plus(-1)), (2, NOW), (3, NOW.plus(1))] {
        unit.add_flow(&NewFlow { expires, link: Some(link(1, account).id), ..flow(id) }).await.unwrap();
    }
    assert_eq!(unit.purge_flows(NOW).await.unwrap(), 1);
    assert_eq!(unit.purge_flows(NOW).await.unwrap(), 0);
    assert!(unit.find_flow(&digest(1)).await.unwrap().is_none());
    assert!(unit.find_flow(&digest(2)).await.unwrap().is_some());
    assert!(unit.find_flow(&digest(3)).await.unwrap().is_some());
}
