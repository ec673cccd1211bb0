use backboard::link::Purpose;
use backboard::link::Step;
use backboard::moment::Moment;
use backboard::service::records::{NewFlow, NewLink};

use super::{Bench, HOUR, NOW, digest, flow, link, together, yes};

pub async fn a_link_is_found_by_id_token_and_code(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    let new = link(1, account);
    bench.link(1, account).await;
    bench.link(2, account).await;
    let mut unit = bench.read().await;
    let found = unit.find_link("link-1").await.unwrap().unwrap();
    assert_eq!((found.id.as_str(), found.purpose, found.account), ("link-1", Purpose::Claim, account));
    assert_eq!(found.fate.expires, NOW.plus(HOUR));
    assert!(!found.fate.spent && !found.fate.superseded);
    assert_eq!(unit.find_link_by_token(&new.token).await.unwrap().as_ref(), Some(&found));
    assert_eq!(unit.find_link_by_code("flow-1", &new.code).await.unwrap().as_ref(), Some(&found));
    assert!(unit.find_link("link-3").await.unwrap().is_none());
    assert!(unit.find_link_by_token(&digest(3)).await.unwrap().is_none());
}

pub async fn a_code_works_in_its_own_flow_alone(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    bench.link(1, account).await;
    bench.link(2, account).await;
    let (first, second) = (link(1, account).code, link(2, account).code);
    let mut unit = bench.read().await;
    assert!(unit.find_link_by_code("flow-2", &first).await.unwrap().is_none());
    assert!(unit.find_link_by_code("flow-1", &second).await.unwrap().is_none());
    assert!(unit.find_link_by_code("flow-3", &first).await.unwrap().is_none());
}

pub async fn no_two_links_share_a_token_or_an_id(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    bench.link(1, account).await;
    bench.begin().await.add_link(&NewLink { id: "link-2".to_owned(), ..link(1, account) }).await.unwrap_err();
    bench.begin().await.add_link(&NewLink { token: digest(2), ..link(1, account) }).await.unwrap_err();
}

pub async fn a_link_for_no_account_is_a_fault(bench: Bench) {
    bench.begin().await.add_link(&link(1, 7)).await.unwrap_err();
}

pub async fn a_link_is_spent_once(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    bench.link(1, account).await;
    bench.link(2, account).await;
    for first in [true, false] {
        let mut unit = bench.begin().await;
        assert_eq!(unit.spend_link("link-1", NOW).await.unwrap(), first);
        unit.save().await.unwrap();
    }
    assert!(bench.found_link(1).await.unwrap().fate.spent);
    assert!(!bench.found_link(2).await.unwrap().fate.spent);
    assert!(!bench.begin().await.spend_link("link-3", NOW).await.unwrap());
}

pub async fn a_link_can_be_spent_until_its_last_second(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    bench.link(1, account).await;
    let mut unit = bench.begin().await;
    assert!(!unit.spend_link("link-1", NOW.plus(HOUR)).await.unwrap());
    assert!(unit.spend_link("link-1", NOW.plus(HOUR - 1)).await.unwrap());
}

pub async fn a_superseded_link_cannot_be_spent(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    bench.link(1, account).await;
    let mut unit = bench.begin().await;
    unit.supersede_links(account, 0, NOW).await.unwrap();
    assert!(!unit.spend_link("link-1", NOW).await.unwrap());
    let fate = unit.find_link("link-1").await.unwrap().unwrap().fate;
    assert!(fate.superseded && !fate.spent);
}

pub async fn one_link_is_ended_alone(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    bench.link(1, account).await;
    bench.link(2, account).await;
    let mut unit = bench.begin().await;
    unit.end_link("link-1", NOW).await.unwrap();
    assert!(!unit.spend_link("link-1", NOW).await.unwrap());
    assert!(unit.find_link("link-1").await.unwrap().unwrap().fate.superseded);
    assert!(unit.spend_link("link-2", NOW).await.unwrap());
    unit.end_link("link-2", NOW).await.unwrap();
    assert!(!unit.find_link("link-2").await.unwrap().unwrap().fate.superseded, "a spent link stays spent");
}

pub async fn the_newest_links_are_kept(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    let mut unit = bench.begin().await;
    // The ids are in no order, and the clock was put right in between.
    for (id, created) in [(3, 40), (4, 30), (1, 10), (2, 20)] {
        unit.add_link(&NewLink { created: NOW.plus(created), ..link(id, account) }).await.unwrap();
    }
    unit.supersede_links(account, 2, NOW.plus(50)).await.unwrap();
    let mut superseded = Vec::new();
    for id in 1..=4 {
        superseded.push(unit.find_link(&format!("link-{id}")).await.unwrap().unwrap().fate.superseded);
    }
    assert_eq!(superseded, [false, false, true, true]);
}

pub async fn links_of_one_request_are_kept_or_superseded_together(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    let mut unit = bench.begin().await;
    // The second of three requests was mailed to two addresses, and to one of them a little later.
    for (id, flow, created) in [(1, "flow-1", 10), (2, "flow-2", 20), (3, "flow-2", 21), (4, "flow-3", 30)] {
        unit.add_link(&NewLink { flow: flow.to_owned(), created: NOW.plus(created), ..link(id, account) })
            .await
            .unwrap();
    }
    for (keep, expected) in [(2, [true, false, false, false]), (1, [true, true, true, false])] {
        unit.supersede_links(account, keep, NOW.plus(50)).await.unwrap();
        let mut superseded = Vec::new();
        for id in 1..=4 {
            superseded.push(unit.find_link(&format!("link-{id}")).await.unwrap().unwrap().fate.superseded);
        }
        assert_eq!(superseded, expected);
    }
}

pub async fn links_of_one_second_are_superseded_down_to_the_number_kept(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    let ids = [4, 1, 5, 3, 2];
    for id in ids {
        bench.link(id, account).await;
    }
    for keep in [3, 3, 1, 0] {
        let mut unit = bench.begin().await;
        unit.supersede_links(account, keep, NOW).await.unwrap();
        unit.save().await.unwrap();
        let mut live = Vec::new();
        for id in ids {
            live.push(!bench.found_link(id).await.unwrap().fate.superseded);
        }
        let newest: Vec<bool> = (0..5).map(|place| place >= 5 - keep).collect();
        assert_eq!(live, newest, "the last ones that were made");
    }
}

pub async fn a_link_waits_behind_those_of_its_second_that_were_made_after_it(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    for id in [2, 5, 1, 4, 3] {
        bench.link(id, account).await;
    }
    let mut unit = bench.begin().await;
    let mut renewed = Vec::new();
    for id in [2, 5, 1, 4, 3] {
        renewed.push(unit.renew_link(&format!("link-{id}"), NOW.plus(2 * HOUR), 3).await.unwrap());
    }
    assert_eq!(renewed, [false, false, true, true, true]);
}

pub async fn of_two_links_with_one_code_the_later_one_is_found(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    let mut unit = bench.begin().await;
    for id in [2, 1] {
        let (flow, code) = ("flow".to_owned(), digest(9));
        unit.add_link(&NewLink { flow, code, ..link(id, account) }).await.unwrap();
    }
    assert_eq!(unit.find_link_by_code("flow", &digest(9)).await.unwrap().unwrap().id, "link-1");
}

pub async fn expired_links_are_superseded_when_none_is_kept(bench: Bench) {
    let (ada, grace) = (bench.account("ada.lovelace").await, bench.account("grace.hopper").await);
    let mut unit = bench.begin().await;
    unit.add_link(&link(1, ada)).await.unwrap();
    unit.add_link(&link(2, ada)).await.unwrap();
    unit.add_link(&NewLink { expires: NOW, ..link(3, ada) }).await.unwrap();
    unit.add_link(&link(4, grace)).await.unwrap();
    assert!(unit.spend_link("link-1", NOW).await.unwrap());
    // Kept or not, the one that has expired takes no place among the live ones.
    for (keep, expected) in [
        (1, [(true, false), (false, false), (false, false), (false, false)]),
        (0, [(true, false), (false, true), (false, true), (false, false)]),
    ] {
        unit.supersede_links(ada, keep, NOW).await.unwrap();
        let mut fates = Vec::new();
        for id in 1..=4 {
            let fate = unit.find_link(&format!("link-{id}")).await.unwrap().unwrap().fate;
            fates.push((fate.spent, fate.superseded));
        }
        assert_eq!(fates, expected, "{keep}");
    }
}

pub async fn a_link_that_waited_lasts_longer_and_so_does_the_flow_that_asked_for_it(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    let (first, _) = (bench.link(1, account).await, bench.flow(1).await);
    bench.flow(2).await;
    let late = NOW.plus(5 * HOUR);
    let mut unit = bench.begin().await;
    assert!(unit.renew_link(&first.id, late, 3).await.unwrap());
    // Never shorter.
    assert!(unit.renew_link(&first.id, NOW, 3).await.unwrap());
    assert_eq!(unit.find_link("link-1").await.unwrap().unwrap().fate.expires, late);
    assert_eq!(unit.find_flow(&digest(1)).await.unwrap().unwrap().expires, late);
    assert_eq!(unit.find_flow(&digest(2)).await.unwrap().unwrap().expires, NOW.plus(HOUR));
    // A flow that has gone on keeps its own time.
    assert!(unit.advance_flow("flow-1", Step::Asked, Step::Password, &first, NOW).await.unwrap());
    assert!(unit.renew_link(&first.id, late.plus(HOUR), 3).await.unwrap());
    assert_eq!(unit.find_flow(&digest(1)).await.unwrap().unwrap().expires, late);
}

pub async fn a_link_that_is_dead_or_behind_newer_ones_is_not_renewed(bench: Bench) {
    let (ada, grace) = (bench.account("ada.lovelace").await, bench.account("grace.hopper").await);
    let mut unit = bench.begin().await;
    // Two links of the newest request; none of these was superseded, because each had expired before the next.
    for (id, flow, created) in [(1, 1, 10), (2, 2, 20), (3, 3, 30), (4, 4, 40), (5, 4, 41)] {
        let flow = format!("flow-{flow}");
        unit.add_link(&NewLink { flow, created: NOW.plus(created), expires: NOW.plus(created), ..link(id, ada) })
            .await
            .unwrap();
    }
    unit.add_link(&link(6, grace)).await.unwrap();
    let late = NOW.plus(5 * HOUR);
    let mut renewed = Vec::new();
    for id in 1..=5 {
        renewed.push(unit.renew_link(&format!("link-{id}"), late, 3).await.unwrap());
    }
    assert_eq!(renewed, [false, true, true, true, true]);
    assert!(unit.spend_link("link-2", NOW).await.unwrap());
    unit.end_link("link-3", NOW).await.unwrap();
    for (id, expected) in [("link-2", false), ("link-3", false), ("link-1", true), ("link-9", false)] {
        assert_eq!(unit.renew_link(id, late.plus(1), 3).await.unwrap(), expected, "{id}");
    }
}

pub async fn a_link_keeps_whose_address_it_went_to(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    let new = NewLink { person: Some(42), ..link(1, account) };
    let mut unit = bench.begin().await;
    unit.add_link(&new).await.unwrap();
    unit.add_link(&link(2, account)).await.unwrap();
    assert_eq!(unit.find_link("link-1").await.unwrap().unwrap().person, Some(42));
    assert_eq!(unit.find_link_by_token(&new.token).await.unwrap().unwrap().person, Some(42));
    assert_eq!(unit.find_link_by_code("flow-1", &new.code).await.unwrap().unwrap().person, Some(42));
    assert_eq!(unit.find_link("link-2").await.unwrap().unwrap().person, None);
}

pub async fn answer_tries_run_out(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    bench.link(1, account).await;
    bench.link(2, account).await;
    let mut left = Vec::new();
    for _ in 0..7 {
        let mut unit = bench.begin().await;
        left.push(unit.take_answer_try("link-1", 5).await.unwrap());
        unit.save().await.unwrap();
    }
    assert_eq!(left, [Some(4), Some(3), Some(2), Some(1), Some(0), None, None]);
    let mut unit = bench.begin().await;
    assert_eq!(unit.take_answer_try("link-2", 5).await.unwrap(), Some(4));
    assert_eq!(unit.take_answer_try("link-3", 5).await.unwrap(), None);
}

pub async fn no_more_than_five_of_32_get_an_answer_try(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    bench.link(1, account).await;
    let left = together(32, &bench, |_, store| async move {
        let mut unit = store.begin().await.unwrap();
        let left = unit.take_answer_try("link-1", 5).await.unwrap();
        unit.save().await.unwrap();
        left
    })
    .await;
    let mut left: Vec<u32> = left.into_iter().flatten().collect();
    left.sort_unstable();
    assert_eq!(left, [0, 1, 2, 3, 4]);
}

pub async fn one_of_32_spenders_wins(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    bench.link(1, account).await;
    let answers = together(32, &bench, |_, store| async move {
        let mut unit = store.begin().await.unwrap();
        let done = unit.spend_link("link-1", NOW).await.unwrap();
        unit.save().await.unwrap();
        done
    })
    .await;
    assert_eq!(yes(&answers), 1);
}

pub async fn purging_takes_links_that_expired_before_the_moment(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    let mut unit = bench.begin().await;
    for (id, expires) in [(1, NOW.plus(-1)), (2, NOW), (3, NOW.plus(1))] {
        unit.add_link(&NewLink { expires, ..link(id, account) }).await.unwrap();
    }
    assert_eq!(unit.purge_links(NOW).await.unwrap(), 1);
    assert!(unit.find_link("link-1").await.unwrap().is_none());
    assert!(unit.find_link("link-2").await.unwrap().is_some());
    assert!(unit.find_link("link-3").await.unwrap().is_some());
}

pub async fn a_link_stays_while_a_flow_names_it(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    let link = bench.link(1, account).await;
    let late = Moment(NOW.0 + 2 * HOUR);
    let mut unit = bench.begin().await;
    unit.add_flow(&NewFlow { link: Some(link.id), expires: late, ..flow(1) }).await.unwrap();
    assert_eq!(unit.purge_links(late).await.unwrap(), 0);
    assert_eq!(unit.purge_flows(late.plus(1)).await.unwrap(), 1);
    assert_eq!(unit.purge_links(late).await.unwrap(), 1);
    unit.save().await.unwrap();
    assert!(bench.found_link(1).await.is_none());
}
